/**
 * Handles as values: queues, ends, connections, refs and shared state in messages. The codec asks here what
 * an object is; each kind says how it travels and how it arrives.
 *
 * A handle in a message counts in its object before the message commits. An end is moved from encoding
 * on; it is given back when the put fails.
 */
import {
  Block,
  Bytes,
  closeEnd,
  dropUnwrapped,
  type EndHandle,
  Ends,
  type Handle,
  type Link,
  lend,
  NAMES_END,
  NAMES_OBJECT,
  openBlock,
  openBytes,
  reservedHold,
  self,
  takeBack,
  TroupeError,
  wordsOf,
} from '@troupe/memory'
import { CodecError } from './codec/codec-error.js'
import type { HandleCodec } from './codec/link.js'
import { NotSharedError } from './errors.js'
import { type Kind, kindNumbered, kindOf } from './kind.js'
import type { Owner } from './owner.js'
import { type Range, rangeOf, sourceOf, viewOf } from './shared-views.js'

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
/** Shared state: the number of its kind. Its name, its package, where it lies, and its parts are the detail. */
const LINK_SHARED = 0x60
const LINK_BLOCK = 0x64
const LINK_BYTES = 0x68
/** Bit of a link of shared state that is a part of other shared state, and comes with it. */
const IS_PART = 0x100
const KIND_BITS: number = ~(NAMES_OBJECT | NAMES_END | IS_PART)

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
  readonly isBlock: boolean
}

/** The handles of one message on their way. */
export class Journey {
  readonly #travellers: Traveller[] = []
  /** Shared state in the message, but for what lies in other shared state. */
  readonly shared: { readonly kind: Kind; readonly path: string }[] = []
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
    const isBlock = departure.kind === LINK_BLOCK
    this.#travellers.push({ handle, words, ends, end, mover, isBlock })
  }

  /** Ends in the message are named `to` at once. */
  address(to: bigint): void {
    this.#addressed = to
    for (const { ends, end, mover } of this.#travellers) {
      if (ends && end && mover) ends.pass(end, mover.owner.holder, to)
    }
  }

  /** The place with that name holds the shared state in the message from now on: it may die before it reads it. */
  reserveFor(name: number): void {
    for (const { handle, isBlock } of this.#travellers) if (isBlock) reservedHold(name, handle)
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

/** A message that is being read. */
interface Reading {
  /** Whose its handles become. */
  readonly owner: Owner
  /** Which of them are made: all, none, or only the addresses of inboxes. */
  readonly makes: 'all' | 'none' | 'inboxes'
  /** Links of which something was made. */
  readonly used: Set<Link>
  /** Shared state that the owner does not take. */
  refused?: { readonly kind: string; readonly from: string; readonly path: string }
}

let reading: Reading | undefined

function readAs(mine: Reading, decode: () => void): void {
  const before = reading
  reading = mine
  try {
    decode()
  } finally {
    reading = before
  }
}

/**
 * Runs `decode`, whose handles become objects of `owner`; what is not used of them is given up. Shared state that
 * the owner does not take is refused with all of its message: that is decoded without handles, and `NotSharedError`
 * thrown.
 */
export function adoptLinks(links: readonly Link[], owner: Owner, decode: () => void): void {
  const isRefused = links.some((link) => isShared(link) && !takes(owner, link))
  const mine: Reading = { owner, makes: isRefused ? 'none' : 'all', used: new Set() }
  try {
    readAs(mine, decode)
  } finally {
    for (const link of links) giveUpUnused(link, mine.used)
  }
  if (!isRefused) return
  const { kind = 'shared state', from = 'its package', path = '' } = mine.refused ?? {}
  throw new NotSharedError(owner.name, kind, from, path)
}

/** Runs `decode` for what the message says itself; of its handles only addresses of inboxes are made, and all are kept. */
export function peekLinks(owner: Owner, decode: () => void): void {
  readAs({ owner, makes: 'inboxes', used: new Set() }, decode)
}

/** Whether a link is shared state by itself. */
export function isShared({ tag }: Link): boolean {
  return (tag & KIND_BITS) === LINK_SHARED && (tag & IS_PART) === 0
}

function takes(owner: Owner, { a: number }: Link): boolean {
  const { shares } = owner
  return shares ? shares.has(number >>> 0) : kindNumbered(number >>> 0) !== undefined
}

function giveUpUnused(link: Link, used: Set<Link>): void {
  for (const other of used) {
    if (other.a === link.a && other.c === link.c && other.tag === link.tag) return
  }
  const handle = { index: link.a, generation: link.b | 0 }
  if ((link.tag & NAMES_END) !== 0) closeEnd(self(), handle, { end: link.c, generation: link.d })
  if ((link.tag & NAMES_OBJECT) !== 0) dropUnwrapped(handle)
}

/** How deep in the parts of shared state, and of refs, the encoder is. */
let depth = 0

// A view has the object whose memory it shows as its only part: the codec sends that once, however many views there are.
function encodeShared(value: object, where: () => string) {
  const own = kindOf(value)
  const source = own ? value : sourceOf(value)
  const kind = own ?? (source && kindOf(source))
  if (!source || !kind) return undefined
  const path = where()
  journey ??= new Journey()
  const isPart = depth > 0
  if (!isPart) journey.shared.push({ kind, path })
  const { name, from, number: a } = kind
  const tag = LINK_SHARED | (isPart ? IS_PART : 0)
  const parts = own ? [kind.send(value)] : [source, rangeOf(value, path)]
  return { tag, a, b: 0, c: 0, d: 0, detail: [name, from, path, ...parts] }
}

function decodeShared(mine: Reading, link: Link, detail: unknown): object | undefined {
  const [name, from, path, parts, range] = detail as [string, string, string, unknown, Range?]
  if (mine.makes === 'none') {
    if (isShared(link) && !takes(mine.owner, link)) mine.refused ??= { kind: name, from, path }
    return undefined
  }
  const kind = kindNumbered(link.a >>> 0)
  if (!kind) throw new CodecError(`the kind ${name} of ${from} is not known here`)
  return range ? viewOf(parts as object, range) : kind.receive(parts, mine.owner)
}

/** What the codec asks. */
export const handles: HandleCodec = {
  encode(value, path) {
    let departure: Departure
    if (value instanceof Sendable) departure = value._depart()
    else if (value instanceof Block) {
      departure = { kind: LINK_BLOCK, handle: value.handle, c: value.type }
    } else if (value instanceof Bytes) departure = { kind: LINK_BYTES, handle: value.handle }
    else {
      return encodeShared(value, path)
    }
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
  enter() {
    depth++
  },
  leave() {
    depth--
  },
  decode(link, _index, detail) {
    const mine = reading
    const kind = link.tag & KIND_BITS
    const arrival = arrivals.get(kind)
    if (!mine || (!arrival && kind !== LINK_SHARED)) {
      throw new CodecError(`no handle is known by tag ${link.tag}`)
    }
    if (mine.makes === 'inboxes' && kind !== LINK_INBOX) return undefined
    if (mine.makes === 'none' && kind !== LINK_SHARED) return undefined
    let object: object | undefined
    try {
      object = arrival
        ? arrival({ ...link, b: link.b | 0 }, mine.owner, detail)
        : decodeShared(mine, link, detail)
    } catch (error) {
      // The memory layer says what is gone. Anything else is a message that nobody wrote.
      if (error instanceof TroupeError) throw error
      throw new CodecError(`no handle can be made of tag ${link.tag}`, '', { cause: error })
    }
    if (object) mine.used.add(link)
    return object
  },
  // Links are discarded from the last on, right after the property that held them.
  discard(link) {
    if ((link.tag & KIND_BITS) !== LINK_SHARED) journey?.forget()
    else if (isShared(link)) journey?.shared.pop()
  },
}

onArrival(LINK_BYTES, ({ a, b }) => openBytes({ index: a, generation: b }))
onArrival(LINK_BLOCK, ({ a, b, c }) => openBlock({ index: a, generation: b }, c))
