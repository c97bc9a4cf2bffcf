import { CodecError, isStackOverflow } from './codec-error.ts'
import { decodeError } from './decode-error.ts'
import { CACHED_KEY_MAX, KeyCache } from './key-cache.ts'
import { bodyStart, type HandleCodec, type Link, NO_LINKS, readLinks } from './link.ts'
import { viewClasses } from './native-classes.ts'
import { defineOwn } from './own-property.ts'
import { Reader } from './reader.ts'
import * as tag from './tags.ts'

/** Stands in the list of handles for one that was not asked for yet. */
const UNASKED = Symbol('unasked')

/**
 * Makes a value from the bytes of a message. Whatever the bytes are, the outcome is a value or a CodecError:
 * lengths are held against what is left before anything is made, names in a message find no class and no
 * property of a prototype, and typed arrays are copies.
 */
export class Decoder {
  readonly reader: Reader = new Reader()
  readonly #handles: HandleCodec
  readonly #keys = new KeyCache()
  #links: readonly Link[] = NO_LINKS
  #opened: unknown[] = []
  #objects: unknown[] = []
  #numbered = false
  #busy = false
  #foreign: { error: unknown } | undefined

  constructor(handles: HandleCodec) {
    this.#handles = handles
  }

  /** The value of the `length` bytes from `offset` on. */
  decode(bytes: Uint8Array, length: number, offset = 0): unknown {
    // A handle that decodes a message while it is made gets a decoder of its own.
    if (this.#busy) return new Decoder(this.#handles).decode(bytes, length, offset)
    const end = offset + length
    if (end > bytes.length) throw new CodecError('the message is longer than its bytes')
    this.#busy = true
    try {
      this.#begin(bytes, offset, end)
      const value = this.value()
      if (this.reader.position !== end) throw new CodecError('the message goes on after its value')
      return value
    } catch (error) {
      if (error instanceof CodecError || this.#foreign?.error === error) throw error
      if (isStackOverflow(error))
        throw new CodecError('the message is nested too deeply for the stack', '', { cause: error })
      throw new CodecError(`the message cannot be decoded: ${(error as Error).message}`, '', {
        cause: error,
      })
    } finally {
      if (this.#numbered) this.#objects = []
      if (this.#links !== NO_LINKS) {
        this.#links = NO_LINKS
        this.#opened = []
      }
      this.#foreign = undefined
      this.reader.finish()
      this.#busy = false
    }
  }

  #begin(bytes: Uint8Array, offset: number, end: number): void {
    let start = offset + 1
    const header = end > offset ? bytes[offset]! : 0
    if ((header & ~tag.FLAG_REFERENCES) !== tag.VERSION << 4) {
      const links = readLinks(offset === 0 ? bytes : bytes.subarray(offset, end), end - offset)
      this.#links = links
      this.#opened = links.map(() => UNASKED)
      start = offset + bodyStart(links.length)
    }
    this.#numbered = (header & tag.FLAG_REFERENCES) !== 0
    this.reader.begin(bytes, start, end)
  }

  value(): unknown {
    const { reader } = this
    const kind = reader.byte()
    if (kind < tag.INTEGER_TAGS_END) return kind
    if (kind < tag.UNDEFINED) return reader.latin1(kind & tag.SHORT_STRING_MAX)
    switch (kind) {
      case tag.UINT8:
        return reader.byte()
      case tag.INT32:
        return reader.int32()
      case tag.FLOAT64:
        return reader.float64()
      case tag.OBJECT:
        return this.properties(this.remember({}) as Record<string, unknown>)
      case tag.ARRAY:
        return this.#array()
      case tag.UNDEFINED:
        return undefined
      case tag.NULL:
        return null
      case tag.FALSE:
        return false
      case tag.TRUE:
        return true
      case tag.LATIN1:
        return reader.latin1(reader.varint())
      case tag.UTF16:
        return reader.utf16(reader.varint())
      case tag.REFERENCE:
        return this.#reference()
      default:
        return this.#rare(kind)
    }
  }

  #rare(kind: number): unknown {
    const { reader } = this
    switch (kind) {
      case tag.BIGINT64:
        return reader.bigint64()
      case tag.BIGINT:
        return this.#bigint()
      case tag.SPARSE_ARRAY: {
        const length = reader.varint()
        return this.#sparse(this.remember([]), length)
      }
      case tag.MAP:
        return this.#map()
      case tag.SET:
        return this.#set()
      case tag.DATE:
        return this.remember(new Date(reader.float64()))
      case tag.REGEXP:
        return this.remember(new RegExp(this.string(), this.string()))
      case tag.BOXED:
        return this.#boxed()
      case tag.ARRAY_BUFFER:
        return this.remember(reader.copy(reader.varint()).buffer)
      case tag.VIEW:
        return this.#view()
      case tag.BUFFER:
        return this.remember(Buffer.from(reader.copy(reader.varint()).buffer))
      case tag.ERROR:
        return decodeError(this)
      case tag.LINK:
        return this.remember(this.#link(false))
      case tag.LINK_DETAIL:
        return this.#detailedLink()
      default:
        throw new CodecError(`the message has an unknown tag ${kind}`)
    }
  }

  /** Numbers an object. Only a message that refers back has use for the numbers. */
  remember<T>(value: T): T {
    if (this.#numbered) this.#objects.push(value)
    return value
  }

  properties<T extends Record<string, unknown>>(target: T): T {
    const { reader } = this
    const keys = this.#keys
    let last = keys.start
    for (;;) {
      const length = reader.byte()
      if (length <= CACHED_KEY_MAX) {
        const key = keys.find(last, reader.bytes, reader.take(length), length)
        last = key
        const value = this.value()
        if (key.assignable) (target as Record<string, unknown>)[key.text] = value
        else this.#define(target, key.text, value)
      } else if (length === tag.KEY_END) {
        return target
      } else {
        const key = length === tag.KEY_STRING ? this.string() : reader.latin1(length)
        this.#define(target, key, this.value())
      }
    }
  }

  #define(target: object, key: string, value: unknown): void {
    if (key === 'length' && Array.isArray(target)) {
      throw new CodecError('the message has an array that sets its own length')
    }
    defineOwn(target, key, value)
  }

  /** A value that has to be a string. */
  string(): string {
    const value = this.value()
    if (typeof value !== 'string')
      throw new CodecError('the message lacks a string where one must be')
    return value
  }

  #array(): unknown[] {
    const { reader } = this
    const length = reader.varint()
    const array: unknown[] = this.remember([])
    // Grown by its elements, of which each takes a byte at least, not by the length it claims.
    for (let index = 0; index < length; index++) {
      const kind = reader.bytes[reader.position]
      if (kind === tag.FLOAT64) {
        // Straight into a list of doubles, without an object for the number.
        reader.take(1)
        array.push(reader.float64())
      } else if (kind === tag.REST) {
        reader.take(1)
        return this.#sparse(array, length)
      } else {
        array.push(this.value())
      }
    }
    return array
  }

  /** Gives an array its length and the properties that follow. */
  #sparse(array: unknown[], length: number): unknown[] {
    if (length > 2 ** 32 - 1) throw new CodecError('the message has an array that is too long')
    if (length - array.length > 1024) {
      // A lone far element makes the engine keep a table instead of room for all that is absent.
      array[length - 1] = undefined
      Reflect.deleteProperty(array, length - 1)
    } else {
      array.length = length
    }
    this.properties(array as unknown as Record<string, unknown>)
    if (array.length !== length)
      throw new CodecError('the message has an array longer than it says')
    return array
  }

  #map(): Map<unknown, unknown> {
    const { reader } = this
    const map = this.remember(new Map<unknown, unknown>())
    while (reader.bytes[reader.position] !== tag.END) {
      const key = this.value()
      map.set(key, this.value())
    }
    reader.take(1)
    return map
  }

  #set(): Set<unknown> {
    const { reader } = this
    const set = this.remember(new Set<unknown>())
    while (reader.bytes[reader.position] !== tag.END) set.add(this.value())
    reader.take(1)
    return set
  }

  #bigint(): bigint {
    const negative = this.reader.byte() !== 0
    const digits = this.string()
    if (!/^[0-9a-f]+$/.test(digits)) throw new CodecError('the message has a bigint without digits')
    const value = BigInt(`0x${digits}`)
    return negative ? -value : value
  }

  #boxed(): object {
    const primitive = this.value()
    if (typeof primitive === 'object' || primitive === undefined) {
      throw new CodecError('the message has a wrapper around no primitive')
    }
    return this.remember(Object(primitive) as object)
  }

  #view(): ArrayBufferView {
    const { reader } = this
    // The view began before its buffer, so its number comes first.
    const number = this.#objects.length
    this.remember(undefined)
    const View = viewClasses[reader.byte()]
    const offset = reader.varint()
    const length = reader.varint()
    if (this.#isWholeBytes(View, offset, length)) return this.reader.copy(length)
    const buffer = this.value()
    if (View === undefined)
      throw new CodecError('the message has a typed array that this platform lacks')
    if (!(buffer instanceof ArrayBuffer))
      throw new CodecError('the message has a view without a buffer')
    const view = new View(buffer, offset, length)
    if (this.#numbered) this.#objects[number] = view
    return view
  }

  /** Whether a view is a Uint8Array of a whole buffer that nothing else in the message refers to. */
  #isWholeBytes(View: unknown, offset: number, length: number): boolean {
    if (this.#numbered || View !== Uint8Array || offset !== 0) return false
    const { bytes, position } = this.reader
    if (bytes[position] !== tag.ARRAY_BUFFER) return false
    this.reader.position = position + 1
    const whole = this.reader.varint() === length
    if (!whole) this.reader.position = position
    return whole
  }

  #reference(): unknown {
    const number = this.reader.varint()
    if (number >= this.#objects.length)
      throw new CodecError('the message refers to an object it does not have')
    return this.#objects[number]
  }

  #detailedLink(): unknown {
    const number = this.#objects.length
    this.remember(undefined)
    const handle = this.#link(true)
    if (this.#numbered) this.#objects[number] = handle
    return handle
  }

  #link(detailed: boolean): unknown {
    const index = this.reader.varint()
    const link = this.#links[index]
    if (link === undefined) throw new CodecError('the message refers to a handle it does not have')
    if (this.#opened[index] === UNASKED) {
      try {
        const detail = detailed ? this.value() : undefined
        this.#opened[index] = this.#handles.decode(link, index, detail)
      } catch (error) {
        // Not the message but the handle is refused, and that error says why.
        this.#foreign = { error }
        throw error
      }
    }
    return this.#opened[index]
  }
}
