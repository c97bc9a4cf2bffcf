/**
 * An item as a ring carries it: two words, or bytes. Small integers, numbers, and byte arrays take a
 * direct path; everything else goes through the codec.
 *
 * An item is encoded once and before its put returns: it is a snapshot, and what cannot be sent throws
 * there. Handles in it are lent from then on, and ends are moved; `undo` gives both back.
 */
import {
  AGAIN,
  type Batch,
  CLOSED,
  DONE,
  FRESH,
  HAS_LINKS,
  type Link,
  type Outcome,
  type Prepared,
  type Ring,
  taken,
} from '@troupe/memory'
import { Decoder } from './codec/decoder.js'
import { Encoder } from './codec/encoder.js'
import { adoptLinks, handles, isShared, type Journey, peekLinks, takeJourney } from './handles.js'
import type { Kind } from './kind.js'
import type { Owner } from './owner.js'

const INT = 1
const DOUBLE = 2
const UNDEFINED = 3
const NULL = 4
const TRUE = 5
const FALSE = 6
const VALUE = 8
const BYTES = FRESH | 1
const BUFFER = FRESH | 2
/** Up to half of Node's pool a Buffer is a piece of it. */
const SMALL_BUFFER = 9
const POOLED = 4096

const doubles = new Float64Array(1)
const doubleWords = new Int32Array(doubles.buffer)
const encoder = new Encoder(handles)
const decoder = new Decoder(handles)

const uint8 = Uint8Array.prototype
const buffer = Buffer.prototype

// The words of the last item that `inlineTag` knew.
let first = 0
let second = 0

/** Tag of an item that travels as two words, which are then in `first` and `second`; 0 for others. */
function inlineTag(item: unknown): number {
  first = 0
  second = 0
  switch (typeof item) {
    case 'number': {
      const int = item | 0
      if (int === item && (int !== 0 || 1 / item > 0)) {
        first = int
        return INT
      }
      doubles[0] = item
      first = doubleWords[0]!
      second = doubleWords[1]!
      return DOUBLE
    }
    case 'undefined':
      return UNDEFINED
    case 'boolean':
      return item ? TRUE : FALSE
    case 'object':
      return item === null ? NULL : 0
    default:
      return 0
  }
}

/** The item of two words; tags from `VALUE` on are bytes. */
function inlineValue(tag: number, a: number, b: number): unknown {
  switch (tag) {
    case INT:
      return a
    case DOUBLE:
      doubleWords[0] = a
      doubleWords[1] = b
      return doubles[0]
    case NULL:
      return null
    case TRUE:
      return true
    case FALSE:
      return false
    default:
      return undefined
  }
}

/** Encodes `item` and puts it if there is room. Handles in it are given back when there is none. */
export function tryPut(ring: Ring, item: unknown): Outcome {
  const inline = inlineTag(item)
  if (inline !== 0) return ring.putInline(inline, first, second)
  const direct = directTag(item)
  if (direct !== 0) {
    const bytes = item as Uint8Array
    return ring.putBytes(direct, bytes, undefined, bytes.length)
  }
  const length = encodeNow(item)
  if (encoder.links.length > 0) return putJourney(ring, length)
  return ring.putBytes(VALUE, encoder.bytes, encoder.words, length)
}

// Tag of bytes that need no codec; 0 for others.
function directTag(item: unknown): number {
  if (!ArrayBuffer.isView(item)) return 0
  const prototype = Object.getPrototypeOf(item) as object
  if (prototype !== uint8 && prototype !== buffer) return 0
  // Empty may mean detached, and a resizable buffer stays one: the codec knows how.
  const { buffer: whole } = item
  if (!(whole instanceof ArrayBuffer) || item.byteLength === 0) return 0
  if ((whole as { resizable?: boolean }).resizable === true) return 0
  // A part of a larger buffer is cloned with all of it; the codec knows how.
  if (prototype === buffer) return item.byteLength < POOLED ? SMALL_BUFFER : BUFFER
  return item.byteLength === item.buffer.byteLength ? BYTES : 0
}

function encodeNow(item: unknown): number {
  try {
    return encoder.encode(item)
  } catch (error) {
    // Of a message that a getter sends while its object is being sent: the journey is the outer one's.
    if (!encoder.isBusy) takeJourney()?.undo()
    throw error
  }
}

function putJourney(ring: Ring, length: number): Outcome {
  const journey = takeJourney()
  let outcome: Outcome = AGAIN
  try {
    outcome = ring.putBytes(VALUE, encoder.bytes, encoder.words, length, HAS_LINKS)
  } finally {
    if (outcome === DONE) journey?.arrive()
    else journey?.undo()
  }
  return outcome
}

/**
 * An encoded item that waits for room. One that is too large for its ring lies in a run of its own
 * already: it is copied while others are taken.
 */
export class Parcel {
  readonly #tag: number
  readonly #a: number
  readonly #b: number
  readonly #bytes: Uint8Array | undefined
  readonly #journey: Journey | undefined
  #prepared: { ring: Ring; run: Prepared } | undefined

  private constructor(
    tag: number,
    a: number,
    b: number,
    bytes: Uint8Array | undefined,
    journey?: Journey,
  ) {
    this.#tag = tag
    this.#a = a
    this.#b = b
    this.#bytes = bytes
    this.#journey = journey
  }

  /** Encodes `item` into bytes of its own; `ring` is where it will be put, if that is known. */
  static pack(item: unknown, ring?: Ring): Parcel {
    const inline = inlineTag(item)
    if (inline !== 0) return new Parcel(inline, first, second, undefined)
    const direct = directTag(item)
    if (direct !== 0) return Parcel.#ofBytes(direct, item as Uint8Array, ring)
    return Parcel.ofEncoded(encodeNow(item), ring)
  }

  /** What the encoder holds, `length` bytes long. */
  static ofEncoded(length: number, ring?: Ring): Parcel {
    const journey = takeJourney()
    try {
      return Parcel.#ofBytes(VALUE, encoder.bytes.subarray(0, length), ring, journey)
    } catch (error) {
      journey?.undo()
      throw error
    }
  }

  /** Message `i` of `batch`. */
  static ofBatch(batch: Batch, i: number): Parcel {
    const tag = batch.tagOf(i)
    const a = batch.firstOf(i)
    if (batch.isInline(i)) return new Parcel(tag, a, batch.secondOf(i), undefined)
    const start = batch.offset(i)
    return new Parcel(tag, 0, 0, batch.bytes.slice(start, start + a))
  }

  static #ofBytes(tag: number, bytes: Uint8Array, ring?: Ring, journey?: Journey): Parcel {
    if (!ring?.isLarge(bytes.length)) {
      return new Parcel(tag, 0, 0, Uint8Array.prototype.slice.call(bytes), journey)
    }
    const parcel = new Parcel(tag, 0, 0, undefined, journey)
    parcel.#prepared = { ring, run: ring.prepare(bytes) }
    return parcel
  }

  /** Ends in the parcel are named `to` from now on, before it commits. */
  address(to: bigint): this {
    this.#journey?.address(to)
    return this
  }

  /** The place with that name holds the shared state in the parcel from now on. */
  reserveFor(name: number): void {
    this.#journey?.reserveFor(name)
  }

  /** Ends in the parcel are named `receiver` when it is there. */
  sendTo(receiver: bigint): this {
    this.#journey?.sendTo(receiver)
    return this
  }

  /** It goes to an inbox: undone, its ends close, since nobody takes a dead letter back. */
  asLetter(): this {
    this.#journey?.asLetter()
    return this
  }

  /** Puts it if there is room. */
  put(ring: Ring): Outcome {
    const flags = this.#journey ? HAS_LINKS : 0
    const bytes = this.#bytes
    let outcome: Outcome
    if (this.#prepared) outcome = ring.putPrepared(this.#tag, this.#prepared.run, flags)
    else if (bytes) outcome = ring.putBytes(this.#tag, bytes, undefined, bytes.length, flags)
    else outcome = ring.putInline(this.#tag, this.#a, this.#b)
    if (outcome === DONE) {
      this.#prepared = undefined
      this.#journey?.arrive()
    }
    return outcome
  }

  /** Shared state in it that an actor of `shares` does not take. */
  refusedBy(
    shares: ReadonlySet<number>,
  ): { readonly kind: Kind; readonly path: string } | undefined {
    return this.#journey?.shared.find(({ kind }) => !shares.has(kind.number))
  }

  /** It will not be sent: handles go back, ends are the sender's again. */
  undo(): void {
    this.#journey?.undo()
    if (this.#prepared) this.#prepared.ring.discard(this.#prepared.run)
    this.#prepared = undefined
  }
}

/**
 * Adds `item` to `batch` if it is small and carries no handles. Otherwise returns it packed: it goes alone,
 * behind the batch. It is encoded once either way.
 */
export function stage(batch: Batch, ring: Ring, item: unknown): Parcel | undefined {
  const inline = inlineTag(item)
  if (inline !== 0) {
    batch.addInline(inline, first, second)
    return undefined
  }
  const direct = directTag(item)
  if (direct !== 0) {
    const bytes = item as Uint8Array
    if (!batch.fits(bytes.length) || ring.isLarge(bytes.length)) return Parcel.pack(item, ring)
    batch.addBytes(direct, bytes, bytes.length)
    return undefined
  }
  const length = encodeNow(item)
  if (encoder.links.length > 0 || !batch.fits(length) || ring.isLarge(length)) {
    return Parcel.ofEncoded(length, ring)
  }
  batch.addBytes(VALUE, encoder.bytes, length)
  return undefined
}

/** The value of message `i` of a batch that was taken. */
export function valueOf(batch: Batch, i: number): unknown {
  const tag = batch.tagOf(i)
  const a = batch.firstOf(i)
  if (tag < VALUE) return inlineValue(tag, a, batch.secondOf(i))
  const start = batch.offset(i)
  switch (tag) {
    case BYTES:
      return batch.bytes.slice(start, start + a)
    case BUFFER:
    case SMALL_BUFFER:
      return Buffer.from(batch.bytes.subarray(start, start + a))
    default:
      return decoder.decode(batch.bytes, a, start)
  }
}

/**
 * Takes an item for `owner`; the value is then in `item.value`. With `defers` one that holds shared state, while it is not
 * known what the owner takes, is left as `takeLater` says.
 */
export function take(ring: Ring, owner: Owner, defers = false): Outcome {
  const outcome = ring.take(owner.number)
  if (outcome !== DONE) return outcome
  const { tag } = taken
  if (tag < VALUE) {
    item.value = inlineValue(tag, taken.a, taken.b)
    return DONE
  }
  switch (tag) {
    case BYTES:
      item.value = taken.bytes
      break
    case BUFFER:
      item.value = Buffer.from(taken.bytes.buffer as ArrayBuffer, 0, taken.length)
      break
    case SMALL_BUFFER:
      item.value = Buffer.from(taken.bytes.subarray(0, taken.length))
      break
    default:
      decodeTaken(owner, defers)
  }
  return DONE
}

/** What the last `take` of this thread found. */
export const item: { value: unknown } = { value: undefined }

function decodeTaken(owner: Owner, defers: boolean): void {
  const { links, bytes, length } = taken
  item.value = undefined
  const decode = (): void => {
    item.value = decoder.decode(bytes, length)
  }
  if (links.length === 0) decode()
  else if (defers && owner.isLoading && links.some(isShared))
    decodeLater(owner, bytes.slice(0, length), links)
  else adoptLinks(links, owner, decode)
}

// What an actor shares is known when its module is loaded. The message is read for what it says to the runtime.
function decodeLater(owner: Owner, bytes: Uint8Array, links: readonly Link[]): void {
  const decode = (): void => {
    item.value = decoder.decode(bytes, bytes.length)
  }
  peekLinks(owner, decode)
  later = () => {
    adoptLinks(links, owner, decode)
    return item.value
  }
}

let later: (() => unknown) | undefined

/** What makes the whole of the message that the last `take` found, which holds shared state; once, when that is known. */
export function takeLater(): (() => unknown) | undefined {
  const mine = later
  later = undefined
  return mine
}

export { AGAIN, CLOSED, DONE }
