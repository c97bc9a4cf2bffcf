/**
 * Operations that are cut off without a death: by a vm timeout, or by a stack overflow (rule B16). Such a
 * thread lives on, so nobody takes its lock over, frees its run, or rings for it.
 *
 * One mark a thread says which ring its operation is at. The next operation of the thread finds it set, or
 * the event loop does when it hears the bell, which a waiter for the lock rings after a while; either gives
 * back what is held and rings everybody. What the lock guards is right at every instant, as after a death.
 */
import { load } from '#atomics'
import { freeLarge } from './large.js'
import { NAME_BITS } from './layout.js'
import { release } from './lock.js'
import type { RingPlace } from './ring-place.js'
import { onHear } from './waiting.js'

/** The ring that an operation of this thread is at; found set by the next one, it was cut off (rule B16). */
let busy: RingPlace | undefined
/** Pages of a large message that was taken and is not freed yet. */
let run = 0

/** An operation begins. */
export function begin(place: RingPlace): void {
  if (busy !== undefined) recover()
  busy = place
}

/** It is over: what it committed was rung. */
export function end(): void {
  busy = undefined
}

/** The operation owes a run back. */
export function owe(page: number): void {
  run = page
}

// Gives back what a cut off operation held. Whom it did not ring is rung with everybody.
function recover(): void {
  const place = busy
  if (place === undefined) return
  busy = undefined
  const { arena, words, self } = place
  for (const lock of [place.producers, place.consumers]) {
    if ((load(words, lock.index) & NAME_BITS) === self.name) release(arena, lock)
  }
  const page = run
  run = 0
  if (page !== 0) freeLarge(arena, self.name, page)
  arena.substrate.ringAll()
}

onHear(recover)
