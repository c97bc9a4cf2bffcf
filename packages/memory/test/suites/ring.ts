// The ring, in one thread: order, capacity, wrapping, large messages, links, the close.
import { beforeAll, describe, expect, test } from 'vitest'
import {
  AGAIN,
  Batch,
  CLOSED,
  closeObject,
  CONSUMER,
  countObjects,
  createSystem,
  DONE,
  dropTaken,
  dropUnwrapped,
  type Handle,
  HAS_LINKS,
  holder,
  lend,
  makeQueue,
  NAMES_END,
  NAMES_OBJECT,
  openRing,
  pagesUsed,
  PRODUCER,
  type Ring,
  self,
  taken,
  wordsOf,
} from '../../dist/index.js'
import { D_COUNT, D_NEXT, LAST_EPOCH, nameOf } from '../../dist/layout.js'
import { linked, pattern } from '../fixtures/channel.mjs'
import { random, travel } from '../fixtures/ring-words.js'

const made = (bytes: number, maxsize = 0): [Ring, Handle] => {
  const handle = makeQueue({ bytes, maxsize })
  return [openRing(handle).ring, handle]
}
const putBytes = (ring: Ring, bytes: Uint8Array, words = false): number =>
  ring.putBytes(2, bytes, words ? wordsOfBytes(bytes) : undefined, bytes.length)
const wordsOfBytes = (bytes: Uint8Array): Int32Array => {
  const padded = new Uint8Array((bytes.length + 3) & ~3)
  padded.set(bytes)
  return new Int32Array(padded.buffer)
}
const bytesTaken = (): Uint8Array => taken.bytes.slice(0, taken.length)

export function ringSuite(mode: string): void {
  describe(`a ring (${mode})`, () => {
    beforeAll(() => {
      createSystem(256 * 1024 ** 2)
    })

    test('gives what was put, in order, in every form', () => {
      const [ring] = made(4096)
      expect(ring.take()).toBe(AGAIN)
      for (let i = 0; i < 1000; i++) {
        expect(ring.putInline(7, i, ~i)).toBe(DONE)
        expect(putBytes(ring, pattern(1, i, i % 300), i % 2 === 0)).toBe(DONE)
        expect(ring.size).toBe(2)
        expect(ring.take()).toBe(DONE)
        expect([taken.tag, taken.a, taken.b, taken.length]).toEqual([7, i, ~i, 0])
        expect(ring.take()).toBe(DONE)
        expect(taken.tag).toBe(2)
        expect(Buffer.compare(bytesTaken(), pattern(1, i, i % 300))).toBe(0)
      }
      expect(ring.take()).toBe(AGAIN)
    })

    test('that was given up takes nothing of the next one in its place', () => {
      const [old, given] = made(4096)
      closeObject(given)
      let [next, handle] = made(4096)
      // Places are reused in rotation.
      while (handle.index !== given.index) {
        closeObject(handle)
        ;[next, handle] = made(4096)
      }
      next.putInline(7, 1, 2)
      expect(old.take()).toBe(CLOSED)
      expect(old.takeBatch(new Batch(), 9)).toBe(0)
      expect(old.putInline(7, 3, 4)).toBe(CLOSED)
      expect(next.size).toBe(1)
      expect(next.take()).toBe(DONE)
      expect([taken.a, taken.b]).toEqual([1, 2])
      closeObject(handle)
    })

    test.each([1, 2, 3, 7, 8, 100])('of maxsize %i takes that many items', (maxsize) => {
      const [ring] = made(1 << 16, maxsize)
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < maxsize; i++) {
          expect(ring.isFull()).toBe(false)
          expect(ring.putInline(1, i, 0)).toBe(DONE)
        }
        expect(ring.isFull()).toBe(true)
        expect(ring.putInline(1, -1, 0)).toBe(AGAIN)
        expect(putBytes(ring, new Uint8Array(1))).toBe(AGAIN)
        for (let i = 0; i < maxsize; i++) {
          expect(ring.take()).toBe(DONE)
          expect(taken.a).toBe(i)
        }
      }
    })

    test.each([64, 100, 128, 1000, 4096])(
      'of %i bytes takes 16 and the payload an item',
      (bytes) => {
        for (const length of [0, 1, 4, 5, 16, 33]) {
          const [ring, handle] = made(bytes)
          const cost = 16 + ((length + 3) & ~3)
          // Two slots are there at least; and what is larger than all may lie there alone.
          const most = Math.max(1, Math.floor(bytes / cost))
          let put = 0
          while (putBytes(ring, pattern(0, put, length)) === DONE) put++
          expect(put).toBe(most)
          expect(ring.isFull(length)).toBe(true)
          for (let i = 0; i < put; i++) {
            expect(ring.take()).toBe(DONE)
            expect(Buffer.compare(bytesTaken(), pattern(0, i, length))).toBe(0)
          }
          expect(ring.isFull(length)).toBe(false)
          closeObject(handle)
        }
      },
    )

    test('wraps its bytes at every offset', () => {
      const [ring] = made(128)
      let offset = 0
      const seen = new Set<string>()
      for (let round = 0; round < 64 * 10; round++) {
        for (const length of [1, 3, 4, 31, 60, 100, 112]) {
          const bytes = pattern(round, length, length)
          expect(putBytes(ring, bytes, round % 2 === 1)).toBe(DONE)
          expect(ring.take()).toBe(DONE)
          expect(Buffer.compare(bytesTaken(), bytes)).toBe(0)
          seen.add(`${offset} ${length}`)
          offset = (offset + ((length + 3) & ~3)) % 128
        }
        // So that each round begins elsewhere.
        putBytes(ring, new Uint8Array(8))
        ring.take()
        offset = (offset + 8) % 128
      }
      expect(seen.size).toBe(32 * 7)
    })

    const edges = [0, 2 ** 31 - 64, 2 ** 31, 2 ** 32 - 64, 2 ** 32 - 8]
    test.each(edges)('goes on when its positions pass %i', (position) => {
      for (const total of edges) {
        const handle = makeQueue({ bytes: 512, maxsize: 8 })
        travel(handle, position, total)
        const { ring } = openRing(handle)
        for (let round = 0; round < 40; round++) {
          let put = 0
          while (putBytes(ring, pattern(round, put, (round * 5 + put * 9) % 70)) === DONE) put++
          expect(put).toBeGreaterThan(3)
          expect(ring.size).toBe(put)
          for (let i = 0; i < put; i++) {
            expect(ring.take()).toBe(DONE)
            expect(Buffer.compare(bytesTaken(), pattern(round, i, (round * 5 + i * 9) % 70))).toBe(
              0,
            )
          }
          expect(ring.take()).toBe(AGAIN)
        }
        closeObject(handle)
      }
    })

    test('does what an array with a limit does (20,000 random steps)', () => {
      const next = random(20_251)
      for (let run = 0; run < 40; run++) {
        const bytes = [64, 100, 256, 1024, 5000][next(5)]!
        const maxsize = [0, 1, 2, 5, 30][next(5)]!
        const [ring, handle] = made(bytes, maxsize)
        travel(handle, next(2 ** 31) * 2, next(2 ** 30) * 4)
        const items: { form: string; bytes: Uint8Array }[] = []
        const most = maxsize || Math.floor(bytes / 16)
        let cost = 0
        const costOf = (length: number): number => 16 + ((length + 3) & ~3)
        for (let step = 0; step < 500; step++) {
          if (next(2) === 0) {
            const large = next(12) === 0
            const length = large ? bytes * 2 + next(9000) : next(Math.min(bytes, 200))
            const message = pattern(run, step, length)
            const fits =
              items.length === 0 ||
              (items.length < Math.min(most, bytes / 16) && cost + costOf(length) <= bytes)
            expect(putBytes(ring, message, next(2) === 0)).toBe(fits ? DONE : AGAIN)
            if (fits) {
              items.push({ form: large ? 'large' : 'small', bytes: message })
              cost += costOf(length)
            } else ring.leaveNext()
          } else {
            const first = items.shift()
            expect(ring.take()).toBe(first ? DONE : AGAIN)
            if (first) {
              expect(Buffer.compare(bytesTaken(), first.bytes)).toBe(0)
              cost -= costOf(first.bytes.length)
            }
          }
          expect(ring.size).toBe(items.length)
        }
        closeObject(handle)
      }
    })

    test('gives what it accepted after the close, and accepts no more', () => {
      const [ring] = made(4096)
      for (let i = 0; i < 5; i++) ring.putInline(1, i, 0)
      ring.close()
      expect(ring.isClosed).toBe(true)
      expect(ring.putInline(1, 9, 0)).toBe(CLOSED)
      expect(putBytes(ring, new Uint8Array(10))).toBe(CLOSED)
      expect(putBytes(ring, new Uint8Array(10_000))).toBe(CLOSED)
      for (let i = 0; i < 5; i++) {
        expect(ring.take()).toBe(DONE)
        expect(taken.a).toBe(i)
      }
      expect(ring.take()).toBe(CLOSED)
      expect(ring.take()).toBe(CLOSED)
    })

    test('that everybody gave up is closed for who still looks at it', () => {
      const [ring, handle] = made(4096)
      ring.putInline(1, 1, 1)
      closeObject(handle)
      expect(ring.putInline(1, 1, 1)).toBe(CLOSED)
      expect(ring.take()).toBe(CLOSED)
      expect(() => wordsOf(self().arena, handle)).toThrow(
        expect.objectContaining({ code: 'ERR_TROUPE_FOREIGN_HANDLE' }),
      )
    })

    largeTests()
    linkTests()
  })
}

function largeTests(): void {
  test('carries a large message alone, and small ones before and after it', () => {
    const [ring] = made(1024)
    const pages = pagesUsed(self().arena)
    const large = pattern(3, 3, 1_000_000)
    ring.putInline(1, 1, 0)
    expect(putBytes(ring, large)).toBe(AGAIN)
    ring.take()
    expect(putBytes(ring, large)).toBe(DONE)
    expect(ring.size).toBe(1)
    expect(ring.isFull()).toBe(true)
    expect(ring.putInline(1, 2, 0)).toBe(AGAIN)
    expect(ring.take()).toBe(DONE)
    expect(taken.length).toBe(large.length)
    expect(Buffer.compare(bytesTaken(), large)).toBe(0)
    expect(ring.putInline(1, 2, 0)).toBe(DONE)
    expect(ring.take()).toBe(DONE)
    expect(taken.a).toBe(2)
    expect(pagesUsed(self().arena)).toBe(pages)
  })

  test('promises itself to a message that needs all of it, until that is given up', () => {
    const [ring, handle] = made(1024)
    const words = wordsOf(self().arena, handle)
    ring.putInline(1, 1, 0)
    expect(words[D_NEXT]).toBe(0)
    expect(putBytes(ring, new Uint8Array(5000))).toBe(AGAIN)
    expect(words[D_NEXT]).toBe(self().name)
    ring.leaveNext()
    expect(words[D_NEXT]).toBe(0)
    expect(putBytes(ring, new Uint8Array(1020))).toBe(AGAIN)
    expect(words[D_NEXT]).toBe(self().name)
    ring.leaveNext()
    expect(words[D_NEXT]).toBe(0)
  })

  test('promises nothing to who only asks whether it is full', () => {
    const [ring, handle] = made(1024)
    ring.putInline(1, 1, 0)
    expect(ring.isFull(5000)).toBe(true)
    expect(ring.isFull(1020)).toBe(true)
    expect(wordsOf(self().arena, handle)[D_NEXT]).toBe(0)
  })

  test('that was promised to a thread that is dead is free for others', () => {
    const [ring, handle] = made(1024)
    // A seat that nobody took; and one whose epoch moved on.
    for (const name of [nameOf(900, 5), nameOf(self().seat, LAST_EPOCH)]) {
      wordsOf(self().arena, handle)[D_NEXT] = name
      expect(ring.putInline(1, 1, 0)).toBe(DONE)
      expect(wordsOf(self().arena, handle)[D_NEXT]).toBe(0)
    }
  })

  test('frees the large message that it still holds when everybody gives it up', () => {
    const pages = pagesUsed(self().arena)
    const [ring, handle] = made(1024)
    expect(putBytes(ring, new Uint8Array(3_000_000))).toBe(DONE)
    closeObject(handle)
    expect(pagesUsed(self().arena)).toBe(pages)
  })
}

function linkTests(): void {
  const objectLink = (handle: Handle) => ({
    tag: NAMES_OBJECT,
    a: handle.index,
    b: handle.generation,
  })
  const send = (ring: Ring, bytes: Uint8Array): number =>
    ring.putBytes(3, bytes, undefined, bytes.length, HAS_LINKS)
  const countOf = (handle: Handle): number => wordsOf(self().arena, handle)[D_COUNT]!

  test('moves a handle with its message: the count is raised before, the receiver holds after', () => {
    const [ring] = made(4096)
    const gift = makeQueue({ bytes: 64, maxsize: 1 })
    lend(wordsOf(self().arena, gift))
    expect(countOf(gift)).toBe(2)
    expect(send(ring, linked([objectLink(gift)], 'text'))).toBe(DONE)
    expect(ring.take()).toBe(DONE)
    expect(taken.links).toEqual([{ ...objectLink(gift), c: 0, d: 0 }])
    // This thread held it already, so the message's count went back.
    expect(countOf(gift)).toBe(1)
    dropUnwrapped(gift)
    expect(() => wordsOf(self().arena, gift)).toThrow()
  })

  test.each(['small', 'large'])('gives back what a %s message carries that is dropped', (form) => {
    const objects = countObjects(self().arena)
    const [ring, handle] = made(1024)
    const gift = makeQueue({ bytes: 64, maxsize: 1 })
    const text = form === 'large' ? 'x'.repeat(20_000) : 'x'
    lend(wordsOf(self().arena, gift))
    send(ring, linked([objectLink(gift)], text))
    dropUnwrapped(gift)
    expect(countOf(gift)).toBe(1)
    expect(ring.take()).toBe(DONE)
    dropTaken(self())
    expect(() => wordsOf(self().arena, gift)).toThrow()
    closeObject(handle)
    expect(countObjects(self().arena)).toBe(objects)
  })

  test('frees what lies in messages that nobody took, to any depth', () => {
    const objects = countObjects(self().arena)
    const pages = pagesUsed(self().arena)
    // A chain: each queue lies in a message in the one before.
    let inner: Handle | undefined
    for (let depth = 0; depth < 5; depth++) {
      const [ring, handle] = made(1024)
      if (inner) {
        lend(wordsOf(self().arena, inner))
        expect(send(ring, linked([objectLink(inner)]))).toBe(DONE)
        closeObject(inner)
      }
      inner = handle
    }
    closeObject(inner!)
    expect(countObjects(self().arena)).toBe(objects)
    expect(pagesUsed(self().arena)).toBe(pages)
  })

  test('moves an end to the actor that takes the message', () => {
    const [ring] = made(1024)
    const [other, handle] = made(1024)
    const mine = holder(self().name, 1)
    const end = other.withProducers(() => other.ends.add(PRODUCER, mine))
    const link = {
      ...objectLink(handle),
      tag: NAMES_OBJECT | NAMES_END,
      c: end.end,
      d: end.generation,
    }
    lend(other.words)
    send(ring, linked([link]))
    expect(other.ends.isHeld(end, mine)).toBe(true)
    expect(ring.take(5)).toBe(DONE)
    expect(other.ends.isHeld(end, mine)).toBe(false)
    expect(other.ends.isHeld(end, holder(self().name, 5))).toBe(true)
    expect(other.ends.standing(PRODUCER)).toEqual({ any: true, open: true })
    expect(other.ends.standing(CONSUMER)).toEqual({ any: false, open: false })
  })

  test('closes the ends of a message that is dropped', () => {
    const [ring, handle] = made(1024)
    const [other, otherHandle] = made(1024)
    const mine = holder(self().name, 1)
    const end = other.withProducers(() => other.ends.add(PRODUCER, mine))
    const link = {
      ...objectLink(otherHandle),
      tag: NAMES_OBJECT | NAMES_END,
      c: end.end,
      d: end.generation,
    }
    lend(other.words)
    send(ring, linked([link]))
    closeObject(handle)
    expect(other.ends.standing(PRODUCER)).toEqual({ any: true, open: false })
    expect(countOf(otherHandle)).toBe(1)
  })

  test('leaves an end closed that was closed while its message was under way', () => {
    const [ring] = made(1024)
    const [other, handle] = made(1024)
    const end = other.withProducers(() => other.ends.add(PRODUCER, holder(self().name, 1)))
    const link = {
      ...objectLink(handle),
      tag: NAMES_OBJECT | NAMES_END,
      c: end.end,
      d: end.generation,
    }
    lend(other.words)
    send(ring, linked([link]))
    expect(other.ends.close(end)).toBe(true)
    ring.take(5)
    expect(other.ends.standing(PRODUCER).open).toBe(false)
  })
}
