/**
 * Objects are fixed descriptors, never reused as anything else. A handle is (index, generation).
 *
 * One count = threads that hold the object + handles in messages. One hold bit a seat. Zero frees.
 *
 * Invariant: the count is never too low. A kill between two steps may leave it one too high; such an
 * object lives as long as its system.
 *
 * Order of the steps (rule C18)
 *   send     count +1, then the message commits
 *   receive  set the hold bit; it was set already: count -1
 *   give up  clear the hold bit; it was set: count -1        (the reaper of a dead seat does the same)
 *
 * Who reaches zero writes its name into the state, empties the object, frees its run, moves the
 * generation, and stores zero. Who meets a dead name there goes on with it.
 */
import { add, and, compareExchange, load, or, store, sub } from '#atomics'
import type { Arena } from './arena.js'
import { ArenaFullError, CorruptError, ForeignHandleError } from './errors.js'
import {
  D_CLOSED,
  D_COUNT,
  D_ENDS,
  D_GENERATION,
  D_HOLDS,
  D_KIND,
  D_PEER,
  D_RUN,
  D_STATE,
  DESCRIPTOR_BYTES,
  DESCRIPTOR_WORDS,
  H_DESCRIPTOR_CURSOR,
  H_DESCRIPTOR_HIGH,
  MADE,
  NAME_BITS,
  OWNED_BY,
  PIPE_BACK,
} from './layout.js'
import { freeRun, freeRunsOf, withAllocator } from './pages.js'
import { isDead } from './seats.js'

/** Names an object of one system. */
export interface Handle {
  readonly index: number
  readonly generation: number
}

/** Takes back what lies in an object before it is freed: messages with handles and ends. */
export type Empty = (index: number, words: Int32Array) => void

const empties = new Map<number, Empty>()

/** Says how objects of `kind` are emptied before they are freed. */
export function onFree(kind: number, empty: Empty): void {
  empties.set(kind, empty)
}

const CHUNK = 64

/**
 * Makes an object of `kind`, held by the thread named `me`. `fill` writes its words while only its maker
 * knows it; a maker that dies meanwhile leaves its name, and the reaper frees it.
 */
export function makeObject(
  arena: Arena,
  me: number,
  seat: number,
  kind: number,
  fill: (index: number, words: Int32Array) => void,
): Handle {
  const index = claimDescriptor(arena, me)
  const words = arena.descriptor(index)
  const generation = load(words, D_GENERATION)
  words.fill(0, D_KIND)
  store(words, D_KIND, kind)
  try {
    fill(index, words)
  } catch (error) {
    discard(arena, me, index, words)
    throw error
  }
  or(words, D_HOLDS + (seat >>> 5), 1 << (seat & 31))
  store(words, D_COUNT, 1)
  store(words, D_STATE, MADE)
  return { index, generation }
}

/** The words of the object that `handle` names; throws when it is gone. */
export function wordsOf(arena: Arena, handle: Handle): Int32Array {
  const words = findWords(arena, handle)
  if (!words) throw gone(handle)
  return words
}

/** The words of the object that `handle` names, or nothing when it is gone. */
export function findWords(arena: Arena, { index, generation }: Handle): Int32Array | undefined {
  if (!(index >= 0 && index < descriptorsUsed(arena))) return undefined
  const words = arena.descriptor(index)
  if (load(words, D_GENERATION) !== generation || load(words, D_STATE) === 0) return undefined
  return words
}

// Descriptors below this are backed by memory.
function descriptorsUsed(arena: Arena): number {
  const high = load(arena.header, H_DESCRIPTOR_HIGH)
  if (high >= 0 && high <= arena.shape.descriptors) return high
  throw new CorruptError(`it claims ${high} of ${arena.shape.descriptors} objects`)
}

/** A handle goes into a message: before the message commits. */
export function lend(words: Int32Array): void {
  add(words, D_COUNT, 1)
}

/** As `lend`, for who was lent nothing itself: false when the object is being freed, or is gone. */
export function tryLend(words: Int32Array): boolean {
  for (;;) {
    const count = load(words, D_COUNT)
    if (count <= 0 || load(words, D_STATE) !== MADE) return false
    if (compareExchange(words, D_COUNT, count, count + 1) === count) return true
  }
}

/** A handle left its message unused: the put failed, or the message was dropped. */
export function takeBack(arena: Arena, me: number, index: number, words: Int32Array): void {
  if (sub(words, D_COUNT, 1) === 1) free(arena, me, index, words)
}

/** The thread on `seat` received a handle and holds the object from now on. */
export function hold(
  arena: Arena,
  me: number,
  seat: number,
  index: number,
  words: Int32Array,
): void {
  const bit = 1 << (seat & 31)
  if ((or(words, D_HOLDS + (seat >>> 5), bit) & bit) !== 0) takeBack(arena, me, index, words)
}

/** Makes the thread that a seat is reserved for a holder: count first, then the bit. */
export function holdFor(words: Int32Array, seat: number): void {
  add(words, D_COUNT, 1)
  or(words, D_HOLDS + (seat >>> 5), 1 << (seat & 31))
}

/** The thread on `seat` gives the object up. The reaper calls it for a dead seat. */
export function giveUp(
  arena: Arena,
  me: number,
  seat: number,
  index: number,
  words: Int32Array,
): void {
  const bit = 1 << (seat & 31)
  if ((and(words, D_HOLDS + (seat >>> 5), ~bit) & bit) !== 0) takeBack(arena, me, index, words)
}

/** Whether the thread on `seat` holds the object. */
export function holds(words: Int32Array, seat: number): boolean {
  return (load(words, D_HOLDS + (seat >>> 5)) & (1 << (seat & 31))) !== 0
}

/** Visits every object in use, with what `D_STATE` says. */
export function eachObject(
  arena: Arena,
  visit: (index: number, words: Int32Array, state: number) => void,
): void {
  const high = descriptorsUsed(arena)
  const all = new Int32Array(arena.buffer, arena.shape.descriptorsOffset, high * DESCRIPTOR_WORDS)
  for (let index = 0; index < high; index++) {
    const state = load(all, index * DESCRIPTOR_WORDS + D_STATE)
    if (state !== 0) visit(index, arena.descriptor(index), state)
  }
}

/** Objects in use: for tests and for looking at a system. */
export function countObjects(arena: Arena): number {
  let count = 0
  eachObject(arena, () => {
    count++
  })
  return count
}

/** Goes on with the making or freeing that a dead thread left. */
export function finishDead(arena: Arena, me: number, index: number, words: Int32Array): void {
  const state = load(words, D_STATE)
  if (state === 0 || state === MADE || !isDead(arena, state & NAME_BITS)) return
  if (compareExchange(words, D_STATE, state, me) === state) discard(arena, me, index, words)
}

// What reached zero while another object is freed waits here: queues in queues would end the stack.
const doomed: number[] = []
let freeing = false

function free(arena: Arena, me: number, index: number, words: Int32Array): void {
  if (compareExchange(words, D_STATE, MADE, me) !== MADE) return
  doomed.push(index)
  if (freeing) {
    // The free under way takes it. One that was cut off, by a vm timeout, does not: then the event loop does.
    if (doomed.length === 1) setImmediate(freeDoomed, arena, me)
    return
  }
  freeDoomed(arena, me)
}

function freeDoomed(arena: Arena, me: number): void {
  freeing = true
  try {
    for (let next = doomed.pop(); next !== undefined; next = doomed.pop()) {
      discard(arena, me, next, arena.descriptor(next))
    }
  } finally {
    freeing = false
  }
}

// The state is our name. A kill in between leaves it, and each step may be done twice.
function discard(arena: Arena, me: number, index: number, words: Int32Array): void {
  store(words, D_CLOSED, 1)
  const run = load(words, D_RUN)
  const peer = load(words, D_PEER)
  leaveCorrupt(() => empties.get(load(words, D_KIND))?.(index, words))
  if (run !== 0) leaveCorrupt(() => freeRun(arena, me, run, OWNED_BY | index))
  if (load(words, D_ENDS) > arena.shape.pageBytes / 8 - 1) {
    leaveCorrupt(() => freeRunsOf(arena, me, OWNED_BY | index))
  }
  if (peer !== 0 && load(words, D_KIND) !== PIPE_BACK) {
    leaveCorrupt(() => discardPart(arena, me, peer - 1, index))
  }
  store(words, D_GENERATION, (load(words, D_GENERATION) + 1) | 0)
  store(words, D_STATE, 0)
}

/** Does a step for an object that nobody will use: what is corrupt is left, and the next step follows. */
export function leaveCorrupt(step: () => void): void {
  try {
    step()
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error
  }
}

// The second direction of a pipe is a part of the first and goes with it.
function discardPart(arena: Arena, me: number, part: number, whole: number): void {
  const words = arena.descriptor(part)
  if (load(words, D_PEER) !== whole + 1 || load(words, D_STATE) === 0) return
  store(words, D_CLOSED, 1)
  empties.get(load(words, D_KIND))?.(part, words)
  const run = load(words, D_RUN)
  if (run !== 0) freeRun(arena, me, run, OWNED_BY | part)
  store(words, D_PEER, 0)
  store(words, D_GENERATION, (load(words, D_GENERATION) + 1) | 0)
  store(words, D_STATE, 0)
}

// Descriptors are reused in rotation, so that a stale handle meets another generation for long.
function claimDescriptor(arena: Arena, me: number): number {
  return withAllocator(arena, me, () => {
    const { header, shape } = arena
    let high = descriptorsUsed(arena)
    const cursor = load(header, H_DESCRIPTOR_CURSOR) >>> 0
    const found = search(arena, me, cursor, high, Math.min(high, 2 * CHUNK))
    if (found >= 0) return found
    if (high < shape.descriptors) {
      const more = Math.min(CHUNK, shape.descriptors - high)
      arena.substrate.reserve(
        shape.descriptorsOffset + high * DESCRIPTOR_BYTES,
        more * DESCRIPTOR_BYTES,
      )
      store(header, H_DESCRIPTOR_HIGH, high + more)
      const fresh = search(arena, me, high, high + more, more)
      if (fresh >= 0) return fresh
      high += more
    }
    const last = search(arena, me, cursor, high, high)
    if (last >= 0) return last
    throw new ArenaFullError(
      `All ${high} objects of this system are in use; dispose of queues and pipes that are no longer needed`,
    )
  })
}

function search(arena: Arena, me: number, from: number, high: number, tries: number): number {
  for (let i = 0; i < tries; i++) {
    const index = (from + i) % high
    const word = arena.shape.descriptorsOffset / 4 + index * DESCRIPTOR_WORDS + D_STATE
    const all = descriptorStates(arena)
    if (compareExchange(all, word, 0, me) !== 0) continue
    store(arena.header, H_DESCRIPTOR_CURSOR, (index + 1) % high)
    return index
  }
  return -1
}

const states = new WeakMap<Arena, Int32Array>()

// One view over everything before the pages, for a look at a state without a view of its own.
function descriptorStates(arena: Arena): Int32Array {
  let view = states.get(arena)
  if (!view) {
    const { descriptorsOffset, descriptors } = arena.shape
    view = new Int32Array(arena.buffer, 0, descriptorsOffset / 4 + descriptors * DESCRIPTOR_WORDS)
    states.set(arena, view)
  }
  return view
}

function gone(handle: Handle): ForeignHandleError {
  return new ForeignHandleError(
    `The handle (object ${handle.index}, generation ${handle.generation}) names nothing in this system: ` +
      'it is of another system, or everybody gave the object up',
  )
}
