// Lists written by Python are read here, lists written here by Python, with every type.
import { afterEach, describe, expect, test } from 'vitest'
import { type Item, ShareableList } from '../dist/index.js'
import {
  attached,
  bytesOf,
  GOLDEN,
  GOLDEN_BYTES,
  GOLDEN_SET,
  listOf,
  same,
} from './fixtures/lists.js'
import { runWithLists } from './fixtures/list-python.js'
import { python, whyNoPython } from './fixtures/python.js'
import { refuses } from '../../shared/test/fixtures/refusal.js'

/** Every type, as it is written in each language. */
const PAIRS: readonly (readonly [ours: Item, theirs: string])[] = [
  [0, '0'],
  [-1, '-1'],
  [2 ** 53 - 1, '2**53 - 1'],
  [1 - 2 ** 53, '1 - 2**53'],
  [2n ** 53n, '2**53'],
  [2n ** 63n - 1n, '2**63 - 1'],
  [-(2n ** 63n), '-2**63'],
  [0.5, '0.5'],
  [-273.154, '-273.154'],
  [2 ** 53, 'float(2**53)'],
  [1e308, '1e308'],
  [5e-324, '5e-324'],
  [Infinity, 'math.inf'],
  [-Infinity, '-math.inf'],
  [NaN, 'math.nan'],
  [-0, '-0.0'],
  [true, 'True'],
  [false, 'False'],
  [null, 'None'],
  ['', "''"],
  ['howdy', "'howdy'"],
  ['1234567', "'1234567'"],
  ['12345678', "'12345678'"],
  ['in\0side', "'in\\0side'"],
  [new Uint8Array(), "b''"],
  [Uint8Array.of(0, 0, 255, 0, 1), "b'\\0\\0\\xff\\0\\x01'"],
  [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 'bytes(range(1, 9))'],
]
/** Texts for which Python keeps too little room, and reads what we wrote. */
const WIDE: readonly (readonly [ours: Item, theirs: string])[] = [
  ['é'.repeat(7), "'\\u00e9' * 7"],
  ['😀', "'\\U0001f600'"],
  [`0${'𐀀'.repeat(2)}`, "'0' + '\\U00010000' * 2"],
  ['\uFEFFmarked', "'\\ufeffmarked'"],
]
const ours = (pairs: typeof PAIRS): Item[] => pairs.map(([item]) => item)
const theirs = (pairs: typeof PAIRS): string => `[${pairs.map(([, item]) => item).join(', ')}]`

/** Prints the places where a list is unlike the values, by type, NaN and sign too. */
const UNLIKE = `
def same(a, b):
    return type(a) is type(b) and (repr(a) == repr(b))
def unlike(got, wanted):
    return [(a, b) for a, b in zip(got, wanted) if not same(a, b)] + ([] if len(got) == len(wanted) else ['length'])
`

const left: ShareableList[] = []

afterEach(() => {
  for (const list of left.splice(0)) {
    list.close()
    list.unlink()
  }
})

/** A list made by Python, that it leaves to us; it ends with the test. */
const theirList = (items: string, name?: string): ShareableList => {
  const code = `print(kept(ShareableList(${items}, name=args[0])).shm.name)`
  const list = ShareableList.attach(runWithLists(code, name))
  left.push(list)
  return list
}

describe.skipIf(!python)(`with Python${whyNoPython}`, () => {
  test('the bytes of a list are the same, made and set', () => {
    const code = `
made = ShareableList(['howdy', b'HoWdY', -273.154, 100, None, True, 42])
print(bytes(made.shm.buf).hex())
made[4] = 'some'
print(bytes(made.shm.buf).hex())
made.shm.close()
made.shm.unlink()`
    const hex = [GOLDEN_BYTES.toString('hex'), GOLDEN_SET.toString('hex')]
    expect(runWithLists(code).split('\n')).toEqual(hex)
    const list = listOf(GOLDEN)
    expect(bytesOf(list.name).toString('hex')).toBe(hex[0])
    list.set(4, 'some')
    expect(bytesOf(list.name).toString('hex')).toBe(hex[1])
  })

  test('every type that either writes the other reads, from the same bytes', () => {
    const all = [...PAIRS, ...WIDE]
    const list = listOf(ours(all))
    const code = `${UNLIKE}
got = kept(ShareableList(name=args[0]))
print(unlike(list(got), ${theirs(all)}), got.format == args[1], got.count('howdy'), got.index('howdy'))`
    const at = ours(all).indexOf('howdy')
    expect(runWithLists(code, list.name, list.format)).toBe(`[] True 1 ${at}`)
    const own = theirList(theirs(PAIRS))
    same(own, ours(PAIRS))
    const bytes = bytesOf(listOf(ours(PAIRS)).name)
    expect(bytesOf(own.name).toString('hex')).toBe(bytes.toString('hex'))
  })

  test('what either sets the other reads', () => {
    const all = [...PAIRS, ...WIDE]
    const list = listOf(all.map(() => 'room for every one of them'))
    const set = `
got = kept(ShareableList(name=args[0]))
for i, value in enumerate(${theirs(all)}): got[i] = value
print('set')`
    expect(runWithLists(set, list.name)).toBe('set')
    same(list, ours(all))
    for (const [i, item] of ours(all).entries()) list.set(-1 - i, item)
    const check = `${UNLIKE}
got = kept(ShareableList(name=args[0]))
print(unlike(list(got), ${theirs(all)}[::-1]))`
    expect(runWithLists(check, list.name)).toBe('[]')
  })

  test('the bytes after the same changes are the same', () => {
    const items = "['0123456789', b'bytes', 1.5, 7, None, True]"
    const list = listOf(['0123456789', Buffer.from('bytes'), 1.5, 7, null, true])
    const changes: [number, Item, string][] = [
      [0, 5, '5'],
      [1, 'text', "'text'"],
      [-1, 'éééé', "'\\u00e9' * 4"],
      [2, 2, '2.0'],
      [3, 0.25, '0.25'],
      [4, false, 'False'],
      [0, 'short', "'short'"],
      [0, null, 'None'],
      [1, 2n ** 62n, '2**62'],
      [5, new Uint8Array(), "b''"],
      [-6, '1234567890123456', "'1234567890123456'"],
    ]
    for (const [i, value] of changes) list.set(i, value)
    const code = `
made = ShareableList(${items})
${changes.map(([i, , value]) => `made[${i}] = ${value}`).join('\n')}
print(bytes(made.shm.buf).hex())
made.shm.close()
made.shm.unlink()`
    expect(runWithLists(code)).toBe(bytesOf(list.name).toString('hex'))
  })

  test('a float stays one on both sides', () => {
    const list = listOf([1.5, 0.5])
    list.set(0, 2)
    const code = `
got = kept(ShareableList(name=args[0]))
got[1] = 3.0
print(repr(got[0]))`
    expect(runWithLists(code, list.name)).toBe('2.0')
    list.set(1, 4)
    expect([list.get(1), list.format]).toEqual([4, 'dd'])
  })

  test('growth is refused on both sides', async () => {
    const list = listOf(['short', 1])
    const code = `
got = kept(ShareableList(name=args[0]))
for i, value in ((0, 'x' * 9), (1, b'x' * 9)):
    try:
        got[i] = value
    except ValueError as error:
        print(error)
got[0] = 'x' * 8
print(list(got))`
    const said = 'bytes/str item exceeds available storage'
    expect(runWithLists(code, list.name)).toBe(`${said}\n${said}\n['xxxxxxxx', 1]`)
    const own = theirList("['short', 1]")
    await refuses('ERR_TROUPE_ITEM_TOO_LONG', '8 bytes: the value has 9', () =>
      own.set(0, 'x'.repeat(9)),
    )
    own.set(0, 'x'.repeat(8))
    same(own, ['xxxxxxxx', 1])
  })

  test('a text that Python has cut is refused, and not mangled', async () => {
    const list = theirList("['0' + '\\U00010000' * 2, '\\u00e9' * 7, 'whole']")
    await refuses('ERR_TROUPE_ITEM_UNREADABLE', 'no UTF-8', () => list.get(0))
    // Cut between characters: nothing tells.
    expect([list.get(1), list.get(2)]).toEqual(['éééé', 'whole'])
  })

  test('zeros at the end are left out on both sides', () => {
    const list = theirList("[b'a\\0\\0', 'b\\0', b'\\0']")
    same(list, [Uint8Array.of(97), 'b', new Uint8Array()])
  })

  test('a name is found with and without a slash before it', () => {
    const name = `list-py-${process.pid}`
    const list = listOf(['ours'], { name: `/${name}` })
    const code = `
print(*[kept(ShareableList(name=slash + args[0]))[0] for slash in ('', '/')])`
    expect(runWithLists(code, name)).toBe('ours ours')
    list[Symbol.dispose]()
    expect(theirList("['theirs']", name).name).toBe(name)
    same(attached(`/${name}`), ['theirs'])
  })

  test('an empty list is one on both sides', () => {
    const list = listOf([])
    expect(runWithLists('print(list(kept(ShareableList(name=args[0]))))', list.name)).toBe('[]')
    same(theirList('[]'), [])
  })

  test('what one has unlinked is gone for the other', async () => {
    const list = listOf([1])
    const code = `
got = ShareableList(name=args[0])
got.shm.close()
got.shm.unlink()`
    runWithLists(code, list.name)
    await refuses('ERR_TROUPE_SEGMENT_NOT_FOUND', list.name, () => ShareableList.attach(list.name))
    same(list, [1])
  })
})
