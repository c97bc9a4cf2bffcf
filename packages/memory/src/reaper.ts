/**
 * What is done for the dead: their holds, their waiter bits, their half-made objects, their large
 * messages, and the rings that ended with them. The root reaps after each death, who takes a dead seat
 * cleans it first, and anybody reaps before the arena is said to be full.
 *
 * Every step may be done twice: a reaper that is killed is followed by another.
 */
import { add, load } from '#atomics'
import type { Arena } from './arena.js'
import { CONSUMER, type EndHandle, Ends, PRODUCER } from './ends.js'
import { headOf } from './large.js'
import {
  D_CLOSED,
  D_ENDS,
  D_GENERATION,
  D_GETTERS,
  D_GETTERS_SUMMARY,
  D_KIND,
  D_LOCKERS,
  D_LOCKERS_SUMMARY,
  D_LOST,
  D_PEER,
  D_PUTTERS,
  D_PUTTERS_SUMMARY,
  H_LOCKERS,
  H_LOCKERS_SUMMARY,
  L_DESCRIPTOR,
  L_GENERATION,
  L_POSITION,
  MADE,
  NAME_BITS,
  PIPE_BACK,
} from './layout.js'
import { NAMES_END, NAMES_OBJECT } from './links.js'
import {
  eachObject,
  findWords,
  finishDead,
  giveUp,
  type Handle,
  holds,
  leaveCorrupt,
  onFree,
  takeBack,
  tryLend,
} from './objects.js'
import { BLOCK, BUFFER, PIPE, QUEUE } from './open.js'
import { eachRun, freeRun } from './pages.js'
import { Ring } from './ring.js'
import { DONE } from './ring-place.js'
import { taken } from './ring-take.js'
import { type Clean, cleanSeats, isDead } from './seats.js'
import { Steps } from './steps.js'
import { type Self, self } from './thread.js'
import { unmark } from './waiters.js'
import { dropUnwrapped } from './wrappers.js'

/** Clears what the dead holder of `seat` left. The caller holds the seat's life. */
export function cleanerOf(arena: Arena, mine: number): Clean {
  return (seat, name) => {
    const steps = new Steps()
    unmark(arena, arena.header, H_LOCKERS, H_LOCKERS_SUMMARY, seat)
    eachObject(arena, (index, words, state) => {
      unmark(arena, words, D_GETTERS, D_GETTERS_SUMMARY, seat)
      unmark(arena, words, D_PUTTERS, D_PUTTERS_SUMMARY, seat)
      unmark(arena, words, D_LOCKERS, D_LOCKERS_SUMMARY, seat)
      if (load(words, D_KIND) === BLOCK && holds(words, seat)) add(words, D_LOST, 1)
      steps.do(() => {
        if (state === MADE) giveUp(arena, mine, seat, index, words)
        else if ((state & NAME_BITS) === name) finishDead(arena, mine, index, words)
      })
    })
    steps.done()
  }
}

/**
 * Cleans up after all dead threads. True when something was freed or ended. What fails keeps nothing else from
 * being cleaned; the first error is thrown in the end.
 */
export function reap(me: Self): boolean {
  const { arena } = me
  const steps = new Steps()
  let cleaned = 0
  steps.do(() => {
    cleaned += cleanSeats(arena, cleanerOf(arena, me.name))
  })
  steps.do(() =>
    eachObject(arena, (index, words, state) => {
      steps.do(() => reapObject(me, index, words, state))
    }),
  )
  steps.do(() => {
    cleaned += freeDeadRuns(me)
  })
  steps.done()
  return cleaned > 0
}

function reapObject(me: Self, index: number, words: Int32Array, state: number): void {
  if (state !== MADE) finishDead(me.arena, me.name, index, words)
  else if (load(words, D_ENDS) > 0 && load(words, D_CLOSED) === 0) {
    // Kept meanwhile: others go on, and may give it up. Who uses it is told that it is corrupt.
    if (!tryLend(words)) return
    try {
      leaveCorrupt(() => endRing(me, index, words))
    } finally {
      takeBack(me.arena, me.name, index, words)
    }
  }
}

/**
 * Closes a queue whose producers, or whose consumers, are all gone. First the ends, then the positions
 * once more: the close is stored under the producers' lock, and getters drain what was accepted.
 */
export function endIfOver(ring: Ring): boolean {
  if (ring.isClosed) return true
  const isOver = (): boolean => {
    const producers = ring.ends.standing(PRODUCER)
    const consumers = ring.ends.standing(CONSUMER)
    return (producers.any && !producers.open) || (consumers.any && !consumers.open)
  }
  // Once more under the lock, under which ends are added: one may have come where the walk had passed.
  return isOver() && ring.close(isOver)
}

/**
 * Closes an end, if `from` holds it or whoever does; who waits for what ended with it is told. Nothing
 * happens when its object is gone.
 */
export function closeEnd(me: Self, handle: Handle, end: EndHandle, from?: bigint): void {
  const words = findWords(me.arena, handle)
  // Kept meanwhile: freed and made anew it would be a stranger's.
  if (!words || !tryLend(words)) return
  try {
    if (load(words, D_GENERATION) !== handle.generation) return
    const ends = new Ends(me.arena, me.name, handle.index, words)
    if (ends.close(end, from)) endRing(me, handle.index, words)
  } finally {
    takeBack(me.arena, me.name, handle.index, words)
  }
}

function endRing(me: Self, index: number, words: Int32Array): void {
  const kind = load(words, D_KIND)
  if (kind === QUEUE) endIfOver(new Ring(me, index, load(words, D_GENERATION), true))
  if (kind === PIPE) endPipeIfOver(me, index, words)
}

function endPipeIfOver(me: Self, index: number, words: Int32Array): void {
  const ends = new Ends(me.arena, me.name, index, words)
  if (ends.isOpen(PRODUCER) && ends.isOpen(CONSUMER)) return
  new Ring(me, index, load(words, D_GENERATION), false).close()
  const part = load(words, D_PEER) - 1
  const partWords = me.arena.descriptor(part)
  new Ring(me, part, load(partWords, D_GENERATION), false).close()
}

// A run of a dead name is freed, unless its slot was committed: then a getter will take it.
function freeDeadRuns(me: Self): number {
  const { arena, name } = me
  const dead: { page: number; owner: number }[] = []
  eachRun(arena, name, (page, owner) => {
    if (owner > 0 && isDead(arena, owner)) dead.push({ page, owner })
  })
  let freed = 0
  for (const { page, owner } of dead) {
    const head = headOf(arena, page)
    if (isNamed(me, head[L_DESCRIPTOR]!, head[L_GENERATION]!, head[L_POSITION]!, page)) continue
    if (freeRun(arena, name, page, owner)) freed++
  }
  return freed
}

function isNamed(
  me: Self,
  index: number,
  generation: number,
  position: number,
  page: number,
): boolean {
  const words = findWords(me.arena, { index, generation })
  if (!words) return false
  const kind = load(words, D_KIND)
  if (kind !== QUEUE && kind !== PIPE && kind !== PIPE_BACK) return false
  // A part counts in its whole.
  const counted = kind === PIPE_BACK ? load(words, D_PEER) - 1 : index
  const lent = me.arena.descriptor(counted)
  // Somebody frees it now and takes out what lies in it: the next reaper looks again.
  if (!tryLend(lent)) return load(words, D_GENERATION) === generation
  try {
    return new Ring(me, index, generation, kind === QUEUE).names(position, page)
  } catch {
    return false
  } finally {
    takeBack(me.arena, me.name, counted, lent)
  }
}

// What lies in a ring that nobody can reach any more: its handles go back, its ends close.
function emptyRing(index: number, words: Int32Array): void {
  const me = self()
  // Corrupt is also what a maker that died left unfinished.
  const ring = new Ring(me, index, load(words, D_GENERATION), load(words, D_KIND) === QUEUE)
  while (ring.take(DROPPED) === DONE) dropTaken(me)
  ring.ends.freeChain()
}

/** The actor that takes messages only to drop them. */
const DROPPED = 0xf_ffff

/** Gives back what the message in `taken` carries: its ends close, its handles are given up. */
export function dropTaken(me: Self): void {
  for (const link of taken.links) {
    const handle = { index: link.a, generation: link.b }
    if ((link.tag & NAMES_END) !== 0) {
      closeEnd(me, handle, { end: link.c, generation: link.d })
    }
    if ((link.tag & NAMES_OBJECT) !== 0) dropUnwrapped(handle)
  }
}

for (const kind of [QUEUE, PIPE, PIPE_BACK]) onFree(kind, emptyRing)
for (const kind of [BUFFER, BLOCK]) onFree(kind, () => {})
