/** The getter's side of a ring; see `ring.ts` for the invariants. */
import { compareExchange, exchange, load, store } from '#atomics'
import type { Arena } from './arena.js'
import { type Batch, BATCH_BYTES, BATCH_ITEMS } from './batch.js'
import { begin, end, owe } from './cut-off.js'
import { Ends, holder } from './ends.js'
import { CorruptError } from './errors.js'
import { freeLarge, takeLarge } from './large.js'
import {
  D_CLOSED,
  D_CONSUMERS,
  D_GENERATION,
  D_HEAD,
  D_PUTTERS,
  D_PUTTERS_SUMMARY,
  D_SEEN_TAIL,
  D_TAIL,
  HAS_LINKS,
  IN_BYTES,
  LARGE,
  LARGE_HEAD_BYTES,
  SLOT_A,
  SLOT_B,
  SLOT_START,
  SLOT_TAG,
  SLOT_WORDS,
} from './layout.js'
import { type Link, NAMES_END, NAMES_OBJECT, readLinks } from './links.js'
import { findWords, hold } from './objects.js'
import { AGAIN, CLOSED, DONE, type Outcome, type RingPlace, SMALL } from './ring-place.js'
import type { Rows } from './rows.js'
import { ringMarked } from './waiters.js'

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
/** Up to this, a slice of the ring makes an array faster than a constructor and a copy do. */
const SLICED = 4096

function scratch(bytes: number): { bytes: Uint8Array; words: Int32Array } {
  const buffer = new ArrayBuffer(Math.ceil(bytes / 8) * 8)
  return { bytes: new Uint8Array(buffer), words: new Int32Array(buffer) }
}

let reused = scratch(4096)

/** The one result of this thread's takes. */
export const taken: Taken = { tag: 0, a: 0, b: 0, ...reused, length: 0, links: NO_LINKS }

export class TakeHalf {
  readonly #place: RingPlace
  readonly #arena: Arena
  readonly #words: Int32Array
  readonly #me: number
  readonly #locked: boolean
  readonly #slots: Int32Array
  readonly #slotMask: number
  readonly #bytes: Uint8Array
  readonly #payload: Int32Array
  readonly #capacity: number
  readonly #rows: Rows | undefined

  constructor(place: RingPlace) {
    this.#place = place
    this.#arena = place.arena
    this.#words = place.words
    this.#me = place.self.name
    this.#locked = place.locked
    this.#slots = place.slots
    this.#slotMask = place.slotMask
    this.#bytes = place.bytes
    this.#payload = place.payload
    this.#capacity = place.capacity
    this.#rows = place.rows
  }

  one(actor: number): Outcome {
    const words = this.#words
    begin(this.#place)
    if (this.#locked && compareExchange(words, D_CONSUMERS, 0, this.#me) !== 0) this.#lock()
    let outcome: Outcome = DONE
    let page = 0
    try {
      const head = words[D_HEAD]! // Written under the lock that we hold: a plain read.
      const seen = (words[D_SEEN_TAIL]! - head) | 0
      if (words[D_GENERATION] !== this.#place.generation) outcome = CLOSED
      else if (seen <= 0 || seen > this.#slotMask + 1) {
        if (this.#used(head) === 0) outcome = this.#isDry(head) ? CLOSED : AGAIN
      }
      if (outcome === DONE) {
        const at = (head & this.#slotMask) * SLOT_WORDS
        const tag = this.#slots[at + SLOT_TAG]!
        taken.tag = tag & 0xff
        if ((tag & ~0xff) === 0) {
          taken.a = this.#slots[at + SLOT_A]!
          taken.b = this.#slots[at + SLOT_B]!
          taken.length = 0
          taken.links = NO_LINKS
          this.#rows?.raiseTaken(1)
          this.#commit(head + 1)
        } else {
          page = this.#takeBytes(head, at, tag, actor)
        }
      }
    } finally {
      if (this.#locked && exchange(words, D_CONSUMERS, 0) < 0) this.#place.ringLockers()
    }
    if (outcome === DONE) {
      this.#ringPutters()
      if (page !== 0) this.#finishLarge(page)
    }
    end()
    return outcome
  }

  /**
   * Takes up to `max` messages into `batch` with one take: all of them or none when killed. Returns how
   * many. Zero says nothing: the next message may be one that has to be taken alone.
   */
  batch(batch: Batch, max: number): number {
    batch.clear()
    const words = this.#words
    begin(this.#place)
    if (this.#locked && compareExchange(words, D_CONSUMERS, 0, this.#me) !== 0) this.#lock()
    try {
      const head = words[D_HEAD]!
      if (words[D_GENERATION] === this.#place.generation) {
        this.#gather(batch, head, Math.min(this.#used(head), max, BATCH_ITEMS))
      }
      if (batch.count > 0) {
        if (batch.used > 0) this.#copyBatch(batch, head)
        this.#rows?.raiseTaken(batch.count)
        this.#commit(head + batch.count)
      }
    } finally {
      if (this.#locked && exchange(words, D_CONSUMERS, 0) < 0) this.#place.ringLockers()
    }
    if (batch.count > 0) this.#ringPutters()
    end()
    return batch.count
  }

  /** Whether the slot at `position` lies in [head, tail) and names the large run at `page`. */
  names(position: number, page: number): boolean {
    return this.#place.withConsumers(() => {
      const head = load(this.#words, D_HEAD)
      const ahead = (position - head) | 0
      if (ahead < 0 || ahead >= ((load(this.#words, D_TAIL) - head) | 0)) return false
      const at = (position & this.#slotMask) * SLOT_WORDS
      return (this.#slots[at + SLOT_TAG]! & LARGE) !== 0 && this.#slots[at + SLOT_A] === page
    })
  }

  // Messages from `head` on, read anew.
  #used(head: number): number {
    const tail = load(this.#words, D_TAIL) // sees R1
    const used = (tail - head) | 0
    if (used < 0 || used > this.#slotMask + 1) throw this.#place.corrupt(head, tail)
    this.#words[D_SEEN_TAIL] = tail
    return used
  }

  // Slots of messages that lie in the ring and carry no links, while their payloads fit the batch.
  #gather(batch: Batch, head: number, most: number): void {
    const { slots: to } = batch
    const slots = this.#slots
    let used = 0
    let count = 0
    for (; count < most; count++) {
      const at = ((head + count) & this.#slotMask) * SLOT_WORDS
      const tag = slots[at + SLOT_TAG]!
      const target = count * SLOT_WORDS
      const a = slots[at + SLOT_A]!
      if ((tag & ~0xff) !== 0) {
        if ((tag & ~0xff) !== IN_BYTES) break
        const length = (a + 3) & ~3
        if (a < 0 || length > this.#capacity) throw this.#badSlot(head + count, tag, a)
        if (used + length > BATCH_BYTES) break
        to[target + SLOT_START] = used
        used += length
      } else {
        to[target + SLOT_START] = used
        to[target + SLOT_B] = slots[at + SLOT_B]!
      }
      to[target + SLOT_TAG] = tag
      to[target + SLOT_A] = a
    }
    batch.count = count
    batch.used = used
  }

  // Payloads lie one behind the other: one copy.
  #copyBatch(batch: Batch, head: number): void {
    const start = this.#slots[(head & this.#slotMask) * SLOT_WORDS + SLOT_START]!
    const at = start & (this.#capacity - 1) & ~3
    const room = this.#capacity - at
    const { bytes, words, used } = batch
    if (used > room) {
      bytes.set(this.#bytes.subarray(at), 0)
      bytes.set(this.#bytes.subarray(0, used - room), room)
    } else if (used <= SMALL) {
      for (let i = 0, n = used >>> 2; i < n; i++) words[i] = this.#payload[(at >>> 2) + i]!
    } else {
      bytes.set(this.#bytes.subarray(at, at + used), 0)
    }
  }

  // R2: the one take.
  #commit(head: number): void {
    store(this.#words, D_HEAD, head | 0)
  }

  #ringPutters(): void {
    const words = this.#words
    if (load(words, D_PUTTERS_SUMMARY) !== 0) {
      ringMarked(this.#arena, words, D_PUTTERS, D_PUTTERS_SUMMARY)
    }
  }

  // Under the consumers' lock: ended, and after that nothing was accepted either.
  #isDry(head: number): boolean {
    const words = this.#words
    if (load(words, D_GENERATION) !== this.#place.generation) return true
    return load(words, D_CLOSED) !== 0 && load(words, D_TAIL) === head
  }

  #takeBytes(head: number, at: number, tag: number, actor: number): number {
    const slots = this.#slots
    let page = 0
    let length = slots[at + SLOT_A]!
    if ((tag & LARGE) !== 0) {
      page = length
      length = slots[at + SLOT_B]!
      const source = takeLarge(this.#arena, this.#me, page, length)
      this.#provide(tag, length)
      if ((tag & HAS_LINKS) !== 0) taken.bytes.set(source)
    } else {
      if ((tag & IN_BYTES) === 0 || length < 0 || length > this.#capacity) {
        throw this.#badSlot(head, tag, length)
      }
      const from = slots[at + SLOT_START]! & (this.#capacity - 1) & ~3
      if ((tag & FRESH) !== 0 && length <= SLICED && length <= this.#capacity - from) {
        taken.bytes = this.#bytes.slice(from, from + length)
      } else {
        this.#provide(tag, length)
        this.#copyOut(length, from)
      }
    }
    taken.length = length
    taken.links = (tag & HAS_LINKS) === 0 ? NO_LINKS : readLinks(taken.words, length)
    for (const link of taken.links) if ((link.tag & NAMES_END) !== 0) this.#takeEnd(link, actor)
    this.#rows?.raiseTaken(1)
    this.#commit(head + 1)
    owe(page)
    for (const link of taken.links) this.#holdLink(link)
    return page
  }

  // Under the consumers' lock and before the take (rule E30): killed in between, the end is ours and dead.
  #takeEnd(link: Link, actor: number): void {
    const words = objectOf(this.#arena, link)
    if (!words) return
    const ends = new Ends(this.#arena, this.#me, link.a, words)
    ends.take({ end: link.c, generation: link.d }, holder(this.#me, actor))
  }

  #holdLink(link: Link): void {
    if ((link.tag & NAMES_OBJECT) === 0) return
    const words = objectOf(this.#arena, link)
    if (words) hold(this.#arena, this.#me, this.#place.self.seat, link.a, words)
  }

  #provide(tag: number, length: number): void {
    if ((tag & FRESH) !== 0) {
      // Not zeroed: every byte is copied over.
      taken.bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
      return
    }
    if (reused.bytes.length < length) reused = scratch(Math.min(length * 2, length + 2 ** 20))
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
  #finishLarge(page: number): void {
    const { pageBytes } = this.#arena.shape
    taken.bytes.set(
      new Uint8Array(this.#arena.buffer, page * pageBytes + LARGE_HEAD_BYTES, taken.length),
      0,
    )
    freeLarge(this.#arena, this.#me, page)
    owe(0)
  }

  #badSlot(position: number, tag: number, length: number): CorruptError {
    return new CorruptError(
      `slot ${position} of object ${this.#place.index} has tag ${tag}, length ${length}`,
    )
  }

  #lock(): void {
    this.#place.lock(this.#place.consumers)
  }
}

// Nothing when it is gone, or the message is corrupt: the layer above will say so.
function objectOf(arena: Arena, link: Link): Int32Array | undefined {
  return findWords(arena, { index: link.a, generation: link.b })
}
