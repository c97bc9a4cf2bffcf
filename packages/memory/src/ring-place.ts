/** Where a ring lies in the arena, as one thread sees it: read once from the descriptor, and checked. */
import { load } from '#atomics'
import type { Arena } from './arena.js'
import { CorruptError } from './errors.js'
import {
  D_BYTES,
  D_CAPACITY,
  D_CONSUMERS,
  D_LOCKERS,
  D_LOCKERS_SUMMARY,
  D_MAXSIZE,
  D_PRODUCERS,
  D_ROWS,
  D_RUN,
  D_SLOTS,
  ROWS_BYTES,
  SLOT_BYTES,
  SLOT_WORDS,
} from './layout.js'
import { acquire, type LockPlace, release } from './lock.js'
import { wordsOf } from './objects.js'
import { Rows } from './rows.js'
import type { Self } from './thread.js'
import { ringMarked } from './waiters.js'

/** How a try ended. */
export const DONE = 0
/** No room, or no message. */
export const AGAIN = 1
/** No more is accepted, and for a getter: nothing is left. */
export const CLOSED = 2
export type Outcome = typeof DONE | typeof AGAIN | typeof CLOSED

/** Payloads up to this are copied word by word, which beats a call into the engine. */
export const SMALL = 256

export class RingPlace {
  readonly self: Self
  readonly arena: Arena
  readonly index: number
  readonly generation: number
  readonly words: Int32Array
  /** Without locks it has one putter and one getter: a pipe's direction. */
  readonly locked: boolean
  readonly slots: Int32Array
  readonly slotMask: number
  readonly bytes: Uint8Array
  readonly payload: Int32Array
  readonly capacity: number
  /** What the items may cost. */
  readonly limitBytes: number
  /** How many items there may be. */
  readonly limitItems: number
  readonly rows: Rows | undefined
  readonly producers: LockPlace
  readonly consumers: LockPlace

  constructor(self: Self, index: number, generation: number, locked: boolean) {
    const { arena } = self
    const words = wordsOf(arena, { index, generation })
    this.self = self
    this.arena = arena
    this.index = index
    this.generation = generation
    this.words = words
    this.locked = locked
    const slots = load(words, D_SLOTS)
    const capacity = load(words, D_CAPACITY)
    const run = load(words, D_RUN)
    const { pageBytes, bytes, firstPage } = arena.shape
    const rows = load(words, D_ROWS) === 1
    const slotsAt = run * pageBytes + pageBytes + (rows ? ROWS_BYTES : 0)
    const bytesAt = slotsAt + slots * SLOT_BYTES
    const fits = run >= firstPage && bytesAt + capacity <= bytes
    if (!isPowerOfTwo(slots) || !isPowerOfTwo(capacity) || !fits) {
      throw new CorruptError(
        `object ${index} claims ${slots} slots and ${capacity} bytes at page ${run}`,
      )
    }
    this.limitBytes = load(words, D_BYTES)
    this.limitItems = Math.min(slots, load(words, D_MAXSIZE) || slots)
    this.slots = new Int32Array(arena.buffer, slotsAt, slots * SLOT_WORDS)
    this.slotMask = slots - 1
    this.bytes = new Uint8Array(arena.buffer, bytesAt, capacity)
    this.payload = new Int32Array(arena.buffer, bytesAt, capacity / 4)
    this.capacity = capacity
    this.rows = rows ? new Rows(self, run * pageBytes + pageBytes) : undefined
    const lockers = { words, lockers: D_LOCKERS, summary: D_LOCKERS_SUMMARY }
    this.producers = { ...lockers, index: D_PRODUCERS }
    this.consumers = { ...lockers, index: D_CONSUMERS }
  }

  /** Runs `work` under the producers' lock. */
  withProducers<T>(work: () => T): T {
    return this.#with(this.producers, work)
  }

  /** Runs `work` under the consumers' lock. */
  withConsumers<T>(work: () => T): T {
    return this.#with(this.consumers, work)
  }

  /** Takes a lock whose fast path failed. */
  lock(place: LockPlace): void {
    acquire(this.arena, place, this.self.name)
  }

  /** Rings who waits for one of the locks. */
  ringLockers(): void {
    ringMarked(this.arena, this.words, D_LOCKERS, D_LOCKERS_SUMMARY)
  }

  /** The positions cannot be. */
  corrupt(head: number, tail: number): CorruptError {
    return new CorruptError(`object ${this.index} has head ${head} and tail ${tail}`)
  }

  #with<T>(place: LockPlace, work: () => T): T {
    if (!this.locked) return work()
    this.lock(place)
    try {
      return work()
    } finally {
      release(this.arena, place)
    }
  }
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0
}
