// What is no list is refused when it is attached to, and what is no value when it is read.
import { describe, expect, test } from 'vitest'
import { ShareableList } from '../dist/index.js'
import {
  attached,
  bytesOf,
  GOLDEN,
  GOLDEN_BYTES,
  listOf,
  memoryOf,
  same,
} from './fixtures/lists.js'
import { refuses } from '../../shared/test/fixtures/refusal.js'

const word = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}
const golden = (...changes: (readonly [at: number, bytes: Uint8Array | string])[]): Buffer => {
  const bytes = Buffer.from(GOLDEN_BYTES)
  for (const [at, change] of changes) bytes.set(Buffer.from(change as string), at)
  return bytes
}

describe('memory is no list', () => {
  const most = 2n ** 63n - 1n
  test.each<[string, Uint8Array, string]>([
    ['of one byte', Buffer.alloc(1), 'it has 1 bytes, and the shortest list 16'],
    ['of 15 bytes', Buffer.alloc(15), 'it has 15 bytes, and the shortest list 16'],
    ['of zeros', Buffer.alloc(4096), 'its 0 items would take 16 bytes, and it has 4096'],
    ['of text', Buffer.from('some text that is no list at all, and long enough'), 'items, and 49'],
    ['of numbers', Buffer.from(Float64Array.of(1, 2, 3, 4).buffer), 'bytes have room for 0'],
    ['one byte short', golden().subarray(0, 190), 'and 190 bytes have room for 6'],
    ['one byte long', Buffer.concat([golden(), Buffer.alloc(1)]), 'take 191 bytes, and it has 192'],
    ['of -1 items', golden([0, word(-1n)]), 'it would be of -1 items'],
    ['of one item more', golden([0, word(8n)]), 'it would be of 8 items'],
    ['of one item less', golden([0, word(6n)]), 'its 6 items would take'],
    ['of 2^63 - 1 items', golden([0, word(most)]), `it would be of ${most} items`],
    ['of -2^63 items', golden([0, word(-most - 1n)]), `it would be of ${-most - 1n} items`],
    ['not written yet', golden([0, word(0n)]), 'its 0 items would take 16 bytes'],
    ['that begins later', golden([8, word(8n)]), 'its items begin nowhere'],
    ['with an empty slot', golden([16, word(0n)]), 'item 0 would have 0 bytes'],
    ['with slots that go back', golden([24, word(0n)]), 'item 1 would have -8 bytes'],
    ['with half a word', golden([16, word(4n)]), 'item 0 would have 4 bytes'],
    ['with a word and a half', golden([16, word(12n)]), 'item 0 would have 12 bytes'],
    ['with a slot beyond', golden([64, word(most)]), 'item 6 would have'],
    ['with a slot before', golden([64, word(-most - 1n)]), 'item 6 would have -'],
    ['with a long slot', golden([64, word(9_999_992n)]), 'its 7 items would take'],
  ])('%s', async (_what, bytes, why) => {
    const { name } = memoryOf(bytes)
    const attach = (): unknown => ShareableList.attach(name)
    await refuses('ERR_TROUPE_NOT_A_LIST', `"${name}" holds no ShareableList`, attach)
    await refuses('ERR_TROUPE_NOT_A_LIST', why, attach)
    expect(bytesOf(name)).toEqual(Buffer.from(bytes))
  })

  test.each(['', 'a/b', '.troupe-x', 5, undefined])('%o is no name', async (name) => {
    const attach = (): unknown => ShareableList.attach(name as string)
    await refuses('ERR_TROUPE_ARGUMENT', /name/, attach)
    if (name === undefined) return
    const create = (): unknown => ShareableList.create([1], { name: name as string })
    await refuses('ERR_TROUPE_ARGUMENT', /name/, create)
  })

  test('nobody made', async () => {
    const attach = (): unknown => ShareableList.attach('nobody-made-this')
    await refuses('ERR_TROUPE_SEGMENT_NOT_FOUND', 'nobody-made-this', attach)
  })
})

describe('an item cannot be read', () => {
  const [slot, format, code] = [72, 128, 184]
  test.each<[string, Buffer, string]>([
    ['of a text that is cut', golden([slot, Buffer.from('0123456\xf0', 'latin1')]), 'no UTF-8'],
    ['of no text', golden([slot, Buffer.from([0xff, 0xfe])]), 'no UTF-8'],
    ['of half a pair', golden([slot, Buffer.from([0xed, 0xa0, 0x80])]), 'no UTF-8'],
    ['of a text in a number', golden([format, 'q\0']), 'format "q" and code 1 say nothing'],
    ['of a number in a text', golden([code, '\0']), 'format "8s" and code 0 say nothing'],
    ['of null in a text', golden([code, '\x03']), 'format "8s" and code 3'],
    ['of an unknown code', golden([code, '\x04']), 'format "8s" and code 4'],
    ['of an unknown format', golden([format, 'i\0']), 'format "i" and code 1'],
    ['of no format', golden([format, '\0\0']), 'format "" and code 1'],
    ['of null in a boolean', golden([format, 'xxxxxxx?'], [code, '\x03']), 'format "xxxxxxx?" and'],
    ['of a boolean in null', golden([format, 'xxxxxx?x'], [code, '\0']), 'format "xxxxxx?x" and'],
  ])('%s, and is set again', async (_what, bytes, why) => {
    const list = attached(memoryOf(bytes).name)
    for (const work of [() => list.get(0), () => [...list], () => list.count(1)]) {
      await refuses('ERR_TROUPE_ITEM_UNREADABLE', 'Item 0 of the list cannot be read', work)
      await refuses('ERR_TROUPE_ITEM_UNREADABLE', why, work)
    }
    same([list.get(-1), list.get(1)], [42, GOLDEN[1]!])
    list.set(0, 'howdy')
    same(list, GOLDEN)
  })

  test('never: its room is what the offsets say, whatever the format says', () => {
    for (const text of ['3s', '999999s', '0s', 's\0']) {
      const list = attached(memoryOf(golden([format, `${text}\0`])).name)
      expect(list.get(0)).toBe('howdy')
      list.set(0, '12345678')
      expect([list.get(0), list.format.slice(0, 2)]).toEqual(['12345678', '8s'])
    }
  })

  test('never: any byte but 0 is true', () => {
    const list = attached(memoryOf(golden([112 + 7, '\x02'])).name)
    expect(list.get(5)).toBe(true)
  })
})

test('the rest of a longer slot is left as it was by what is no text', () => {
  const list = listOf(['0123456789'])
  list.set(0, 1)
  expect(bytesOf(list.name).toString('latin1', 24, 40)).toBe('\x01\0\0\0\0\0\0\x0089\0\0\0\0\0\0')
  list.set(0, 'x')
  expect(bytesOf(list.name).toString('latin1', 24, 40)).toBe('x'.padEnd(16, '\0'))
})
