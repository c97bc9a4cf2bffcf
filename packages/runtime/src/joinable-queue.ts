/** `JoinableQueue`: a queue that knows when everything put into it is done. */
import {
  CONSUMER,
  type EndHandle,
  now,
  puttersMark,
  type Ring,
  type Wait,
  waitAsync,
  waitSync,
} from '@troupe/memory'
import { checkWait, NO_OPTIONS, timeoutOf } from './arguments.js'
import { TaskDoneError, TimeoutError } from './errors.js'
import { LINK_JOINABLE, LINK_JOINABLE_CONSUMER, type Departure, onArrival } from './handles.js'
import { type Closable, currentOwner, keyOf, type Owner } from './owner.js'
import type { WaitOptions } from './put-line.js'
import { Queue } from './queue.js'
import type { Opened, QueueOptions, SyncOptions } from './queue-options.js'
import { Consumer } from './queue-ends.js'

/** What one handle took and has not done. An actor that ends counts as having done it: nobody waits for the dead. */
class Tally implements Closable {
  readonly #ring: () => Ring
  readonly #owner: Owner
  #open = 0

  constructor(ring: () => Ring, owner: Owner) {
    this.#ring = ring
    this.#owner = owner
  }

  get open(): number {
    return this.#open
  }

  took(): void {
    if (this.#open++ === 0) this.#owner.ends.add(this)
  }

  done(): void {
    if (this.#open === 0) throw new TaskDoneError()
    const ring = this.#ring()
    if (--this.#open === 0) this.#owner.ends.delete(this)
    ring.rows?.raiseDone()
    ring.ringPutters()
  }

  end(): void {
    while (this.#open > 0) this.done()
  }
}

/**
 * A queue whose `join()` resolves when all items that were put are done: `taskDone()` is called once for
 * each item taken. What a getter took and had not done when it died counts as done.
 *
 * ```ts
 * const q = new JoinableQueue<string>()
 * await q.put('a')
 * await q.get()
 * q.taskDone()
 * await q.join()
 * ```
 */
export class JoinableQueue<T> extends Queue<T> {
  readonly #tally: Tally

  constructor(options?: QueueOptions)
  constructor(options?: QueueOptions, opened?: Opened)
  constructor(options?: QueueOptions, opened?: Opened) {
    let tally: Tally | undefined
    super(options, opened, () => tally?.took(), true)
    tally = new Tally(() => this.ring, opened?.owner ?? currentOwner())
    this.#tally = tally
  }

  /** One item that this actor took is done. Throws `TaskDoneError` beyond what it took. */
  taskDone(): void {
    void this.ring // Throws when it was disposed.
    this.#tally.done()
  }

  /** Gives this handle up. What was taken through it and is not done counts as done. */
  override [Symbol.dispose](): void {
    this.#tally.end()
    super[Symbol.dispose]()
  }

  /** Waits until everything that was put is done. Rejects with `TimeoutError` after `timeout`. */
  async join(options: WaitOptions = NO_OPTIONS): Promise<void> {
    checkWait(options)
    options.signal?.throwIfAborted()
    if (this.#isDone) return
    if (await waitAsync(this.#wait(), options)) return
    throw this.#late(options.timeout ?? 0)
  }

  /** As `join`, blocking the thread. */
  joinSync(options?: SyncOptions): void {
    const timeout = timeoutOf(options)
    const deadline = timeout === Infinity ? Infinity : now() + timeout
    if (!waitSync(this.#wait(), deadline)) throw this.#late(timeout)
  }

  override consumer(): JoinableConsumer<T> {
    const end = this.addEnd(CONSUMER)
    return new JoinableConsumer<T>({ handle: this.handle, owner: currentOwner() }, end)
  }

  /** For the runtime. */
  override _depart(): Departure {
    return { ...super._depart(), kind: LINK_JOINABLE }
  }

  get #isDone(): boolean {
    return this.ring.unfinished <= 0
  }

  #wait(): Wait {
    const side = puttersMark(this.ring)
    return {
      look: () => this.#isDone,
      glance: () => this.#isDone,
      mark: () => side.mark(),
      leave: () => side.leave(),
    }
  }

  #late(timeout: number): Error {
    return new TimeoutError(`${this.ring.unfinished} items were not done within ${timeout} ms`)
  }
}

/** The consumer's end of a joinable queue. What it took and has not done counts as done when it closes. */
export class JoinableConsumer<out T> extends Consumer<T> {
  readonly #tally: Tally

  constructor(opened: Opened, end: EndHandle) {
    let tally: Tally | undefined
    super(opened, end, () => tally?.took())
    tally = new Tally(() => this.opened, opened.owner)
    this.#tally = tally
  }

  /** One item that was taken by this end is done. Throws `TaskDoneError` beyond what it took. */
  taskDone(): void {
    this.usable()
    this.#tally.done()
  }

  override close(): void {
    this.#tally.end()
    super.close()
  }

  protected override get operations(): number {
    return super.operations + this.#tally.open
  }

  protected override get kind(): number {
    return LINK_JOINABLE_CONSUMER
  }
}

onArrival(LINK_JOINABLE, ({ a, b }, owner) => {
  const handle = { index: a, generation: b }
  const known = owner.objects.get(keyOf('queue', handle))?.deref()
  return known ?? new JoinableQueue<unknown>(undefined, { handle, owner })
})
onArrival(LINK_JOINABLE_CONSUMER, ({ a, b, c, d }, owner) => {
  const handle = { index: a, generation: b }
  return new JoinableConsumer<unknown>({ handle, owner }, { end: c, generation: d })
})
