/** Checks of what users give: what is wrong, the value, and the cure. Types cannot say all of it. */
import { ArgumentError } from './errors.js'
import type { WaitOptions } from './put-line.js'

/** A value as a message names it. */
export function describe(value: unknown): string {
  if (typeof value === 'function') return `a function ${value.name}`.trimEnd()
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** Options of a wait that says nothing. */
export const NO_OPTIONS: WaitOptions = {}

/** Throws unless `options` are options of a wait. */
export function checkWait(options: WaitOptions): void {
  if (options === NO_OPTIONS) return
  checkObject('The options of a wait', options, '{ timeout: 1000 }')
  if (options.timeout !== undefined) checkTimeout(options.timeout)
  const { signal } = options
  if (signal === undefined) return
  if (typeof (signal as { addEventListener?: unknown } | null)?.addEventListener !== 'function') {
    throw new ArgumentError(
      `signal must be an AbortSignal: it is ${describe(signal)}; give the signal of an AbortController`,
    )
  }
}

/** The timeout in the options of a blocking form; without one it is infinite. */
export function timeoutOf(options: { readonly timeout?: number | undefined } | undefined): number {
  if (options === undefined) return Infinity
  checkObject('The options of a wait', options, '{ timeout: 1000 }')
  const { timeout } = options
  if (timeout === undefined) return Infinity
  checkTimeout(timeout)
  return timeout
}

/** Throws unless `timeout` is a number of milliseconds. */
export function checkTimeout(timeout: number): void {
  if (typeof timeout === 'number' && timeout >= 0) return
  throw new ArgumentError(
    `timeout must be a number of milliseconds from 0 on: it is ${describe(timeout)}; leave it out to wait without end`,
  )
}

/** Throws unless `max` says how many items to take at most. */
export function checkMost(max: number): void {
  if (max === Infinity || (Number.isSafeInteger(max) && max > 0)) return
  throw new ArgumentError(
    `The most items to take must be a whole number from 1 on: it is ${describe(max)}; give Infinity for all that are there`,
  )
}

/** Throws unless `items` can be walked, in one of the ways `by`. */
export function checkItems(
  items: object,
  ...by: readonly (typeof Symbol.iterator | typeof Symbol.asyncIterator)[]
): void {
  const ways = by.length > 0 ? by : [Symbol.iterator, Symbol.asyncIterator]
  const walkable = items as Partial<Record<symbol, unknown>> | null | undefined
  if (ways.some((way) => typeof walkable?.[way] === 'function')) return
  throw new ArgumentError(
    by.length > 0 && typeof walkable?.[Symbol.asyncIterator] === 'function'
      ? 'The items of a blocking form must not be async; use putMany'
      : `The items must be an array or another iterable: they are ${describe(items)}; to put one item use put`,
  )
}

/** Throws unless `options` is an object, with no other keys than `known` if these are given. */
export function checkObject(
  what: string,
  options: object,
  example: string,
  known?: readonly string[],
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ArgumentError(
      `${what} must be an object: it is ${describe(options)}; write ${example}`,
    )
  }
  if (!known) return
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    throw new ArgumentError(
      `${what} have no '${key}'; they have ${known.map((name) => `'${name}'`).join(', ')}`,
    )
  }
}
