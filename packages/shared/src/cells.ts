/**
 * One number of a type in shared memory, read and written in one step. Integers go through Atomics. A float is read
 * and written as it is, which an aligned one is in one step, and compared and exchanged by its bits.
 */
import {
  compareExchange,
  compareExchange64,
  compareExchangeIn,
  type Integers,
  load,
  load64,
  loadIn,
  storeIn,
  store64,
} from '@troupe/memory'
import { ArgumentError } from '@troupe/runtime'
import {
  boundsOf,
  byteOf,
  LEAST_64,
  MOST_64,
  MOST_U64,
  refuseBigint,
  refuseFloat,
  refuseFloat32,
  refuseInteger,
  type TypeName,
} from './types.js'

/** A number in shared memory. */
export interface Cell<Item> {
  /** Throws for what does not fit; `what` says what it is. */
  check(value: unknown, what: string): Item
  get(): Item
  /** Writes what was checked. */
  set(value: Item): void
  /** Writes `value`, which was checked, if the cell has `expected`; returns what it had. */
  compareExchange(expected: Item, value: Item): Item
  /** Whether two values are the same to `compareExchange`. */
  same(a: Item, b: Item): boolean
  /** Adds `n`, or subtracts it; returns the value before. */
  add(n: unknown, sign: 1 | -1): Item
}

const sumName = (sign: 1 | -1): string => (sign === 1 ? 'The sum' : 'The difference')

class IntegerCell implements Cell<number> {
  readonly #name: TypeName
  readonly #at: Integers
  readonly #least: number
  readonly #most: number

  constructor(name: TypeName, at: Integers) {
    this.#name = name
    this.#at = at
    const [least, most] = boundsOf(name)
    this.#least = least
    this.#most = most
  }

  check(value: unknown, what: string): number {
    if (Number.isInteger(value)) {
      const number = value as number
      if (number >= this.#least && number <= this.#most) return number
    }
    return refuseInteger(this.#name, value, what)
  }

  get(): number {
    return loadIn(this.#at, 0)
  }

  set(value: number): void {
    storeIn(this.#at, 0, value)
  }

  compareExchange(expected: number, value: number): number {
    return compareExchangeIn(this.#at, 0, expected, value)
  }

  same(a: number, b: number): boolean {
    return a === b
  }

  add(n: unknown, sign: 1 | -1): number {
    const by = this.check(n, 'n') * sign
    const at = this.#at
    for (;;) {
      const before = loadIn(at, 0)
      const next = before + by
      if (next < this.#least || next > this.#most) refuseInteger(this.#name, next, sumName(sign))
      if (compareExchangeIn(at, 0, before, next) === before) return before
    }
  }
}

class BigintCell implements Cell<bigint> {
  readonly #name: TypeName
  readonly #at: BigInt64Array | BigUint64Array
  readonly #least: bigint
  readonly #most: bigint

  constructor(name: TypeName, at: BigInt64Array | BigUint64Array) {
    this.#name = name
    this.#at = at
    this.#least = name === 'int64' ? LEAST_64 : 0n
    this.#most = name === 'int64' ? MOST_64 : MOST_U64
  }

  check(value: unknown, what: string): bigint {
    if (typeof value === 'bigint' && value >= this.#least && value <= this.#most) return value
    return refuseBigint(this.#name, value, what)
  }

  get(): bigint {
    return load64(this.#at, 0)
  }

  set(value: bigint): void {
    store64(this.#at, 0, value)
  }

  compareExchange(expected: bigint, value: bigint): bigint {
    return compareExchange64(this.#at, 0, expected, value)
  }

  same(a: bigint, b: bigint): boolean {
    return a === b
  }

  add(n: unknown, sign: 1 | -1): bigint {
    const by = this.check(n, 'n') * BigInt(sign)
    for (;;) {
      const before = this.get()
      const next = this.check(before + by, sumName(sign))
      if (this.compareExchange(before, next) === before) return before
    }
  }
}

const scratch = new ArrayBuffer(8)
const scratch64 = new Float64Array(scratch)
const scratch32 = new Float32Array(scratch)
const bits64 = new BigInt64Array(scratch)
const bits32 = new Int32Array(scratch)

class Float64Cell implements Cell<number> {
  readonly #at: Float64Array
  readonly #bits: BigInt64Array
  readonly #words: Int32Array

  constructor(at: Float64Array) {
    this.#at = at
    this.#bits = new BigInt64Array(at.buffer, at.byteOffset, 1)
    this.#words = new Int32Array(at.buffer, at.byteOffset, 1)
  }

  check(value: unknown, what: string): number {
    return typeof value === 'number' ? value : refuseFloat('float64', value, what)
  }

  get(): number {
    // So that a loop reads again what another thread writes.
    load(this.#words, 0)
    return this.#at[0]!
  }

  set(value: number): void {
    this.#at[0] = value
  }

  compareExchange(expected: number, value: number): number {
    for (;;) {
      const bits = load64(this.#bits, 0)
      bits64[0] = bits
      const there = scratch64[0]!
      if (!this.same(there, expected)) return there
      scratch64[0] = value
      if (compareExchange64(this.#bits, 0, bits, bits64[0]) === bits) return there
    }
  }

  // As numbers, but NaN is itself.
  same(a: number, b: number): boolean {
    return a === b || (Number.isNaN(a) && Number.isNaN(b))
  }

  // A sum that is too large is Infinity, as everywhere in JavaScript.
  add(n: unknown, sign: 1 | -1): number {
    return addFloat(this, n, sign)
  }
}

function addFloat(cell: Cell<number>, n: unknown, sign: 1 | -1): number {
  cell.check(n, 'n')
  const by = (n as number) * sign
  for (;;) {
    const before = cell.get()
    const next = cell.check(before + by, sumName(sign))
    if (cell.same(cell.compareExchange(before, next), before)) return before
  }
}

class Float32Cell implements Cell<number> {
  readonly #at: Float32Array
  readonly #bits: Int32Array

  constructor(at: Float32Array) {
    this.#at = at
    this.#bits = new Int32Array(at.buffer, at.byteOffset, 1)
  }

  check(value: unknown, what: string): number {
    if (typeof value !== 'number') return refuseFloat('float32', value, what)
    // Infinity itself fits.
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) refuseFloat32(value, what)
    return Math.fround(value)
  }

  get(): number {
    load(this.#bits, 0)
    return this.#at[0]!
  }

  set(value: number): void {
    this.#at[0] = value
  }

  compareExchange(expected: number, value: number): number {
    for (;;) {
      const bits = load(this.#bits, 0)
      bits32[0] = bits
      const there = scratch32[0]!
      if (!this.same(there, expected)) return there
      scratch32[0] = value
      if (compareExchange(this.#bits, 0, bits, bits32[0]) === bits) return there
    }
  }

  same(a: number, b: number): boolean {
    return a === b || (Number.isNaN(a) && Number.isNaN(b))
  }

  add(n: unknown, sign: 1 | -1): number {
    return addFloat(this, n, sign)
  }
}

class CharCell implements Cell<string> {
  readonly #at: Uint8Array

  constructor(at: Uint8Array) {
    this.#at = at
  }

  check(value: unknown, what: string): string {
    byteOf(value, what)
    return value as string
  }

  get(): string {
    return String.fromCharCode(loadIn(this.#at, 0))
  }

  set(value: string): void {
    storeIn(this.#at, 0, value.charCodeAt(0))
  }

  compareExchange(expected: string, value: string): string {
    const before = compareExchangeIn(this.#at, 0, byteOf(expected, 'expected'), value.charCodeAt(0))
    return String.fromCharCode(before)
  }

  same(a: string, b: string): boolean {
    return a === b
  }

  add(): never {
    throw new ArgumentError('A char cannot be added to; use exchange, or an int8')
  }
}

/** The cell of type `name` at byte `at` of `buffer`. */
export function cellAt(name: TypeName, buffer: SharedArrayBuffer, at: number): Cell<unknown> {
  return make(name, buffer, at) as Cell<unknown>
}

function make(name: TypeName, buffer: SharedArrayBuffer, at: number): unknown {
  switch (name) {
    case 'int8':
      return new IntegerCell(name, new Int8Array(buffer, at, 1))
    case 'uint8':
      return new IntegerCell(name, new Uint8Array(buffer, at, 1))
    case 'int16':
      return new IntegerCell(name, new Int16Array(buffer, at, 1))
    case 'uint16':
      return new IntegerCell(name, new Uint16Array(buffer, at, 1))
    case 'int32':
      return new IntegerCell(name, new Int32Array(buffer, at, 1))
    case 'uint32':
      return new IntegerCell(name, new Uint32Array(buffer, at, 1))
    case 'int64':
      return new BigintCell(name, new BigInt64Array(buffer, at, 1))
    case 'uint64':
      return new BigintCell(name, new BigUint64Array(buffer, at, 1))
    case 'float32':
      return new Float32Cell(new Float32Array(buffer, at, 1))
    case 'float64':
      return new Float64Cell(new Float64Array(buffer, at, 1))
    case 'char':
      return new CharCell(new Uint8Array(buffer, at, 1))
  }
}
