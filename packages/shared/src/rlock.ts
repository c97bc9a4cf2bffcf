/** `RLock`: a lock that its holder may take again. */
import type { Block } from '@troupe/memory'
import { kind, type Scope, scopeHere } from '@troupe/runtime'
import { belongingOf } from './belonging.js'
import { LockBase, type LockOptions, makeLock } from './lock.js'

/**
 * A lock that the actor which holds it may acquire again; it is free when every guard was released.
 *
 * It is owned by the actor, not by a chain of calls: two async functions of one actor do not keep each other out. Where
 * they must, use a `Lock`. Deaths are as with `Lock`.
 *
 * ```ts
 * const lock = new RLock()
 * lock.withSync(() => lock.withSync(() => 1))   // 1
 * ```
 */
export class RLock extends LockBase {
  /** For types alone. */
  declare readonly _shared: 'RLock'

  constructor(options?: LockOptions)
  constructor(options?: LockOptions, opened?: { block: Block; scope: Scope })
  constructor(
    options: LockOptions = {},
    { block, scope } = { block: makeLock(options), scope: scopeHere() },
  ) {
    super(block, scope, RLOCK_PLACE, 'lock')
    blocks.set(this, block)
  }

  protected override get canAgain(): boolean {
    return this.isHeld
  }
}

/** The word of its lock. */
const RLOCK_PLACE = 0
const blocks = new WeakMap<RLock, Block>()

kind<RLock, Block>(RLock, {
  name: 'RLock',
  from: '@troupe/shared',
  send: (lock) => {
    void lock.locked // Throws when it was disposed of.
    return blocks.get(lock)!
  },
  receive: (block, scope) =>
    belongingOf(block, scope, RLOCK_PLACE, () => new RLock(undefined, { block, scope })),
})
