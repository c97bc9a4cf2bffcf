// Buffers of their own: bytes that users see, and nothing besides.
import { fstatSync } from 'node:fs'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import {
  ArenaFullError,
  blankBuffer,
  countObjects,
  createSystem,
  dropUnwrapped,
  type Handle,
  makeBuffer,
  makeQueue,
  mapBuffer,
  openRing,
  pagesUsed,
  reapDead,
  self,
} from '../dist/index.js'
import { H_ALLOCATOR } from '../dist/layout.js'
import { sendHandle } from './fixtures/messages.js'
import { kinds, startPlace } from './fixtures/places.js'
import { start } from './fixtures/processes.js'

const MIB = 1024 ** 2
beforeAll(() => {
  createSystem(128 * MIB)
})

const use = (): [number, number] => [countObjects(self().arena), pagesUsed(self().arena)]
const bytesOf = (handle: Handle): Uint8Array => new Uint8Array(mapBuffer(handle))

describe('a buffer of its own', () => {
  test.each([0, 1, 100, 4095, 4096, 4097, 8192, 1_000_001])('of %i bytes has that many', (size) => {
    const before = use()
    const handle = makeBuffer(size)
    const buffer = mapBuffer(handle)
    expect(buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(buffer.byteLength).toBe(size)
    const bytes = new Uint8Array(buffer, 0, size)
    expect(bytes.every((byte) => byte === 0)).toBe(true)
    bytes.fill(7)
    expect(bytes.every((byte) => byte === 7)).toBe(true)
    blankBuffer(buffer)
    dropUnwrapped(handle)
    expect(use()).toEqual(before)
  })

  test('is zeroed while others may use the allocator', () => {
    const { header } = self().arena
    const owners: number[] = []
    const spy = vi.spyOn(Uint8Array.prototype, 'fill').mockImplementation(function (
      this: Uint8Array<ArrayBuffer>,
    ) {
      owners.push(Atomics.load(header, H_ALLOCATOR))
      return this
    })
    const handle = makeBuffer(5000)
    spy.mockRestore()
    dropUnwrapped(handle)
    expect(owners).toEqual([0])
  })

  test('is freed when its maker is killed while it zeroes', async () => {
    const before = use()
    const maker = startPlace('process', 'buffers', 'dieZeroing')
    expect(await maker.end).toBe('SIGKILL')
    reapDead()
    expect(use()).toEqual(before)
  })

  test('is not the arena', () => {
    const handle = makeBuffer(5000)
    const buffer = mapBuffer(handle)
    expect(buffer).not.toBe(self().arena.buffer)
    // It may grow to the end of its last page, and no further.
    expect(buffer.maxByteLength).toBe(8192)
    expect(() => buffer.grow(8193)).toThrow(RangeError)
    blankBuffer(buffer)
    dropUnwrapped(handle)
  })

  test('mapped twice is the same bytes, for Atomics too', () => {
    const handle = makeBuffer(4096)
    const [one, two] = [mapBuffer(handle), mapBuffer(handle)]
    expect(one).not.toBe(two)
    const [words, others] = [new Int32Array(one, 0, 1024), new Int32Array(two, 0, 1024)]
    words[1023] = 5
    expect(others[1023]).toBe(5)
    expect(Atomics.add(others, 1023, 1)).toBe(5)
    expect(Atomics.load(words, 1023)).toBe(6)
    blankBuffer(one)
    expect(others[1023]).toBe(6)
    blankBuffer(two)
    dropUnwrapped(handle)
  })

  test.each(kinds())('is the same bytes in a %s', async (kind) => {
    const handle = makeBuffer(10_000)
    const bytes = bytesOf(handle)
    bytes[9999] = 41
    const carrier = makeQueue({ bytes: 1024, maxsize: 0 })
    sendHandle(openRing(carrier).ring, handle)
    const place = startPlace(kind, 'buffers', 'increment', carrier, 9999)
    expect(await place.line()).toBe('42')
    expect(bytes[9999]).toBe(42)
    await place.end
    blankBuffer(bytes.buffer as unknown as SharedArrayBuffer)
    dropUnwrapped(handle)
  })

  test('that is blanked reads zeros, and writes to it reach nobody', () => {
    const handle = makeBuffer(4096)
    const [kept, blanked] = [bytesOf(handle), bytesOf(handle)]
    kept.fill(9)
    const buffer = blanked.buffer as unknown as SharedArrayBuffer
    blankBuffer(buffer)
    expect(blanked.every((byte) => byte === 0)).toBe(true)
    blanked.fill(1)
    expect(kept.every((byte) => byte === 9)).toBe(true)
    blankBuffer(buffer)
    expect(blanked[0]).toBe(1)
    dropUnwrapped(handle)
    // What comes there next is not what was there.
    const next = makeBuffer(4096)
    const fresh = bytesOf(next)
    expect(fresh.every((byte) => byte === 0)).toBe(true)
    dropUnwrapped(next)
  })

  test('beyond the quota is refused, and the message says who holds most', () => {
    const before = use()
    expect(() => makeBuffer(129 * MIB)).toThrow(ArenaFullError)
    const large = makeBuffer(100 * MIB)
    expect(() => makeBuffer(29 * MIB)).toThrow(
      expect.objectContaining({
        code: 'ERR_TROUPE_ARENA_FULL',
        message: expect.stringContaining(`object ${large.index} with ${100 * MIB}`),
      }),
    )
    dropUnwrapped(large)
    dropUnwrapped(makeBuffer(120 * MIB))
    expect(use()).toEqual(before)
  })

  test('gives its memory back to the machine, above a reserve', () => {
    const blocks = (): number => fstatSync(self().arena.fd).blocks * 512
    const handle = makeBuffer(120 * MIB)
    bytesOf(handle).fill(1)
    const before = blocks()
    dropUnwrapped(handle)
    expect(blocks()).toBeLessThan(before - 100 * MIB)
  })

  test('is mapped 16,384 times a process at most, threads together', {
    timeout: 180_000,
  }, async () => {
    const handle = makeBuffer(1)
    const carrier = makeQueue({ bytes: 1024, maxsize: 0 })
    const { ring } = openRing(carrier)
    sendHandle(ring, handle)
    const thread = startPlace('thread', 'buffers', 'mapMany', carrier, 10_000)
    expect(await thread.line()).toBe('10000')
    const kept: SharedArrayBuffer[] = []
    const full = (): void => {
      for (;;) kept.push(mapBuffer(handle))
    }
    expect(full).toThrow(
      expect.objectContaining({
        code: 'ERR_TROUPE_ARENA_FULL',
        message: expect.stringMatching(/^This process has 16384 shared buffers mapped/),
      }),
    )
    expect(kept.length).toBeLessThanOrEqual(6384)
    blankBuffer(kept.pop()!)
    kept.push(mapBuffer(handle))
    expect(full).toThrow(ArenaFullError)
    // Those of a thread go with it; another process has its own.
    await thread.kill()
    kept.push(mapBuffer(handle))
    sendHandle(ring, handle)
    const process = startPlace('process', 'buffers', 'mapMany', carrier, 100)
    expect(await process.line()).toBe('100')
    for (const buffer of kept) blankBuffer(buffer)
    dropUnwrapped(handle)
  })

  test('that the collector took counts no more', async () => {
    const child = start('collected.mjs', [], [])
    expect(await child.line()).toBe('mapped')
    expect(await child.end).toBe(0)
  })

  test('of an object of another kind is refused', () => {
    const queue = makeQueue({ bytes: 64, maxsize: 0 })
    expect(() => mapBuffer(queue)).toThrow(expect.objectContaining({ code: 'ERR_TROUPE_CORRUPT' }))
    const gone = makeBuffer(1)
    dropUnwrapped(gone)
    expect(() => mapBuffer(gone)).toThrow(
      expect.objectContaining({ code: 'ERR_TROUPE_FOREIGN_HANDLE' }),
    )
    dropUnwrapped(queue)
  })
})
