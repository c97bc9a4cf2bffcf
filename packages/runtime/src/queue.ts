/** `Queue`: many putters, many getters, across threads and processes; and its ends. */
import {
  closeObject,
  CONSUMER,
  type EndHandle,
  type Handle,
  hear,
  makeQueue,
  openRing,
  PRODUCER,
  type Ring,
  StoppedError,
} from '@troupe/memory'
import { timeoutOf } from './arguments.js'
import { DisposedError } from './errors.js'
import { GetSide } from './get-side.js'
import { type Departure, LINK_QUEUE, onArrival, Sendable } from './handles.js'
import { currentOwner, keyOf, type Owner } from './owner.js'
import { Consumer, Producer } from './queue-ends.js'
import {
  getErrors,
  type Opened,
  putErrors,
  type QueueOptions,
  ringOptions,
  type SyncOptions,
} from './queue-options.js'
import { PutSide } from './put-side.js'
import { queueIsOver, type WaitOptions } from './put-line.js'
import { ensureSystem } from './system.js'

const finaliser = new FinalizationRegistry<Handle>((handle) => closeObject(handle))

/**
 * A queue of items for any number of putters and getters in any mix of threads and processes. FIFO.
 *
 * Bounded: `put` waits while the items cost `bytes` or number `maxsize`, which is the backpressure. An
 * item is a snapshot, taken before `put` returns; what cannot be sent throws there. A message larger
 * than the queue works while it is alone in it.
 *
 * Joining a putter before its queue is drained waits for ever once more than `bytes` are put; make
 * `bytes` larger or get first.
 *
 * When a peer dies: what it put is there, what it took is gone, and nobody waits for it. A queue that is
 * passed whole ends only by `close()`; one with ends (`producer()`, `consumer()`) ends with the last of a
 * side.
 *
 * Two locks over a bounded ring, after Michael and Scott (1996).
 *
 * ```ts
 * const q = new Queue<number>()
 * await q.put(1)
 * await q.get()   // 1
 * ```
 */
export class Queue<T> extends Sendable {
  /** Makes the queue invariant in its items. */
  declare readonly _items: (item: T) => T
  readonly #handle: Handle
  readonly #owner: Owner
  readonly #puts: PutSide
  readonly #gets: GetSide<T>
  #disposed = false

  constructor(options?: QueueOptions)
  constructor(options?: QueueOptions, opened?: Opened, onTake?: () => void, rows?: boolean)
  constructor(options?: QueueOptions, opened?: Opened, onTake?: () => void, rows = false) {
    ensureSystem()
    super()
    this.#owner = opened?.owner ?? currentOwner()
    this.#handle = opened?.handle ?? makeQueue({ ...ringOptions(options), rows })
    const { ring } = openRing(this.#handle)
    const usable = (): void => {
      if (this.#owner.isDead) throw new StoppedError('This actor has ended')
      if (this.#disposed) throw new DisposedError('This queue')
    }
    const isOver = (): boolean => queueIsOver(ring)
    this.#puts = new PutSide(ring, this.#owner, usable, putErrors, isOver)
    this.#gets = new GetSide<T>(ring, this.#owner, usable, getErrors, isOver, onTake)
    this.#owner.noteObject(keyOf('queue', this.#handle), this)
    finaliser.register(this, this.#handle, this)
  }

  /** Puts `item`, waiting for room. Rejects with `QueueFullError` after `timeout`, with `QueueClosedError` after close. */
  put(item: T, options?: WaitOptions): Promise<void> {
    return this.#puts.put(item, options)
  }

  /** As `put`, blocking the thread. Ends with `StoppedError` when the actor is asked to stop. */
  putSync(item: T, options?: SyncOptions): void {
    this.#puts.putSync(item, timeoutOf(options))
  }

  /** Puts `item` if there is room now; false when there is not. */
  tryPut(item: T): boolean {
    return this.#puts.tryPut(item)
  }

  /** Puts all `items` in order. An error has `put`: how many were put before it. */
  putMany(items: Iterable<T> | AsyncIterable<T>, options?: WaitOptions): Promise<void> {
    return this.#puts.putMany(items, options)
  }

  /** As `putMany`, blocking the thread. */
  putManySync(items: Iterable<T>, options?: SyncOptions): void {
    this.#puts.putManySync(items, timeoutOf(options))
  }

  /** Takes an item, waiting for one. Rejects with `QueueEmptyError` after `timeout`, with `QueueClosedError` when ended. */
  get(options?: WaitOptions): Promise<T> {
    return this.#gets.get(options)
  }

  /** As `get`, blocking the thread. Ends with `StoppedError` when the actor is asked to stop. */
  getSync(options?: SyncOptions): T {
    return this.#gets.getSync(timeoutOf(options))
  }

  /** Takes an item if there is one now. */
  tryGet(): { value: T } | undefined {
    return this.#gets.tryGet()
  }

  /** Waits for one item, and takes what is there besides, at most `max` in all. */
  getMany(max: number, options?: WaitOptions): Promise<T[]> {
    return this.#gets.getMany(max, options)
  }

  /** As `getMany`, blocking the thread. */
  getManySync(max: number, options?: SyncOptions): T[] {
    return this.#gets.getManySync(max, timeoutOf(options))
  }

  /** Arrays of at least one and at most `max` items, until the queue ends. */
  batches(max: number): AsyncGenerator<T[], void, void> {
    return this.#gets.batches(max)
  }

  /** Items until the queue ends. `break` leaves it open. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this.#gets.iterate()
  }

  /** Items in the queue at some moment of the call. */
  get size(): number {
    return this.#ring.size
  }

  get isEmpty(): boolean {
    return this.#ring.size === 0
  }

  get isFull(): boolean {
    return this.#ring.isFull()
  }

  /** No more puts; getters take what is there, then end. May be called by anybody, any number of times. */
  close(): void {
    this.#ring.close()
  }

  /** Whether the queue was closed or ended. */
  get closed(): boolean {
    return queueIsOver(this.#ring)
  }

  /** Makes an end for a putter. When the last one is closed, or its holder died, the queue ends. */
  producer(): Producer<T> {
    return new Producer<T>({ handle: this.#handle, owner: currentOwner() }, this.addEnd(PRODUCER))
  }

  /** Makes an end for a getter. When the last one is closed, or its holder died, puts reject. */
  consumer(): Consumer<T> {
    return new Consumer<T>({ handle: this.#handle, owner: currentOwner() }, this.addEnd(CONSUMER))
  }

  /** Gives this handle up. What others hold goes on. */
  [Symbol.dispose](): void {
    if (this.#disposed) return
    this.#disposed = true
    finaliser.unregister(this)
    this.#owner.objects.delete(keyOf('queue', this.#handle))
    closeObject(this.#handle)
    // Waits of this handle end with an error.
    setImmediate(hear)
  }

  /** For the runtime. */
  override _depart(): Departure {
    if (this.#disposed) throw new DisposedError('This queue')
    return { kind: LINK_QUEUE, handle: this.#handle }
  }

  /** For its own family of classes. */
  protected get ring(): Ring {
    return this.#ring
  }

  protected get handle(): Handle {
    return this.#handle
  }

  protected addEnd(side: typeof PRODUCER | typeof CONSUMER): EndHandle {
    const ring = this.#ring
    const by = currentOwner().holder
    return ring.withProducers(() => {
      if (ring.isClosed) throw putErrors.closed()
      return ring.ends.add(side, by)
    })
  }

  get #ring(): Ring {
    if (this.#disposed) throw new DisposedError('This queue')
    return this.#puts.ring
  }
}

onArrival(LINK_QUEUE, ({ a, b }, owner) => {
  const handle = { index: a, generation: b }
  const known = owner.objects.get(keyOf('queue', handle))?.deref()
  return known ?? new Queue<unknown>(undefined, { handle, owner })
})
