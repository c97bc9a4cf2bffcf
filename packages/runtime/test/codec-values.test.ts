import { types } from 'node:util'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { CodecError } from '../dist/codec/codec-error.js'
import { Decoder } from '../dist/codec/decoder.js'
import { Encoder } from '../dist/codec/encoder.js'
import { noHandles } from '../dist/codec/link.js'

const encoder = new Encoder(noHandles)
const decoder = new Decoder(noHandles)

function sent<T>(value: T): T {
  const length = encoder.encode(value)
  return decoder.decode(encoder.bytes.slice(0, length), length) as T
}

const shared = { shared: true }
const buffer = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]).buffer
const named: unknown[] & { note?: string } = [1, 2]
named.note = 'kept'
const filled: unknown[] = [undefined, 1]
const holes = [1]
holes[2] = 3
holes.length = 5
// As many keys as elements, but one is a hole and one a name.
const deceiving: unknown[] & { note?: string } = []
deceiving[1] = 2
deceiving.note = 'x'

const table: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  true: true,
  false: false,
  zero: 0,
  'minus zero': -0,
  'small integers': [1, 63, 64, 255, 256, -1, -128, 65_535, 65_536],
  'edges of int32': [2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 32, 2 ** 53],
  'special numbers': [Number.NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 0.1],
  bigints: [0n, 1n, -1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 3n ** 500n],
  'strings of every length': Array.from({ length: 200 }, (_, n) => 'é'.repeat(n)),
  'wide strings': Array.from({ length: 80 }, (_, n) => '日'.repeat(n)),
  'a long string': 'x'.repeat(100_000),
  'a long wide string': `${'x'.repeat(100_000)}€`,
  surrogates: ['\ud800', '\udfff x', '😀', '\udc00\ud800', `${'x'.repeat(40)}\ud800`],
  'an object': { id: 1, name: 'a', value: 1.5, tags: ['x', 'y'] },
  'keys of every kind': {
    10: 'a',
    2: 'b',
    '': 1,
    é: 2,
    日本: 3,
    ['k'.repeat(300)]: 4,
    ['k'.repeat(30)]: 5,
  },
  'an object without prototype': Object.assign(Object.create(null), { a: 1 }),
  'an empty object': {},
  'an empty array': [],
  holes,
  'an array with a name': named,
  'an array that looks dense': deceiving,
  'undefined is no hole': filled,
  'a long empty array': Object.assign([], { length: 1e9 }),
  'a long array': Array.from({ length: 2000 }, (_, index) => index / 2),
  'a long array with a hole': Object.assign(Array.from({ length: 600 }, String), { length: 601 }),
  'a long array with holes and elements': Object.assign([1, 2], { 700: 3, 900: 4, length: 1e6 }),
  'a long array with a name': Object.assign(Array.from({ length: 600 }, String), { note: 'kept' }),
  'a long array of undefined': Array.from({ length: 600 }, () => undefined),
  'an empty array with a name': Object.assign([], { note: 'kept' }),
  'an empty array before a hole': Object.assign(
    Array.from({ length: 600 }, () => []),
    { length: 900 },
  ),
  'nested arrays': [[[[]]], [[1], [2, [3]]]],
  'shared references': [shared, { again: shared }, shared],
  'a map': new Map<unknown, unknown>([
    ['k', 1],
    [shared, shared],
    [Number.NaN, new Map()],
  ]),
  'a set': new Set<unknown>([1, 'a', shared, new Set()]),
  dates: [new Date(0), new Date(1.7e12), new Date(Number.NaN)],
  'regular expressions': [/a+b/gi, /[/\]]/u, new RegExp('')],
  wrappers: [Object(1), Object(-0), Object('text'), Object(true), Object(false), Object(7n)],
  'an array buffer': buffer,
  'empty buffers': [new ArrayBuffer(0), new Uint8Array(0), new DataView(new ArrayBuffer(0))],
  views: [
    new Int8Array(buffer),
    new Uint8Array(buffer),
    new Uint8ClampedArray(buffer),
    new Int16Array(buffer),
    new Uint16Array(buffer),
    new Int32Array(buffer),
    new Uint32Array(buffer),
    new Float32Array(buffer),
    new Float64Array(buffer),
    new BigInt64Array(buffer),
    new BigUint64Array(buffer),
    new DataView(buffer),
    new Uint8Array(buffer, 2, 3),
    new DataView(buffer, 1, 4),
    new Int16Array(buffer, 4),
  ],
}

describe('every value arrives as structured clone would give it', () => {
  test.each(Object.entries(table))('%s', (_name, value) => {
    expect(sent(value)).toStrictEqual(structuredClone(value))
  })

  test('a hole stays a hole', () => {
    expect(Object.keys(sent(holes))).toEqual(['0', '2'])
    expect(sent(holes)).toHaveLength(5)
    expect(Object.keys(sent(deceiving))).toEqual(['1', 'note'])
  })

  test('a match of a regular expression keeps its names', () => {
    const match = /(?<year>\d+)/.exec('in 2024')!
    const got = sent(match)
    expect([...got]).toEqual([...match])
    expect([got.index, got.input, got.groups]).toEqual([3, 'in 2024', { year: '2024' }])
  })

  test('an object without prototype becomes plain', () => {
    expect(Object.getPrototypeOf(sent(Object.create(null)))).toBe(Object.prototype)
  })

  test('properties of prototypes and symbols stay behind', () => {
    const value = { own: 1, [Symbol('s')]: 2 }
    Object.defineProperty(value, 'hidden', { value: 3 })
    expect(Reflect.ownKeys(sent(value))).toEqual(['own'])
  })

  test('a getter is read once', () => {
    let reads = 0
    const value = {
      get once() {
        return ++reads
      },
    }
    expect(sent(value)).toEqual({ once: 1 })
    expect(reads).toBe(1)
  })

  test('lastIndex starts anew', () => {
    const pattern = /a/g
    pattern.test('aa')
    expect(sent(pattern).lastIndex).toBe(0)
  })

  test('values of another realm are like our own', () => {
    const foreign = runInNewContext(
      '({ a: [1, { b: new Map([[1, new Date(0)]]) }], e: new TypeError("far") })',
    )
    const got = sent(foreign)
    expect(got.a).toStrictEqual([1, { b: new Map([[1, new Date(0)]]) }])
    expect(got.e).toBeInstanceOf(TypeError)
    expect(got.e.message).toBe('far')
  })
})

describe('identity', () => {
  test('a cycle closes on itself', () => {
    const value: Record<string, unknown> = { name: 'loop' }
    value.self = value
    value.list = [value, new Map([[value, new Set([value])]])]
    const got = sent(value)
    expect(got.self).toBe(got)
    const [first, map] = got.list as [unknown, Map<unknown, Set<unknown>>]
    expect(first).toBe(got)
    expect(map.get(got)!.has(got)).toBe(true)
  })

  test('objects met twice are one, whatever their kind and number', () => {
    const kinds = [
      {},
      [],
      new Map(),
      new Set(),
      new Date(),
      /x/,
      Object('s'),
      new ArrayBuffer(1),
      Buffer.from('b'),
      new Error('e'),
      holes,
    ]
    for (const count of [0, 50, 64, 65, 200]) {
      const others = Array.from({ length: count }, (_, index) => ({ index }))
      const got = sent([others, kinds, kinds.slice(), others.slice()])
      expect(got[0]).toStrictEqual(others)
      kinds.forEach((_, index) => expect(got[1]![index]).toBe(got[2]![index]))
      others.forEach((_, index) => expect(got[0]![index]).toBe(got[3]![index]))
    }
  })

  test('two views of one buffer still share it', () => {
    const bytes = new Uint8Array(8)
    const got = sent({
      whole: bytes,
      words: new Uint32Array(bytes.buffer, 4, 1),
      buffer: bytes.buffer,
    })
    got.whole[4] = 7
    expect(got.words[0]).toBe(7)
    expect(got.words.buffer).toBe(got.buffer)
    expect(got.whole.buffer).toBe(got.buffer)
  })
})

describe('Buffer', () => {
  test('stays a Buffer and carries its range alone', () => {
    const part = Buffer.from('abcdef').subarray(1, 3)
    const got = sent(part)
    expect(Buffer.isBuffer(got)).toBe(true)
    expect(got.toString()).toBe('bc')
    expect(got.buffer.byteLength).toBe(2)
  })
})

describe('the scratch', () => {
  test('grows with a message and shrinks after it', () => {
    expect(sent('y'.repeat(5_000_000))).toHaveLength(5_000_000)
    expect(encoder.bytes.length).toBeGreaterThan(5_000_000)
    for (let count = 0; count < 100; count++) sent(1)
    expect(encoder.bytes.length).toBeLessThan(100_000)
  })

  test('what was decoded is independent of the bytes', () => {
    const length = encoder.encode({ bytes: new Uint8Array([1, 2]), text: 'abc' })
    const got = decoder.decode(encoder.bytes, length) as { bytes: Uint8Array; text: string }
    encoder.bytes.fill(0)
    expect(got).toEqual({ bytes: new Uint8Array([1, 2]), text: 'abc' })
    expect(types.isArrayBuffer(got.bytes.buffer)).toBe(true)
  })

  test('words and bytes are the same memory', () => {
    encoder.encode(1)
    expect(encoder.words.buffer).toBe(encoder.bytes.buffer)
    expect(encoder.bytes.byteOffset).toBe(0)
  })

  test('an encode inside an encode is refused, and the encoder goes on', () => {
    const value = {
      get inner() {
        return encoder.encode(1)
      },
    }
    expect(() => encoder.encode(value)).toThrow(CodecError)
    expect(sent({ a: 1 })).toEqual({ a: 1 })
  })

  test("a getter's own error comes through as it is", () => {
    const failure = new RangeError('mine')
    expect(() =>
      encoder.encode({
        get bad() {
          throw failure
        },
      }),
    ).toThrow(failure)
    expect(sent([1])).toEqual([1])
  })

  test('deep values are refused with a path, not with an exhausted stack', () => {
    const nest = (depth: number): unknown => {
      let value: unknown = 1
      for (let index = 0; index < depth; index++) value = index % 2 === 0 ? { in: value } : [value]
      return value
    }
    expect(sent(nest(1000))).toStrictEqual(nest(1000))
    for (const depth of [1001, 100_000]) {
      expect(() => encoder.encode(nest(depth))).toThrow(/more than 1000 deep/)
    }
    const chain = new Map()
    let last = chain
    for (let index = 0; index < 5000; index++) last.set(1, (last = new Map()))
    expect(() => encoder.encode(chain)).toThrow(CodecError)
  })
})
