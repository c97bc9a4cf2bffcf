// Objects: who holds them, when they go, and that nothing of them stays.
import { fstatSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  ArenaFullError,
  closeObject,
  countObjects,
  countWrappers,
  createSystem,
  DONE,
  dropUnwrapped,
  type Handle,
  holds,
  makeBuffer,
  makePipe,
  makeQueue,
  openRing,
  pagesUsed,
  reapDead,
  self,
  wordsOf,
} from '../../dist/index.js'
import {
  D_COUNT,
  D_STATE,
  H_DESCRIPTOR_HIGH,
  H_PAGE_HIGH,
  nameOf,
  seatOf,
} from '../../dist/layout.js'
import { sendHandle } from '../fixtures/messages.js'
import { type Kind, kinds, startPlace, until } from '../fixtures/places.js'

const MIB = 1024 ** 2
const QUOTA = 320 * MIB

/** What is in use: objects, pages. */
const use = (): [number, number] => [countObjects(self().arena), pagesUsed(self().arena)]
const queue = (bytes = 1024): Handle => makeQueue({ bytes, maxsize: 0 })
const gone = expect.objectContaining({ code: 'ERR_TROUPE_FOREIGN_HANDLE' })
const countOf = (handle: Handle): number => wordsOf(self().arena, handle)[D_COUNT]!

/** Makes until the arena is full; gives all that it made. */
function fill(make: () => Handle): [Handle[], ArenaFullError] {
  const made: Handle[] = []
  for (;;) {
    try {
      made.push(make())
    } catch (error) {
      expect(error).toBeInstanceOf(ArenaFullError)
      return [made, error as ArenaFullError]
    }
  }
}

export function objectsSuite(mode: string): void {
  describe(`objects (${mode})`, () => {
    beforeAll(() => {
      createSystem(QUOTA)
    })

    test.each<[string, () => Handle]>([
      ['a queue', () => queue()],
      ['a queue with rows', () => makeQueue({ bytes: 64, maxsize: 1, rows: true })],
      ['a pipe', () => makePipe({ bytes: 4096, maxsize: 0 }, 1)],
      ['a buffer', () => makeBuffer(10_000)],
    ])('%s that is given up leaves nothing', (_what, make) => {
      const before = use()
      const handle = make()
      expect(use()[0]).toBeGreaterThan(before[0])
      expect(use()[1]).toBeGreaterThan(before[1])
      dropUnwrapped(handle)
      expect(use()).toEqual(before)
      expect(() => wordsOf(self().arena, handle)).toThrow(gone)
      dropUnwrapped(handle)
      expect(use()).toEqual(before)
    })

    test('an object opened twice is one view, and goes with the last to close it', () => {
      const before = use()
      const handle = queue()
      const first = openRing(handle)
      expect(openRing(handle).ring).toBe(first.ring)
      const wrappers = countWrappers()
      closeObject(handle)
      expect(countWrappers()).toBe(wrappers - 1)
      expect(first.ring.putInline(1, 1, 1)).toBe(DONE)
      expect(countOf(handle)).toBe(1)
      closeObject(handle)
      expect(use()).toEqual(before)
      // One time too many harms nobody.
      const other = queue()
      expect(other.index).not.toBe(handle.index)
      closeObject(handle)
      expect(countOf(other)).toBe(1)
      dropUnwrapped(other)
    })

    test('an old handle names nothing, though its place is taken again', () => {
      const old = queue()
      dropUnwrapped(old)
      let next = queue()
      while (next.index !== old.index) {
        dropUnwrapped(next)
        next = queue()
      }
      expect(next.generation).toBe(old.generation + 1)
      expect(() => openRing(old)).toThrow(gone)
      dropUnwrapped(old)
      expect(countOf(next)).toBe(1)
      dropUnwrapped(next)
    })

    test('places in the table are reused in rotation', () => {
      const seen = new Set<number>()
      for (let i = 0; i < 32; i++) {
        const handle = queue(64)
        seen.add(handle.index)
        dropUnwrapped(handle)
      }
      expect(seen.size).toBe(32)
    })

    test('20,000 objects one after the other take no more room than one', () => {
      const { arena } = self()
      const makers = [() => queue(64), () => makePipe({ bytes: 64, maxsize: 0 }, 1), () => queue()]
      const once = (): void => {
        for (const make of makers) dropUnwrapped(make())
      }
      for (let i = 0; i < 100; i++) once()
      const before = use()
      const high = [arena.header[H_DESCRIPTOR_HIGH], arena.header[H_PAGE_HIGH]]
      for (let i = 0; i < 20_000 / makers.length; i++) once()
      expect(use()).toEqual(before)
      expect([arena.header[H_DESCRIPTOR_HIGH], arena.header[H_PAGE_HIGH]]).toEqual(high)
    })

    test('queues in queues are freed to any depth', () => {
      const before = use()
      let outer = queue(64)
      for (let depth = 0; depth < 5000; depth++) {
        const next = queue(64)
        sendHandle(openRing(next).ring, outer)
        dropUnwrapped(outer)
        closeObject(outer)
        outer = next
      }
      expect(use()[0]).toBe(before[0] + 5001)
      closeObject(outer)
      expect(use()).toEqual(before)
    })

    fullTests()
    holderTests()
  })
}

function fullTests(): void {
  test('a full arena says who holds most; what is given up can be used again', () => {
    const before = use()
    const large = queue(32 * MIB)
    const [made, error] = fill(() => queue(8 * MIB))
    expect(error.message).toMatch(/^No room for \d+ bytes: \d+ of \d+ are used\. Dispose of queues/)
    expect(error.message).toContain(`the largest holders: object ${large.index} with `)
    // The last to be made is the largest of what fits now.
    dropUnwrapped(made.pop()!)
    made.push(queue(8 * MIB))
    expect(() => queue(8 * MIB)).toThrow(ArenaFullError)
    for (const handle of [large, ...made]) dropUnwrapped(handle)
    expect(use()).toEqual(before)
    dropUnwrapped(queue(64 * MIB))
  })

  test('a message that finds no room leaves its queue and the arena as they were', () => {
    const [made] = fill(() => queue(8 * MIB))
    const [small] = fill(() => queue(64))
    const { ring } = openRing(small[0]!)
    const before = use()
    expect(() => ring.putBytes(2, new Uint8Array(9 * MIB), undefined, 9 * MIB)).toThrow(
      ArenaFullError,
    )
    expect(use()).toEqual(before)
    expect([ring.size, ring.putInline(1, 1, 1), ring.size]).toEqual([0, DONE, 1])
    closeObject(small[0]!)
    for (const handle of [...made, ...small]) dropUnwrapped(handle)
  })

  test('a table without a free place says so', { timeout: 120_000 }, () => {
    const before = use()
    const [made, error] = fill(() => makeBuffer(1))
    expect(error.message).toMatch(/^All 65536 objects of this system are in use; dispose of queues/)
    expect(made.length + before[0]).toBe(65_536)
    dropUnwrapped(made.pop()!)
    made.push(makeBuffer(1))
    for (const handle of made) dropUnwrapped(handle)
    expect(use()).toEqual(before)
  })

  test('freed pages above a reserve go back to the machine', () => {
    const { fd } = self().arena
    if (fd < 0) return // An ordinary buffer keeps its pages.
    const blocks = (): number => fstatSync(fd).blocks * 512
    const [made] = fill(() => queue(8 * MIB))
    const before = blocks()
    expect(before).toBeGreaterThan(300 * MIB)
    for (const handle of made) dropUnwrapped(handle)
    // 64 MiB are kept for reuse; a step of the allocation is 4 MiB.
    expect(blocks()).toBeLessThan(before - (300 - 64 - 20) * MIB)
  })
}

function holderTests(): void {
  /** A place that holds an object which this thread gave up. */
  async function held(kind: Kind, action: string): Promise<ReturnType<typeof startPlace>> {
    const carrier = queue()
    const gift = queue()
    const { ring } = openRing(carrier)
    const place = startPlace(kind, 'holders', action, carrier)
    expect(await place.line()).toBe('joined')
    sendHandle(ring, gift)
    expect(countOf(gift)).toBe(2)
    dropUnwrapped(gift)
    expect(countOf(gift)).toBe(1)
    place.say('take')
    expect(await place.line()).toBe('holds')
    expect(countOf(gift)).toBe(1)
    expect(holds(wordsOf(self().arena, gift), seatOf(place.name))).toBe(true)
    closeObject(carrier)
    return place
  }

  describe.each(kinds())('of a %s', (kind) => {
    test.each(['end', 'exit', 'fail', 'reject', 'leave'])(
      'what it holds goes when it does, by: %s',
      async (way) => {
        const before = use()
        const place = await held(kind, 'holdUntilTold')
        expect(use()[0]).toBe(before[0] + 1)
        place.say(way)
        await place.end
        await until(() => use()[0] === before[0])
        expect(use()).toEqual(before)
      },
    )

    test('what it holds goes when it is killed, 8 times', async () => {
      const before = use()
      for (let i = 0; i < 8; i++) {
        const place = await held(kind, 'holdUntilTold')
        await place.kill()
        await until(() => use()[0] === before[0])
      }
      expect(use()).toEqual(before)
    })

    test('an object lives while one of two holders does', async () => {
      const before = use()
      const gift = queue()
      const carriers = [queue(), queue()]
      const places = carriers.map((one) => startPlace(kind, 'holders', 'holdUntilTold', one))
      for (const [i, place] of places.entries()) {
        expect(await place.line()).toBe('joined')
        sendHandle(openRing(carriers[i]!).ring, gift)
        place.say('take')
        expect(await place.line()).toBe('holds')
        closeObject(carriers[i]!)
      }
      expect(countOf(gift)).toBe(3)
      dropUnwrapped(gift)
      await places[0]!.kill()
      await until(() => countOf(gift) === 1)
      await places[1]!.kill()
      await until(() => use()[0] === before[0])
      expect(use()).toEqual(before)
    })

    test('a handle in a message keeps its object when the sender dies', async () => {
      const before = use()
      const carrier = queue()
      const { ring } = openRing(carrier)
      const place = startPlace(kind, 'holders', 'sendOwn', carrier)
      expect(await place.line()).toBe('sent')
      await place.kill()
      reapDead()
      expect(use()[0]).toBe(before[0] + 2)
      closeObject(carrier)
      expect(ring.size).toBe(0)
      await until(() => use()[0] === before[0])
      expect(use()).toEqual(before)
    })
  })

  test('what a dead thread was making, or freeing, is freed', () => {
    const before = use()
    const inner = queue()
    const handle = queue()
    sendHandle(openRing(handle).ring, inner)
    dropUnwrapped(inner)
    // Of a seat that nobody ever took.
    wordsOf(self().arena, handle)[D_STATE] = nameOf(900, 7)
    reapDead()
    expect(use()).toEqual(before)
    closeObject(handle)
  })
}
