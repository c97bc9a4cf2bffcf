/** Makes rings, and opens them: one view a thread and ring, whoever of its actors uses it. */
import { load, store } from '#atomics'
import { CONSUMER, type EndHandle, holder, PRODUCER } from './ends.js'
import {
  D_BYTES,
  D_CAPACITY,
  D_COUNT,
  D_ENDS,
  D_GENERATION,
  D_GETTERS,
  D_HOLDS,
  D_KIND,
  D_MAXSIZE,
  D_PEER,
  D_ROWS,
  D_RUN,
  D_RUN_PAGES,
  D_SLOTS,
  OWNED_BY,
  PIPE_BACK,
  ROWS_BYTES,
  SLOT_BYTES,
  SLOT_WORDS,
} from './layout.js'
import { type Handle, makeObject, wordsOf } from './objects.js'
import { retryWhenFull, takeRun } from './pages.js'
import { Ring } from './ring.js'
import { type Self, self } from './thread.js'
import { openObject } from './wrappers.js'

/** Kinds of objects. */
export const QUEUE = 1
export const PIPE = 2
/** A run of pages that users see as a buffer of its own. */
export const BUFFER = 4
/** Words that a package above gives their meaning. */
export const BLOCK = 5

/** How a ring is made. */
export interface RingOptions {
  /** What the items may cost in all: 16 bytes and the payload each. */
  readonly bytes: number
  /** How many items there may be; 0 for as many as `bytes` allows. */
  readonly maxsize: number
  /** Whether what was taken and what was done is counted. */
  readonly rows?: boolean
}

interface Opened {
  readonly ring: Ring
  readonly back: Ring | undefined
}

const MOST_BYTES = 2 ** 30

/** Makes a ring for many putters and getters. */
export function makeQueue(options: RingOptions): Handle {
  const me = self()
  return retryWhenFull(() =>
    makeObject(me.arena, me.name, me.seat, QUEUE, (index, words) => {
      fillRing(me, index, words, options)
    }),
  )
}

/** Makes a pipe: two rings without locks, and an end at each side, both of `actor` of this thread. */
export function makePipe(options: RingOptions, actor: number): Handle {
  const me = self()
  const by = holder(me.name, actor)
  const fill = (index: number, words: Int32Array): void => {
    fillRing(me, index, words, options)
    const back = makeObject(me.arena, me.name, me.seat, PIPE_BACK, (part, partWords) => {
      fillRing(me, part, partWords, options)
      store(partWords, D_PEER, index + 1)
    })
    store(words, D_PEER, back.index + 1)
    giveUpPart(me, back)
    const { pageBytes } = me.arena.shape
    const ends = new BigInt64Array(me.arena.buffer, load(words, D_RUN) * pageBytes, 3)
    ends[1] = by
    ends[2] = by | (1n << 62n)
    store(words, D_ENDS, 2)
  }
  return retryWhenFull(() => makeObject(me.arena, me.name, me.seat, PIPE, fill))
}

/** The ends of a fresh pipe: the first writes the first ring and reads the second. */
export const PIPE_ENDS: readonly [EndHandle, EndHandle] = [
  { end: PRODUCER, generation: 0 },
  { end: CONSUMER, generation: 0 },
]

/** Opens the ring for one more wrapper of this thread, which holds it already. */
export function openRing(handle: Handle): Opened {
  return openObject(handle, () => {
    const me = self()
    const locked = load(wordsOf(me.arena, handle), D_KIND) === QUEUE
    const ring = new Ring(me, handle.index, handle.generation, locked)
    const peer = load(ring.words, D_PEER)
    const back = peer === 0 ? undefined : openPart(me, peer - 1)
    return { ring, back }
  })
}

function openPart(me: Self, index: number): Ring {
  const words = me.arena.descriptor(index)
  return new Ring(me, index, load(words, D_GENERATION), false)
}

// A part counts in its whole alone: no seat holds it.
function giveUpPart(me: Self, back: Handle): void {
  const words = me.arena.descriptor(back.index)
  words.fill(0, D_HOLDS, D_GETTERS)
  store(words, D_COUNT, 0)
}

function fillRing(me: Self, index: number, words: Int32Array, options: RingOptions): void {
  const { shape, buffer } = me.arena
  const { maxsize, rows = false } = options
  const bytes = Math.min(MOST_BYTES, Math.max(64, options.bytes))
  const most = Math.max(2, Math.floor(bytes / SLOT_BYTES))
  const slots = powerOfTwo(maxsize > 0 ? Math.min(maxsize, most) : most)
  const capacity = powerOfTwo(bytes)
  const size = shape.pageBytes + (rows ? ROWS_BYTES : 0) + slots * SLOT_BYTES + capacity
  const pages = Math.ceil(size / shape.pageBytes)
  const run = takeRun(me.arena, me.name, pages, OWNED_BY | index, (page) => {
    store(words, D_RUN, page)
    store(words, D_RUN_PAGES, pages)
    const at = page * shape.pageBytes
    // What the last owner left: the page of ends, the rows, and the slot before the first.
    const head = shape.pageBytes + (rows ? ROWS_BYTES : 0)
    new Int32Array(buffer, at, head / 4).fill(0)
    new Int32Array(buffer, at + head + (slots - 1) * SLOT_BYTES, SLOT_WORDS).fill(0)
  })
  store(words, D_RUN, run)
  store(words, D_SLOTS, slots)
  store(words, D_CAPACITY, capacity)
  store(words, D_BYTES, bytes)
  store(words, D_MAXSIZE, maxsize)
  store(words, D_ROWS, rows ? 1 : 0)
}

function powerOfTwo(value: number): number {
  let power = 1
  while (power < value) power *= 2
  return power
}
