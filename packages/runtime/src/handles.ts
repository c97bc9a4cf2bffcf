/**
 * Handles as values: queues, ends, connections and refs in messages. The codec asks here what an object
 * is; each kind says how it travels and how it arrives.
 *
 * A handle in a message counts in its object before the message commits. An end is moved from encoding
 * on; it is given back when the put fails.
 */
import {
  closeEnd,
  dropUnwrapped,
  type EndHandle,
  Ends,
  type Handle,
  type Link,
  lend,
  NAMES_END,
  NAMES_OBJECT,
  self,
  takeBack,
  TroupeError,
  wordsOf,
} from '@troupe/memory'
import { CodecError } from './codec/codec-error.js'
import type { HandleCodec } from './codec/link.js'
import type { Owner } from './owner.js'

/** Kinds of links, above the two bits that the memory layer knows. */
export const LINK_QUEUE = 0x10
export const LINK_JOINABLE = 0x14
export const LINK_PRODUCER = 0x20
export const LINK_CONSUMER = 0x30
export const LINK_JOINABLE_CONSUMER = 0x34
export const LINK_CONNECTION = 0x40
export const LINK_SENDER = 0x44
export const LINK_RECEIVER = 0x48
export const LINK_REF = 0x50
export const LINK_INBOX = 0x54

/** How an object travels. */
export interface Departure {
  readonly kind: number
  readonly handle: Handle
  /** Present when it is an end, which moves. */
  readonly end?: EndHandle
  readonly c?: number
  readonly d?: number
  /** What cannot be said in words: encoded in its place. */
  readonly detail?: unknown
  /** For an end: it left, it came back. */
  readonly mover?: Mover
}

/** The object of an end that moves. */
export interface Mover {
  readonly owner: Owner
  /** The message with it committed. */
  left(): void
  /** The put failed: it is here again. */
  returned(): void
}

/** An object that travels as a handle. */
export abstract class Sendable {
  /** For the runtime: how it travels. Throws when it cannot now. An end is moved by it. */
  abstract _depart(): Departure
}

/** Makes the object of a link that arrived. */
export type Arrival = (link: Link, owner: Owner, detail: unknown) => object

const arrivals = new Map<number, Arrival>()

/** Says how links of `kind` arrive. */
export function onArrival(kind: number, arrival: Arrival): void {
  arrivals.set(kind, arrival)
}

interface Traveller {
  readonly handle: Handle
  readonly words: Int32Array
  readonly ends: Ends | undefined
  readonly end: EndHandle | undefined
  readonly mover: Mover | undefined
}

/** The handles of one message on their way. */
export class Journey {
  readonly #travellers: Traveller[] = []
  #addressed: bigint | undefined
  #receiver: bigint | undefined
  #over = false
  #letter = false

  add(departure: Departure): void {
    const { arena, name } = self()
    const { handle, end, mover } = departure
    const words = wordsOf(arena, handle)
    lend(words)
    const ends = end ? new Ends(arena, name, handle.index, words) : undefined
    this.#travellers.push({ handle, words, ends, end, mover })
  }

  /** Ends in the message are named `to` at once. */
  address(to: bigint): void {
    this.#addressed = to
    for (const { ends, end, mover } of this.#travellers) {
      if (ends && end && mover) ends.pass(end, mover.owner.holder, to)
    }
  }

  /** Ends in the message are named `receiver` when it is committed: they close with who never reads it. */
  sendTo(receiver: bigint): void {
    this.#receiver = receiver
  }

  /** Nobody takes it back: if it is not sent, its ends close. */
  asLetter(): void {
    this.#letter = true
  }

  /** The message committed. */
  arrive(): void {
    if (this.#over) return
    this.#over = true
    for (const { handle, ends, end, mover } of this.#travellers) {
      if (!mover || !ends || !end) continue
      if (this.#receiver === undefined) mover.owner.noteSent({ handle, end })
      else ends.pass(end, mover.owner.holder, this.#receiver)
      mover.left()
    }
  }

  /** The message will not be sent. */
  undo(): void {
    if (this.#over) return
    this.#over = true
    const { arena, name } = self()
    for (const { handle, words, ends, end, mover } of this.#travellers) {
      if (mover && ends && end && this.#addressed !== undefined) {
        ends.pass(end, this.#addressed, mover.owner.holder)
      }
      if (mover && end && this.#letter) {
        closeEnd(self(), handle, end)
        mover.left()
      } else mover?.returned()
      takeBack(arena, name, handle.index, words)
    }
  }

  /** The last handle will not be in the message after all. */
  forget(): void {
    const last = this.#travellers.pop()
    if (!last) return
    const { arena, name } = self()
    last.mover?.returned()
    takeBack(arena, name, last.handle.index, last.words)
  }
}

let journey: Journey | undefined

/** The journey of the last encoding, if it had handles. */
export function takeJourney(): Journey | undefined {
  const mine = journey
  journey = undefined
  return mine
}

let receiver: Owner | undefined
let adopted: Set<Link> | undefined

/** Runs `decode`, whose handles become objects of `owner`; what is not used of them is given up. */
export function adoptLinks(links: readonly Link[], owner: Owner, decode: () => void): void {
  const before = receiver
  const adoptedBefore = adopted
  receiver = owner
  const mine = new Set<Link>()
  adopted = mine
  try {
    decode()
  } finally {
    receiver = before
    adopted = adoptedBefore
    for (const link of links) giveUpUnused(link, mine)
  }
}

function giveUpUnused(link: Link, used: Set<Link>): void {
  for (const other of used) {
    if (other.a === link.a && other.c === link.c && other.tag === link.tag) return
  }
  const handle = { index: link.a, generation: link.b | 0 }
  if ((link.tag & NAMES_END) !== 0) closeEnd(self(), handle, { end: link.c, generation: link.d })
  if ((link.tag & NAMES_OBJECT) !== 0) dropUnwrapped(handle)
}

/** What the codec asks. */
export const handles: HandleCodec = {
  encode(value) {
    if (!(value instanceof Sendable)) return undefined
    const departure = value._depart()
    journey ??= new Journey()
    journey.add(departure)
    const { kind, handle, end, c = 0, d = 0 } = departure
    const tag = kind | NAMES_OBJECT | (end ? NAMES_END : 0)
    const link = {
      tag,
      a: handle.index,
      b: handle.generation >>> 0,
      c: (end ? end.end : c) >>> 0,
      d: (end ? end.generation : d) >>> 0,
    }
    return departure.detail === undefined ? link : { ...link, detail: departure.detail }
  },
  decode(link, _index, detail) {
    const arrival = arrivals.get(link.tag & ~(NAMES_OBJECT | NAMES_END))
    if (!arrival || !receiver) throw new CodecError(`no handle is known by tag ${link.tag}`)
    let object: object
    try {
      object = arrival({ ...link, b: link.b | 0 }, receiver, detail)
    } catch (error) {
      // The memory layer says what is gone. Anything else is a message that nobody wrote.
      if (error instanceof TroupeError) throw error
      throw new CodecError(`no handle can be made of tag ${link.tag}`, '', { cause: error })
    }
    adopted?.add(link)
    return object
  },
  // Links are discarded from the last on, right after the property that held them.
  discard() {
    journey?.forget()
  },
}
