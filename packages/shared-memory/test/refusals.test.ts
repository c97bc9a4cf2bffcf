// Bad input: each with its error, its value and its cure, and nothing left behind.
import { ArgumentError } from '@troupe/runtime'
import { constants } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { refusal } from '../../shared/test/fixtures/refusal.js'
import {
  SegmentAccessError,
  SegmentEmptyError,
  SegmentNotFoundError,
  SharedMemory,
} from '../dist/index.js'
import { freshName, isThere, mappings, notesOf, pathOf } from './fixtures/names.js'

const ARGUMENT = 'ERR_TROUPE_ARGUMENT'

/** Names that nothing can have, and why. */
const names: [unknown, RegExp][] = [
  ['', /named "": the name is empty; use letters, digits, _ and -/],
  ['/', /named "\/": the name is empty/],
  ['.', /that is a folder/],
  ['..', /that is a folder/],
  ['/..', /that is a folder/],
  ['//x', /only the first character may be a slash/],
  ['a/b', /"a\/b": only the first character may be a slash/],
  ['../tmp/x', /only the first character may be a slash/],
  ['a\0b', /it has a character that ends names/],
  ['a'.repeat(256), /…": it has 256 bytes of 255/],
  ['ö'.repeat(128), /…": it has 256 bytes of 255/],
  ['.troupe-0-0123456789abcdef', /such names are kept for notes/],
  [7, /The name of shared memory is a string: it got 7/],
  [null, /it got null/],
  [7n, /it got 7n/],
  [['a'], /it got an array/],
  [Symbol('a'), /it got a symbol/],
  [() => 'a', /it got a function/],
]

/** Names that others may have given, and we do not. */
const unusual: [string, RegExp][] = [
  ['a:b', /"a:b": Python splits names at a colon/],
  ['größe', /"größe": it has characters beside those of ASCII/],
  ['a b', /or blanks/],
  ['a\nb', /or blanks/],
]

const sizes: [unknown, string][] = [
  [0, '0'],
  [-0, '0'],
  [-1, '-1'],
  [1.5, '1.5'],
  [Number.NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [2 ** 53, '9007199254740992'],
  ['8', '"8"'],
  [8n, '8n'],
  [null, 'null'],
  [undefined, 'undefined'],
  [{}, 'an object'],
  [true, 'true'],
]

test.each(unusual)('the name %j is not made, and attached to where it is', async (end, named) => {
  const name = `${freshName()}${end}`
  await isRefused(
    () => SharedMemory.create({ name, size: 1 }),
    new RegExp(named.source.replace(/^"[^"]*"/, '')),
  )
  const made = SharedMemory.create({ size: 5 })
  renameSync(pathOf(made.name), pathOf(name))
  const other = SharedMemory.attach(name)
  expect([other.name, other.size]).toEqual([name, 5])
  other.unlink()
  other.close()
  made[Symbol.dispose]()
})

async function isRefused(work: () => unknown, named: string | RegExp): Promise<void> {
  const error = await refusal(work)
  expect(error).toBeInstanceOf(ArgumentError)
  expect(error.code).toBe(ARGUMENT)
  expect(error.message).toMatch(named)
}

describe('a name that no memory can have', () => {
  test.each(names)('is refused to create and to attach: %o', async (name, named) => {
    const before = readdirSync('/dev/shm').filter((file) => !file.startsWith('.'))
    await isRefused(() => SharedMemory.create({ name: name as string, size: 8 }), named)
    await isRefused(() => SharedMemory.attach(name as string), named)
    const bare = typeof name === 'string' && name.length < 99 ? name.replaceAll('/', '') : ''
    if (/^\w/.test(bare) && !bare.includes('\0') && !before.includes(bare)) {
      expect(isThere(bare)).toBe(false)
    }
  })

  test('is refused to attach when it is missing', () =>
    isRefused(() => (SharedMemory.attach as () => unknown)(), /it got undefined/))
})

describe('a size that no memory can have', () => {
  test.each(sizes)('is refused: %o', async (size, shown) => {
    const name = freshName()
    await isRefused(
      () => SharedMemory.create({ name, size: size as number }),
      `The size of shared memory is a whole number of bytes from 1 on: it got ${shown}`,
    )
    expect(isThere(name)).toBe(false)
  })

  test('of more than a machine has is refused for want of room, and leaves nothing', async () => {
    const before = mappings()
    for (const size of [2 ** 42, 2 ** 47, 2 ** 52]) {
      const name = freshName()
      const error = await refusal(() => SharedMemory.create({ name, size }))
      expect(error.code).toBe('ERR_TROUPE_NO_SPACE')
      expect(error.message).toMatch(`no room for ${size} bytes`)
      expect([isThere(name), notesOf(name), mappings()]).toEqual([false, [], before])
    }
  })

  test.each([undefined, null, 8, 'name', Symbol('s')])(
    'and options that are none are refused: %o',
    (options) =>
      isRefused(
        () => SharedMemory.create(options as never),
        /write SharedMemory\.create\(\{ size: 1024 \}\)/,
      ),
  )
})

describe('attaching', () => {
  async function refusedAs(
    name: string,
    Class: new (...args: never) => Error,
    code: string,
    named: string,
  ): Promise<void> {
    const before = mappings()
    const error = await refusal(() => SharedMemory.attach(name))
    expect(error).toBeInstanceOf(Class)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(`named "${name}"`)
    expect(error.message).toMatch(named)
    expect(mappings()).toBe(before)
  }
  const isNone = (name: string): Promise<void> =>
    refusedAs(
      name,
      SegmentAccessError,
      'ERR_TROUPE_SEGMENT_ACCESS',
      'is no shared memory; run both programs as one user',
    )

  test('to nothing is refused', async () => {
    const name = freshName()
    const cure = 'create it first, and keep it until everybody has attached'
    await refusedAs(name, SegmentNotFoundError, 'ERR_TROUPE_SEGMENT_NOT_FOUND', cure)
    expect(isThere(name)).toBe(false)
  })

  test('to an empty one is refused, until it has a size', async () => {
    const name = freshName()
    writeFileSync(pathOf(name), '')
    const cure = 'attach when its maker has given it a size'
    await refusedAs(name, SegmentEmptyError, 'ERR_TROUPE_SEGMENT_EMPTY', cure)
    truncateSync(pathOf(name), 10)
    const memory = SharedMemory.attach(name)
    expect(memory.size).toBe(10)
    memory.close()
  })

  test('to a folder, a FIFO and a socket is refused, and does not wait', async () => {
    const [folder, fifo, socket] = [freshName(), freshName(), freshName()]
    mkdirSync(pathOf(folder))
    execFileSync('mkfifo', [pathOf(fifo)])
    const server = createServer().listen(pathOf(socket))
    await once(server, 'listening')
    for (const name of [folder, fifo, socket]) await isNone(name)
    server.close()
  })

  test('to a link is refused, wherever it leads', async () => {
    const memory = SharedMemory.create({ name: freshName(), size: 8 })
    for (const target of [pathOf(memory.name), memory.name, '/nowhere', '/etc/passwd']) {
      const name = freshName()
      symlinkSync(target, pathOf(name))
      await isNone(name)
      expect(lstatSync(pathOf(name)).isSymbolicLink()).toBe(true)
    }
    memory[Symbol.dispose]()
  })

  test('to more than a buffer may have is refused with its cure, and gives it no pages', async () => {
    const name = freshName()
    const bytes = constants.MAX_LENGTH + 1
    writeFileSync(pathOf(name), '')
    // What a file cannot have either needs no test.
    if (bytes < 2 ** 46) truncateSync(pathOf(name), bytes)
    else return
    const refused = expect.objectContaining({
      name: 'NoSpaceError',
      message: `There is no room for ${bytes} bytes of shared memory; a buffer of this Node has at most ${bytes - 1}; use several segments, or a newer Node`,
    }) as unknown
    expect(await refusal(() => SharedMemory.attach(name))).toEqual(refused)
    expect(lstatSync(pathOf(name)).blocks).toBe(0)
    expect(await refusal(() => SharedMemory.create({ size: bytes }))).toEqual(refused)
  })

  test('to one that was left without pages gives it pages first', () => {
    const name = freshName()
    writeFileSync(pathOf(name), '')
    truncateSync(pathOf(name), 10 ** 6)
    expect(lstatSync(pathOf(name)).blocks).toBe(0)
    const memory = SharedMemory.attach(name)
    expect(lstatSync(pathOf(name)).blocks * 512).toBeGreaterThanOrEqual(10 ** 6)
    memory.bytes.fill(7)
    expect(readFileSync(pathOf(name)).every((byte) => byte === 7)).toBe(true)
    memory.close()
  })
})

describe('a view', () => {
  const memory = SharedMemory.create({ name: freshName(), size: 100 })
  type Args = Parameters<SharedMemory['view']>
  test.each<[string, unknown[], string | RegExp]>([
    ['of an unknown type', ['float16'], /one of int8, .*, float64: it got "float16"/],
    ['of a type by its code', ['d'], 'it got "d"'],
    ['of what objects have', ['toString'], 'it got "toString"'],
    ['of no type', [], 'it got undefined'],
    ['of a number', [8], 'it got 8'],
    ['of a bigint', [8n], 'it got 8n'],
    ['of a symbol', [Symbol('x')], 'it got a symbol'],
    [
      'beyond the end',
      ['int32', 26],
      'A view of 26 int32 at offset 0 takes 104 bytes: there are 100',
    ],
    ['beyond the end, of more dimensions', ['uint8', [10, 11]], 'A view of 10 × 11 uint8'],
    ['that is larger than numbers are exact', ['uint8', [2 ** 52, 2 ** 52]], 'there are 100'],
    ['beyond the end by its offset', ['uint8', 1, { offset: 100 }], 'there are 0'],
    [
      'at an offset beyond the end',
      ['uint8', 0, { offset: 101 }],
      'from 0 to 100, in bytes: it got 101',
    ],
    [
      'at no border of items',
      ['int32', 1, { offset: 2 }],
      'begins at a multiple of 4 bytes: 2 is none',
    ],
    ['before the beginning', ['int32', 1, { offset: -4 }], 'it got -4'],
    ['at a fraction', ['int32', 1, { offset: 0.5 }], 'it got 0.5'],
    ['at an offset that is no number', ['int32', 1, { offset: '4' }], 'it got "4"'],
    ['with options that are none', ['int32', 1, null], 'such as { offset: 8 }: it got null'],
    ['with a number as options', ['int32', 1, 8], 'such as { offset: 8 }: it got 8'],
    ['of fewer than none', ['int32', -1], 'it got -1'],
    ['of half an item', ['int32', 1.5], 'it got 1.5'],
    ['of no shape', ['int32', null], 'it got null'],
    ['of a shape without dimensions', ['int32', []], 'it got []'],
    ['of a wrong dimension', ['int32', [2, -1]], 'it got [2, -1]'],
    ['of a dimension that is no number', ['int32', [2, '3']], 'it got [2, "3"]'],
    ['of a shape that is none', ['int32', '3'], 'it got "3"'],
    ['in no order', ['int32', [2, 2], { order: 'K' }], "'C' or 'F': it got \"K\""],
    [
      'with a remainder',
      ['float64'],
      "100 bytes are no whole number of float64; say how many: view('float64', 12)",
    ],
    [
      'with a remainder after an offset',
      ['float64', undefined, { offset: 8 }],
      "view('float64', 11)",
    ],
  ])('%s is refused', (_what, args, named) =>
    isRefused(() => memory.view(...(args as Args)), named),
  )

  test('of a bigint in its shape is refused', () =>
    isRefused(() => memory.view('int32', [2n] as never), 'it got [2n]'))

  test('that was refused leaves the memory as it was', () => {
    expect(memory.view('int32', 25).length).toBe(25)
    memory[Symbol.dispose]()
  })
})
