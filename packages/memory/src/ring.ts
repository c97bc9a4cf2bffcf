/**
 * A ring of messages for many putters and many getters, or for one of each without locks (a pipe's
 * direction). The two-lock queue of Michael and Scott (1996) over a bounded ring whose positions count
 * items and run on, as Lamport's.
 *
 * Invariants, right at every instant: nothing is repaired after a death
 *   0 <= tail - head <= slots, in wrapping arithmetic.
 *   Slots in [head, tail) are whole. All others belong to who holds the producers' lock.
 *   A slot's start is the running total of payload bytes before it; it says where its bytes lie.
 *   A large message is alone in its ring.
 *
 * Pairs
 *   R1  putter stores tail  -> getter loads tail : the message is whole (the one commit)
 *   R2  getter stores head  -> putter loads head : slot and bytes were copied out (the one take)
 *   R3  closer stores closed under the producers' lock -> putter loads closed under it
 *
 * Killed before R1 a message never was; after it, it is accepted. Killed before R2 it is still there;
 * after it, it was taken by the dead.
 *
 * A position of the other side that was seen earlier counts only while it is ahead; when it says no, it
 * is read again.
 */
import { compareExchange, exchange, load, store } from '#atomics'
import type { Arena } from './arena.js'
import { Ends, holder } from './ends.js'
import { CorruptError } from './errors.js'
import { addressLarge, freeLarge, takeLarge, writeLarge } from './large.js'
import {
  D_BYTES,
  D_CAPACITY,
  D_CLOSED,
  D_CONSUMERS,
  D_ENDS,
  D_GENERATION,
  D_GETTERS,
  D_GETTERS_SUMMARY,
  D_HEAD,
  D_LOCKERS,
  D_LOCKERS_SUMMARY,
  D_MAXSIZE,
  D_NEXT,
  D_PRODUCERS,
  D_PUTTERS,
  D_PUTTERS_SUMMARY,
  D_ROWS,
  D_RUN,
  D_SEEN_HEAD,
  D_SEEN_START,
  D_SEEN_TAIL,
  D_SLOTS,
  D_TAIL,
  HAS_LINKS,
  IN_BYTES,
  LARGE,
  ROWS_BYTES,
  SLOT_A,
  SLOT_B,
  SLOT_BYTES,
  SLOT_START,
  SLOT_TAG,
  SLOT_WORDS,
} from './layout.js'
import { type Link, NAMES_END, NAMES_OBJECT, readLinks } from './links.js'
import { acquire, type LockPlace, release } from './lock.js'
import { hold, wordsOf } from './objects.js'
import { isDead } from './seats.js'
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

/** Messages whose tag has this bit are copied into an array of their own, which the getter keeps. */
export const FRESH = 0x80

/** What the last take of this thread found. `bytes` and `words` are reused by the next, unless `FRESH`. */
export interface Taken {
  tag: number
  a: number
  b: number
  bytes: Uint8Array
  words: Int32Array
  length: number
  links: readonly Link[]
}

const NO_LINKS: readonly Link[] = []
const SMALL = 256

function scratch(bytes: number): { bytes: Uint8Array; words: Int32Array } {
  const buffer = new ArrayBuffer((bytes + 7) & ~7)
  return { bytes: new Uint8Array(buffer), words: new Int32Array(buffer) }
}

let reused = scratch(4096)

/** The one result of this thread's takes. */
export const taken: Taken = { tag: 0, a: 0, b: 0, ...reused, length: 0, links: NO_LINKS }

/** This thread's view of a ring. One a thread and object: `open.ts` keeps it. */
export class Ring {
  readonly arena: Arena
  readonly index: number
  readonly generation: number
  readonly words: Int32Array
  readonly ends: Ends
  readonly rows: Rows | undefined
  /** What the items may cost. */
  readonly limitBytes: number
  /** How many items there may be. */
  readonly limitItems: number
  readonly #self: Self
  readonly #me: number
  readonly #locked: boolean
  readonly #slots: Int32Array
  readonly #slotMask: number
  readonly #bytes: Uint8Array
  readonly #payload: Int32Array
  readonly #capacity: number
  readonly #producers: LockPlace
  readonly #consumers: LockPlace
  /** An operation is between its commit and its ring; found set, it was cut off, and all bells ring. */
  #unrung = false

  constructor(self: Self, index: number, generation: number, locked: boolean) {
    const { arena } = self
    const words = wordsOf(arena, { index, generation })
    this.arena = arena
    this.#self = self
    this.#me = self.name
    this.index = index
    this.generation = generation
    this.words = words
    this.#locked = locked
    const slots = load(words, D_SLOTS)
    const capacity = load(words, D_CAPACITY)
    const run = load(words, D_RUN)
    const { pageBytes, bytes } = arena.shape
    const rows = load(words, D_ROWS) === 1
    const slotsAt = run * pageBytes + pageBytes + (rows ? ROWS_BYTES : 0)
    const bytesAt = slotsAt + slots * SLOT_BYTES
    if (!isPowerOfTwo(slots) || !isPowerOfTwo(capacity) || run <= 0 || bytesAt + capacity > bytes) {
      throw new CorruptError(
        `object ${index} claims ${slots} slots and ${capacity} bytes at page ${run}`,
      )
    }
    this.limitBytes = load(words, D_BYTES)
    this.limitItems = Math.min(slots, load(words, D_MAXSIZE) || slots)
    this.#slots = new Int32Array(arena.buffer, slotsAt, slots * SLOT_WORDS)
    this.#slotMask = slots - 1
    this.#bytes = new Uint8Array(arena.buffer, bytesAt, capacity)
    this.#payload = new Int32Array(arena.buffer, bytesAt, capacity / 4)
    this.#capacity = capacity
    this.ends = new Ends(arena, self.name, index, words)
    this.rows = rows ? new Rows(self, run * pageBytes + pageBytes) : undefined
    const lockers = { words, lockers: D_LOCKERS, summary: D_LOCKERS_SUMMARY }
    this.#producers = { ...lockers, index: D_PRODUCERS }
    this.#consumers = { ...lockers, index: D_CONSUMERS }
  }

  /** Puts a message of two words. */
  putInline(tag: number, a: number, b: number): Outcome {
    const words = this.words
    if (this.#locked && compareExchange(words, D_PRODUCERS, 0, this.#me) !== 0)
      this.#lockProducers()
    const outcome = this.#room(SLOT_BYTES, 0)
    if (outcome === DONE) {
      const tail = words[D_TAIL]!
      const at = (tail & this.#slotMask) * SLOT_WORDS
      const slots = this.#slots
      slots[at + SLOT_START] = this.#startOf(tail)
      slots[at + SLOT_TAG] = tag
      slots[at + SLOT_A] = a
      slots[at + SLOT_B] = b
      this.#commit(tail)
    }
    if (this.#locked && exchange(words, D_PRODUCERS, 0) < 0) this.#ringLockers()
    if (outcome === DONE) this.#ringGetters()
    return outcome
  }

  /**
   * Puts the first `length` bytes of `source`. `sourceWords`, if given, is a view of the same bytes and
   * makes small copies fast. `flags` may say `HAS_LINKS`.
   */
  putBytes(
    tag: number,
    source: Uint8Array,
    sourceWords: Int32Array | undefined,
    length: number,
    flags = 0,
  ): Outcome {
    const padded = (length + 3) & ~3
    const cost = SLOT_BYTES + padded
    if (padded > this.#capacity) return this.#putLarge(tag, source, length, flags)
    const words = this.words
    if (this.#locked && compareExchange(words, D_PRODUCERS, 0, this.#me) !== 0)
      this.#lockProducers()
    const outcome = this.#room(cost, padded)
    if (outcome === DONE) {
      const tail = words[D_TAIL]!
      const at = (tail & this.#slotMask) * SLOT_WORDS
      const slots = this.#slots
      const start = this.#startOf(tail)
      this.#copyIn(source, sourceWords, length, padded, start & (this.#capacity - 1))
      slots[at + SLOT_START] = start
      slots[at + SLOT_TAG] = tag | IN_BYTES | flags
      slots[at + SLOT_A] = length
      this.#commit(tail)
    }
    if (this.#locked && exchange(words, D_PRODUCERS, 0) < 0) this.#ringLockers()
    if (outcome !== DONE) return outcome
    if (cost > this.limitBytes) this.leaveNext()
    this.#ringGetters()
    return outcome
  }

  /** Takes one message into `taken`, its ends for `actor` of this thread. */
  take(actor = 0): Outcome {
    const words = this.words
    if (this.#locked && compareExchange(words, D_CONSUMERS, 0, this.#me) !== 0)
      this.#lockConsumers()
    let outcome: Outcome = DONE
    try {
      const head = words[D_HEAD]! // Written under the lock that we hold: a plain read.
      const seen = (words[D_SEEN_TAIL]! - head) | 0
      if (seen <= 0 || seen > this.#slotMask + 1) {
        const tail = load(words, D_TAIL)
        const used = (tail - head) | 0
        if (used < 0 || used > this.#slotMask + 1) {
          throw new CorruptError(`object ${this.index} has head ${head} and tail ${tail}`)
        }
        if (used === 0) outcome = this.#isDry(head) ? CLOSED : AGAIN
        else words[D_SEEN_TAIL] = tail
      }
      if (outcome === DONE) {
        const at = (head & this.#slotMask) * SLOT_WORDS
        const tag = this.#slots[at + SLOT_TAG]!
        taken.tag = tag & 0xff
        if ((tag & ~0xff) === 0) {
          taken.a = this.#slots[at + SLOT_A]!
          taken.b = this.#slots[at + SLOT_B]!
          taken.length = 0
          this.rows?.raiseTaken()
          this.#unrung = true
          store(words, D_HEAD, (head + 1) | 0) // R2
        } else {
          this.#takeBytes(head, at, tag, actor)
        }
      }
    } finally {
      if (this.#locked && exchange(words, D_CONSUMERS, 0) < 0) this.#ringLockers()
    }
    if (outcome === DONE) {
      if (load(words, D_PUTTERS_SUMMARY) !== 0) this.ringPutters()
      this.#unrung = false
      if (pendingLarge !== 0) this.#finishLarge()
    }
    return outcome
  }

  /** What lies in the ring plus what living threads took and have not done. Never too low. */
  get unfinished(): number {
    const head = load(this.words, D_HEAD)
    return ((load(this.words, D_TAIL) - head) | 0) + (this.rows?.open ?? 0)
  }

  /** Items in the ring at some moment of the call. */
  get size(): number {
    const head = load(this.words, D_HEAD)
    const used = (load(this.words, D_TAIL) - head) | 0
    return used < 0 ? 0 : Math.min(used, this.#slotMask + 1)
  }

  /** Whether a message of `length` bytes finds no room now. */
  isFull(length = 0): boolean {
    const padded = (length + 3) & ~3
    return this.#withProducers(() => {
      const next = load(this.words, D_NEXT)
      const outcome = this.#room(SLOT_BYTES + padded, padded)
      // Who only asks is promised nothing.
      if (next !== this.#me) compareExchange(this.words, D_NEXT, this.#me, 0)
      return outcome !== DONE
    })
  }

  /** Whether it ever had an end: without one it ends only by `close`. */
  get hasEnds(): boolean {
    return load(this.words, D_ENDS) !== 0
  }

  get isClosed(): boolean {
    return load(this.words, D_CLOSED) !== 0
  }

  /** No more is accepted from now on. Rings everybody. */
  close(): void {
    this.#withProducers(() => store(this.words, D_CLOSED, 1)) // R3
    this.ringGetters()
    this.ringPutters()
  }

  /** Runs `work` under the producers' lock. */
  withProducers<T>(work: () => T): T {
    return this.#withProducers(work)
  }

  /** Half empty: what a spinning putter holds out for, so that it does not run after each take. */
  get isRoomy(): boolean {
    return this.size <= this.limitItems >>> 1
  }

  /** Where the getters are: moves while they work. */
  get position(): number {
    return load(this.words, D_HEAD)
  }

  /** Rings the getters that are marked. */
  ringGetters(): void {
    ringMarked(this.arena, this.words, D_GETTERS, D_GETTERS_SUMMARY)
  }

  /** Rings the putters that are marked. */
  ringPutters(): void {
    ringMarked(this.arena, this.words, D_PUTTERS, D_PUTTERS_SUMMARY)
  }

  /** Takes this thread's name out of `next`: its message that needs an empty ring is given up. */
  leaveNext(): void {
    if (compareExchange(this.words, D_NEXT, this.#me, 0) === this.#me) this.ringPutters()
  }

  /** Whether the slot at `position` lies in [head, tail) and names the large run at `page`. */
  names(position: number, page: number): boolean {
    return this.#withConsumers(() => {
      const head = load(this.words, D_HEAD)
      const ahead = (position - head) | 0
      if (ahead < 0 || ahead >= ((load(this.words, D_TAIL) - head) | 0)) return false
      const at = (position & this.#slotMask) * SLOT_WORDS
      return (this.#slots[at + SLOT_TAG]! & LARGE) !== 0 && this.#slots[at + SLOT_A] === page
    })
  }

  // ── the putter's side ─────────────────────────────────────────────────────────────────────────

  // Whether `cost` fits now. Under the producers' lock.
  #room(cost: number, padded: number): Outcome {
    if (this.#unrung) this.#ringEverybody()
    const words = this.words
    // Plain reads: all of these are written under the lock that the caller took by an atomic step.
    if (words[D_CLOSED] !== 0 || words[D_GENERATION] !== this.generation) return CLOSED
    if (words[D_NEXT] !== 0 && this.#isPromised()) return AGAIN
    const tail = words[D_TAIL]!
    const start = this.#startOf(tail)
    const used = (tail - words[D_SEEN_HEAD]!) | 0
    if (used > 0 && used < this.limitItems) {
      const held = (start - words[D_SEEN_START]!) | 0
      if (used * SLOT_BYTES + held + cost <= this.limitBytes && held + padded <= this.#capacity) {
        return DONE
      }
    }
    return this.#roomNow(tail, start, cost, padded)
  }

  #roomNow(tail: number, start: number, cost: number, padded: number): Outcome {
    const words = this.words
    const head = load(words, D_HEAD) // sees R2
    const used = (tail - head) | 0
    if (used < 0 || used > this.#slotMask + 1) {
      if (this.#locked) release(this.arena, this.#producers)
      throw new CorruptError(`object ${this.index} has head ${head} and tail ${tail}`)
    }
    words[D_SEEN_HEAD] = head
    if (used === 0) {
      words[D_SEEN_START] = start
      return DONE
    }
    const first = (head & this.#slotMask) * SLOT_WORDS
    words[D_SEEN_START] = this.#slots[first + SLOT_START]!
    if (used >= this.limitItems) return AGAIN
    if ((this.#slots[((tail - 1) & this.#slotMask) * SLOT_WORDS]! & LARGE) !== 0) {
      words[D_SEEN_HEAD] = tail // So that the short look does not pass by the large message.
      return AGAIN
    }
    const held = (start - this.#slots[first + SLOT_START]!) | 0
    if (used * SLOT_BYTES + held + cost <= this.limitBytes && held + padded <= this.#capacity) {
      return DONE
    }
    // A message over the whole limit waits for an empty ring, and says so, lest it starves.
    if (cost > this.limitBytes) store(words, D_NEXT, this.#me)
    return AGAIN
  }

  // The empty ring is promised to a living putter that is not this thread.
  #isPromised(): boolean {
    const next = load(this.words, D_NEXT)
    if (next === this.#me || next === 0) return false
    if (!isDead(this.arena, next)) return true
    compareExchange(this.words, D_NEXT, next, 0)
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

  #commit(tail: number): void {
    this.#unrung = true
    store(this.words, D_TAIL, (tail + 1) | 0) // R1: the one commit
  }

  #copyIn(
    source: Uint8Array,
    sourceWords: Int32Array | undefined,
    length: number,
    padded: number,
    at: number,
  ): void {
    const room = this.#capacity - at
    if (padded > room) {
      this.#bytes.set(source.subarray(0, Math.min(room, length)), at)
      if (length > room) this.#bytes.set(source.subarray(room, length), 0)
    } else if (sourceWords !== undefined && length <= SMALL) {
      const payload = this.#payload
      const first = at >>> 2
      for (let i = 0, n = padded >>> 2; i < n; i++) payload[first + i] = sourceWords[i]!
    } else {
      this.#bytes.set(length === source.length ? source : source.subarray(0, length), at)
    }
  }

  // A run of its own: promised the empty ring first, copied without the lock, then committed.
  #putLarge(tag: number, source: Uint8Array, length: number, flags: number): Outcome {
    const { words, arena } = this
    const me = this.#me
    const promised = this.#withProducers((): Outcome => {
      const outcome = this.#room(SLOT_BYTES + length, 0)
      if (outcome !== DONE) {
        if (outcome === AGAIN && !this.#isPromised()) store(words, D_NEXT, me)
        return outcome
      }
      store(words, D_NEXT, me)
      return DONE
    })
    if (promised !== DONE) return promised
    let page: number
    try {
      page = writeLarge(arena, me, length === source.length ? source : source.subarray(0, length))
    } catch (error) {
      this.leaveNext()
      throw error
    }
    const outcome = this.#withProducers((): Outcome => {
      if (load(words, D_CLOSED) !== 0) return CLOSED
      const tail = load(words, D_TAIL)
      const at = (tail & this.#slotMask) * SLOT_WORDS
      const start = this.#startOf(tail)
      addressLarge(arena, page, this.index, this.generation, tail)
      this.#slots[at + SLOT_START] = start
      this.#slots[at + SLOT_TAG] = tag | LARGE | flags
      this.#slots[at + SLOT_A] = page
      this.#slots[at + SLOT_B] = length
      words[D_SEEN_HEAD] = (tail + 1) | 0
      this.#commit(tail)
      return DONE
    })
    if (outcome !== DONE) freeLarge(arena, me, page)
    this.leaveNext()
    if (outcome === DONE) this.#ringGetters()
    return outcome
  }

  // ── the getter's side ─────────────────────────────────────────────────────────────────────────

  // Under the consumers' lock: ended, and after that nothing was accepted either.
  #isDry(head: number): boolean {
    const { words } = this
    if (load(words, D_GENERATION) !== this.generation) return true
    return load(words, D_CLOSED) !== 0 && load(words, D_TAIL) === head
  }

  #takeBytes(head: number, at: number, tag: number, actor: number): void {
    const { words } = this
    const slots = this.#slots
    let page = 0
    let length = slots[at + SLOT_A]!
    if ((tag & LARGE) !== 0) {
      page = length
      length = slots[at + SLOT_B]!
      const source = takeLarge(this.arena, this.#me, page, length)
      this.#provide(tag, length)
      pendingLarge = page
      if ((tag & HAS_LINKS) !== 0) taken.bytes.set(source)
    } else {
      if ((tag & IN_BYTES) === 0 || length < 0 || length > this.#capacity) {
        throw new CorruptError(
          `slot ${head} of object ${this.index} has tag ${tag}, length ${length}`,
        )
      }
      this.#provide(tag, length)
      this.#copyOut(length, slots[at + SLOT_START]! & (this.#capacity - 1) & ~3)
    }
    taken.length = length
    taken.links = (tag & HAS_LINKS) === 0 ? NO_LINKS : readLinks(taken.words, length)
    for (const link of taken.links) if ((link.tag & NAMES_END) !== 0) this.#takeEnd(link, actor)
    this.rows?.raiseTaken()
    this.#unrung = true
    store(words, D_HEAD, (head + 1) | 0) // R2: the one take
    for (const link of taken.links) this.#holdLink(link)
  }

  // Under the consumers' lock and before the take (rule E30): killed in between, the end is ours and dead.
  #takeEnd(link: Link, actor: number): void {
    const words = objectOf(this.arena, link)
    if (!words) return
    const ends = new Ends(this.arena, this.#me, link.a, words)
    ends.take({ end: link.c, generation: link.d }, holder(this.#me, actor))
  }

  #holdLink(link: Link): void {
    if ((link.tag & NAMES_OBJECT) === 0) return
    const words = objectOf(this.arena, link)
    if (words) hold(this.arena, this.#me, this.#self.seat, link.a, words)
  }

  #provide(tag: number, length: number): void {
    if ((tag & FRESH) !== 0) {
      taken.bytes = new Uint8Array(length)
      return
    }
    if (reused.bytes.length < length) reused = scratch(length * 2)
    taken.bytes = reused.bytes
    taken.words = reused.words
  }

  #copyOut(length: number, at: number): void {
    const room = this.#capacity - at
    if (length > room) {
      taken.bytes.set(this.#bytes.subarray(at), 0)
      taken.bytes.set(this.#bytes.subarray(0, length - room), room)
    } else if (length <= SMALL && taken.bytes === reused.bytes) {
      const target = taken.words
      const payload = this.#payload
      const first = at >>> 2
      for (let i = 0, n = (length + 3) >>> 2; i < n; i++) target[i] = payload[first + i]!
    } else {
      taken.bytes.set(this.#bytes.subarray(at, at + length), 0)
    }
  }

  // The run is ours since before the take: copied without the lock, then freed.
  #finishLarge(): void {
    const page = pendingLarge
    pendingLarge = 0
    const { pageBytes } = this.arena.shape
    taken.bytes.set(new Uint8Array(this.arena.buffer, page * pageBytes + 64, taken.length), 0)
    freeLarge(this.arena, this.#me, page)
  }

  // ── locks and bells ───────────────────────────────────────────────────────────────────────────

  #lockProducers(): void {
    acquire(this.arena, this.#producers, this.#me)
  }

  #lockConsumers(): void {
    acquire(this.arena, this.#consumers, this.#me)
  }

  #withProducers<T>(work: () => T): T {
    if (!this.#locked) return work()
    this.#lockProducers()
    try {
      return work()
    } finally {
      release(this.arena, this.#producers)
    }
  }

  #withConsumers<T>(work: () => T): T {
    if (!this.#locked) return work()
    this.#lockConsumers()
    try {
      return work()
    } finally {
      release(this.arena, this.#consumers)
    }
  }

  #ringLockers(): void {
    ringMarked(this.arena, this.words, D_LOCKERS, D_LOCKERS_SUMMARY)
  }

  #ringGetters(): void {
    if (load(this.words, D_GETTERS_SUMMARY) !== 0) this.ringGetters()
    this.#unrung = false
  }

  // An operation of this thread was cut off after its commit: somebody may wait for its ring.
  #ringEverybody(): void {
    this.#unrung = false
    this.arena.substrate.ringAll()
  }
}

let pendingLarge = 0

function objectOf(arena: Arena, link: Link): Int32Array | undefined {
  try {
    return wordsOf(arena, { index: link.a, generation: link.b })
  } catch {
    return undefined // It is gone, or the message is corrupt: the layer above will say so.
  }
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0
}
