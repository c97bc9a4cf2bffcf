/** The ends of a queue: `Producer` puts, `Consumer` gets. Passing an end moves it; it closes with its actor. */
import {
  closeObject,
  type EndHandle,
  endIfOver,
  type Handle,
  hear,
  openRing,
  type Ring,
} from '@troupe/memory'
import { timeoutOf } from './arguments.js'
import { BusyEndError, MovedError, QueueClosedError } from './errors.js'
import { GetSide } from './get-side.js'
import {
  type Departure,
  LINK_CONSUMER,
  LINK_PRODUCER,
  type Mover,
  onArrival,
  Sendable,
} from './handles.js'
import type { Closable, Owner } from './owner.js'
import { PutSide } from './put-side.js'
import { queueIsOver, type WaitOptions } from './put-line.js'
import { getErrors, type Opened, putErrors, type SyncOptions } from './queue-options.js'

type State = 'open' | 'moved' | 'closed'

/** What both ends are: held by one actor, closed once, moved when sent. */
export class QueueEnd extends Sendable implements Closable, Mover {
  readonly owner: Owner
  protected readonly handle: Handle
  protected readonly opened: Ring
  readonly #end: EndHandle
  readonly #what: string
  #state: State = 'open'

  constructor({ handle, owner }: Opened, end: EndHandle, what: string) {
    super()
    this.handle = handle
    this.owner = owner
    this.opened = openRing(handle).ring
    this.#end = end
    this.#what = what
    owner.ends.add(this)
  }

  /** Closes the end. When it was the last of its side, the queue ends. */
  close(): void {
    if (this.#state !== 'open') return
    this.#state = 'closed'
    this.opened.ends.close(this.#end, this.owner.holder)
    endIfOver(this.opened)
    this.#leave()
    setImmediate(hear)
  }

  /** Whether this end, or its queue, is closed. */
  get closed(): boolean {
    return this.#state !== 'open' || queueIsOver(this.opened)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** For the runtime. */
  override _depart(): Departure {
    this.usable()
    if (this.operations > 0) throw new BusyEndError(`${this.#what} end`, this.operations)
    this.#state = 'moved'
    return { kind: this.kind, handle: this.handle, end: this.#end, mover: this }
  }

  /** For the runtime: the actor ended. */
  end(): void {
    this.close()
  }

  /** For the runtime: the message with it committed. */
  left(): void {
    this.#leave()
  }

  /** For the runtime: the put with it failed. */
  returned(): void {
    this.#state = 'open'
  }

  protected get kind(): number {
    return 0
  }

  protected get operations(): number {
    return 0
  }

  protected usable(): void {
    if (this.#state === 'open') return
    if (this.#state === 'moved') throw new MovedError(`${this.#what} end`)
    throw new QueueClosedError(`This ${this.#what} end was closed; keep it open until its last use`)
  }

  #leave(): void {
    this.owner.ends.delete(this)
    closeObject(this.handle)
  }
}

/** The end of a queue for one who puts. See `Queue` for what the forms do. */
export class Producer<in T> extends QueueEnd {
  declare readonly _puts: (item: T) => void
  readonly #side: PutSide

  constructor(opened: Opened, end: EndHandle) {
    super(opened, end, 'producer')
    const ring = this.opened
    const usable = (): void => this.usable()
    this.#side = new PutSide(ring, opened.owner, usable, putErrors, () => queueIsOver(ring))
  }

  put(item: T, options?: WaitOptions): Promise<void> {
    return this.#side.put(item, options)
  }

  putSync(item: T, options?: SyncOptions): void {
    this.#side.putSync(item, timeoutOf(options))
  }

  tryPut(item: T): boolean {
    return this.#side.tryPut(item)
  }

  putMany(items: Iterable<T> | AsyncIterable<T>, options?: WaitOptions): Promise<void> {
    return this.#side.putMany(items, options)
  }

  putManySync(items: Iterable<T>, options?: SyncOptions): void {
    this.#side.putManySync(items, timeoutOf(options))
  }

  protected override get kind(): number {
    return LINK_PRODUCER
  }

  protected override get operations(): number {
    return this.#side.pending
  }
}

/** The end of a queue for one who gets. See `Queue` for what the forms do. */
export class Consumer<out T> extends QueueEnd {
  declare readonly _gets: () => T
  readonly #side: GetSide<T>

  constructor(opened: Opened, end: EndHandle, onTake?: () => void) {
    super(opened, end, 'consumer')
    const ring = this.opened
    const usable = (): void => this.usable()
    const isOver = (): boolean => queueIsOver(ring)
    this.#side = new GetSide<T>(ring, opened.owner, usable, getErrors, isOver, onTake)
  }

  get(options?: WaitOptions): Promise<T> {
    return this.#side.get(options)
  }

  getSync(options?: SyncOptions): T {
    return this.#side.getSync(timeoutOf(options))
  }

  tryGet(): { value: T } | undefined {
    return this.#side.tryGet()
  }

  getMany(max: number, options?: WaitOptions): Promise<T[]> {
    return this.#side.getMany(max, options)
  }

  getManySync(max: number, options?: SyncOptions): T[] {
    return this.#side.getManySync(max, timeoutOf(options))
  }

  batches(max: number): AsyncGenerator<T[], void, void> {
    return this.#side.batches(max)
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this.#side.iterate()
  }

  get size(): number {
    this.usable()
    return this.opened.size
  }

  get isEmpty(): boolean {
    return this.size === 0
  }

  protected override get kind(): number {
    return LINK_CONSUMER
  }

  protected override get operations(): number {
    return this.#side.pending
  }
}

onArrival(LINK_PRODUCER, ({ a, b, c, d }, owner) => {
  return new Producer<never>(
    { handle: { index: a, generation: b }, owner },
    { end: c, generation: d },
  )
})
onArrival(LINK_CONSUMER, ({ a, b, c, d }, owner) => {
  return new Consumer<unknown>(
    { handle: { index: a, generation: b }, owner },
    { end: c, generation: d },
  )
})
