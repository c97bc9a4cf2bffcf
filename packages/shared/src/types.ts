/** The types of shared numbers: their names, Python's codes for them, and what fits. */
import { ArgumentError } from '@troupe/runtime'
import { OutOfRangeError } from './errors.js'
import { shown } from './options.js'

/** Names of the types. */
export type TypeName =
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'char'

/** Python's codes. `l` and `L` have 64 bits, as in C on Linux. */
interface Codes {
  b: 'int8'
  B: 'uint8'
  h: 'int16'
  H: 'uint16'
  i: 'int32'
  I: 'uint32'
  l: 'int64'
  L: 'uint64'
  q: 'int64'
  Q: 'uint64'
  f: 'float32'
  d: 'float64'
  c: 'char'
}

/** A type by its name or by Python's code. */
export type TypeCode = TypeName | keyof Codes

/** The name of a type that is given by name or code. */
export type NameOf<Code extends TypeCode> = Code extends keyof Codes ? Codes[Code] : Code

/** What a type's values are. */
export type ItemOf<Name extends TypeName> = Name extends 'int64' | 'uint64'
  ? bigint
  : Name extends 'char'
    ? string
    : number

const CODES: Readonly<Record<string, TypeName>> = {
  b: 'int8',
  B: 'uint8',
  h: 'int16',
  H: 'uint16',
  i: 'int32',
  I: 'uint32',
  l: 'int64',
  L: 'uint64',
  q: 'int64',
  Q: 'uint64',
  f: 'float32',
  d: 'float64',
  c: 'char',
}

/** Types by number, as blocks say them. */
export const NAMES: readonly TypeName[] = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
  'char',
]

/** The name of a type; throws for what is none. */
export function nameOf(type: unknown): TypeName {
  if (typeof type === 'string') {
    if (Object.hasOwn(CODES, type)) return CODES[type]!
    if ((NAMES as readonly string[]).includes(type)) return type as TypeName
  }
  const codes = Object.entries(CODES).map(([code, name]) => `${code} ${name}`)
  throw new ArgumentError(
    `${typeof type === 'string' ? `'${type}'` : shown(type)} is no type of shared numbers; they are ${codes.join(', ')}`,
  )
}

/** Bounds of the types of up to 32 bits. */
const BOUNDS: Readonly<Partial<Record<TypeName, readonly [number, number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
}

/** The bounds of an integer type of up to 32 bits. */
export function boundsOf(name: TypeName): readonly [number, number] {
  return BOUNDS[name]!
}

/** Throws for a value that does not fit an integer of up to 32 bits. */
export function refuseInteger(name: TypeName, value: unknown, what: string): never {
  if (typeof value !== 'number') throw wrongKind(name, 'a number', value, what)
  const [least, most] = boundsOf(name)
  throw new OutOfRangeError(
    `${what} must be a whole number from ${least} to ${most} for ${name}: it is ${value}; use a larger type`,
  )
}

export const LEAST_64: bigint = -(2n ** 63n)
export const MOST_64: bigint = 2n ** 63n - 1n
export const MOST_U64: bigint = 2n ** 64n - 1n

/** Throws for a value that does not fit an integer of 64 bits. */
export function refuseBigint(name: TypeName, value: unknown, what: string): never {
  if (typeof value !== 'bigint') throw wrongKind(name, 'a bigint, such as 1n', value, what)
  const [least, most] = name === 'int64' ? [LEAST_64, MOST_64] : [0n, MOST_U64]
  throw new OutOfRangeError(`${what} must be from ${least} to ${most} for ${name}: it is ${value}`)
}

/** Throws for a value that is no number. */
export function refuseFloat(name: TypeName, value: unknown, what: string): never {
  throw wrongKind(name, 'a number', value, what)
}

/** Throws for a number that would be Infinity. */
export function refuseFloat32(value: number, what: string): never {
  throw new OutOfRangeError(
    `${what} must be from ${-MOST_32} to ${MOST_32}, or Infinity, for float32: it is ${value}; use float64`,
  )
}

const MOST_32 = (2 - 2 ** -23) * 2 ** 127

/** The code of a character; throws for what is none, or takes more than a byte. */
export function byteOf(value: unknown, what: string): number {
  if (typeof value !== 'string' || value.length !== 1) {
    throw wrongKind('char', 'a string of one character', value, what)
  }
  const code = value.charCodeAt(0)
  if (code <= 0xff) return code
  throw new OutOfRangeError(
    `${what} must be a character of one byte (U+0000 to U+00FF) for char: it is '${value}'; send text in a queue`,
  )
}

function wrongKind(name: TypeName, wanted: string, value: unknown, what: string): ArgumentError {
  const text = typeof value === 'string' ? `'${value}'` : shown(value)
  const type = typeof value === 'bigint' ? `${text}n` : text
  return new ArgumentError(`${what} must be ${wanted} for ${name}: it is ${type} (${typeof value})`)
}
