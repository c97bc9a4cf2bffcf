/**
 * Inboxes: a ring for each actor, through which its messages and the runtime's own reach it. Sending
 * never waits: what finds no room stands in a line of the sender's.
 */
import {
  closeObject,
  dropTaken,
  dropUnwrapped,
  gettersMark,
  type Handle,
  hear,
  holder,
  isGone,
  makeQueue,
  openRing,
  type Ring,
  self,
  waitAsync,
} from '@troupe/memory'
import { NotSharedError } from './errors.js'
import type { Exit } from './exit.js'
import { type Departure, LINK_INBOX, onArrival, Sendable } from './handles.js'
import { type Closable, type Owner, placeOwner } from './owner.js'
import { DONE, item, Parcel, take, takeLater } from './parcel.js'
import { PutSide } from './put-side.js'
import { getErrors } from './queue-options.js'

const INBOX_BYTES = 2 ** 16
/** The place of who is gone for good. */
const NOWHERE = 0
/** An inbox of this thread: it stands in messages for one that is gone. */
let standIn: Handle | undefined
/** The actor that takes dead letters. */
const NOBODY = 0xf_ffff

/** Everything that goes through an inbox. */
export type Envelope =
  /** To a fresh place: MUST be its first message. */
  | {
      readonly op: 'start'
      readonly id: string
      readonly name: string
      readonly place: PlaceKind
      readonly url: string
      readonly key: string
      readonly args: readonly unknown[]
      readonly parent: InboxAddress
      readonly parentRef: {
        readonly id: string
        readonly name: string
        readonly place: PlaceKind
        readonly starter: InboxAddress | undefined
      }
    }
  /** A message of `ref.send`. */
  | { readonly op: 'message'; readonly message: unknown }
  /** The actor MUST end soon. */
  | { readonly op: 'stop'; readonly detail: unknown }
  /** To the starter: the function returned, or threw. At most one of the two. */
  | { readonly op: 'done'; readonly id: string; readonly value?: unknown; readonly exit: Exit }
  | { readonly op: 'failed'; readonly id: string; readonly error: unknown }
  /** To the starter: somebody else asks for the end of its child. */
  | { readonly op: 'end'; readonly id: string; readonly timeout: number; readonly detail: unknown }
  /** To the starter: somebody else wants to know the exit; answered by `exited`. */
  | { readonly op: 'watch'; readonly id: string; readonly reply: InboxAddress }
  | { readonly op: 'exited'; readonly id: string; readonly exit: Exit }
  /** To the root: a failure that nobody took was printed. */
  | { readonly op: 'unhandled' }

/** Where an actor runs. */
export type PlaceKind = 'here' | 'thread' | 'process'

const finaliser = new FinalizationRegistry<Handle>((handle) => closeObject(handle))

/** Where messages for an actor go. A value: it can be sent. */
export class InboxAddress extends Sendable {
  /** Name of the thread that reads it. */
  readonly place: number
  readonly handle: Handle
  /** Nothing once nobody reads it any more: its memory may be another's by then. */
  #side: PutSide | undefined

  constructor(handle: Handle, place: number) {
    super()
    this.handle = handle
    this.place = place
    if (place === NOWHERE) return
    const { ring } = openRing(handle)
    this.#side = new PutSide(
      ring,
      placeOwner,
      () => {},
      getErrorsAsPut,
      () => isGone(place),
    )
    finaliser.register(this, handle, this)
  }

  /** Sends an envelope. Resolves, if it returns a promise, when it is there. */
  post(envelope: Envelope): Promise<boolean> | undefined {
    return this.tell(envelope)?.then(
      () => true,
      () => false, // The reader is gone: a dead letter.
    )
  }

  /** As `post`; rejects when the reader is gone, or the arena has no room. */
  tell(envelope: Envelope): Promise<void> | undefined {
    return this.deliver(Parcel.pack(envelope))
  }

  /** As `tell`, of a packed envelope. */
  deliver(parcel: Parcel): Promise<void> | undefined {
    if (this.#side) return this.#side.post(parcel.sendTo(holder(this.place, 0)))
    parcel.asLetter().undo()
    return Promise.reject(getErrors.closed())
  }

  /** As `tell`, blocking the thread for at most `timeout`: for a thread that ends at once. */
  tellNow(envelope: Envelope, timeout: number): void {
    this.#side?.putSync(envelope, timeout)
  }

  /** The reader is gone for good: what lies here are dead letters, whose ends close and whose handles go back. */
  bury(): void {
    const ring = this.#side?.ring
    if (!ring) return
    ring.close()
    while (ring.take(NOBODY) === DONE) dropTaken(self())
    this.retire()
  }

  /** Nobody reads it any more, and nothing lies in it: its memory is given up. */
  retire(): void {
    if (!this.#side) return
    this.#side = undefined
    finaliser.unregister(this)
    closeObject(this.handle)
    // Those who stand in line for room here are told.
    setImmediate(hear)
  }

  get isGone(): boolean {
    return this.#side === undefined || isGone(this.place)
  }

  /** Calls `listener` when the reader's thread is gone, unless `signal` is aborted before. */
  onGone(listener: () => void, signal?: AbortSignal): void {
    const wait = {
      look: (): boolean => this.isGone,
      glance: (): boolean => false,
      mark: (): void => {}, // Every death rings all bells.
      leave: (): void => {},
    }
    waitAsync(wait, { signal, hold: false }).then(listener, () => {})
  }

  /** For the runtime. */
  override _depart(): Departure {
    if (this.#side) return { kind: LINK_INBOX, handle: this.handle, c: this.place }
    // It is gone: something that is not stands in for it.
    return { kind: LINK_INBOX, handle: standIn ?? this.handle, c: NOWHERE }
  }
}

const getErrorsAsPut = {
  full: (timeout: number): Error => new Error(`no room within ${timeout} ms`),
  closed: getErrors.closed,
}

onArrival(LINK_INBOX, ({ a, b, c }) => arrivedInbox({ index: a, generation: b }, c))

/** The address of an inbox that arrived in a message. */
export function arrivedInbox(handle: Handle, place: number): InboxAddress {
  if (place === NOWHERE) dropUnwrapped(handle)
  return new InboxAddress(handle, place)
}

/** Makes an inbox. */
export function makeInbox(): Handle {
  return makeQueue({ bytes: INBOX_BYTES, maxsize: 0 })
}

/** How an envelope came. */
export interface Delivery {
  /** The ends in it, when the actor is over. */
  readonly late?: readonly Closable[]
  /** It holds shared state that the actor does not take: its handles are missing. */
  readonly refused?: NotSharedError
  /** Its handles are missing until this is called, once, when it is known what the actor takes. */
  readonly later?: (() => unknown) | undefined
}

/** What an actor does with an envelope. */
type HandleEnvelope = (envelope: Envelope, delivery: Delivery) => void

/** Reads an inbox in the event loop and hands each envelope to its actor. */
export class InboxReader {
  readonly address: InboxAddress
  readonly #ring: Ring
  readonly #owner: Owner
  readonly #handle: HandleEnvelope
  readonly #end = new AbortController()
  #isOver = false

  constructor(handle: Handle, owner: Owner, handleEnvelope: HandleEnvelope) {
    this.address = new InboxAddress(handle, self().name)
    standIn ??= handle
    this.#ring = openRing(handle).ring
    this.#owner = owner
    this.#handle = handleEnvelope
    this.#listen()
  }

  /** Hands over all that is there now; nothing once it was stopped, since the memory is another's then. */
  drain(): void {
    while (!this.#isOver) {
      const before = this.#owner.endsAtEnd
      try {
        if (take(this.#ring, this.#owner, true) !== DONE) return
      } catch (error) {
        if (error instanceof NotSharedError && item.value !== undefined) {
          this.#handle(item.value as Envelope, { refused: error })
          continue
        }
        // The message was taken and cannot be read: it is lost, and said so.
        process.emitWarning(error instanceof Error ? error : String(error), 'TroupeWarning')
        continue
      }
      const delivery = { late: this.#owner.endsSince(before), later: takeLater() }
      this.#handle(item.value as Envelope, delivery)
    }
  }

  /** No more is read. */
  stop(): void {
    if (this.#isOver) return
    this.#end.abort()
    this.#ring.close()
    // What came before the close is read: somebody may ask how a child ended.
    this.drain()
    this.#isOver = true
    closeObject(this.address.handle)
    this.address.retire()
  }

  #listen(): void {
    const side = gettersMark(this.#ring)
    const wait = {
      look: (): boolean => {
        this.drain()
        return false
      },
      glance: (): boolean => false,
      mark: (): void => side.mark(),
      leave: (): void => side.leave(),
    }
    const { signal } = this.#end
    // It does not hold the event loop: who needs messages to go on holds it.
    waitAsync(wait, { signal, hold: false }).catch(() => {})
  }
}
