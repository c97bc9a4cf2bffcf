// Handles of named memory: what they say, and how they end.
import { ArgumentError, DisposedError } from '@troupe/runtime'
import { statSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { refusal } from '../../shared/test/fixtures/refusal.js'
import {
  SegmentExistsError,
  SegmentNotFoundError,
  SharedMemory,
  type SharedMemoryOptions,
} from '../dist/index.js'
import { freshName, inodeOf, isThere, mappings, notesOf, pathOf } from './fixtures/names.js'

const make = (size = 64): SharedMemory => SharedMemory.create({ name: freshName(), size })

describe('memory that is made', () => {
  test.each([1, 100, 4096, 4097])('has exactly %i bytes, all zero', (size) => {
    const memory = make(size)
    expect([memory.size, memory.buffer.byteLength, memory.bytes.length]).toEqual([size, size, size])
    expect(memory.buffer.maxByteLength).toBe(Math.ceil(size / 4096) * 4096)
    expect(() => memory.buffer.grow(memory.buffer.maxByteLength + 1)).toThrow(RangeError)
    expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(memory.bytes.every((byte) => byte === 0)).toBe(true)
    expect(statSync(pathOf(memory.name)).size).toBe(size)
    memory[Symbol.dispose]()
  })

  test('is of its user alone', () => {
    const memory = make()
    const { mode, uid } = statSync(pathOf(memory.name))
    expect([mode & 0o7777, uid]).toEqual([0o600, process.geteuid!()])
    const [note = ''] = notesOf(memory.name)
    expect(statSync(pathOf(note)).mode & 0o7777).toBe(0o600)
    memory[Symbol.dispose]()
  })

  test('has all its pages before it has a name', () => {
    const memory = make(100_000)
    expect(statSync(pathOf(memory.name)).blocks * 512).toBeGreaterThanOrEqual(100_000)
    memory[Symbol.dispose]()
  })

  test('has a name of its own when none is said', () => {
    const all = Array.from({ length: 20 }, () => SharedMemory.create({ size: 1 }))
    for (const { name } of all) expect(name).toMatch(/^troupe_[0-9a-f]{12}$/)
    expect(new Set(all.map(({ name }) => name)).size).toBe(20)
    for (const memory of all) memory[Symbol.dispose]()
    expect(all.some(({ name }) => isThere(name))).toBe(false)
  })

  test('has the name that is said, with a slash or without', () => {
    const name = freshName()
    const memory = SharedMemory.create({ name: `/${name}`, size: 8 })
    memory.bytes[0] = 7
    expect(memory.name).toBe(name)
    for (const written of [name, `/${name}`]) {
      const other = SharedMemory.attach(written)
      expect([other.name, other.size, other.bytes[0]]).toEqual([name, 8, 7])
      other.close()
    }
    memory[Symbol.dispose]()
  })

  test('may have a name of 255 letters, and any of ASCII', () => {
    const name = freshName()
    for (const full of [
      name + 'x'.repeat(255 - name.length),
      `${name}!"#$%&'()*+,-.;<=>?@[\\]^_{|}~`,
    ]) {
      const memory = SharedMemory.create({ name: full, size: 8 })
      expect(isThere(full)).toBe(true)
      memory[Symbol.dispose]()
      expect(isThere(full)).toBe(false)
    }
  })

  test('of a name that is taken is refused, and leaves nothing behind', async () => {
    const memory = make()
    memory.bytes[0] = 1
    const before = mappings()
    const error = await refusal(() => SharedMemory.create({ name: memory.name, size: 10 ** 6 }))
    expect(error).toBeInstanceOf(SegmentExistsError)
    expect(error.code).toBe('ERR_TROUPE_SEGMENT_EXISTS')
    expect(error.message).toMatch(`"${memory.name}" already; attach to it, choose another name`)
    expect([memory.bytes[0], statSync(pathOf(memory.name)).size]).toEqual([1, 64])
    expect(notesOf(memory.name)).toHaveLength(1)
    // Nor does it keep memory of what it did not make.
    expect(mappings()).toBe(before)
    memory[Symbol.dispose]()
    expect([isThere(memory.name), notesOf(memory.name)]).toEqual([false, []])
  })

  test('of a name that something else has is refused too', async () => {
    const name = freshName()
    writeFileSync(pathOf(name), 'mine')
    const error = await refusal(() => SharedMemory.create({ name, size: 4 }))
    expect(error).toBeInstanceOf(SegmentExistsError)
    expect(statSync(pathOf(name)).size).toBe(4)
    expect(notesOf(name)).toEqual([])
  })
})

describe('two handles', () => {
  test('show the same bytes, in both directions', () => {
    const one = make(16)
    const two = SharedMemory.attach(one.name)
    one.view('int32')[0] = -5
    two.view('int32')[3] = 9
    expect([...two.view('int32')]).toEqual([-5, 0, 0, 9])
    expect([...one.view('int32')]).toEqual([-5, 0, 0, 9])
    two.close()
    expect(one.view('int32')[3]).toBe(9)
    one[Symbol.dispose]()
  })

  test('end each for itself: the creator’s removes the name, the other’s does not', () => {
    const one = make(16)
    const two = SharedMemory.attach(one.name)
    two[Symbol.dispose]()
    expect(isThere(one.name)).toBe(true)
    const three = SharedMemory.attach(one.name)
    three.bytes[0] = 3
    one[Symbol.dispose]()
    expect(isThere(one.name)).toBe(false)
    expect(three.bytes[0]).toBe(3)
    three.close()
  })
})

describe('a handle that is closed', () => {
  test('does not fail with live views: they read zeros, and writes reach nobody', () => {
    const one = make(10_000)
    const two = SharedMemory.attach(one.name)
    const [bytes, numbers, grid] = [two.bytes, two.view('float64'), two.view('int32', [5, 5])]
    bytes.fill(1)
    two.close()
    expect([bytes.length, bytes.every((byte) => byte === 0), numbers[7], grid.get(1, 1)]).toEqual([
      10_000,
      true,
      0,
      0,
    ])
    bytes.fill(9)
    expect(one.bytes.every((byte) => byte === 1)).toBe(true)
    one[Symbol.dispose]()
  })

  test('is closed once, however often', () => {
    const memory = make()
    memory.close()
    memory.close()
    memory[Symbol.dispose]()
    memory[Symbol.dispose]()
    memory.close()
    expect(isThere(memory.name)).toBe(false)
  })

  test('gives its memory back at once', () => {
    const memory = make(50_000)
    const inode = inodeOf(memory.name)
    expect(mappings(inode)).toBe(1)
    memory.close()
    expect(mappings(inode)).toBe(0)
    memory.unlink()
  })

  test.each<[string, (memory: SharedMemory) => unknown]>([
    ['buffer', (memory) => memory.buffer],
    ['bytes', (memory) => memory.bytes],
    ['view', (memory) => memory.view('uint8')],
  ])('has no %s', async (_what, use) => {
    const memory = make()
    memory.close()
    const error = await refusal(() => use(memory))
    expect(error).toBeInstanceOf(DisposedError)
    expect(error.message).toMatch(memory.name)
    expect([memory.name.length > 0, memory.size]).toEqual([true, 64])
    memory.unlink()
  })

  test('leaves the name, which others attach to', () => {
    const memory = make()
    memory.bytes[5] = 5
    memory.close()
    const again = SharedMemory.attach(memory.name)
    expect(again.bytes[5]).toBe(5)
    again.unlink()
    again.close()
  })
})

describe('unlink', () => {
  const gone = async (memory: SharedMemory): Promise<void> => {
    expect(isThere(memory.name)).toBe(false)
    const error = await refusal(() => memory.unlink())
    expect(notesOf(memory.name)).toEqual([])
    expect(error).toBeInstanceOf(SegmentNotFoundError)
    expect(error.code).toBe('ERR_TROUPE_SEGMENT_NOT_FOUND')
    expect(error.message).toMatch('unlinked before; exactly one owner unlinks')
  }

  test('removes the name before close, and the bytes stay for who has them', async () => {
    const memory = make()
    memory.bytes[0] = 1
    memory.unlink()
    await gone(memory)
    expect(memory.bytes[0]).toBe(1)
    memory[Symbol.dispose]()
  })

  test('removes the name after close', async () => {
    const memory = make()
    memory.close()
    memory.unlink()
    await gone(memory)
  })

  test('works through any handle, once for all', async () => {
    const one = make()
    const two = SharedMemory.attach(one.name)
    two.unlink()
    expect(isThere(one.name)).toBe(false)
    await refusal(() => two.unlink())
    await gone(one)
    // Disposing of the creator's handle does not fail for that.
    one[Symbol.dispose]()
    two[Symbol.dispose]()
  })

  test('frees the name at once', () => {
    const one = make()
    one.bytes[0] = 1
    one.unlink()
    const next = SharedMemory.create({ name: one.name, size: 8 })
    expect([next.size, next.bytes[0], one.bytes[0]]).toEqual([8, 0, 1])
    one.close()
    next[Symbol.dispose]()
  })

  test.each(['creator', 'other'])(
    'by the %s never removes a stranger’s of the same name',
    async (who) => {
      const one = make()
      const two = SharedMemory.attach(one.name)
      two.unlink()
      const stranger = SharedMemory.create({ name: one.name, size: 8 })
      const error = await refusal(() => (who === 'creator' ? one : two).unlink())
      expect(error).toBeInstanceOf(SegmentNotFoundError)
      one[Symbol.dispose]()
      two[Symbol.dispose]()
      expect(isThere(stranger.name)).toBe(true)
      const attached = SharedMemory.attach(stranger.name)
      expect(attached.size).toBe(8)
      attached.close()
      stranger[Symbol.dispose]()
    },
  )
})

test('memory that nobody refers to any more stays until it is unlinked', () => {
  const name = freshName()
  SharedMemory.create({ name, size: 8 }).bytes[0] = 8
  const other = SharedMemory.attach(name)
  expect(other.bytes[0]).toBe(8)
  other.unlink()
  other.close()
})

test('a thousand rounds leave no mapping, no name and no note', () => {
  const name = freshName()
  const before = mappings()
  for (let i = 0; i < 1000; i++) {
    const one = SharedMemory.create({ name, size: 5000 })
    const two = SharedMemory.attach(name)
    two.bytes[4999] = 1
    two[Symbol.dispose]()
    one[Symbol.dispose]()
  }
  expect([isThere(name), notesOf(name), mappings()]).toEqual([false, [], before])
})

test('a handle is shown by its class', () => {
  const memory = make()
  expect([SharedMemory.name, inspect(memory)]).toEqual([
    'SharedMemory',
    `SharedMemory { name: '${memory.name}', size: 64 }`,
  ])
  memory[Symbol.dispose]()
})

test('there is no constructor', async () => {
  const error = await refusal(() =>
    Reflect.construct(SharedMemory, [{ size: 8 } satisfies SharedMemoryOptions]),
  )
  expect(error).toBeInstanceOf(ArgumentError)
  expect(error.message).toMatch('SharedMemory.create({ size }) or SharedMemory.attach(name)')
})
