/**
 * The one file that says `Atomics`. Everything else imports these functions as `#atomics`, so that a
 * model run can put a scheduled version in their place without a change to the source.
 *
 * All of them are sequentially consistent; which store pairs with which load is said where they are used.
 */

/** Reads a control word. */
export function load(words: Int32Array, index: number): number {
  return Atomics.load(words, index)
}

/** Writes a control word. */
export function store(words: Int32Array, index: number, value: number): void {
  Atomics.store(words, index, value)
}

/** Adds and returns the value before. */
export function add(words: Int32Array, index: number, value: number): number {
  return Atomics.add(words, index, value)
}

/** Subtracts and returns the value before. */
export function sub(words: Int32Array, index: number, value: number): number {
  return Atomics.sub(words, index, value)
}

/** Clears the bits that `mask` lacks and returns the value before. */
export function and(words: Int32Array, index: number, mask: number): number {
  return Atomics.and(words, index, mask)
}

/** Sets the bits of `mask` and returns the value before. */
export function or(words: Int32Array, index: number, mask: number): number {
  return Atomics.or(words, index, mask)
}

/** Writes and returns the value before. */
export function exchange(words: Int32Array, index: number, value: number): number {
  return Atomics.exchange(words, index, value)
}

/** Writes `value` if the word is `expected`; returns the value before. */
export function compareExchange(
  words: Int32Array,
  index: number,
  expected: number,
  value: number,
): number {
  return Atomics.compareExchange(words, index, expected, value)
}

/** Typed arrays of integers of up to 32 bits. */
export type Integers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array

/** Reads an element of a user's. */
export function loadIn(array: Integers, index: number): number {
  return Atomics.load(array, index)
}

/** Writes an element of a user's. */
export function storeIn(array: Integers, index: number, value: number): void {
  Atomics.store(array, index, value)
}

/** Writes an element of a user's and returns the value before. */
export function exchangeIn(array: Integers, index: number, value: number): number {
  return Atomics.exchange(array, index, value)
}

/** Writes `value` if the element of a user's is `expected`; returns the value before. */
export function compareExchangeIn(
  array: Integers,
  index: number,
  expected: number,
  value: number,
): number {
  return Atomics.compareExchange(array, index, expected, value)
}

/** Reads a 64-bit word: an end, or a user's. */
export function load64(words: BigInt64Array | BigUint64Array, index: number): bigint {
  return Atomics.load(words, index)
}

/** Writes a 64-bit word: an end. */
export function store64(words: BigInt64Array | BigUint64Array, index: number, value: bigint): void {
  Atomics.store(words, index, value)
}

/** Writes `value` if the 64-bit word is `expected`; returns the value before. */
export function compareExchange64(
  words: BigInt64Array | BigUint64Array,
  index: number,
  expected: bigint,
  value: bigint,
): bigint {
  return Atomics.compareExchange(words, index, expected, value)
}

/** Blocks while the word is `value`. Threads of one process only: the mode without the addon. */
export function wait(
  words: Int32Array,
  index: number,
  value: number,
  timeout: number,
): 'ok' | 'not-equal' | 'timed-out' {
  return Atomics.wait(words, index, value, timeout)
}

/** As `wait`, without blocking. It does not hold the process open. */
export function waitAsync(
  words: Int32Array,
  index: number,
  value: number,
): { async: false; value: string } | { async: true; value: Promise<string> } {
  return Atomics.waitAsync(words, index, value) as
    | { async: false; value: string }
    | { async: true; value: Promise<string> }
}

/** Wakes the threads of this process that wait on the word. */
export function notify(words: Int32Array, index: number): void {
  Atomics.notify(words, index)
}
