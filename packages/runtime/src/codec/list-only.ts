import types from 'node:util/types'
import { inspect } from '../inspect.ts'

/** From here on a list of all keys costs more than the elements themselves. */
const MANY = 512
const COUNT_ONLY = { maxArrayLength: 0, compact: 3, breakLength: 200, colors: false } as const

const indexKeys = Object.keys(Array.from({ length: 32 }))

function indexKey(index: number): string {
  return index < indexKeys.length ? indexKeys[index]! : String(index)
}

/**
 * Whether an array has no named properties, as a match of a regular expression has. Holes in a short array
 * answer no, in a long one they have to be looked for.
 *
 * The language tells this by the list of all keys alone. For long arrays `inspect`, told to show no elements,
 * looks at the names only; any text but the expected one leads back to the list of keys.
 */
export function isListOnly(array: unknown[]): boolean {
  const { length } = array
  if (length >= MANY && !types.isProxy(array)) {
    if (inspect(array, COUNT_ONLY) === `[ ... ${length} more items ]`) return true
  }
  const keys = Object.keys(array)
  return keys.length === length && (length === 0 || keys[length - 1] === indexKey(length - 1))
}
