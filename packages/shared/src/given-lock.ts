/** The lock of a value or an array: its own, one that it was given, or none. */
import { type Block, openBlock } from '@troupe/memory'
import { ArgumentError, type Scope, TroupeError } from '@troupe/runtime'
import { Lock, lockAt } from './lock.js'
import { checkObject, shown } from './options.js'

/** True for a lock of its own. */
export type GivenLock = boolean | Lock

/** It was made without a lock. */
export class NoLock extends TroupeError {
  constructor(what: string) {
    super(
      'ERR_TROUPE_NO_LOCK',
      `This ${what} was made with { lock: false }; leave that out, or give it a lock`,
    )
  }
}

/** The lock that the options name. */
export function lockOptionOf(options: { readonly lock?: GivenLock }, what: string): GivenLock {
  checkObject(what, options, '{ lock: false }')
  const { lock = true } = options
  if (typeof lock === 'boolean' || lock instanceof Lock) return lock
  throw new ArgumentError(
    `lock must be true, false or a Lock: it is ${shown(lock)}; an RLock cannot be given`,
  )
}

/** The lock as an object of `scope`; a lock of its own lies at word `index` of the block. */
export function lockOf(
  block: Block,
  scope: Scope,
  index: number,
  given: GivenLock,
): Lock | undefined {
  if (given instanceof Lock) return given
  // It has the block open for itself.
  return given ? lockAt(openBlock(block.handle, block.type), scope, index) : undefined
}
