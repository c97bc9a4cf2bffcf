/**
 * Items of a list as Python's `struct` packs them: a format, a code that says what Python makes of it, and bytes.
 *
 *   value                 format     code   bytes
 *   whole number, bigint  q          0      int64
 *   other number          d          0      IEEE double
 *   boolean               xxxxxxx?   0      7 zeros, then 0 or 1
 *   string                <room>s    1      UTF-8, zeros to the end of its room
 *   Uint8Array            <room>s    2      itself, zeros to the end of its room
 *   null                  xxxxxx?x   3      8 zeros
 *
 * Readers leave out the zeros at the end of texts and bytes, as Python does, so a value may have none of its own there.
 */
import { ArgumentError } from '@troupe/runtime'
import { types } from 'node:util'
import { ItemUnreadableError, shown } from './errors.js'

/** What a list holds. */
export type Item = number | bigint | boolean | string | Uint8Array | null

/** An item as it lies in memory; texts and bytes without their padding. */
export interface Packed {
  /** `s` is written with the room of its slot before it. */
  readonly format: 'q' | 'd' | 'xxxxxxx?' | 'xxxxxx?x' | 's'
  readonly code: number
  readonly bytes: Uint8Array
}

/** The bytes of what is neither a text nor bytes, and the unit of room. */
export const WORD = 8

/** The room of a slot is written in 7 digits: in whole words it has at most so many bytes. */
export const MOST_ROOM = 9_999_992

/** The formats of code 0. */
const FORMATS: ReadonlySet<string> = new Set(['q', 'd', 'xxxxxxx?'])

const PLAIN = 0
const TEXT = 1
const BYTES = 2
const NULL = 3

const LEAST_INT = -(2n ** 63n)
const MOST_INT = 2n ** 63n - 1n

const utf8 = new TextEncoder()
// A byte order mark is a character as any other.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The value as it lies in memory. A whole number stays a float where one was, whose format is `current`. Throws for what
 * no reader would get back.
 */
export function pack(value: unknown, index: number, current?: string): Packed {
  switch (typeof value) {
    case 'number':
      return current === 'd' || !isInt(value) ? float(value) : int(BigInt(value))
    case 'bigint':
      if (value >= LEAST_INT && value <= MOST_INT) return int(value)
      throw refused(index, value, 'integers go from -2^63 to 2^63 - 1; give a number or a text')
    case 'boolean':
      return word('xxxxxxx?', PLAIN, (view) => view.setUint8(7, Number(value)))
    case 'string':
      if (!/\p{Surrogate}/u.test(value)) return padded(TEXT, utf8.encode(value), value, index)
      throw refused(index, value, 'it has half a character, which UTF-8 cannot say; toWellFormed()')
    default:
      if (value === null) return word('xxxxxx?x', NULL)
      if (types.isUint8Array(value)) return padded(BYTES, new Uint8Array(value), value, index)
      throw refused(
        index,
        value,
        'items are numbers, bigints, booleans, strings, Uint8Arrays and null; write others as a text, such as JSON',
      )
  }
}

/** The bytes that are kept for an item, so that at least one zero follows it; throws for more than its format can say. */
export function roomOf({ format, bytes }: Packed, index: number): number {
  if (format !== 's') return WORD
  const room = WORD * (Math.floor(bytes.length / WORD) + 1)
  if (room <= MOST_ROOM) return room
  throw new ArgumentError(
    `Item ${index} has ${bytes.length} bytes, and the most that a list can hold are ${MOST_ROOM - 1}; put it into a SharedMemory of its own, and its name into the list`,
  )
}

/** The value of what lies in a slot. `slot` is nobody else's memory. */
export function unpack(format: string, code: number, slot: Uint8Array, index: number): Item {
  if (code === PLAIN && FORMATS.has(format)) {
    const view = new DataView(slot.buffer, slot.byteOffset, WORD)
    if (format === 'q') return numberOf(view.getBigInt64(0, true))
    return format === 'd' ? view.getFloat64(0, true) : view.getUint8(7) !== 0
  }
  if (code === NULL && format === 'xxxxxx?x') return null
  if ((code === TEXT || code === BYTES) && format.endsWith('s')) {
    const length = lengthOf(slot)
    return code === BYTES ? slot.slice(0, length) : textOf(slot.subarray(0, length), index)
  }
  throw new ItemUnreadableError(
    index,
    `format ${shown(format)} and code ${code} say nothing together; who sets it was in between, or was killed there, or no list is written there: hold a Lock while setting and getting, and set it again`,
  )
}

function numberOf(int: bigint): number | bigint {
  const number = Number(int)
  return Number.isSafeInteger(number) ? number : int
}

/** Whether an item that was read equals a value: numbers and bigints by what they count, bytes by content. */
export function isEqual(one: Item, other: unknown): boolean {
  if (types.isUint8Array(one)) return types.isUint8Array(other) && Buffer.compare(one, other) === 0
  if (typeof one === 'number' || typeof one === 'bigint') {
    const isNumber = typeof other === 'number' || typeof other === 'bigint'
    return isNumber && (one == other || (Number.isNaN(one) && Number.isNaN(other)))
  }
  return one === other
}

// Beyond these a float says less than it seems to, and -0 is none.
function isInt(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0)
}

function int(value: bigint): Packed {
  return word('q', PLAIN, (view) => view.setBigInt64(0, value, true))
}

function float(value: number): Packed {
  return word('d', PLAIN, (view) => view.setFloat64(0, value, true))
}

function word(format: Packed['format'], code: number, fill?: (view: DataView) => void): Packed {
  const view = new DataView(new ArrayBuffer(WORD))
  fill?.(view)
  return { format, code, bytes: new Uint8Array(view.buffer) }
}

function padded(code: number, bytes: Uint8Array, value: unknown, index: number): Packed {
  if (bytes.at(-1) !== 0) return { format: 's', code, bytes }
  throw refused(index, value, 'zeros at the end are lost to readers; end it with something else')
}

// Without the zeros at its end.
function lengthOf(slot: Uint8Array): number {
  let end = slot.length
  while (end > 0 && slot[end - 1] === 0) end -= 1
  return end
}

function textOf(bytes: Uint8Array, index: number): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    throw new ItemUnreadableError(
      index,
      'its text is no UTF-8; a Python list has room for as many bytes as the first text has characters: make it there of bytes or of a longer text; or who sets it was in between: hold a Lock',
    )
  }
}

function refused(index: number, value: unknown, why: string): ArgumentError {
  return new ArgumentError(`Item ${index} of a list cannot be ${shown(value)}: ${why}`)
}
