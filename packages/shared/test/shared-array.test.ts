// A shared array is the typed array of its type, on memory that holds nothing else.
import { countObjects, pagesUsed, self } from '@troupe/memory'
import { describe, expect, test } from 'vitest'
import { Lock, NoLock, SharedArray, type TypeCode } from '../dist/index.js'
import { refusal } from './fixtures/refusal.js'
import { CODES, numberOf } from './suites/types.js'

const PLAIN = {
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
  char: Uint8Array,
}

// Plain JavaScript calls with anything.
const make = (type: string, from: unknown, options?: unknown): Int32Array & { getLock(): Lock } =>
  new SharedArray(type as 'int32', from as number, options as object)

describe.each(CODES)('%s', (name, codes) => {
  const Plain = PLAIN[name]
  const type = name === 'char' ? 'uint8' : name
  const items = [0, 1, 2, 100].map((n) => numberOf(type, n))

  test('is known by name and by code, of the class of its typed array', () => {
    for (const code of [name, ...codes]) {
      const array = make(code, 3)
      expect(array).toBeInstanceOf(Plain)
      expect(array).toBeInstanceOf(SharedArray)
      expect(array.constructor.name).toBe(`Shared${Plain.name}`)
      expect([...array]).toEqual([0, 0, 0].map((n) => numberOf(type, n)))
    }
  })

  test('is alone in its buffer', () => {
    for (const length of [0, 1, 3, 5000]) {
      const array = make(name, length)
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer)
      expect([array.length, array.byteOffset, array.byteLength]).toEqual([
        length,
        0,
        length * Plain.BYTES_PER_ELEMENT,
      ])
      expect(array.buffer.byteLength).toBe(array.byteLength)
      expect(array.buffer).not.toBe(make(name, length).buffer)
    }
  })

  const iterables: [string, () => unknown][] = [
    ['an array', () => items],
    ['a set', () => new Set(items)],
    ['a typed array', () => new Plain(items as never)],
    ['another shared array', () => make(name, items)],
    ['values of a map', () => new Map(items.map((item) => [String(item), item])).values()],
    [
      'a generator',
      function* () {
        yield* items
      },
    ],
  ]

  test.each(iterables)('is made from %s', (_what, from) => {
    const array = make(name, from())
    expect([...array]).toEqual(items)
    expect(array.buffer.byteLength).toBe(4 * Plain.BYTES_PER_ELEMENT)
  })

  test('is made from nothing at all', () => {
    expect([make(name, []).length, make(name, new Set()).length]).toEqual([0, 0])
  })

  test('converts as its typed array does', () => {
    const odd: unknown[] =
      type.endsWith('64') && type !== 'float64'
        ? [2n ** 63n, -1n, 2n ** 64n + 5n, true, '7']
        : [300, -1, 2 ** 32 + 5, 0.5, Number.NaN, Infinity, '7', true, null, undefined]
    const plain = new Plain(odd as never)
    expect([...make(name, odd)]).toEqual([...plain])
    const array = make(name, odd.length)
    for (const [i, item] of odd.entries()) array[i] = item as number
    expect([...array]).toEqual([...plain])
  })
})

describe('every method of a typed array works', () => {
  const shared = (): SharedArray<'int32'> => new SharedArray('int32', [3, 1, 2])

  test('those that change it', () => {
    const array = shared()
    expect(array.sort()).toBe(array)
    expect([...array]).toEqual([1, 2, 3])
    expect(array.reverse()).toBe(array)
    array.set([7, 8], 1)
    expect([...array]).toEqual([3, 7, 8])
    array.copyWithin(0, 1)
    expect([...array]).toEqual([7, 8, 8])
    expect(array.fill(5, 1)).toBe(array)
    expect([...array]).toEqual([7, 5, 5])
  })

  test('those that ask', () => {
    const array = shared()
    expect(array.find((n) => n < 3)).toBe(1)
    expect([array.indexOf(2), array.includes(9), array.at(-1), array.join('-')]).toEqual([
      2,
      false,
      2,
      '3-1-2',
    ])
    expect(array.reduce((sum, n) => sum + n)).toBe(6)
    expect([[...array.entries()], [...array.keys()], Math.max(...array)]).toEqual([
      [
        [0, 3],
        [1, 1],
        [2, 2],
      ],
      [0, 1, 2],
      3,
    ])
    expect([array[3], array[-1], 2 in array, 3 in array]).toEqual([
      undefined,
      undefined,
      true,
      false,
    ])
    expect(JSON.stringify(array)).toBe(JSON.stringify(new Int32Array([3, 1, 2])))
    expect([Array.isArray(array), ArrayBuffer.isView(array)]).toEqual([false, true])
    expect(Object.prototype.toString.call(array)).toBe('[object Int32Array]')
    expect(Array.from(array, (n) => n * 2)).toEqual([6, 2, 4])
  })

  test('those that copy give plain arrays, which nobody shares', () => {
    const array = shared()
    const copies = [
      array.map((n) => n * 2),
      array.slice(),
      array.filter((n) => n > 1),
      array.with(0, 9),
      array.toSorted(),
      array.toReversed(),
    ]
    for (const copy of copies) {
      expect(copy.constructor).toBe(Int32Array)
      expect(copy).not.toBeInstanceOf(SharedArray)
      expect(copy.buffer).toBeInstanceOf(ArrayBuffer)
    }
    copies[1]!.fill(0)
    expect([...array]).toEqual([3, 1, 2])
  })

  test('subarray gives a plain view of the same memory', () => {
    const array = shared()
    const view = array.subarray(1)
    expect(view.constructor).toBe(Int32Array)
    expect(view).not.toBeInstanceOf(SharedArray)
    expect(view.buffer).toBe(array.buffer)
    view[0] = 77
    expect([...array]).toEqual([3, 77, 2])
  })

  test('Atomics take it', () => {
    const array = shared()
    expect([Atomics.add(array, 0, 4), Atomics.load(array, 0)]).toEqual([3, 7])
  })
})

describe('the lock of an array', () => {
  test('is its own unless it was given one, or none', async () => {
    const [one, two] = [make('i', 1), make('i', 1, { lock: true })]
    expect(one.getLock()).toBeInstanceOf(Lock)
    expect(one.getLock()).toBe(one.getLock())
    expect(one.getLock()).not.toBe(two.getLock())
    const lock = new Lock()
    expect(make('i', 1, { lock }).getLock()).toBe(lock)
    const error = await refusal(() => make('i', 1, { lock: false }).getLock())
    expect(error).toBeInstanceOf(NoLock)
    expect(error.message).toMatch(/^This array was made with \{ lock: false \}/)
  })

  test('that it was given is not disposed of with it', () => {
    const lock = new Lock()
    const array = new SharedArray('i', 1, { lock })
    array[Symbol.dispose]()
    expect(lock.tryAcquire()?.isHeld).toBe(true)
  })
})

describe('an array that is disposed of', () => {
  test('reads zeros, also by views, and has neither lock nor way out', async () => {
    const array = new SharedArray('i', [1, 2, 3])
    const [view, lock] = [array.subarray(1), array.getLock()]
    array[Symbol.dispose]()
    array[Symbol.dispose]()
    expect([array.length, ...array, ...view]).toEqual([3, 0, 0, 0, 0, 0])
    expect((await refusal(() => array.getLock())).code).toBe('ERR_TROUPE_DISPOSED')
    expect((await refusal(() => lock.locked)).code).toBe('ERR_TROUPE_DISPOSED')
  })

  test('leaves nothing', () => {
    const use = (): [number, number] => [countObjects(self().arena), pagesUsed(self().arena)]
    new SharedArray('d', 1)[Symbol.dispose]()
    const before = use()
    for (let i = 0; i < 50; i++) new SharedArray('d', 10_000)[Symbol.dispose]()
    expect(use()).toEqual(before)
  })
})

describe('nothing is made when it is refused', () => {
  const leavesNothing = async (work: () => unknown): Promise<void> => {
    make('i', 1) // The system is there.
    const before = [countObjects(self().arena), pagesUsed(self().arena)]
    await work()
    expect([countObjects(self().arena), pagesUsed(self().arena)]).toEqual(before)
  }
  const refused = (from: unknown, message: RegExp, type = 'i', options?: unknown): Promise<void> =>
    leavesNothing(async () => {
      const error = await refusal(() => make(type, from, options))
      expect(error.name).toBe('ArgumentError')
      expect(error.code).toBe('ERR_TROUPE_ARGUMENT')
      expect(error.message).toMatch(message)
    })

  test.each([-1, 1.5, Number.NaN, Infinity, -Infinity])('of the size %d', (size) =>
    refused(size, new RegExp(`whole number from 0 on: it is ${size}$`)),
  )

  test.each([
    ['b', 2 ** 30 + 1],
    ['d', 2 ** 27 + 1],
    ['d', 2 ** 60],
    ['i', Number.MAX_VALUE],
  ])('of %s and of the size %d, which is too large', (type, size) =>
    refused(size, /^A shared array has at most 1073741824 bytes: this has /, type),
  )

  test.each([undefined, null, true, {}, { length: 3 }, 3n, () => {}, 'abc', '5'])(
    'from %o',
    (from) =>
      refused(
        from,
        /^A shared array is made from a size or from items: it got .*; write new Shared/,
      ),
  )

  test.each(['int128', 'x', '', null, 5])('of the type %o', (type) =>
    refused(3, /is no type of shared numbers; they are b int8/, type as string),
  )

  test.each([null, 5, 'x', []])('with the options %o', (options) =>
    refused(3, /^The options of a shared array must be an object: they are /, 'i', options),
  )

  test.each([1, 'x', {}, null])('with the lock %o', (lock) =>
    refused(3, /^lock must be true, false or a Lock: it is /, 'i', { lock }),
  )

  test('by an iterable that throws, whose error it is', async () => {
    const error = new Error('on purpose')
    const throwing = function* (): Generator<number> {
      yield 1
      throw error
    }
    await leavesNothing(() => expect(() => make('i', throwing())).toThrow(error))
    const first = {
      [Symbol.iterator]: () => {
        throw error
      },
    }
    await leavesNothing(() => expect(() => make('i', first)).toThrow(error))
  })

  test.each([
    ['int64', [1]],
    ['uint64', [0.5]],
    ['int32', [1n]],
    ['float64', [1, 2n]],
    ['int8', [Symbol('s')]],
  ] as [TypeCode, unknown[]][])(
    'of %s from items that its typed array does not take',
    (type, from) =>
      leavesNothing(() =>
        expect(() => make(type, from)).toThrow(
          expect.objectContaining({ code: 'ERR_TROUPE_ARGUMENT' }),
        ),
      ),
  )
})

test('without new it is refused', async () => {
  const call = SharedArray as unknown as (...args: unknown[]) => unknown
  const error = await refusal(() => call('int32', 3))
  expect(error.message).toMatch(/^SharedArray is a class: write new SharedArray\('int32', 10\)$/)
})
