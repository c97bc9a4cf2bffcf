import { CodecError } from './codec-error.ts'
import * as tag from './tags.ts'

const INITIAL_BYTES = 16 * 1024
/** A scratch larger than this is given back once so many messages in a row did not need it. */
const RETAINED_BYTES = 1024 * 1024
const RETAINED_MESSAGES = 64
const MAX_BYTES = 0xffff_0000
/** Up to here a loop over the units beats a call into the engine. */
const LOOP_MAX = 24
const BEYOND_LATIN1 = /[^\0-\xff]/

/** A growing scratch that primitives are written into. Its buffer is new and starts at offset zero, so words are aligned. */
export class Writer {
  bytes!: Uint8Array<ArrayBuffer>
  words!: Int32Array<ArrayBuffer>
  position = 0
  #view!: DataView
  #buffer!: Buffer
  #capacity = 0
  #small = 0

  constructor() {
    this.#allocate(INITIAL_BYTES)
  }

  #allocate(capacity: number): void {
    const memory = new ArrayBuffer(capacity)
    this.bytes = new Uint8Array(memory)
    this.words = new Int32Array(memory)
    this.#view = new DataView(memory)
    this.#buffer = Buffer.from(memory)
    this.#capacity = capacity
  }

  /** Begins a message. An earlier one may have left a scratch far too large for those that are usual. */
  begin(): void {
    if (this.#capacity > RETAINED_BYTES) this.#consider()
    this.position = 1
  }

  #consider(): void {
    this.#small = this.position < RETAINED_BYTES ? this.#small + 1 : 0
    if (this.#small === RETAINED_MESSAGES) this.#allocate(INITIAL_BYTES)
  }

  ensure(more: number): void {
    if (this.position + more > this.#capacity) this.#grow(this.position + more)
  }

  #grow(needed: number): void {
    if (needed > MAX_BYTES) throw new CodecError(`the message is larger than ${MAX_BYTES} bytes`)
    const old = this.bytes
    const position = this.position
    // Capacities are multiples of eight, so that the words cover them.
    try {
      this.#allocate(
        Math.min(Math.max(this.#capacity * 2, Math.ceil(needed / 4096) * 4096), MAX_BYTES),
      )
    } catch (cause) {
      throw new CodecError(`there is no memory for a message of ${needed} bytes`, '', { cause })
    }
    this.bytes.set(position === old.length ? old : old.subarray(0, position))
  }

  byte(value: number): void {
    this.ensure(1)
    this.bytes[this.position++] = value
  }

  varint(value: number): void {
    this.ensure(5)
    const bytes = this.bytes
    let at = this.position
    while (value > 0x7f) {
      bytes[at++] = (value & 0x7f) | 0x80
      value = Math.floor(value / 128)
    }
    bytes[at++] = value
    this.position = at
  }

  float64(value: number): void {
    this.ensure(8)
    this.#view.setFloat64(this.position, value, true)
    this.position += 8
  }

  number(value: number): void {
    this.ensure(9)
    const at = this.position
    const bytes = this.bytes
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      if (value >= 0 && value < 256) {
        if (value < tag.INTEGER_TAGS_END) {
          bytes[at] = value
          this.position = at + 1
        } else {
          bytes[at] = tag.UINT8
          bytes[at + 1] = value
          this.position = at + 2
        }
      } else {
        bytes[at] = tag.INT32
        this.#view.setInt32(at + 1, value, true)
        this.position = at + 5
      }
    } else {
      bytes[at] = tag.FLOAT64
      this.#view.setFloat64(at + 1, value, true)
      this.position = at + 9
    }
  }

  bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.ensure(9)
      this.bytes[this.position] = tag.BIGINT64
      this.#view.setBigInt64(this.position + 1, value, true)
      this.position += 9
      return
    }
    this.byte(tag.BIGINT)
    this.byte(value < 0n ? 1 : 0)
    this.string((value < 0n ? -value : value).toString(16))
  }

  string(text: string): void {
    const length = text.length
    if (length <= LOOP_MAX) {
      this.ensure(1 + LOOP_MAX)
      const bytes = this.bytes
      const start = this.position + 1
      let wide = 0
      for (let index = 0; index < length; index++) {
        const unit = text.charCodeAt(index)
        bytes[start + index] = unit
        wide |= unit
      }
      if (wide < 256) {
        bytes[start - 1] = tag.SHORT_STRING | length
        this.position = start + length
        return
      }
    }
    this.#longString(text, length)
  }

  #longString(text: string, length: number): void {
    this.ensure(6 + 2 * length)
    if (BEYOND_LATIN1.test(text)) {
      this.bytes[this.position++] = tag.UTF16
      this.varint(length)
      this.position += this.#buffer.write(text, this.position, 2 * length, 'utf16le')
    } else if (length <= tag.SHORT_STRING_MAX) {
      this.bytes[this.position++] = tag.SHORT_STRING | length
      this.position += this.#buffer.write(text, this.position, length, 'latin1')
    } else {
      this.bytes[this.position++] = tag.LATIN1
      this.varint(length)
      this.position += this.#buffer.write(text, this.position, length, 'latin1')
    }
  }

  /** The key of a property. */
  key(text: string): void {
    const length = text.length
    if (length <= LOOP_MAX) {
      this.ensure(1 + LOOP_MAX)
      const bytes = this.bytes
      const start = this.position + 1
      let wide = 0
      for (let index = 0; index < length; index++) {
        const unit = text.charCodeAt(index)
        bytes[start + index] = unit
        wide |= unit
      }
      if (wide < 256) {
        bytes[start - 1] = length
        this.position = start + length
        return
      }
    }
    this.byte(tag.KEY_STRING)
    this.string(text)
  }

  raw(source: Uint8Array): void {
    const length = source.length
    this.varint(length)
    this.ensure(length)
    this.bytes.set(source, this.position)
    this.position += length
  }
}
