import { describe, expect, test } from 'vitest'
import { CodecError } from '../dist/codec/codec-error.js'
import { Decoder } from '../dist/codec/decoder.js'
import { Encoder } from '../dist/codec/encoder.js'
import { type HandleCodec, type Link, readLinks } from '../dist/codec/link.js'

class Handle {
  readonly number: number
  constructor(number: number) {
    this.number = number
  }
}
class SharedWords extends Int32Array<ArrayBufferLike> {}

let asked = 0
let discarded: Link[] = []
const handles: HandleCodec = {
  encode(value, path) {
    if (value instanceof Handle) {
      if (value.number < 0) throw new TypeError(`moved: ${path()}`)
      return { tag: 1, a: value.number, b: 2, c: 0xffff_ffff, d: 0x8000_0000 }
    }
    if (value instanceof SharedWords) return { tag: 2, a: value.length, b: 0, c: 0, d: 0 }
    return undefined
  },
  decode(link) {
    asked++
    if (link.tag === 2) return new SharedWords(new SharedArrayBuffer(link.a * 4))
    if (link.a === 13) throw new TypeError('not shared with you')
    return new Handle(link.a)
  },
  discard: (link) => void discarded.push(link),
}
const encoder = new Encoder(handles)
const decoder = new Decoder(handles)

function bytesOf(value: unknown): Uint8Array {
  const length = encoder.encode(value)
  return encoder.bytes.slice(0, length)
}
function sent<T>(value: T): T {
  const bytes = bytesOf(value)
  return decoder.decode(bytes, bytes.length) as T
}

describe('handles in messages', () => {
  test('a handle arrives wherever it stands', () => {
    const one = new Handle(1)
    const got = sent({
      one,
      list: [new Handle(2)],
      map: new Map([[one, new Handle(3)]]),
      words: new SharedWords(new SharedArrayBuffer(16)),
    })
    expect(got.one).toBeInstanceOf(Handle)
    expect(got.list[0]!.number).toBe(2)
    expect(got.map.get(got.one)!.number).toBe(3)
    expect(got.words).toHaveLength(4)
    expect(sent(one).number).toBe(1)
  })

  test('the same handle twice is one link and one object', () => {
    asked = 0
    const one = new Handle(1)
    const bytes = bytesOf([one, { again: one }])
    expect(encoder.links).toHaveLength(1)
    const got = decoder.decode(bytes, bytes.length) as [Handle, { again: Handle }]
    expect(got[0]).toBe(got[1].again)
    expect(asked).toBe(1)
  })

  test('the table is read without decoding', () => {
    asked = 0
    const bytes = bytesOf(['before', new Handle(7), 1.5, new Handle(8)])
    const links = readLinks(bytes, bytes.length)
    expect(links).toEqual(encoder.links)
    expect(links).toEqual([7, 8].map((a) => ({ tag: 1, a, b: 2, c: 0xffff_ffff, d: 0x8000_0000 })))
    expect(asked).toBe(0)
    expect(decoder.decode(bytes, bytes.length)).toEqual([
      'before',
      new Handle(7),
      1.5,
      new Handle(8),
    ])
  })

  test('a message without handles has none', () => {
    const bytes = bytesOf({ a: 1 })
    expect(encoder.links).toEqual([])
    expect(readLinks(bytes, bytes.length)).toEqual([])
  })

  test('a handle that cannot be sent says so in its own words, with the path', () => {
    expect(() => encoder.encode({ ends: [new Handle(-1)] })).toThrow(
      new TypeError('moved: ends[0]'),
    )
  })

  test('after a refusal the links met before it are told, for the caller to take back', () => {
    expect(() => encoder.encode([new Handle(5), () => 1])).toThrow(CodecError)
    expect(encoder.links.map((link) => link.a)).toEqual([5])
    encoder.encode(1)
    expect(encoder.links).toEqual([])
  })

  test('a handle that the receiver refuses throws as it is', () => {
    const bytes = bytesOf([new Handle(13)])
    expect(() => decoder.decode(bytes, bytes.length)).toThrow(new TypeError('not shared with you'))
    expect(sent([new Handle(1)])[0]!.number).toBe(1)
  })

  test('in a property of an error that is given up, the handle is given back', () => {
    discarded = []
    const kept = new Handle(1)
    const error = Object.assign(new Error('x'), {
      kept,
      broken: [new Handle(2), () => 1],
      last: new Handle(3),
    })
    const got = sent(error)
    expect(discarded.map((link) => link.a)).toEqual([2])
    expect(encoder.links.map((link) => link.a)).toEqual([1, 3])
    expect(got.last.number).toBe(3)
    expect(typeof got.broken).toBe('string')
  })

  test('many handles, and no more than a table holds', () => {
    const many = Array.from({ length: 5000 }, (_, index) => new Handle(index + 100))
    expect(sent(many).map((handle) => handle.number)).toEqual(many.map((handle) => handle.number))
    const tooMany = Array.from({ length: 65_536 }, () => new Handle(1))
    expect(() => encoder.encode(tooMany)).toThrow(/at most 65535 handles/)
  })
})
