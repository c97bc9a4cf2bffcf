/** The putter's side of a ring; see `ring.ts` for the invariants. */
import { compareExchange, exchange, load, store } from '#atomics'
import type { Arena } from './arena.js'
import type { Batch } from './batch.js'
import { begin, end } from './cut-off.js'
import { ArenaFullError } from './errors.js'
import { addressLarge, freeLarge, writeLarge } from './large.js'
import {
  D_CLOSED,
  D_GENERATION,
  D_GETTERS,
  D_GETTERS_SUMMARY,
  D_HEAD,
  D_NEXT,
  D_PRODUCERS,
  D_PUTTERS,
  D_PUTTERS_SUMMARY,
  D_SEEN_HEAD,
  D_SEEN_START,
  D_TAIL,
  IN_BYTES,
  LARGE,
  SLOT_A,
  SLOT_B,
  SLOT_BYTES,
  SLOT_START,
  SLOT_TAG,
  SLOT_WORDS,
} from './layout.js'
import { AGAIN, CLOSED, DONE, type Outcome, type RingPlace, SMALL } from './ring-place.js'
import { isDead } from './seats.js'
import { ringMarked } from './waiters.js'

/** The positions cannot be: told after the lock is given back. */
const CORRUPT = 3
/** Lengths are words of 32 bits with a sign, rounded up to whole words. */
const MOST_LENGTH = 2 ** 31 - 8
type Room = Outcome | typeof CORRUPT

/** A message in a run of its own that waits for its slot. */
export interface Prepared {
  readonly page: number
  readonly length: number
}

export class PutHalf {
  readonly #place: RingPlace
  readonly #arena: Arena
  readonly #words: Int32Array
  readonly #me: number
  readonly #locked: boolean
  readonly #generation: number
  readonly #slots: Int32Array
  readonly #slotMask: number
  readonly #bytes: Uint8Array
  readonly #payload: Int32Array
  readonly #capacity: number
  readonly #limitBytes: number
  readonly #limitItems: number

  constructor(place: RingPlace) {
    this.#place = place
    this.#arena = place.arena
    this.#words = place.words
    this.#me = place.self.name
    this.#locked = place.locked
    this.#generation = place.generation
    this.#slots = place.slots
    this.#slotMask = place.slotMask
    this.#bytes = place.bytes
    this.#payload = place.payload
    this.#capacity = place.capacity
    this.#limitBytes = place.limitBytes
    this.#limitItems = place.limitItems
  }

  inline(tag: number, a: number, b: number): Outcome {
    const words = this.#words
    begin(this.#place)
    if (this.#locked && compareExchange(words, D_PRODUCERS, 0, this.#me) !== 0) this.#lock()
    const room = this.#room(SLOT_BYTES, 0)
    if (room === DONE) {
      const tail = words[D_TAIL]!
      const at = (tail & this.#slotMask) * SLOT_WORDS
      const slots = this.#slots
      slots[at + SLOT_START] = this.#startOf(tail)
      slots[at + SLOT_TAG] = tag
      slots[at + SLOT_A] = a
      slots[at + SLOT_B] = b
      this.#commit(tail + 1)
    }
    if (this.#locked && exchange(words, D_PRODUCERS, 0) < 0) this.#place.ringLockers()
    if (room !== DONE) return this.#told(room)
    this.#ringGetters()
    return DONE
  }

  payload(
    tag: number,
    source: Uint8Array,
    sourceWords: Int32Array | undefined,
    length: number,
    flags: number,
  ): Outcome {
    if (this.isLarge(length)) return this.#large(tag, source, length, flags)
    const padded = (length + 3) & ~3
    const cost = SLOT_BYTES + padded
    const words = this.#words
    begin(this.#place)
    if (this.#locked && compareExchange(words, D_PRODUCERS, 0, this.#me) !== 0) this.#lock()
    const room = this.#room(cost, padded)
    if (room === DONE) {
      const tail = words[D_TAIL]!
      const at = (tail & this.#slotMask) * SLOT_WORDS
      const slots = this.#slots
      const start = this.#startOf(tail)
      this.#copyIn(source, sourceWords, 0, length, start & (this.#capacity - 1))
      slots[at + SLOT_START] = start
      slots[at + SLOT_TAG] = tag | IN_BYTES | flags
      slots[at + SLOT_A] = length
      this.#commit(tail + 1)
    }
    if (this.#locked && exchange(words, D_PRODUCERS, 0) < 0) this.#place.ringLockers()
    if (room !== DONE) return this.#told(room)
    this.#ringGetters()
    return DONE
  }

  /**
   * Puts messages of `batch` from `from` on, as many as find room, with one commit: all of them or none
   * when killed. Returns how many; -1 when no more is accepted.
   */
  batch(batch: Batch, from: number): number {
    const words = this.#words
    begin(this.#place)
    if (this.#locked && compareExchange(words, D_PRODUCERS, 0, this.#me) !== 0) this.#lock()
    words[D_SEEN_HEAD] = words[D_TAIL]! // So that the positions are read anew, once for all.
    const first = (batch.offset(from + 1) - batch.offset(from)) | 0
    const room = this.#room(SLOT_BYTES + first, first)
    const count = room === DONE ? this.#fitting(batch, from) : 0
    if (count > 0) {
      const tail = words[D_TAIL]!
      const start = this.#startOf(tail)
      const slots = this.#slots
      const base = batch.offset(from)
      const length = batch.offset(from + count) - base
      if (length > 0) {
        this.#copyIn(batch.bytes, batch.words, base, length, start & (this.#capacity - 1))
      }
      const shift = (start - base) | 0
      for (let i = 0; i < count; i++) {
        const source = (from + i) * SLOT_WORDS
        const at = ((tail + i) & this.#slotMask) * SLOT_WORDS
        slots[at + SLOT_TAG] = batch.slots[source + SLOT_TAG]!
        slots[at + SLOT_START] = (batch.slots[source + SLOT_START]! + shift) | 0
        slots[at + SLOT_A] = batch.slots[source + SLOT_A]!
        slots[at + SLOT_B] = batch.slots[source + SLOT_B]!
      }
      this.#commit(tail + count)
    }
    if (this.#locked && exchange(words, D_PRODUCERS, 0) < 0) this.#place.ringLockers()
    if (room !== DONE) return this.#told(room) === CLOSED ? -1 : 0
    this.#ringGetters()
    return count
  }

  /** Writes a message into a run of its own: it needs no more than a slot when its ring is empty. */
  prepare(source: Uint8Array): Prepared {
    return { page: writeLarge(this.#arena, this.#me, source), length: source.length }
  }

  /** Puts a prepared message. */
  prepared(tag: number, { page, length }: Prepared, flags: number): Outcome {
    const words = this.#words
    begin(this.#place)
    const room = this.#place.withProducers((): Room => {
      const now = this.#room(SLOT_BYTES + length, 0)
      if (now === AGAIN && !this.#isPromised()) store(words, D_NEXT, this.#me)
      if (now !== DONE) return now
      const tail = load(words, D_TAIL)
      const at = (tail & this.#slotMask) * SLOT_WORDS
      const start = this.#startOf(tail)
      addressLarge(this.#arena, page, this.#place.index, this.#generation, tail)
      this.#slots[at + SLOT_START] = start
      this.#slots[at + SLOT_TAG] = tag | LARGE | flags
      this.#slots[at + SLOT_A] = page
      this.#slots[at + SLOT_B] = length
      words[D_SEEN_HEAD] = (tail + 1) | 0
      this.#commit(tail + 1)
      return DONE
    })
    if (room !== DONE) return this.#told(room)
    this.leaveNext()
    this.#ringGetters()
    return DONE
  }

  /** A prepared message will not be put. */
  discard({ page }: Prepared): void {
    freeLarge(this.#arena, this.#me, page)
  }

  /** Whether a message of `length` bytes must lie in a run of its own. */
  isLarge(length: number): boolean {
    if (length > MOST_LENGTH) {
      throw new ArenaFullError(
        `A message of ${length} bytes is too long: at most ${MOST_LENGTH} go at once; send it in parts`,
      )
    }
    const padded = (length + 3) & ~3
    return SLOT_BYTES + padded > this.#limitBytes || padded > this.#capacity
  }

  /** Whether a message of `length` bytes finds no room now. */
  isFull(length: number): boolean {
    const padded = (length + 3) & ~3
    const words = this.#words
    const room = this.#place.withProducers((): Room => {
      const next = load(words, D_NEXT)
      const now = this.#room(SLOT_BYTES + padded, padded)
      // Who only asks is promised nothing.
      if (next !== this.#me) compareExchange(words, D_NEXT, this.#me, 0)
      return now
    })
    return this.#told(room) !== DONE
  }

  /** Takes this thread's name out of `next`: its message that needs an empty ring is given up. */
  leaveNext(): void {
    if (compareExchange(this.#words, D_NEXT, this.#me, 0) !== this.#me) return
    ringMarked(this.#arena, this.#words, D_PUTTERS, D_PUTTERS_SUMMARY)
  }

  // Whether `cost` fits now. Under the producers' lock.
  #room(cost: number, padded: number): Room {
    const words = this.#words
    // Plain reads: all of these are written under the lock that the caller took by an atomic step.
    if (words[D_CLOSED] !== 0 || words[D_GENERATION] !== this.#generation) return CLOSED
    if (words[D_NEXT] !== 0 && this.#isPromised()) return AGAIN
    const tail = words[D_TAIL]!
    const start = this.#startOf(tail)
    const used = (tail - words[D_SEEN_HEAD]!) | 0
    if (used > 0 && used < this.#limitItems) {
      const held = (start - words[D_SEEN_START]!) | 0
      if (used * SLOT_BYTES + held + cost <= this.#limitBytes && held + padded <= this.#capacity) {
        return DONE
      }
    }
    return this.#roomNow(tail, start, cost, padded)
  }

  #roomNow(tail: number, start: number, cost: number, padded: number): Room {
    const words = this.#words
    const head = load(words, D_HEAD) // sees R2
    const used = (tail - head) | 0
    if (used < 0 || used > this.#slotMask + 1) return CORRUPT
    words[D_SEEN_HEAD] = head
    if (used === 0) {
      words[D_SEEN_START] = start
      return DONE
    }
    const first = (head & this.#slotMask) * SLOT_WORDS
    words[D_SEEN_START] = this.#slots[first + SLOT_START]!
    if (used >= this.#limitItems) return AGAIN
    if ((this.#slots[((tail - 1) & this.#slotMask) * SLOT_WORDS]! & LARGE) !== 0) {
      words[D_SEEN_HEAD] = tail // So that the short look does not pass by the large message.
      return AGAIN
    }
    const held = (start - this.#slots[first + SLOT_START]!) | 0
    if (used * SLOT_BYTES + held + cost <= this.#limitBytes && held + padded <= this.#capacity) {
      return DONE
    }
    // A message over the whole limit waits for an empty ring, and says so, lest it starves.
    if (cost > this.#limitBytes) store(words, D_NEXT, this.#me)
    return AGAIN
  }

  // The empty ring is promised to a living putter that is not this thread.
  #isPromised(): boolean {
    const next = load(this.#words, D_NEXT)
    if (next === this.#me || next === 0) return false
    if (!isDead(this.#arena, next)) return true
    compareExchange(this.#words, D_NEXT, next, 0)
    return false
  }

  #startOf(tail: number): number {
    const last = ((tail - 1) & this.#slotMask) * SLOT_WORDS
    const slots = this.#slots
    const start = slots[last + SLOT_START]!
    return (slots[last + SLOT_TAG]! & IN_BYTES) === 0
      ? start
      : (start + ((slots[last + SLOT_A]! + 3) & ~3)) | 0
  }

  // R1: the one commit. It waits for the slot's line, and the plain store before it asks for its own meanwhile: getters
  // that spin hold both.
  #commit(tail: number): void {
    const words = this.#words
    const seen = words[D_SEEN_START]!
    words[D_SEEN_START] = seen
    store(words, D_TAIL, tail | 0)
  }

  // How many of the batch fit, the first of which does.
  #fitting(batch: Batch, from: number): number {
    const words = this.#words
    const tail = words[D_TAIL]!
    const used = (tail - words[D_SEEN_HEAD]!) | 0
    const held = used === 0 ? 0 : (this.#startOf(tail) - words[D_SEEN_START]!) | 0
    const most = Math.min(batch.count - from, this.#limitItems - used)
    const base = batch.offset(from)
    let count = 1
    for (; count < most; count++) {
      const bytes = held + batch.offset(from + count + 1) - base
      if ((used + count + 1) * SLOT_BYTES + bytes > this.#limitBytes || bytes > this.#capacity)
        break
    }
    return count
  }

  #copyIn(
    source: Uint8Array,
    sourceWords: Int32Array | undefined,
    from: number,
    length: number,
    at: number,
  ): void {
    const room = this.#capacity - at
    const last = from + length
    if (length > room) {
      this.#bytes.set(source.subarray(from, from + room), at)
      this.#bytes.set(source.subarray(from + room, last), 0)
    } else if (sourceWords !== undefined && length <= SMALL) {
      const payload = this.#payload
      const first = at >>> 2
      const origin = from >>> 2
      for (let i = 0, n = (length + 3) >>> 2; i < n; i++) {
        payload[first + i] = sourceWords[origin + i]!
      }
    } else {
      this.#bytes.set(length === source.length ? source : source.subarray(from, last), at)
    }
  }

  // Room is looked for first, then the bytes are copied without the lock, then the slot is committed.
  #large(tag: number, source: Uint8Array, length: number, flags: number): Outcome {
    const words = this.#words
    const room = this.#place.withProducers((): Room => {
      const now = this.#room(SLOT_BYTES + length, 0)
      if (now === DONE || (now === AGAIN && !this.#isPromised())) store(words, D_NEXT, this.#me)
      return now
    })
    if (room !== DONE) return this.#told(room)
    let run: Prepared
    try {
      run = this.prepare(length === source.length ? source : source.subarray(0, length))
    } catch (error) {
      this.leaveNext()
      throw error
    }
    const outcome = this.prepared(tag, run, flags)
    if (outcome !== DONE) {
      this.discard(run)
      this.leaveNext()
    }
    return outcome
  }

  #lock(): void {
    this.#place.lock(this.#place.producers)
  }

  #told(room: Room): Outcome {
    end()
    if (room !== CORRUPT) return room
    throw this.#place.corrupt(load(this.#words, D_HEAD), load(this.#words, D_TAIL))
  }

  #ringGetters(): void {
    const words = this.#words
    if (load(words, D_GETTERS_SUMMARY) !== 0) {
      ringMarked(this.#arena, words, D_GETTERS, D_GETTERS_SUMMARY)
    }
    end()
  }
}
