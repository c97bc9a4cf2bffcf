import types from 'node:util/types'
import { CodecError, isStackOverflow } from './codec-error.ts'
import { encodeBinary } from './encode-binary.ts'
import { encodeError } from './encode-error.ts'
import { IdentityTable } from './identity.ts'
import { bodyStart, type HandleCodec, type Link, LINKS_MAX, NO_LINKS } from './link.ts'
import { isListOnly } from './list-only.ts'
import { INDEX, MAP_KEY, MAP_VALUE, mapKeyStep, Path, PROPERTY, SET_ITEM } from './path.ts'
import { refuseFunction, refuseObject, refuseSymbol } from './refuse.ts'
import * as tag from './tags.ts'
import { Writer } from './writer.ts'

/** How deep a message may nest: well within the stack of every place, so what one encodes the other can decode. */
export const MAX_DEPTH = 1000

const { getPrototypeOf } = Object
const objectPrototype = Object.prototype
const arrayPrototype = Array.prototype
// oxlint-disable-next-line typescript/unbound-method -- the engine makes `call` of it free inside for-in
const { hasOwnProperty } = objectPrototype

/**
 * Writes a value, with the meaning of structured clone, as bytes. One encoder serves one thread; its scratch
 * holds the message until the next `encode`.
 */
export class Encoder {
  /** The handles of the last message. After a throw: those met before it, for the caller to take back. */
  links: readonly Link[] = NO_LINKS
  readonly writer: Writer = new Writer()
  readonly path: Path = new Path()
  readonly identity: IdentityTable = new IdentityTable()
  readonly handles: HandleCodec
  #found: Link[] | undefined
  #references = false
  #busy = false

  constructor(handles: HandleCodec) {
    this.handles = handles
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.writer.bytes
  }

  get words(): Int32Array<ArrayBuffer> {
    return this.writer.words
  }

  /** Whether a message is being encoded. */
  get isBusy(): boolean {
    return this.#busy
  }

  /** The length of the message, which is `bytes.subarray(0, length)` until the next call. */
  encode(value: unknown): number {
    if (this.#busy) {
      throw new CodecError(
        'a getter of the value being sent sends a message itself; read it before sending',
      )
    }
    this.#busy = true
    this.writer.begin()
    this.path.depth = 0
    this.#references = false
    this.#found = undefined
    this.links = NO_LINKS
    try {
      this.value(value)
      return this.#finish()
    } catch (error) {
      if (!isStackOverflow(error)) throw error
      throw new CodecError('the value is nested too deeply for the stack', this.path.text(), {
        cause: error,
      })
    } finally {
      if (this.#found !== undefined) this.links = this.#found
      this.identity.clear()
      this.#busy = false
    }
  }

  /** Puts the header, and before the body the table of links if there are any. */
  #finish(): number {
    const writer = this.writer
    const found = this.#found
    const header = (tag.VERSION << 4) | (this.#references ? tag.FLAG_REFERENCES : 0)
    if (found === undefined || found.length === 0) {
      writer.bytes[0] = header
      return writer.position
    }
    const shift = bodyStart(found.length) - 1
    writer.ensure(shift)
    writer.bytes.copyWithin(shift + 1, 1, writer.position)
    writer.position += shift
    const words = writer.words
    words[0] = header | tag.FLAG_LINKS | (found.length << 16)
    let at = 1
    for (const link of found) {
      words[at++] = link.tag
      words[at++] = link.a
      words[at++] = link.b
      words[at++] = link.c
      words[at++] = link.d
    }
    return writer.position
  }

  value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.writer.string(value)
      case 'number':
        return this.writer.number(value)
      case 'object':
        if (value === null) return this.writer.byte(tag.NULL)
        return this.#object(value)
      case 'boolean':
        return this.writer.byte(value ? tag.TRUE : tag.FALSE)
      case 'undefined':
        return this.writer.byte(tag.UNDEFINED)
      case 'bigint':
        return this.writer.bigint(value)
      case 'function':
        return this.#function(value)
      default:
        return refuseSymbol(value as symbol, this.path.text())
    }
  }

  #object(value: object): void {
    const known = this.identity.add(value)
    if (known !== -1) {
      this.#references = true
      this.writer.byte(tag.REFERENCE)
      this.writer.varint(known)
      return
    }
    const prototype: object | null = getPrototypeOf(value)
    if (prototype === objectPrototype) return this.#plain(value as Record<string, unknown>)
    if (prototype === arrayPrototype && Array.isArray(value)) return this.#array(value)
    return this.#other(value, prototype)
  }

  /** A function is never data, but a handle may be one. */
  #function(value: object): void {
    const known = this.identity.add(value)
    if (known !== -1) {
      this.#references = true
      this.writer.byte(tag.REFERENCE)
      this.writer.varint(known)
    } else if (!this.#handle(value)) {
      refuseFunction(value, this.path.text())
    }
  }

  #plain(value: Record<string, unknown>): void {
    this.writer.byte(tag.OBJECT)
    this.properties(value)
  }

  /** The own enumerable properties with string keys, each read once, in order. */
  properties(value: Record<string, unknown>): void {
    const { writer, path } = this
    const depth = this.enter(PROPERTY)
    for (const key in value) {
      if (!hasOwnProperty.call(value, key)) continue
      const item = value[key]
      writer.key(key)
      // What cannot fail needs no path.
      if (typeof item === 'string') writer.string(item)
      else if (typeof item === 'number') writer.number(item)
      else {
        path.at(depth, key)
        this.value(item)
      }
    }
    path.depth = depth
    writer.byte(tag.KEY_END)
  }

  #array(value: unknown[]): void {
    const { writer, path } = this
    const { length } = value
    const dense = isListOnly(value)
    writer.byte(dense ? tag.ARRAY : tag.SPARSE_ARRAY)
    writer.varint(length)
    if (!dense) {
      return this.properties(value as unknown as Record<string, unknown>)
    }
    const depth = this.enter(INDEX)
    for (let index = 0; index < length; index++) {
      const item = value[index]
      if (typeof item === 'string') {
        writer.string(item)
        continue
      }
      path.at(depth, index)
      if (item === undefined && !hasOwnProperty.call(value, index)) {
        this.#afterHole(value, index, depth)
        break
      }
      this.value(item)
    }
    path.depth = depth
  }

  /** The elements behind the first hole of an array, by their keys: the array may be all holes and huge. */
  #afterHole(value: unknown[], hole: number, depth: number): void {
    this.writer.byte(tag.REST)
    for (const key of Object.keys(value)) {
      const index = Number(key)
      if (!(index > hole)) continue
      this.path.at(depth, index)
      this.writer.key(key)
      this.value(value[index])
    }
    this.writer.byte(tag.KEY_END)
  }

  #other(value: object, prototype: object | null): void {
    const { writer } = this
    if (prototype === null) return this.#plain(value as Record<string, unknown>)
    if (this.#handle(value)) return
    if (types.isNativeError(value) || value instanceof Error)
      return encodeError(this, value as Error)
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return encodeBinary(this, value)
    // What extends a class of the language is a class of its own: its further fields would be lost.
    if (!isDirect(prototype)) refuseObject(value, this.path.text())
    if (types.isMap(value)) return this.#map(value)
    if (types.isSet(value)) return this.#set(value)
    if (types.isDate(value)) {
      writer.byte(tag.DATE)
      return writer.float64(Date.prototype.getTime.call(value))
    }
    if (types.isRegExp(value)) {
      writer.byte(tag.REGEXP)
      writer.string(value.source)
      return writer.string(value.flags)
    }
    if (types.isBoxedPrimitive(value)) {
      writer.byte(tag.BOXED)
      return this.value(unboxed(value))
    }
    if (Array.isArray(value)) return this.#array(value)
    // A plain object of another realm, such as a node:vm context.
    if (getPrototypeOf(prototype) === null && hasOwnProperty.call(prototype, 'isPrototypeOf')) {
      return this.#plain(value as Record<string, unknown>)
    }
    refuseObject(value, this.path.text())
  }

  #map(value: Map<unknown, unknown>): void {
    const { path } = this
    this.writer.byte(tag.MAP)
    const depth = this.enter(MAP_KEY)
    let position = 0
    for (const [key, item] of value) {
      path.mapStep(depth, MAP_KEY, position)
      this.value(key)
      path.mapStep(depth, MAP_VALUE, mapKeyStep(key, position))
      this.value(item)
      position++
    }
    path.depth = depth
    this.writer.byte(tag.END)
  }

  #set(value: Set<unknown>): void {
    const { path } = this
    this.writer.byte(tag.SET)
    const depth = this.enter(SET_ITEM)
    let position = 0
    for (const item of value) {
      path.at(depth, position++)
      this.value(item)
    }
    path.depth = depth
    this.writer.byte(tag.END)
  }

  enter(kind: number): number {
    const { path } = this
    if (path.depth >= MAX_DEPTH) {
      throw new CodecError(
        `the value is nested more than ${MAX_DEPTH} deep; send a flat list`,
        path.text(),
      )
    }
    return path.enter(kind)
  }

  #handle(value: object): boolean {
    const link = this.handles.encode(value, this.path.text)
    if (link === undefined) return false
    this.#found ??= []
    const index = this.#found.push(link) - 1
    if (index >= LINKS_MAX)
      throw new CodecError(`a message carries at most ${LINKS_MAX} handles`, this.path.text())
    this.writer.byte(link.detail === undefined ? tag.LINK : tag.LINK_DETAIL)
    this.writer.varint(index)
    if (link.detail === undefined) return true
    this.handles.enter?.()
    try {
      this.value(link.detail)
    } finally {
      this.handles.leave?.()
    }
    return true
  }

  /** Runs `write`; if that throws, the message is as it was before, and the answer is false. */
  attempt(write: () => void): boolean {
    const { writer, path, identity } = this
    const position = writer.position
    const depth = path.depth
    const size = identity.size
    const links = this.#found?.length ?? 0
    try {
      write()
      return true
    } catch {
      writer.position = position
      path.depth = depth
      identity.shrink(size)
      for (const link of this.#found?.splice(links) ?? []) this.handles.discard?.(link)
      return false
    }
  }
}

/** Whether a prototype is one step below Object's, as that of every class of the language used here. */
function isDirect(prototype: object): boolean {
  const parent: object | null = getPrototypeOf(prototype)
  return parent === null || getPrototypeOf(parent) === null
}

/** The primitive in a wrapper object, whatever properties of its own the wrapper has. */
function unboxed(value: object): unknown {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value)
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value)
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value)
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value)
  return Symbol.prototype.valueOf.call(value)
}
