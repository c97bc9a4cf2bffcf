/**
 * A user's lock: one word, in the style of the robust futex of Linux (futex(2), set_robust_list(2)).
 *
 *   bits 0–29  the owner's name; zero: free
 *   bit 30     DIED: the last owner died with it, and nobody was told yet
 *   bit 31     WAITERS: somebody is marked at the block
 *
 * Pairs
 *   U1  release exchanges the word -> next taker's compare-exchange: all that the owner wrote
 *   U2  waiter marks the block, sets WAITERS, looks -> release sees WAITERS and rings all marked. Every death rings
 *       all bells, and each waiter asks again whether the owner lives.
 *
 * A dead owner's word is taken over by compare-exchange, by one; that one is told. A free word with DIED is told to
 * who takes it. An actor that ends while its thread lives on puts DIED there itself.
 */
import { type Block, compareExchange, exchange, load, NAME_BITS, seatOf } from '@troupe/memory'

export const WAITERS: number = 0x8000_0000 | 0
export const DIED = 0x4000_0000

/** What a look at the word found. */
export const HELD = 0
export const TAKEN = 1
export const TAKEN_FROM_DEAD = 2
/** This thread holds it: one of its actors, or another part of this one. */
export const OWN = 3

/** Tries to take the lock; a waiter that will sleep says so in the word. */
export function tryTake(block: Block, index: number, willSleep: boolean): number {
  const { words } = block
  const me = block.self.name
  for (;;) {
    const word = load(words, index)
    const owner = word & NAME_BITS
    const isFree = owner === 0
    if (!isFree && owner === me) {
      if (willSleep && (word & WAITERS) === 0) {
        if (compareExchange(words, index, word, word | WAITERS) !== word) continue
      }
      return OWN
    }
    // Whoever had our seat before us is dead, whatever the seat says.
    if (isFree || seatOf(owner) === block.self.seat || block.isDead(owner)) {
      if (compareExchange(words, index, word, me | (word & WAITERS)) !== word) continue
      return isFree && (word & DIED) === 0 ? TAKEN : TAKEN_FROM_DEAD
    }
    // Leave only when it is said, under a living owner, that somebody waits.
    if (!willSleep || (word & WAITERS) !== 0) return HELD
    if (compareExchange(words, index, word, word | WAITERS) === word) return HELD
  }
}

/** Gives the lock back; `died` leaves word that its owner did not do so itself. */
export function release(block: Block, index: number, died: boolean): void {
  if (exchange(block.words, index, died ? DIED : 0) < 0) block.ring()
}

/** Name of the thread that holds it; 0 when nobody does. */
export function ownerOf(block: Block, index: number): number {
  const owner = load(block.words, index) & NAME_BITS
  return owner === 0 || block.isDead(owner) ? 0 : owner
}
