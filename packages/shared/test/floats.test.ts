// Floats: what is too large for a float32 does not become Infinity, and Infinity and NaN are numbers as others.
import { describe, expect, test } from 'vitest'
import { OutOfRangeError, Value } from '../dist/index.js'

const most = (2 - 2 ** -23) * 2 ** 127

describe.each([1e39, -1e39, most * 1.1, Number.MAX_VALUE])('%d in a float32', (large) => {
  test.each([
    ['the initial value', () => new Value('f', large)],
    ['an assignment', (value) => (value.value = large)],
    ['exchange', (value) => value.exchange(large)],
    ['compareExchange', (value) => value.compareExchange(1.5, large)],
    ['update', (value) => value.update(() => large)],
    ['add', (value) => value.add(large)],
    ['sub', (value) => value.sub(large)],
  ] as readonly (readonly [string, (value: Value<'float32'>) => unknown])[])(
    'is out of range for %s, which changes nothing',
    (_what, write) => {
      const value = new Value('float32', 1.5)
      expect(() => write(value)).toThrow(OutOfRangeError)
      expect(() => write(value)).toThrow(/for float32: it is .*; use float64/)
      expect(value.value).toBe(1.5)
    },
  )
})

test('a sum or difference that is too large for a float32 changes nothing', () => {
  const value = new Value('f', most)
  expect(() => value.add(most)).toThrow(/^The sum must be from/)
  expect(value.value).toBe(most)
  value.value = -most
  expect(() => value.sub(most)).toThrow(/^The difference must be from/)
  expect(value.value).toBe(-most)
  // Rounded away: it fits.
  expect(value.sub(1)).toBe(-most)
  expect(value.value).toBe(-most)
})

describe.each(['float32', 'float64'] as const)('a %s', (type) => {
  test.each([Infinity, -Infinity, Number.NaN])('may be %d', (special) => {
    const value = new Value(type, special)
    expect(value.value).toBe(special)
    value.value = 1
    expect(value.exchange(special)).toBe(1)
    expect(value.compareExchange(special, 2)).toBe(special)
    expect(value.add(special)).toBe(2)
    expect(value.value).toBe(special)
    value.update((now) => now)
    expect(value.value).toBe(special)
  })
})

test('a sum of float64 that is too large is Infinity', () => {
  const value = new Value('float64', Number.MAX_VALUE)
  value.add(Number.MAX_VALUE)
  expect(value.value).toBe(Infinity)
})
