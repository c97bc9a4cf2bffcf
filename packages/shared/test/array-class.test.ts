// The class of a shared array makes plain arrays of its type.
import { expect, test } from 'vitest'
import { SharedArray } from '../dist/index.js'

test.each([
  ['int32', Int32Array],
  ['float64', Float64Array],
  ['char', Uint8Array],
] as const)('from and of of the class of %s give plain arrays', (type, Plain) => {
  const shared = new SharedArray(type, 2)
  const Class = shared.constructor as typeof Int32Array
  const made = [Class.from([1, 2]), Class.of(1, 2), Class.from({ length: 2 }, (_, i) => i + 1)]
  for (const array of made) {
    expect(Object.getPrototypeOf(array)).toBe(Plain.prototype)
    expect([...array]).toEqual([1, 2])
    expect(array.buffer).toBeInstanceOf(ArrayBuffer)
    expect(array).not.toBeInstanceOf(SharedArray)
  }
})

test('from and of of the class of int64 give bigints', () => {
  const Class = new SharedArray('int64', 1).constructor as typeof BigInt64Array
  expect(Class.of(1n)).toEqual(new BigInt64Array([1n]))
  expect(() => Class.from([1] as never)).toThrow(TypeError)
})
