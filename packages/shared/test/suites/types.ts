// The types of shared numbers, for the tests of values and arrays.
import type { TypeCode, TypeName } from '../../dist/index.js'

/** Every name with Python's codes for it. */
export const CODES: readonly (readonly [TypeName, readonly TypeCode[]])[] = [
  ['int8', ['b']],
  ['uint8', ['B']],
  ['int16', ['h']],
  ['uint16', ['H']],
  ['int32', ['i']],
  ['uint32', ['I']],
  ['int64', ['l', 'q']],
  ['uint64', ['L', 'Q']],
  ['float32', ['f']],
  ['float64', ['d']],
  ['char', ['c']],
]

/** The least and the most of the integers. */
export const BOUNDS = [
  ['int8', -128, 127],
  ['uint8', 0, 255],
  ['int16', -32_768, 32_767],
  ['uint16', 0, 65_535],
  ['int32', -(2 ** 31), 2 ** 31 - 1],
  ['uint32', 0, 2 ** 32 - 1],
  ['int64', -(2n ** 63n), 2n ** 63n - 1n],
  ['uint64', 0n, 2n ** 64n - 1n],
] as const

export const FLOATS = ['float32', 'float64'] as const

/** `n` as numbers of a type are. */
export const numberOf = (type: TypeName, n: number): number | bigint =>
  type === 'int64' || type === 'uint64' ? BigInt(n) : n
