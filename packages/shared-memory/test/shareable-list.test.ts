// A list gives back what was set, refuses what would come back otherwise, and has Python's bytes.
import { existsSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type Item, ListIndexError, ShareableList, SharedMemory } from '../dist/index.js'
import {
  attached,
  bytesOf,
  ending,
  GOLDEN,
  GOLDEN_BYTES,
  GOLDEN_SET,
  listOf,
  memoryOf,
  same,
} from './fixtures/lists.js'
import { refusal, refuses } from '../../shared/test/fixtures/refusal.js'

const bytes = (...all: number[]): Uint8Array => Uint8Array.from(all)
/** The name of a list that is refused, and so is never there. */
const name = `list-refused-${process.pid}`
const isThere = (): boolean => existsSync(`/dev/shm/${name}`)

describe('the bytes of a list', () => {
  test("are Python's", () => {
    const list = listOf(GOLDEN)
    expect(bytesOf(list.name).toString('hex')).toBe(GOLDEN_BYTES.toString('hex'))
    list.set(4, 'some')
    expect(bytesOf(list.name).toString('hex')).toBe(GOLDEN_SET.toString('hex'))
    list.set(4, null)
    expect(bytesOf(list.name).toString('hex')).toBe(GOLDEN_BYTES.toString('hex'))
  })

  test('are 16 zeros for an empty one', () => {
    const list = listOf([])
    expect([...bytesOf(list.name)]).toEqual(Array(16).fill(0))
    expect([list.length, list.format, [...list]]).toEqual([0, '', []])
    same(attached(list.name), [])
  })

  test("are read when they are Python's", () => {
    same(attached(memoryOf(GOLDEN_BYTES).name), GOLDEN)
    const set = attached(memoryOf(GOLDEN_SET).name)
    same(set, GOLDEN.with(4, 'some'))
    expect(set.format).toBe('8s8sdq8sxxxxxxx?q')
  })

  test.each([
    ['', 8],
    ['1234567', 8],
    ['12345678', 16],
    ['é'.repeat(7), 16],
    ['é'.repeat(8), 24],
    ['😀'.repeat(2), 16],
    [bytes(), 8],
    [new Uint8Array(15).fill(1), 16],
    [new Uint8Array(16).fill(1), 24],
  ] as const)('keep room for the UTF-8 of %j', (item, room) => {
    const list = listOf([item])
    expect(list.format).toBe(`${room}s`)
    expect(bytesOf(list.name)).toHaveLength(16 + 17 + room)
    same(list, [item])
  })
})

describe('an item', () => {
  test.each<[Item, string, Item?]>([
    [0, 'q'],
    [-1, 'q'],
    [Number.MAX_SAFE_INTEGER, 'q'],
    [Number.MIN_SAFE_INTEGER, 'q'],
    [2 ** 53, 'd'],
    [-0, 'd'],
    [0.5, 'd'],
    [Number.NaN, 'd'],
    [Infinity, 'd'],
    [-Infinity, 'd'],
    [1e300, 'd'],
    [5n, 'q', 5],
    [2n ** 53n, 'q'],
    [2n ** 63n - 1n, 'q'],
    [-(2n ** 63n), 'q'],
    [true, 'xxxxxxx?'],
    [false, 'xxxxxxx?'],
    [null, 'xxxxxx?x'],
    ['\uFEFFmarked', '16s'],
    ['inner\0zero', '16s'],
    [bytes(0, 0, 1), '8s'],
    [Buffer.from('of Node'), '8s', Uint8Array.from(Buffer.from('of Node'))],
  ])('%o is written as %s, and comes back', (item, format, back = item) => {
    const list = listOf([item, 'room for 16s'])
    expect(list.format).toBe(`${format}16s`)
    same(list, [back, 'room for 16s'])
    list.set(1, item)
    expect(list.format).toBe(format + (format.endsWith('s') ? '16s' : format))
    same(list, [back, back])
    same(attached(list.name), [back, back])
  })

  test('of bytes is a Uint8Array of its own', () => {
    const list = listOf([Buffer.from('abc')])
    const got = list.get(0) as Uint8Array
    expect([got.constructor, got.buffer.byteLength]).toEqual([Uint8Array, 3])
    got[0] = 0
    expect(list.get(0)).toEqual(bytes(97, 98, 99))
  })

  test('that is a float stays one when a whole number is set, until something else is', () => {
    const list = listOf([1.5])
    list.set(0, 7)
    expect([list.get(0), list.format]).toEqual([7, 'd'])
    list.set(0, 7n)
    expect([list.get(0), list.format]).toEqual([7, 'q'])
    list.set(0, -0)
    expect([list.get(0), list.format]).toEqual([-0, 'd'])
    list.set(0, 'text')
    list.set(0, 7)
    expect(list.format).toBe('q')
  })

  test('may have all of its room, and no more', async () => {
    const list = listOf(['short', 5])
    for (const value of ['12345678', 'éééé', bytes(1, 2, 3, 4, 5, 6, 7, 8)]) {
      list.set(0, value)
      list.set(1, value)
      same(list, [value, value])
    }
    const before = bytesOf(list.name)
    for (const [i, value] of [
      [0, '123456789'],
      [1, 'ééééé'],
      [-2, new Uint8Array(100).fill(1)],
    ] as const) {
      const size = Buffer.byteLength(value as string)
      const named = `has room for 8 bytes: the value has ${size};`
      await refuses('ERR_TROUPE_ITEM_TOO_LONG', named, () => list.set(i, value))
    }
    expect(bytesOf(list.name)).toEqual(before)
  })
})

describe('what no list can hold', () => {
  test('is refused also when it cannot be shown', async () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const make = (): unknown => ShareableList.create([proxy as Item])
    await refuses('ERR_TROUPE_ARGUMENT', 'cannot be an object: items are numbers', make)
  })

  test.each<[unknown, string]>([
    [undefined, 'cannot be undefined: items are numbers'],
    [{}, 'cannot be an object: items are'],
    [[1], 'cannot be an array: items are'],
    [Symbol('s'), 'cannot be a symbol: items are'],
    [() => 1, 'cannot be a function: items are'],
    [new Date(), 'cannot be an object (Date): items are'],
    [new (class {})(), 'cannot be an object: items are'],
    [Object.create(null), 'cannot be an object: items are'],
    [{ constructor: 'none' }, 'cannot be an object: items are'],
    [new Float64Array(1), 'cannot be an object (Float64Array): items are'],
    [new ArrayBuffer(8), 'cannot be an object (ArrayBuffer): items are'],
    [2n ** 63n, 'cannot be 9223372036854775808n: integers go from'],
    [10n ** 99n, `cannot be 1${'0'.repeat(79)}…: integers go`],
    [-(2n ** 63n) - 1n, 'integers go from -2^63 to 2^63 - 1'],
    ['end\0', 'cannot be "end\\u0000": zeros at the end are lost'],
    ['\0', 'zeros at the end are lost'],
    [bytes(1, 0), 'cannot be 2 bytes, 0x0100: zeros at the end are lost to readers; end it with'],
    [bytes(0), 'cannot be 1 byte, 0x00: zeros at the end are lost'],
    [Buffer.alloc(40), `cannot be 40 bytes, 0x${'00'.repeat(16)}…: zeros at the end are lost`],
    ['\ud800', 'half a character'],
    ['x\udc00x', 'half a character'],
  ])('%o is refused, and nothing is made or changed', async (value, named) => {
    const item = value as Item
    const make = (): unknown => ShareableList.create(['first', item], { name })
    await refuses('ERR_TROUPE_ARGUMENT', named, make)
    await refuses('ERR_TROUPE_ARGUMENT', /^Item 1 /, make)
    expect(isThere()).toBe(false)
    for (const old of ['some text', 1.5, 7, null]) {
      const list = listOf([old])
      const was = bytesOf(list.name)
      await refuses('ERR_TROUPE_ARGUMENT', named, () => list.set(0, item))
      expect(bytesOf(list.name)).toEqual(was)
    }
  })

  test('is longer than its format can say', async () => {
    const most = 'x'.repeat(9_999_991)
    const list = listOf([most])
    expect([list.format, list.get(0)]).toEqual(['9999992s', most])
    for (const long of [`${most}x`, `${most.slice(2)}éé`, new Uint8Array(9_999_992).fill(1)]) {
      const named = /^Item 0 has \d+ bytes, and the most that a list can hold are 9999991;/
      await refuses('ERR_TROUPE_ARGUMENT', named, () => ShareableList.create([long], { name }))
    }
    expect(isThere()).toBe(false)
  })

  test.each([undefined, null, 1, 'text', {}, true])('is not made from %o', async (items) => {
    const make = (): unknown => ShareableList.create(items as never)
    await refuses('ERR_TROUPE_ARGUMENT', 'A list is made of items', make)
  })

  test.each([null, 1, 'name'])('nor with options %o', async (options) => {
    const make = (): unknown => ShareableList.create([1], options as never)
    await refuses('ERR_TROUPE_ARGUMENT', 'The options of a list are an object', make)
  })
})

describe('an index', () => {
  test('counts from either end', () => {
    const list = listOf([1, 2, 3])
    expect([-3, -2, -1, 0, 1, 2, -0].map((i) => list.get(i))).toEqual([1, 2, 3, 1, 2, 3, 1])
    list.set(-1, 30)
    list.set(-3, 10)
    same(list, [10, 2, 30])
  })

  test.each([3, -4, 1.5, NaN, Infinity, -Infinity, 2 ** 53, '0', undefined, null, 0n, {}])(
    '%o is out of range for three items',
    async (index) => {
      const list = listOf([1, 2, 3])
      const before = bytesOf(list.name)
      for (const work of [() => list.get(index as 0), () => list.set(index as 0, 5)]) {
        const error = await refusal(work)
        expect([error.code, error.name]).toEqual(['ERR_TROUPE_LIST_INDEX', 'ListIndexError'])
        expect(error).toBeInstanceOf(ListIndexError)
        expect(error).toBeInstanceOf(RangeError)
        expect(error.message).toMatch(
          'a whole number from 0 to 2, or from -1, the last item, to -3',
        )
      }
      expect(bytesOf(list.name)).toEqual(before)
    },
  )

  test.each([0, -1])('%o is out of range for none', async (index) => {
    await refuses('ERR_TROUPE_LIST_INDEX', 'this list is empty', () => listOf([]).get(index))
  })
})

describe('count and index', () => {
  const items = [1, true, 'a', bytes(1), null, NaN, 2n ** 60n, 'a', -0, 1.0]

  test.each<[Item, number[]]>([
    [1, [0, 9]],
    [1n, [0, 9]],
    [true, [1]],
    [false, []],
    ['a', [2, 7]],
    ['b', []],
    [bytes(1), [3]],
    [Buffer.from([1]), [3]],
    [bytes(), []],
    [null, [4]],
    [NaN, [5]],
    [2n ** 60n, [6]],
    [2 ** 60, [6]],
    [2n ** 60n + 1n, []],
    [0, [8]],
    ['', []],
    ['1', []],
  ])('find %o at %o', async (value, places) => {
    const list = listOf(items)
    expect(list.count(value)).toBe(places.length)
    if (places.length > 0) expect(list.index(value)).toBe(places[0])
    else {
      const named = /^No item of the list is (?!an object).*; ask count\(value\) first$/
      await refuses('ERR_TROUPE_ITEM_NOT_FOUND', named, () => list.index(value))
    }
  })
})

describe('the name and the end of a list', () => {
  test('has a fresh name, or the one given, with or without slash', async () => {
    expect(listOf([1]).name).toMatch(/^troupe_[0-9a-f]{12}$/)
    const name = `list-named-${process.pid}`
    const list = listOf([1], { name: `/${name}` })
    expect(list.name).toBe(name)
    same(attached(`/${name}`), [1])
    await refuses('ERR_TROUPE_SEGMENT_EXISTS', name, () => ShareableList.create([2], { name }))
    same(list, [1])
  })

  test('shows changes to all who have it', () => {
    const list = listOf([1, 2])
    const other = attached(list.name)
    other.set(0, null)
    list.set(1, true)
    same(list, [null, true])
    same(other, [null, true])
  })

  test('after close it is refused, and what is there stays', async () => {
    const list = listOf([1, 2])
    const other = attached(list.name)
    const iterator = list[Symbol.iterator]()
    iterator.next()
    list.close()
    list.close()
    for (const work of [
      () => list.get(0),
      () => list.set(0, 1),
      () => list.count(1),
      () => list.index(1),
      () => list.format,
      () => iterator.next(),
    ]) {
      await refuses('ERR_TROUPE_DISPOSED', list.name, work)
    }
    same(other, [1, 2])
    list.unlink()
    await refuses('ERR_TROUPE_SEGMENT_NOT_FOUND', list.name, () => ShareableList.attach(list.name))
    await refuses('ERR_TROUPE_SEGMENT_NOT_FOUND', 'unlinked before', () => other.unlink())
    same(other, [1, 2])
  })

  test('who made it removes it, who attached does not', async () => {
    const list = ShareableList.create([1])
    const other = ShareableList.attach(list.name)
    other[Symbol.dispose]()
    same(attached(list.name), [1])
    list[Symbol.dispose]()
    list[Symbol.dispose]()
    await refuses('ERR_TROUPE_SEGMENT_NOT_FOUND', list.name, () => ShareableList.attach(list.name))
  })

  test('it is shown by its class', () => {
    expect([ShareableList.name, inspect(listOf([1]))]).toEqual([
      'ShareableList',
      'ShareableList { length: 1 }',
    ])
  })

  test('has no constructor', () => {
    const New = ShareableList as unknown as new (...args: unknown[]) => unknown
    expect(() => new New()).toThrow('write ShareableList.create(items)')
    expect(() => new New([1])).toThrow('write ShareableList.create(items)')
  })

  test('its memory can be had beside it', () => {
    const list = listOf(['text'])
    const memory = ending(SharedMemory.attach(list.name))
    expect(memory.size).toBe(16 + 17 + 8)
    memory.bytes.set(Buffer.from('best'), 24)
    expect(list.get(0)).toBe('best')
  })
})
