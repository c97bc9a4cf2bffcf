// Views: typed arrays of every type, and arrays of more dimensions, as NumPy has them on the same bytes.
import ndarray from 'ndarray'
import { afterAll, describe, expect, test } from 'vitest'
import { type DType, SharedMemory } from '../dist/index.js'
import { freshName } from './fixtures/names.js'
import { numpy, runPython, whyNoNumpy } from './fixtures/python.js'

const classes = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const
const types = Object.keys(classes) as DType[]
/** Whole pages of all sizes of items. */
const BYTES = 4096 + 24

const memory = SharedMemory.create({ name: freshName(), size: BYTES })
afterAll(() => memory[Symbol.dispose]())

describe.each(types)('a view of %s', (type) => {
  const Class = classes[type]
  const size = Class.BYTES_PER_ELEMENT

  test('is the typed array of that name over all the bytes', () => {
    const view = memory.view(type)
    expect(Object.getPrototypeOf(view)).toBe(Class.prototype)
    expect([view.buffer === memory.buffer, view.byteOffset, view.length]).toEqual([
      true,
      0,
      Math.floor(BYTES / size),
    ])
  })

  test('begins where it is told, and has as many items', () => {
    const view = memory.view(type, 3, { offset: 2 * size })
    expect([view.byteOffset, view.length]).toEqual([2 * size, 3])
    const rest = memory.view(type, undefined, { offset: BYTES - 2 * size })
    expect([rest.byteOffset, rest.length]).toEqual([BYTES - 2 * size, 2])
    const one = memory.view(type, [5])
    expect([Object.getPrototypeOf(one) === Class.prototype, one.length]).toEqual([true, 5])
    expect(memory.view(type, 0, { offset: BYTES }).length).toBe(0)
  })

  test('has more dimensions as an array whose data it is', () => {
    const grid = memory.view(type, [2, 3, 4])
    expect([grid.shape, grid.stride, grid.dtype, grid.data.length]).toEqual([
      [2, 3, 4],
      [12, 4, 1],
      { int64: 'bigint64', uint64: 'biguint64' }[type as string] ?? type,
      24,
    ])
    expect(grid.data.buffer).toBe(memory.buffer)
    const flipped = memory.view(type, [2, 3, 4], { order: 'F' })
    expect([flipped.shape, flipped.stride]).toEqual([
      [2, 3, 4],
      [1, 2, 6],
    ])
  })
})

test('a view does not follow the length of its buffer, which would make it slow', () => {
  // A buffer that could grow: what follows it would become longer.
  const other = SharedMemory.create({ name: freshName(), size: 100 })
  const views = [
    other.bytes,
    other.view('uint8'),
    other.view('int32'),
    other.view('uint8', [2, 50]).data,
  ]
  const lengths = views.map(({ length }) => length)
  other.buffer.grow(4096)
  expect(views.map(({ length }) => length)).toEqual(lengths)
  expect([other.size, other.bytes.length]).toEqual([100, 100])
  other[Symbol.dispose]()
})

test('bytes are those of uint8', () => {
  expect(memory.bytes).toBeInstanceOf(Uint8Array)
  expect([memory.bytes.length, memory.bytes.byteOffset]).toEqual([BYTES, 0])
})

test('an array of no items in some dimension has none', () => {
  expect(memory.view('int32', [0, 5]).data.length).toBe(0)
})

// Both sides write what depends on where an item lies, and read what the other wrote.
const NUMPY = `
import json, sys
import numpy as np
from multiprocessing import resource_tracker, shared_memory
name, told = sys.argv[1], json.loads(sys.argv[2])
shm = shared_memory.SharedMemory(name=name)
resource_tracker.unregister(shm._name, 'shared_memory')
found = []
for dtype, shape, offset, order in told:
    a = np.ndarray(shape, dtype=dtype, buffer=shm.buf, offset=offset, order=order)
    found.append([str(x) for x in a.flatten(order='C').astype(dtype)])
    a[...] = (a * np.array(2, dtype)).astype(dtype)
    del a
shm.close()
print(json.dumps(found))
`
const shapes: [number[], number][] = [
  [[7], 0],
  [[7], 16],
  [[3, 4], 0],
  [[3, 4], 8],
  [[2, 3, 4], 16],
  [[1, 5, 1, 2], 0],
  [[2, 2, 2, 2, 2], 8],
]

describe.skipIf(!numpy)(`NumPy on the same bytes${whyNoNumpy}`, () => {
  test.each(types)('sees %s of each shape and order as we do, and we its items', (type) => {
    // Each shape and order has bytes of its own.
    const cases = shapes.flatMap(([shape, offset]) =>
      (['C', 'F'] as const).map((order, at) => ({ shape, order, offset, at })),
    )
    const PART = 512
    const all = SharedMemory.create({ name: freshName(), size: PART * cases.length })
    const told = cases.map(({ shape, order, offset }, at) => [
      type,
      shape,
      at * PART + offset,
      order,
    ])
    const big = type.endsWith('int64')
    const wanted = cases.map(({ shape, order, offset }, at) => {
      const view = all.view(type, shape, { offset: at * PART + offset, order }) as Grid
      const grid = shape.length === 1 ? ndarray(view as never, shape) : view
      return indicesOf(shape).map((index, i) => {
        grid.set(...index, (big ? BigInt(i + 1) : i + 1) as number)
        return grid.get(...index)
      })
    })
    const found = JSON.parse(runPython(NUMPY, all.name, JSON.stringify(told))) as string[][]
    expect(found.map((one) => one.map(Number))).toEqual(wanted.map((one) => one.map(Number)))
    for (const [at, { shape, order, offset }] of cases.entries()) {
      const view = all.view(type, shape, { offset: at * PART + offset, order }) as Grid
      const grid = shape.length === 1 ? ndarray(view as never, shape) : view
      const doubled = indicesOf(shape).map((index) => Number(grid.get(...index)))
      expect(doubled).toEqual(wanted[at]!.map((one) => Number(one) * 2))
    }
    all[Symbol.dispose]()
  })
})

interface Grid {
  get(...index: number[]): number
  set(...indexAndItem: number[]): unknown
}

/** All indices of a shape, the last dimension first. */
function indicesOf(shape: readonly number[]): number[][] {
  const [first, ...rest] = shape
  if (first === undefined) return [[]]
  const inner = indicesOf(rest)
  return Array.from({ length: first }, (_, i) => inner.map((index) => [i, ...index])).flat()
}
