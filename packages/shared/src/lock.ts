/** `Lock`: one holder at a time, across threads and processes. */
import { type Block, compareExchange, makeBlock, openBlock, type Wait } from '@troupe/memory'
import { ArgumentError, kind, type Scope, scopeHere } from '@troupe/runtime'
import { Belonging, belongingOf } from './belonging.js'
import { DeadlockError, NotHeldError } from './errors.js'
import { FAIR_ROW_WORDS, FairLine } from './fair-line.js'
import { Guard, type Guarded, holding } from './guard.js'
import { HELD, OWN, ownerOf, release, TAKEN_FROM_DEAD, tryTake } from './lock-word.js'
import { checkFunction, fairOf } from './options.js'
import {
  check,
  NO_OPTIONS,
  type SyncOptions,
  turn,
  until,
  untilSync,
  type WaitOptions,
} from './waits.js'

/** `D_TYPE` of blocks whose word 0 is a lock. */
export const LOCK_TYPE = 1
const LOCK_WORD = 0
/** Counts the tickets of a fair lock. */
const TICKETS = 1
/** 1 when the lock is fair. */
const FAIR = 2

/** A look found that this actor holds the lock already. */
const AGAIN = 4

/** How a lock is made. */
export interface LockOptions {
  /**
   * First come, first served. Without it a thread that runs may pass those that sleep, which saves their wake-ups. A form that
   * blocks passes those who wait in its own thread's event loop: they cannot run meanwhile.
   */
  readonly fair?: boolean
}

/** What a function of `withSync` may return: it is over when it returns. */
export type NotAPromise<T> = T extends PromiseLike<unknown> ? never : T

/** Throws when a function that has to be over when it returns gave a promise. */
export function refusePromise<T>(result: T, what: string): T {
  const then = typeof result === 'object' ? (result as { then?: unknown } | null)?.then : undefined
  if (typeof then !== 'function') return result
  throw new ArgumentError(
    `The function of withSync returned a promise: the ${what} is released already; use await with(…)`,
  )
}

/** A lock as the objects that use one see it. */
export abstract class LockBase extends Belonging implements Guarded {
  readonly #opened: Block
  readonly #index: number
  readonly #line: FairLine | undefined
  readonly #what: string
  /** What this actor holds of it, the last one last: one, or many of a lock that may be taken again. */
  protected readonly guards: Guard[] = []

  constructor(block: Block, scope: Scope, index: number, what: string) {
    super(block, scope, what, index)
    this.#what = what
    this.#opened = block
    this.#index = index
    const { type, words } = block
    if (type === LOCK_TYPE && words[FAIR] === 1) this.#line = FairLine.of(block, TICKETS)
  }

  /** Takes the lock, waiting for it. Rejects with `TimeoutError` after `timeout`, and with the signal's reason. */
  async acquire(options: WaitOptions = NO_OPTIONS): Promise<Guard> {
    check(options)
    const pause = turn()
    if (pause) await pause
    options.signal?.throwIfAborted()
    const guard = this.tryAcquire()
    if (guard) return guard
    const { wait, found } = this.#waitFor(false)
    // Taken in the look itself: an actor that ends in between releases it.
    let taken: Guard | undefined
    const look = (by: () => boolean): boolean => {
      if (!by()) return false
      taken = this.hold(found() === TAKEN_FROM_DEAD)
      return true
    }
    const taking = {
      ...wait,
      look: () => look(() => wait.look()),
      glance: () => look(() => wait.glance()),
    }
    await this.keepOpen(() => until(taking, options, this.#what))
    return taken!
  }

  /** Takes the lock if it is free now. */
  tryAcquire(): Guard | undefined {
    if (this.#takeFree()) return this.hold(false)
    const { block } = this
    if (this.canAgain) return this.hold(false)
    if (this.#line?.isFirst() === false) return undefined
    const found = tryTake(block, this.#index, false)
    return found === HELD || found === OWN ? undefined : this.hold(found === TAKEN_FROM_DEAD)
  }

  /**
   * As `acquire`, blocking the thread. Throws `DeadlockError` when this thread holds the lock, which nobody else could
   * release; ends with `StoppedError` when the actor is asked to stop.
   */
  acquireSync(options: SyncOptions = NO_OPTIONS): Guard {
    check(options)
    const guard = this.tryAcquire()
    if (guard) return guard
    const { wait, found } = this.#waitFor(true)
    untilSync(wait, options, this.#what)
    return this.hold(found() === TAKEN_FROM_DEAD)
  }

  /** Runs `work` with the lock held, and releases it however `work` ends. */
  async with<T>(work: (guard: Guard) => T | Promise<T>, options?: WaitOptions): Promise<T> {
    checkFunction('with', work)
    return holding(await this.acquire(options), work)
  }

  /** As `with`, blocking the thread. `work` must not be async: the lock is released when it returns. */
  withSync<T>(work: (guard: Guard) => NotAPromise<T>, options: SyncOptions = NO_OPTIONS): T {
    checkFunction('withSync', work)
    check(options)
    const guard = this.#takeFree() ? this.#holdBriefly() : this.acquireSync(options)
    let result: T
    try {
      result = work(guard)
    } finally {
      guard.release()
    }
    return refusePromise(result, this.#what)
  }

  /** Releases what this actor acquired last. Throws `NotHeldError` when it holds nothing. */
  release(): void {
    this.usable()
    const guard = this.guards.at(-1)
    if (!guard) throw new NotHeldError(this.#what, 'release what acquire() gave, once')
    guard.release()
  }

  /** Whether anybody holds it. */
  get locked(): boolean {
    return ownerOf(this.block, this.#index) !== 0
  }

  /** Whether this actor holds it. */
  get isHeld(): boolean {
    return this.guards.length > 0
  }

  /** The process that holds it, and whether it is this actor; nothing when nobody does. */
  get holder(): { readonly pid: number; readonly isMine: boolean } | undefined {
    const owner = ownerOf(this.block, this.#index)
    if (owner === 0) return undefined
    return { pid: this.block.processOf(owner), isMine: this.isHeld }
  }

  /** Whether this actor holds the lock and may take it once more. */
  protected get canAgain(): boolean {
    return false
  }

  protected override letGo(): void {
    while (this.guards.length > 0) this.guards.at(-1)!.release()
  }

  /** For this package: a guard was released. The last one gives the lock back. */
  released(guard: Guard, died: boolean): void {
    const { guards } = this
    if (guards.at(-1) === guard) guards.pop()
    else {
      const at = guards.indexOf(guard)
      if (at < 0) return // A condition has given it back.
      guards.splice(at, 1)
    }
    if (guards.length === 0) this.#giveBack(this.#opened, died)
  }

  /** For this package: one more guard of the lock, which is taken. */
  protected hold(ownerDied: boolean): Guard {
    const guard = new Guard(this, this.scope, ownerDied)
    this.guards.push(guard)
    return guard
  }

  // Released before its actor can end.
  #holdBriefly(): Guard {
    const guard = new Guard(this, undefined, false)
    this.guards.push(guard)
    return guard
  }

  // The fast path: free, and nobody stands before us.
  #takeFree(): boolean {
    this.usable()
    if (this.#line) return false
    const { words, self } = this.#opened
    return compareExchange(words, this.#index, 0, self.name) === 0
  }

  /** For `Condition`: gives the lock back whatever this actor holds of it. */
  suspend(): readonly Guard[] {
    const held = this.guards.splice(0)
    this.#giveBack(this.block, false)
    return held
  }

  /** For `Condition`: waits for the lock, without end, and holds what was held before. */
  async resume(held: readonly Guard[]): Promise<void> {
    const wait = this.#resuming(held, false)
    await this.keepOpen(() => until(wait, NO_OPTIONS, this.#what))
  }

  /** As `resume`, blocking the thread. */
  resumeSync(held: readonly Guard[]): void {
    // A stop does not end it: what runs next expects the lock.
    untilSync(this.#resuming(held, true), NO_OPTIONS, this.#what, false)
  }

  // Held from the look on that takes the word: an actor that ends right after it releases it.
  #resuming(held: readonly Guard[], blocks: boolean): Wait {
    const { wait, found } = this.#waitFor(blocks)
    const look = (by: () => boolean): boolean => {
      if (!by()) return false
      this.#resumed(held, found() === TAKEN_FROM_DEAD)
      return true
    }
    return { ...wait, look: () => look(() => wait.look()), glance: () => look(() => wait.glance()) }
  }

  // What was released meanwhile is not held again.
  #resumed(held: readonly Guard[], died: boolean): void {
    const still = held.filter((guard) => guard.isHeld)
    const isFirst = this.guards.length === 0
    this.guards.push(...still)
    still.at(-1)?.takenAgain(died)
    if (isFirst && still.length === 0) this.#giveBack(this.#opened, died)
  }

  #giveBack(block: Block, died: boolean): void {
    release(block, this.#index, died)
    if (this.#line) block.ring()
  }

  /** A wait that takes the word; `found` says how, `AGAIN` when this actor held the lock already. */
  #waitFor(blocks: boolean): { readonly wait: Wait; readonly found: () => number } {
    const { block } = this
    const mark = block.mark()
    const line = this.#line
    const place = line?.enter(blocks)
    let found = HELD
    const attempt = (willSleep: boolean): boolean => {
      this.usable()
      found = HELD
      if (this.canAgain) found = AGAIN
      else if (!place || line!.isFirst(place)) found = tryTake(block, this.#index, willSleep)
      else if (ownerOf(block, this.#index) === block.self.name) found = OWN
      if (found === OWN && blocks) throw new DeadlockError(this.#what)
      return found !== HELD && found !== OWN
    }
    const wait: Wait = {
      look: () => attempt(true),
      glance: () => attempt(false),
      mark: () => mark.mark(),
      leave: () => {
        if (place) line!.leave(place)
        mark.leave()
      },
    }
    return { wait, found: () => found }
  }
}

/**
 * A lock that one actor holds at a time, in any mix of threads and processes. It is owned by the guard that `acquire`
 * gives, so an actor that acquires it twice waits for itself.
 *
 * When its holder dies, is terminated, or ends without releasing it, the next `acquire` gets it at once with
 * `ownerDied` set: once, whatever happens. A stopped process (SIGSTOP) is alive, and holds it.
 *
 * ```ts
 * const lock = new Lock()
 * await lock.with(() => 1)   // 1
 * ```
 */
export class Lock extends LockBase {
  /** For types alone. */
  declare readonly _shared: 'Lock'

  constructor(options?: LockOptions)
  constructor(options?: LockOptions, opened?: { block: Block; scope: Scope; index: number })
  constructor(
    options: LockOptions = {},
    { block, scope, index } = { block: makeLock(options), scope: scopeHere(), index: LOCK_WORD },
  ) {
    super(block, scope, index, 'lock')
    places.set(this, { block, index })
  }
}

const places = new WeakMap<Lock, { readonly block: Block; readonly index: number }>()

/** Makes the block of a lock. */
export function makeLock(options: LockOptions): Block {
  const fair = fairOf(options, 'lock')
  // It is a system's, and this makes one.
  scopeHere()
  const handle = makeBlock({
    type: LOCK_TYPE,
    rowWords: fair ? FAIR_ROW_WORDS : 0,
    fill: (words) => {
      words[FAIR] = fair ? 1 : 0
    },
  })
  return openBlock(handle, LOCK_TYPE)
}

/** The lock at word `index` of a block that was opened for it. */
export function lockAt(block: Block, scope: Scope, index: number): Lock {
  return belongingOf(block, scope, index, () => new Lock(undefined, { block, scope, index }))
}

kind<Lock, readonly [Block, number]>(Lock, {
  name: 'Lock',
  from: '@troupe/shared',
  send: (lock) => {
    void lock.locked // Throws when it was disposed of.
    const { block, index } = places.get(lock)!
    return [block, index]
  },
  receive: ([block, index], scope) => lockAt(block, scope, index),
})
