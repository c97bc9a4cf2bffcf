/**
 * A lock that survives its owner. The word is the owner's name and a bit that says that others wait.
 *
 * What it guards must be right at every instant: a dead owner's lock is taken over and nothing is
 * repaired. It is held for a copy and never across an await; a living owner that holds it is running.
 *
 * Pairs
 *   L1  owner exchanges 0 -> next owner's compare-exchange from 0: all that the owner wrote
 *   L2  waiter marks itself, sets WAITERS by compare-exchange, looks -> releaser's exchange sees WAITERS
 *       and rings all marked. A death rings all bells, and each waiter looks at the owner's life again.
 */
import { compareExchange, exchange, load } from '#atomics'
import type { Arena } from './arena.js'
import { NAME_BITS, seatOf, SLEEPERS } from './layout.js'
import { isDead, ringSeat } from './seats.js'
import { self } from './thread.js'
import { mark, ringMarked, unmark } from './waiters.js'
import { pause, type Wait, waitSync } from './waiting.js'

const WAITERS: number = 0x8000_0000 | 0

/** Where a lock and its waiters lie. */
export interface LockPlace {
  readonly words: Int32Array
  readonly index: number
  readonly lockers: number
  readonly summary: number
}

/** Takes the lock for the thread named `me`. True when its owner had died or was cut off. The fast path is the caller's. */
export function acquire(arena: Arena, place: LockPlace, me: number): boolean {
  const { words, index } = place
  if (compareExchange(words, index, 0, me) === 0) return false
  let ownerDied = false
  const attempt = (wanted: boolean): boolean => {
    for (;;) {
      const word = load(words, index)
      const owner = word & NAME_BITS
      if (word === 0) {
        if (compareExchange(words, index, 0, me) === 0) return true
        continue
      }
      // An operation of this thread was cut off by a termination that it survived: the state is consistent.
      if (owner === me) return (ownerDied = true)
      if (!wanted) return false
      // Whoever had our seat before us is dead, whatever the seat says.
      if (owner === 0 || seatOf(owner) === seatOf(me) || isDead(arena, owner)) {
        if (compareExchange(words, index, word, me | (word & WAITERS)) !== word) continue
        ownerDied = true
        return true
      }
      // Leave only when it is said, under a living owner, that somebody waits.
      if ((word & WAITERS) !== 0) return false
      if (compareExchange(words, index, word, word | WAITERS) === word) return false
    }
  }
  for (let i = 0; i < 300; i++) {
    if (attempt(false)) return ownerDied
    pause()
  }
  const seat = self().seat
  const wait: Wait = {
    look: () => attempt(true),
    glance: () => attempt(false),
    // The owner's operation may have been cut off (a vm timeout, a stack overflow): its event loop gives it back.
    late: () => {
      const owner = load(words, index) & NAME_BITS
      if (owner === 0) return
      ringSeat(arena, seatOf(owner))
      arena.substrate.wake(seatOf(owner), SLEEPERS)
    },
    mark: () => mark(words, place.lockers, place.summary, seat),
    leave: () => unmark(arena, words, place.lockers, place.summary, seat),
  }
  waitSync(wait, Infinity, false)
  return ownerDied
}

/** Gives the lock back and rings who waits for it. */
export function release(arena: Arena, place: LockPlace): void {
  if (exchange(place.words, place.index, 0) < 0) {
    ringMarked(arena, place.words, place.lockers, place.summary)
  }
}
