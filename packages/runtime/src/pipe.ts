/** `Pipe`: two connections, one writer and one reader a direction, so no lock on their path. */
import {
  closeObject,
  type Handle,
  hear,
  makePipe,
  openRing,
  PIPE_ENDS,
  type Ring,
} from '@troupe/memory'
import { checkObject, describe, timeoutOf } from './arguments.js'
import { ArgumentError, BusyEndError, MovedError, PipeClosedError, TimeoutError } from './errors.js'
import { GetSide } from './get-side.js'
import {
  type Departure,
  LINK_CONNECTION,
  LINK_RECEIVER,
  LINK_SENDER,
  type Mover,
  onArrival,
  Sendable,
} from './handles.js'
import { type Closable, currentOwner, type Owner } from './owner.js'
import { PutSide } from './put-side.js'
import type { WaitOptions } from './put-line.js'
import type { Opened, SyncOptions } from './queue-options.js'
import { ensureSystem } from './system.js'

/** Of a pipe's rings, each way. */
const PIPE_BYTES = 2 ** 18

type Which = 0 | 1
type State = 'open' | 'moved' | 'closed'

const errors = {
  full: (timeout: number): Error =>
    new TimeoutError(`The pipe had no room within ${timeout} ms; the other end does not receive`),
  empty: (timeout: number): Error =>
    new TimeoutError(`Nothing came through the pipe within ${timeout} ms`),
  closed: (): Error =>
    new PipeClosedError('The other end of the pipe is closed, or the actor that held it is gone'),
}

/** What each end of a pipe is. */
class PipeEnd<Out, In> extends Sendable implements Closable, Mover {
  readonly owner: Owner
  readonly #handle: Handle
  readonly #which: Which
  readonly #ring: Ring
  readonly #back: Ring
  readonly #puts: PutSide
  readonly #gets: GetSide<In>
  #state: State = 'open'

  constructor({ handle, owner }: Opened, which: Which) {
    super()
    this.#handle = handle
    this.owner = owner
    this.#which = which
    const { ring, back } = openRing(handle)
    if (!back) throw new PipeClosedError('The pipe has only one direction left')
    this.#ring = ring
    this.#back = back
    const usable = (): void => this.#usable()
    const isOver = (): boolean => this.#isOver()
    const [writes, reads] = which === 0 ? [ring, back] : [back, ring]
    this.#puts = new PutSide(writes, owner, usable, errors, isOver)
    this.#gets = new GetSide<In>(reads, owner, usable, errors, isOver)
    owner.ends.add(this)
  }

  protected doSend(item: Out, options?: WaitOptions): Promise<void> {
    return this.#puts.put(item, options)
  }

  protected doSendSync(item: Out, options?: SyncOptions): void {
    try {
      this.#puts.putSync(item, timeoutOf(options))
    } catch (error) {
      throw (error as { code?: unknown }).code === 'ERR_TROUPE_QUEUE_CLOSED'
        ? errors.closed()
        : error
    }
  }

  protected doTrySend(item: Out): boolean {
    return this.#puts.tryPut(item)
  }

  protected get gets(): GetSide<In> {
    return this.#gets
  }

  /** Whether nothing lies in the pipe for this end. */
  protected get nothingHere(): boolean {
    this.#usable()
    return this.#gets.ring.size === 0
  }

  /** Closes the end. The other one receives what is pending, then `PipeClosedError`. */
  close(): void {
    if (this.#state !== 'open') return
    this.#state = 'closed'
    this.#ring.ends.close(PIPE_ENDS[this.#which], this.owner.holder)
    this.#closeRings()
    this.#leave()
    setImmediate(hear)
  }

  get closed(): boolean {
    return this.#state !== 'open'
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** For the runtime. */
  override _depart(): Departure {
    this.#usable()
    const pending = this.#puts.pending + this.#gets.pending
    if (pending > 0) throw new BusyEndError('connection', pending)
    this.#state = 'moved'
    const end = PIPE_ENDS[this.#which]
    return { kind: this.kind, handle: this.#handle, end, mover: this }
  }

  protected get kind(): number {
    return LINK_CONNECTION
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

  // The other end's holder is gone: a dead name is closed, and both directions with it.
  #isOver(): boolean {
    if (this.#ring.isClosed && this.#back.isClosed) return true
    if (this.#ring.ends.isOpen(this.#which === 0 ? 1 : 0)) return false
    this.#closeRings()
    return true
  }

  #closeRings(): void {
    this.#ring.close()
    this.#back.close()
  }

  #usable(): void {
    if (this.#state === 'open') return
    if (this.#state === 'moved') throw new MovedError('connection')
    throw new PipeClosedError('This end of the pipe was closed; keep it open until its last use')
  }

  #leave(): void {
    this.owner.ends.delete(this)
    closeObject(this.#handle)
  }
}

/**
 * One end of a two-way pipe. Passing it to an actor moves it: this object then throws `MovedError`.
 *
 * When the other end closes or its holder dies, what is pending is still received, then `PipeClosedError`.
 */
export class Connection<in Out, out In> extends PipeEnd<Out, In> {
  declare readonly _pipe: { send: (item: Out) => void; recv: () => In }

  /** Sends `item`, waiting for room. */
  send(item: Out, options?: WaitOptions): Promise<void> {
    return this.doSend(item, options)
  }

  /** As `send`, blocking the thread. */
  sendSync(item: Out, options?: SyncOptions): void {
    this.doSendSync(item, options)
  }

  /** Sends `item` if there is room now. */
  trySend(item: Out): boolean {
    return this.doTrySend(item)
  }

  /** Receives an item, waiting for one. Rejects with `TimeoutError` after `timeout`. */
  recv(options?: WaitOptions): Promise<In> {
    return this.gets.get(options)
  }

  /** As `recv`, blocking the thread. */
  recvSync(options?: SyncOptions): In {
    return this.gets.getSync(timeoutOf(options))
  }

  /** Receives an item if there is one now. */
  tryRecv(): { value: In } | undefined {
    return this.gets.tryGet()
  }

  get isEmpty(): boolean {
    return this.nothingHere
  }

  /** Items until the other end closes. */
  [Symbol.asyncIterator](): AsyncIterableIterator<In> {
    return this.gets.iterate()
  }
}

/** The receiving end of a one-way pipe. */
export class Receiver<out T> extends PipeEnd<never, T> {
  declare readonly _receives: () => T

  recv(options?: WaitOptions): Promise<T> {
    return this.gets.get(options)
  }

  recvSync(options?: SyncOptions): T {
    return this.gets.getSync(timeoutOf(options))
  }

  tryRecv(): { value: T } | undefined {
    return this.gets.tryGet()
  }

  get isEmpty(): boolean {
    return this.nothingHere
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this.gets.iterate()
  }

  protected override get kind(): number {
    return LINK_RECEIVER
  }
}

/** The sending end of a one-way pipe. */
export class Sender<in T> extends PipeEnd<T, never> {
  declare readonly _sends: (item: T) => void

  send(item: T, options?: WaitOptions): Promise<void> {
    return this.doSend(item, options)
  }

  sendSync(item: T, options?: SyncOptions): void {
    this.doSendSync(item, options)
  }

  trySend(item: T): boolean {
    return this.doTrySend(item)
  }

  protected override get kind(): number {
    return LINK_SENDER
  }
}

/**
 * Makes a pipe. The first connection sends `A` and receives `B`, the second the other way round; one way
 * it is `[Receiver, Sender]`, Python's order.
 *
 * ```ts
 * const [mine, theirs] = Pipe<string, number>()
 * await mine.send('how many?')
 * ```
 */
export function Pipe<A, B = A>(options?: { duplex?: true }): [Connection<A, B>, Connection<B, A>]
export function Pipe<T>(options: { duplex: false }): [Receiver<T>, Sender<T>]
export function Pipe(options: { duplex?: boolean } = {}): [object, object] {
  checkObject('The options of a pipe', options, 'Pipe({ duplex: false })', ['duplex'])
  const { duplex = true } = options
  if (typeof duplex !== 'boolean') {
    throw new ArgumentError(`duplex must be true or false: it is ${describe(duplex)}`)
  }
  ensureSystem()
  const owner = currentOwner()
  const handle = makePipe({ bytes: PIPE_BYTES, maxsize: 0 }, owner.number)
  const opened = { handle, owner }
  if (!duplex) {
    return [new Receiver<unknown>(opened, 0), new Sender<unknown>(opened, 1)]
  }
  return [new Connection<unknown, unknown>(opened, 0), new Connection<unknown, unknown>(opened, 1)]
}

type Build = (opened: Opened, which: Which) => object

function arrive(kind: number, build: Build): void {
  onArrival(kind, ({ a, b, c }, owner) => {
    return build({ handle: { index: a, generation: b }, owner }, c === 0 ? 0 : 1)
  })
}

arrive(LINK_CONNECTION, (opened, which) => new Connection<unknown, unknown>(opened, which))
arrive(LINK_RECEIVER, (opened, which) => new Receiver<unknown>(opened, which))
arrive(LINK_SENDER, (opened, which) => new Sender<unknown>(opened, which))
