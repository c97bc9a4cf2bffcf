// Large messages whose putter or getter died: what was accepted arrives, what was not leaves nothing.
import { beforeAll, describe, expect, test } from 'vitest'
import {
  closeObject,
  createSystem,
  DONE,
  type Handle,
  makeQueue,
  openRing,
  pagesUsed,
  reapDead,
  type Ring,
  self,
  taken,
} from '../../dist/index.js'
import { D_HEAD, D_SEEN_HEAD, nameOf, P_OWNER, SLOT_A, SLOT_WORDS } from '../../dist/layout.js'
import { isWhole, pattern } from '../fixtures/channel.mjs'
import { slotsOf } from '../fixtures/ring-words.js'
import { kinds, startPlace, until } from '../fixtures/places.js'

const SIZE = 50_000
const NOBODY = nameOf(900, 5)

const made = (): [Ring, Handle] => {
  const handle = makeQueue({ bytes: 64, maxsize: 0 })
  return [openRing(handle).ring, handle]
}
const pages = (): number => pagesUsed(self().arena)
const put = (ring: Ring, number: number): void => {
  const bytes = pattern(1, number, SIZE)
  expect(ring.putBytes(2, bytes, undefined, SIZE)).toBe(DONE)
}
const isNext = (ring: Ring, number: number): boolean =>
  ring.take() === DONE &&
  taken.length === SIZE &&
  Buffer.compare(taken.bytes.subarray(0, SIZE), pattern(1, number, SIZE)) === 0

/** The page of the large message at `position`. */
const pageAt = (handle: Handle, position: number): number => {
  const slots = slotsOf(handle)
  return slots[((position * SLOT_WORDS) & (slots.length - 1)) + SLOT_A]!
}
/** From now on the run is of a thread that is dead. */
const orphan = (page: number): void => {
  self().arena.map[page * 2 + P_OWNER] = NOBODY
}

export function largeSuite(mode: string): void {
  describe(`large messages and death (${mode})`, () => {
    beforeAll(() => {
      createSystem(256 * 1024 ** 2)
    })

    test('a putter that died before the commit leaves nothing', () => {
      const [ring] = made()
      const before = pages()
      orphan(ring.prepare(new Uint8Array(SIZE)).page)
      expect(pages()).toBeGreaterThan(before)
      reapDead()
      expect(pages()).toBe(before)
    })

    test('a message whose putter died after the commit arrives', () => {
      const [ring, handle] = made()
      const before = pages()
      for (let i = 0; i < 5; i++) {
        put(ring, i)
        orphan(pageAt(handle, i))
        reapDead()
        expect(isNext(ring, i)).toBe(true)
        expect(pages()).toBe(before)
      }
    })

    test('a message whose getter died before the take arrives at the next', () => {
      const [ring, handle] = made()
      const before = pages()
      put(ring, 0)
      // It has the run, as the first step of a take; the position has not moved.
      orphan(pageAt(handle, 0))
      reapDead()
      reapDead()
      expect(isNext(ring, 0)).toBe(true)
      expect(pages()).toBe(before)
    })

    test('a getter that died after the take leaves nothing', () => {
      const [ring, handle] = made()
      const before = pages()
      put(ring, 0)
      orphan(pageAt(handle, 0))
      ring.words[D_HEAD] = 1
      reapDead()
      expect(pages()).toBe(before)
      // The same place in the ring, with another run: it is not taken for the old one.
      ring.words[D_SEEN_HEAD] = 1
      put(ring, 1)
      orphan(ring.prepare(new Uint8Array(SIZE)).page)
      reapDead()
      expect(isNext(ring, 1)).toBe(true)
      expect(pages()).toBe(before)
    })

    test('a message of a dead putter goes with its ring', () => {
      const before = pages()
      const [ring, handle] = made()
      put(ring, 0)
      orphan(pageAt(handle, 0))
      closeObject(handle)
      expect(pages()).toBe(before)
    })

    describe.each(kinds())('of a %s', (kind) => {
      test('that is killed while it puts: 8 times, each whole or not at all', {
        timeout: 180_000,
      }, async () => {
        const before = pages()
        for (let i = 0; i < 8; i++) {
          const [ring, handle] = made()
          const place = startPlace(kind, 'rings', 'putLarge', handle, 3_000_000)
          expect(await place.line()).toBe('ready')
          let seen = 0
          await until(() => {
            if (ring.take() === DONE) {
              expect(isWhole(taken.bytes, taken.length)).toBe(true)
              seen++
            }
            return seen > i % 3
          })
          await place.kill()
          while (ring.take() === DONE) expect(isWhole(taken.bytes, taken.length)).toBe(true)
          closeObject(handle)
          reapDead()
          expect(pages()).toBe(before)
        }
      })
    })
  })
}
