// Batches of a ring: one lock, one commit or take, for many messages.
import { beforeAll, describe, expect, test } from 'vitest'
import {
  Batch,
  closeObject,
  createSystem,
  DONE,
  FRESH,
  type Handle,
  makeQueue,
  openRing,
  type Ring,
  taken,
} from '../../dist/index.js'
import { pattern } from '../fixtures/channel.mjs'
import { random, travel } from '../fixtures/ring-words.js'

interface Message {
  readonly tag: number
  readonly a: number
  readonly b: number
  readonly bytes: Uint8Array | undefined
}

const made = (bytes: number, maxsize = 0): [Ring, Handle] => {
  const handle = makeQueue({ bytes, maxsize })
  return [openRing(handle).ring, handle]
}

const costOf = ({ bytes }: Message): number => 16 + (((bytes?.length ?? 0) + 3) & ~3)

function add(batch: Batch, message: Message): void {
  if (message.bytes) batch.addBytes(message.tag, message.bytes, message.bytes.length)
  else batch.addInline(message.tag, message.a, message.b)
}

function messageOf(batch: Batch, i: number): Message {
  const [tag, start, a, b] = batch.slots.subarray(i * 4, i * 4 + 4) as unknown as [
    number,
    number,
    number,
    number,
  ]
  if ((tag & ~0xff) === 0) return { tag, a, b, bytes: undefined }
  return { tag: tag & 0xff, a: 0, b: 0, bytes: batch.bytes.slice(start, start + a) }
}

const messageTaken = (isBytes: boolean): Message =>
  isBytes
    ? { tag: taken.tag, a: 0, b: 0, bytes: taken.bytes.slice(0, taken.length) }
    : { tag: taken.tag, a: taken.a, b: taken.b, bytes: undefined }

export function batchSuite(mode: string): void {
  describe(`batches of a ring (${mode})`, () => {
    beforeAll(() => {
      createSystem(256 * 1024 ** 2)
    })

    test('keep order and content among single messages (20,000 random steps)', () => {
      const next = random(77)
      const batch = new Batch()
      for (let run = 0; run < 40; run++) {
        const limit = [200, 1024, 5000, 70_000][next(4)]!
        const maxsize = [0, 3, 30, 300][next(4)]!
        const [ring, handle] = made(limit, maxsize)
        travel(handle, next(2 ** 31) * 2, next(2 ** 30) * 4)
        const most = Math.min(maxsize || Infinity, Math.floor(limit / 16))
        const items: Message[] = []
        let cost = 0
        let count = 0
        const fresh = (): Message => {
          count++
          if (next(2) === 0) return { tag: 5, a: count, b: ~count, bytes: undefined }
          const bytes = pattern(run, count, next(Math.min(limit - 20, 150)))
          return { tag: next(2) === 0 ? 2 : FRESH | 1, a: 0, b: 0, bytes }
        }
        const fits = (message: Message): boolean =>
          items.length === 0 || (items.length < most && cost + costOf(message) <= limit)
        const accept = (message: Message): void => {
          items.push(message)
          cost += costOf(message)
        }
        for (let step = 0; step < 500; step++) {
          if (next(2) === 0) {
            batch.clear()
            const messages = Array.from({ length: 1 + next(20) }, fresh)
            for (const message of messages) add(batch, message)
            const from = next(messages.length)
            let expected = 0
            for (const message of messages.slice(from)) {
              if (!fits(message)) break
              accept(message)
              expected++
            }
            expect(ring.putBatch(batch, from)).toBe(expected)
          } else if (next(4) === 0) {
            const first = items.shift()
            if (first) cost -= costOf(first)
            expect(ring.take() === DONE).toBe(first !== undefined)
            if (first) expect(messageTaken(first.bytes !== undefined)).toEqual(first)
          } else {
            const max = 1 + next(25)
            const expected = items.splice(0, max)
            for (const message of expected) cost -= costOf(message)
            expect(ring.takeBatch(batch, max)).toBe(expected.length)
            expect(Array.from({ length: batch.count }, (_, i) => messageOf(batch, i))).toEqual(
              expected,
            )
          }
          expect(ring.size).toBe(items.length)
        }
        closeObject(handle)
      }
    })

    test('leave a large message to be taken alone', () => {
      const [ring] = made(1024)
      const batch = new Batch()
      ring.putBytes(2, new Uint8Array(5000).fill(7), undefined, 5000)
      expect(ring.takeBatch(batch, 10)).toBe(0)
      expect(ring.take()).toBe(DONE)
      expect(taken.bytes.slice(0, taken.length)).toEqual(new Uint8Array(5000).fill(7))
      expect(ring.takeBatch(batch, 10)).toBe(0)
    })

    test('are refused whole after the close, and what was accepted is there', () => {
      const [ring] = made(4096)
      const batch = new Batch()
      for (let i = 0; i < 5; i++) batch.addInline(1, i, 0)
      expect(ring.putBatch(batch, 0)).toBe(5)
      ring.close()
      expect(ring.putBatch(batch, 0)).toBe(-1)
      expect(ring.takeBatch(batch, 100)).toBe(5)
      expect(ring.takeBatch(batch, 100)).toBe(0)
    })

    test('wait behind a putter that was promised the empty ring', () => {
      const [ring] = made(256)
      const batch = new Batch()
      batch.addInline(1, 1, 1)
      ring.putInline(1, 0, 0)
      const prepared = ring.prepare(new Uint8Array(1000).fill(3))
      expect(ring.putPrepared(2, prepared, 0)).not.toBe(DONE)
      expect(ring.take()).toBe(DONE)
      expect(ring.putPrepared(2, prepared, 0)).toBe(DONE)
      expect(ring.putBatch(batch, 0)).toBe(0)
      expect(ring.take()).toBe(DONE)
      expect(taken.bytes.slice(0, taken.length)).toEqual(new Uint8Array(1000).fill(3))
      expect(ring.putBatch(batch, 0)).toBe(1)
    })
  })
}
