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
 *   R1  putter stores tail  -> getter loads tail : the message, or the batch, is whole (the one commit)
 *   R2  getter stores head  -> putter loads head : slot and bytes were copied out (the one take)
 *   R3  closer stores closed under the producers' lock -> putter loads closed under it
 *
 * Killed before R1 a message never was; after it, it is accepted. Killed before R2 it is still there;
 * after it, it was taken by the dead. A batch is put, or taken, by one such store: all of it or none.
 *
 * A position of the other side that was seen earlier counts only while it is ahead; when it says no, it
 * is read again.
 */
import { load, store } from '#atomics'
import type { Arena } from './arena.js'
import type { Batch } from './batch.js'
import { Ends } from './ends.js'
import {
  D_CLOSED,
  D_ENDS,
  D_GENERATION,
  D_GETTERS,
  D_GETTERS_SUMMARY,
  D_HEAD,
  D_PUTTERS,
  D_PUTTERS_SUMMARY,
  D_TAIL,
} from './layout.js'
import { type Outcome, RingPlace } from './ring-place.js'
import { type Prepared, PutHalf } from './ring-put.js'
import { TakeHalf } from './ring-take.js'
import type { Rows } from './rows.js'
import type { Self } from './thread.js'
import { ringMarked } from './waiters.js'

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
  readonly #place: RingPlace
  readonly #puts: PutHalf
  readonly #takes: TakeHalf

  constructor(self: Self, index: number, generation: number, locked: boolean) {
    const place = new RingPlace(self, index, generation, locked)
    this.arena = place.arena
    this.index = index
    this.generation = generation
    this.words = place.words
    this.ends = new Ends(place.arena, self.name, index, place.words)
    this.rows = place.rows
    this.limitBytes = place.limitBytes
    this.limitItems = place.limitItems
    this.#place = place
    this.#puts = new PutHalf(place)
    this.#takes = new TakeHalf(place)
  }

  /** Puts a message of two words. */
  putInline(tag: number, a: number, b: number): Outcome {
    return this.#puts.inline(tag, a, b)
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
    return this.#puts.payload(tag, source, sourceWords, length, flags)
  }

  /**
   * Puts messages of `batch` from `from` on, as many as find room, with one commit. Returns how many; -1
   * when no more is accepted. None of them may be large.
   */
  putBatch(batch: Batch, from: number): number {
    return this.#puts.batch(batch, from)
  }

  /** Whether a message of `length` bytes must lie in a run of its own. */
  isLarge(length: number): boolean {
    return this.#puts.isLarge(length)
  }

  /** Writes a large message into a run of its own. */
  prepare(source: Uint8Array): Prepared {
    return this.#puts.prepare(source)
  }

  /** Puts what was prepared, when the ring is empty. */
  putPrepared(tag: number, prepared: Prepared, flags: number): Outcome {
    return this.#puts.prepared(tag, prepared, flags)
  }

  /** What was prepared will not be put. */
  discard(prepared: Prepared): void {
    this.#puts.discard(prepared)
  }

  /** Takes one message into `taken`, its ends for `actor` of this thread. */
  take(actor = 0): Outcome {
    return this.#takes.one(actor)
  }

  /**
   * Takes up to `max` messages into `batch` with one take. Returns how many; zero says nothing: the next
   * message may be one that has to be taken alone.
   */
  takeBatch(batch: Batch, max: number): number {
    return this.#takes.batch(batch, max)
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
    return used < 0 ? 0 : Math.min(used, this.#place.slotMask + 1)
  }

  /** Whether a message of `length` bytes finds no room now. */
  isFull(length = 0): boolean {
    return this.#puts.isFull(length)
  }

  /** Whether it ever had an end: without one it ends only by `close`. */
  get hasEnds(): boolean {
    return load(this.words, D_ENDS) !== 0
  }

  get isClosed(): boolean {
    return load(this.words, D_CLOSED) !== 0
  }

  /** No more is accepted from now on, if `isOver` still says so under the lock. Rings everybody. */
  close(isOver: () => boolean = () => true): boolean {
    const closed = this.#place.withProducers(() => {
      if (load(this.words, D_GENERATION) !== this.generation || !isOver()) return false
      store(this.words, D_CLOSED, 1) // R3
      return true
    })
    this.ringGetters()
    this.ringPutters()
    return closed
  }

  /** Runs `work` under the producers' lock. */
  withProducers<T>(work: () => T): T {
    return this.#place.withProducers(work)
  }

  /** Many may put, and many get. */
  get isShared(): boolean {
    return this.#place.locked
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
    this.#puts.leaveNext()
  }

  /** Whether the slot at `position` lies in [head, tail) and names the large run at `page`. */
  names(position: number, page: number): boolean {
    return this.#takes.names(position, page)
  }
}
