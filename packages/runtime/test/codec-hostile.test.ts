import { deepStrictEqual } from 'node:assert'
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { CodecError } from '../dist/codec/codec-error.js'
import { Decoder } from '../dist/codec/decoder.js'
import { Encoder } from '../dist/codec/encoder.js'
import { type HandleCodec, readLinks } from '../dist/codec/link.js'
import * as tag from '../dist/codec/tags.js'

class Handle {}
const handles: HandleCodec = {
  encode: (value) => (value instanceof Handle ? { tag: 1, a: 2, b: 3, c: 4, d: 5 } : undefined),
  decode: () => new Handle(),
}
const encoder = new Encoder(handles)
const decoder = new Decoder(handles)
const ordinary = Object.getOwnPropertyNames(Object.prototype).sort()

afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(ordinary)
  expect(Object.keys(Object.prototype)).toEqual([])
})

/** Whether the bytes were a message; anything but a value or a CodecError fails the test. */
function accepted(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes, bytes.length)
    return true
  } catch (error) {
    if (error instanceof CodecError) return false
    throw error
  }
}
const message = (...body: number[]): Uint8Array => Uint8Array.from([tag.VERSION << 4, ...body])

const shared = { s: 1 }
const holed = [1]
holed[2] = 3
const corpus = [
  { id: 1, name: 'name', value: 1.5, tags: ['a', 'b'] },
  [shared, shared, new Map([['k', shared]]), new Set([1, 'x']), new Handle(), holed],
  { d: new Date(5), r: /a+/gi, b: 12345678901234567890n, o: Object('s'), n: null, u: undefined },
  [new Uint8Array(20), new Float64Array(3), Buffer.from('bytes'), new DataView(new ArrayBuffer(9))],
  Object.assign(new RangeError('message', { cause: new Error('x') }), { code: 'E', list: [1] }),
  ['x'.repeat(100), '日本'.repeat(30), 'é', -5, 300, 70_000, 1e300],
].map((value) => encoder.bytes.slice(0, encoder.encode(value)))

describe('bytes that are no message', () => {
  test('20,000 mutations of messages give a value or a CodecError', () => {
    let seed = 1
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return (seed >>> 8) % below
    }
    let refused = 0
    for (let round = 0; round < 20_000; round++) {
      const bytes = corpus[round % corpus.length]!.slice()
      for (let edits = 1 + random(4); edits > 0; edits--) bytes[random(bytes.length)] = random(256)
      if (!accepted(random(4) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes)) refused++
    }
    expect(refused).toBeGreaterThan(5000)
  })

  test('random bytes give a value or a CodecError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void accepted(message(...bytes))),
      {
        numRuns: 3000,
      },
    )
  })

  test('every message cut short, or with a byte too many, is refused', () => {
    for (const bytes of corpus) {
      for (let end = 0; end < bytes.length; end++)
        expect(accepted(bytes.subarray(0, end))).toBe(false)
      expect(accepted(Uint8Array.from([...bytes, 0]))).toBe(false)
    }
  })

  test('what stands behind the message is not read', () => {
    const bytes = new Uint8Array(100).fill(1)
    bytes.set(message(tag.ARRAY, 50))
    expect(() => decoder.decode(bytes, 10)).toThrow(CodecError)
    expect(() => decoder.decode(bytes, 200)).toThrow(CodecError)
  })

  test.each<[string, number[]]>([
    ['an array of four billion', [tag.ARRAY, 255, 255, 255, 255, 15]],
    ['a string of four billion', [tag.LATIN1, 255, 255, 255, 255, 15]],
    ['a wide string of four billion', [tag.UTF16, 255, 255, 255, 255, 15]],
    ['a buffer of four billion', [tag.ARRAY_BUFFER, 255, 255, 255, 255, 15]],
    ['a view beyond its buffer', [tag.VIEW, 2, 0, 9, tag.ARRAY_BUFFER, 1, 0]],
    ['a view off its step', [tag.VIEW, 6, 1, 1, tag.ARRAY_BUFFER, 8, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a view of no buffer', [tag.VIEW, 2, 0, 0, tag.NULL]],
    ['a view of an unknown kind', [tag.VIEW, 99, 0, 0, tag.ARRAY_BUFFER, 0]],
    ['a reference to nothing', [tag.REFERENCE, 0]],
    ['a handle without table', [tag.LINK, 0]],
    ['a number without end', [tag.ARRAY, 255, 255, 255, 255, 255, 255]],
    ['an unknown tag', [0xf0]],
    ['a map without end', [tag.MAP, 1, 1]],
    ['a map with half an entry', [tag.MAP, 1, tag.END]],
    ['a bad regular expression', [tag.REGEXP, tag.SHORT_STRING | 1, 0x28, tag.SHORT_STRING]],
    ['bigint digits that are code', [tag.BIGINT, 0, tag.SHORT_STRING | 1, 0x7a]],
    ['a wrapper around an object', [tag.BOXED, tag.OBJECT, tag.KEY_END]],
    [
      'an array that sets its length',
      [tag.SPARSE_ARRAY, 1, 6, 108, 101, 110, 103, 116, 104, 5, tag.KEY_END],
    ],
    ['an array longer than it says', [tag.SPARSE_ARRAY, 1, 1, 0x39, 5, tag.KEY_END]],
    ['a rest where no array is', [tag.REST, tag.KEY_END]],
    ['a rest behind the last element', [tag.ARRAY, 1, 5, tag.REST, tag.KEY_END]],
    ['an error of an unknown class', [tag.ERROR, 50]],
  ])('%s is refused', (_name, body) => {
    expect(accepted(message(...body))).toBe(false)
  })

  test('arrays that claim to be huge cost nothing', () => {
    const sparse = [tag.ARRAY, 255, 255, 255, 14, tag.REST, tag.KEY_END]
    const before = process.memoryUsage().rss
    for (let round = 0; round < 100; round++)
      accepted(message(tag.ARRAY, 20, ...Array(20).fill(sparse).flat()))
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20)
  })

  test('a million arrays in one another are refused', () => {
    const bytes = new Uint8Array(2_000_001)
    bytes[0] = tag.VERSION << 4
    for (let at = 1; at < bytes.length; at += 2) bytes.set([tag.ARRAY, 1], at)
    expect(accepted(bytes)).toBe(false)
  })

  test('another version and unknown flags are refused, by both readers', () => {
    for (const header of [0x00, 0x20, 0x14, 0x18, 0xff]) {
      const bytes = Uint8Array.from([header, 1])
      expect(accepted(bytes)).toBe(false)
      expect(() => readLinks(bytes, 2)).toThrow(CodecError)
    }
    expect(() => readLinks(new Uint8Array(0), 0)).toThrow(CodecError)
    expect(() => readLinks(Uint8Array.from([0x11, 0, 1, 0, 0]), 5)).toThrow(CodecError)
  })
})

describe('names that mean something to a prototype are data', () => {
  test.each([
    '{"__proto__":{"polluted":1}}',
    '{"a":{"__proto__":null}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '[{"__proto__":[],"length":5}]',
    '{"toString":1,"valueOf":2,"hasOwnProperty":3,"toJSON":4,"then":5}',
    '{"__defineGetter__":1,"__lookupSetter__":{"__proto__":{"x":1}}}',
  ])('%s', (json) => {
    const value: unknown = JSON.parse(json)
    const got = decoder.decode(encoder.bytes, encoder.encode(value))
    expect(JSON.stringify(got)).toBe(json)
    deepStrictEqual(got, structuredClone(value))
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('on arrays, maps and errors too', () => {
    const evil = JSON.parse('{"__proto__":{"polluted":1}}') as object
    const list = [1]
    Object.defineProperty(list, '__proto__', { value: evil, enumerable: true })
    const [got, map] = decoder.decode(
      encoder.bytes,
      encoder.encode([list, new Map([['__proto__', evil]])]),
    ) as [number[], Map<string, object>]
    expect(Array.isArray(got) && got.map((item) => item)).toEqual([1])
    expect(Object.getPrototypeOf(got)).toBe(Array.prototype)
    expect(Object.keys(map.get('__proto__')!)).toEqual(['__proto__'])
  })

  test('a frozen Object.prototype is no obstacle', () => {
    const script = `
      Object.freeze(Object.prototype)
      const { Encoder } = await import(${JSON.stringify(import.meta.resolve('../dist/codec/encoder.js'))})
      const { Decoder } = await import(${JSON.stringify(import.meta.resolve('../dist/codec/decoder.js'))})
      const encoder = new Encoder({ encode() {} })
      const value = JSON.parse('{"toString":1,"constructor":2,"__proto__":3}')
      console.log(JSON.stringify(new Decoder({}).decode(encoder.bytes, encoder.encode(value))))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    expect(stdout.trim()).toBe('{"toString":1,"constructor":2,"__proto__":3}')
  })
})
