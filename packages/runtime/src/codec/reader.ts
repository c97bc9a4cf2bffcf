import { CodecError } from './codec-error.ts'

/** Beyond this the engine's own conversion is faster than single characters. */
const UNROLLED_MAX = 10
/** The bytes of a larger message are let go of as soon as it is decoded. */
const RETAINED_BYTES = 64 * 1024
const NOTHING = new Uint8Array(0)

// oxlint-disable-next-line typescript/unbound-method -- it has no `this`
const { fromCharCode } = String
// oxlint-disable-next-line typescript/unbound-method -- called with `call`, on bytes that need not be a Buffer
const { latin1Slice, ucs2Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string
  ucs2Slice(this: Uint8Array, start: number, end: number): string
}

/** A place in the bytes of a message. Nothing is read, and nothing made, beyond the end of the message. */
export class Reader {
  bytes: Uint8Array = NOTHING
  position = 0
  end = 0
  #view: DataView | undefined

  begin(bytes: Uint8Array, start: number, end: number): void {
    // Rings hand out the same scratch again and again, so its view is worth keeping.
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.#view = undefined
    }
    this.position = start
    this.end = end
  }

  finish(): void {
    if (this.end > RETAINED_BYTES) {
      this.bytes = NOTHING
      this.#view = undefined
    }
  }

  /** Where the next `length` bytes begin; they are then behind. */
  take(length: number): number {
    const at = this.position
    if (length > this.end - at) throw new CodecError('the message ends too early')
    this.position = at + length
    return at
  }

  byte(): number {
    return this.bytes[this.take(1)]!
  }

  varint(): number {
    const first = this.byte()
    if (first < 0x80) return first
    let value = first & 0x7f
    let scale = 128
    for (let count = 1; count < 5; count++) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw new CodecError('the message has a number that never ends')
  }

  int32(): number {
    const at = this.take(4)
    const { bytes } = this
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  }

  float64(): number {
    const at = this.take(8)
    return (this.#view ?? this.#makeView()).getFloat64(at, true)
  }

  bigint64(): bigint {
    const at = this.take(8)
    return (this.#view ?? this.#makeView()).getBigInt64(at, true)
  }

  #makeView(): DataView {
    const { buffer, byteOffset, byteLength } = this.bytes
    this.#view = new DataView(buffer, byteOffset, byteLength)
    return this.#view
  }

  latin1(length: number): string {
    const at = this.take(length)
    if (length <= UNROLLED_MAX) return shortLatin1(this.bytes, at, length)
    return latin1Slice.call(this.bytes, at, at + length)
  }

  utf16(units: number): string {
    const at = this.take(2 * units)
    return ucs2Slice.call(this.bytes, at, at + 2 * units)
  }

  /** The next `length` bytes in a buffer of their own, also from shared memory and from a Buffer. */
  copy(length: number): Uint8Array<ArrayBuffer> {
    const at = this.take(length)
    const { bytes } = this
    if (bytes.constructor === Uint8Array && bytes.buffer instanceof ArrayBuffer) {
      return bytes.slice(at, at + length)
    }
    const own = new Uint8Array(length)
    own.set(bytes.subarray(at, at + length))
    return own
  }
}

/** `fromCharCode` with all units at once makes one flat string, and no intermediate ones. */
function shortLatin1(b: Uint8Array, i: number, length: number): string {
  switch (length) {
    case 0:
      return ''
    case 1:
      return fromCharCode(b[i]!)
    case 2:
      return fromCharCode(b[i]!, b[i + 1]!)
    case 3:
      return fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!)
    case 4:
      return fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!)
    case 5:
      return fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!)
    case 6:
      return fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!, b[i + 5]!)
    case 7:
      return fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!, b[i + 5]!, b[i + 6]!)
    case 8:
      return fromCharCode(
        b[i]!,
        b[i + 1]!,
        b[i + 2]!,
        b[i + 3]!,
        b[i + 4]!,
        b[i + 5]!,
        b[i + 6]!,
        b[i + 7]!,
      )
    case 9:
      return fromCharCode(
        b[i]!,
        b[i + 1]!,
        b[i + 2]!,
        b[i + 3]!,
        b[i + 4]!,
        b[i + 5]!,
        b[i + 6]!,
        b[i + 7]!,
        b[i + 8]!,
      )
    default:
      return fromCharCode(
        b[i]!,
        b[i + 1]!,
        b[i + 2]!,
        b[i + 3]!,
        b[i + 4]!,
        b[i + 5]!,
        b[i + 6]!,
        b[i + 7]!,
        b[i + 8]!,
        b[i + 9]!,
      )
  }
}
