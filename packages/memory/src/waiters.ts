/**
 * The waiters of one side of an object: one bit a seat in 32 group words, and a summary word with one
 * bit a group. There is always a place, and a dead waiter's bit costs a ring, never a wake.
 *
 * Invariant: while a waiter sleeps, its bit and its group's summary bit are set, or a ring is under way.
 *
 * Pairs
 *   W1  waiter sets bit, then summary, then looks at the object
 *       -> waker commits to the object, then loads the summary: one of the two sees the other.
 *   W2  a leaver that emptied a group clears the summary bit and reads the group again: whoever set a bit
 *       in between may have lost its summary bit, so it is set again and those waiters are rung.
 *       Killed between the two, the leaver's death rings all bells, and each look sets the bits again.
 */
import { and, load, or } from '#atomics'
import type { Arena } from './arena.js'
import { ringSeat } from './seats.js'

/** Marks `seat` as waiting. The caller looks at the object once more afterwards. */
export function mark(words: Int32Array, bits: number, summary: number, seat: number): void {
  or(words, bits + (seat >>> 5), 1 << (seat & 31))
  or(words, summary, 1 << (seat >>> 5))
}

/** Takes the mark of `seat` away. */
export function unmark(
  arena: Arena,
  words: Int32Array,
  bits: number,
  summary: number,
  seat: number,
): void {
  const group = seat >>> 5
  const bit = 1 << (seat & 31)
  if ((and(words, bits + group, ~bit) & ~bit) !== 0) return
  and(words, summary, ~(1 << group))
  const left = load(words, bits + group)
  if (left === 0) return
  or(words, summary, 1 << group)
  ringGroup(arena, group, left)
}

/** Rings every marked seat. Called after a commit, when the summary is not zero. */
export function ringMarked(arena: Arena, words: Int32Array, bits: number, summary: number): void {
  let groups = load(words, summary)
  while (groups !== 0) {
    const group = 31 - Math.clz32(groups)
    groups &= ~(1 << group)
    ringGroup(arena, group, load(words, bits + group))
  }
}

function ringGroup(arena: Arena, group: number, marked: number): void {
  let rest = marked
  while (rest !== 0) {
    const bit = 31 - Math.clz32(rest)
    rest &= ~(1 << bit)
    const seat = (group << 5) | bit
    if (seat < 1023) ringSeat(arena, seat)
  }
}
