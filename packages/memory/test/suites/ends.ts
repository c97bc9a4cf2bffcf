// Ends: who holds one, who gets it when two want it, and what ends with the last.
import { beforeAll, describe, expect, test } from 'vitest'
import {
  closeObject,
  CLOSED,
  CONSUMER,
  createSystem,
  DONE,
  dropTaken,
  dropUnwrapped,
  type EndHandle,
  endIfOver,
  type Handle,
  HAS_LINKS,
  holder,
  lend,
  makePipe,
  makeQueue,
  NAMES_END,
  NAMES_OBJECT,
  openRing,
  pagesUsed,
  PIPE_ENDS,
  placeEnded,
  PRODUCER,
  reapDead,
  reserve,
  type Ring,
  self,
  type Side,
  taken,
} from '../../dist/index.js'
import { D_ENDS, nameOf } from '../../dist/layout.js'
import { linked } from '../fixtures/channel.mjs'
import { kinds, startPlace, until } from '../fixtures/places.js'

const made = (): [Ring, Handle] => {
  const handle = makeQueue({ bytes: 1024, maxsize: 0 })
  return [openRing(handle).ring, handle]
}
const mine = (actor = 1): bigint => holder(self().name, actor)
const nobody = holder(nameOf(900, 5), 1)
const add = (ring: Ring, side: Side, by = mine()): EndHandle =>
  ring.withProducers(() => ring.ends.add(side, by))

/** Puts a message that carries an end of another ring. */
function sendEnd(carrier: Ring, ring: Ring, end: EndHandle): void {
  lend(ring.words)
  const link = { tag: NAMES_OBJECT | NAMES_END, a: ring.index, b: ring.generation }
  const bytes = linked([{ ...link, c: end.end, d: end.generation }])
  expect(carrier.putBytes(3, bytes, undefined, bytes.length, HAS_LINKS)).toBe(DONE)
}

export function endsSuite(mode: string): void {
  describe(`ends (${mode})`, () => {
    beforeAll(() => {
      createSystem(64 * 1024 ** 2)
    })

    test('an end is held by one, and only who holds it passes it on or closes it', () => {
      const [ring] = made()
      const end = add(ring, PRODUCER)
      expect(ring.ends.isHeld(end, mine())).toBe(true)
      expect(ring.ends.pass(end, mine(2), mine(3))).toBe(false)
      expect(ring.ends.close(end, mine(2))).toBe(false)
      expect(ring.ends.pass(end, mine(), mine(2))).toBe(true)
      expect(ring.ends.isHeld(end, mine())).toBe(false)
      expect(ring.ends.close(end, mine(2))).toBe(true)
      expect(ring.ends.close(end)).toBe(false)
      expect(ring.ends.isOpen(end.end)).toBe(false)
    })

    test('of a receiver and a closer the first wins', () => {
      const [ring] = made()
      const [one, two] = [add(ring, CONSUMER), add(ring, CONSUMER)]
      expect(ring.ends.take(one, mine(7))).toBe(true)
      expect(ring.ends.close(one, mine())).toBe(false)
      expect(ring.ends.close(two, mine())).toBe(true)
      expect(ring.ends.take(two, mine(7))).toBe(false)
      // Also of a dead holder: a late receiver takes it while nobody has closed it.
      const three = add(ring, CONSUMER, nobody)
      expect(ring.ends.take(three, mine(7))).toBe(true)
      const four = add(ring, CONSUMER, nobody)
      expect(ring.ends.standing(CONSUMER)).toEqual({ any: true, open: true })
      expect(ring.ends.take(four, mine(7))).toBe(false)
    })

    test('an old handle of an end says nothing about the end that came after it', () => {
      const [ring] = made()
      const old = add(ring, PRODUCER)
      ring.ends.close(old)
      const next = add(ring, PRODUCER)
      expect(next).toEqual({ end: old.end, generation: old.generation + 1 })
      expect([ring.ends.take(old, mine(2)), ring.ends.close(old)]).toEqual([false, false])
      expect([ring.ends.isHeld(old, mine()), ring.ends.isHeld(next, mine())]).toEqual([false, true])
      // The other side's closed ends are not its own.
      ring.ends.close(next)
      expect(add(ring, CONSUMER).end).toBe(1)
    })

    test('an end is retired before its generation begins again', () => {
      const [ring] = made()
      const seen = new Set<string>()
      for (let i = 0; i < 4096 + 10; i++) {
        const end = add(ring, PRODUCER)
        seen.add(`${end.end} ${end.generation}`)
        ring.ends.close(end)
      }
      expect(seen.size).toBe(4096 + 10)
      expect(ring.words[D_ENDS]).toBe(2)
    })

    test('2,000 ends are told apart, and their pages go with the object', () => {
      const pages = pagesUsed(self().arena)
      const [ring, handle] = made()
      const ends = Array.from({ length: 2000 }, (_, i) => add(ring, i % 2 ? PRODUCER : CONSUMER))
      expect(new Set(ends.map(({ end }) => end)).size).toBe(2000)
      for (const end of ends.slice(0, 1998)) expect(ring.ends.close(end, mine())).toBe(true)
      expect(endIfOver(ring)).toBe(false)
      expect(ring.ends.close(ends[1998]!)).toBe(true)
      expect(endIfOver(ring)).toBe(true)
      closeObject(handle)
      expect(pagesUsed(self().arena)).toBe(pages)
    })

    test('a ring without ends of a side does not end for the lack of them', () => {
      const [ring] = made()
      expect(endIfOver(ring)).toBe(false)
      const consumer = add(ring, CONSUMER)
      expect(endIfOver(ring)).toBe(false)
      ring.ends.close(consumer)
      expect(endIfOver(ring)).toBe(true)
      expect(ring.putInline(1, 1, 1)).toBe(CLOSED)
    })

    test('what was accepted before the last producer end closed is there', () => {
      const [ring] = made()
      const end = add(ring, PRODUCER)
      ring.putInline(1, 6, 0)
      ring.ends.close(end)
      expect(endIfOver(ring)).toBe(true)
      expect([ring.take(), taken.a, ring.take()]).toEqual([DONE, 6, CLOSED])
    })

    test('an end in a message that is dropped, or never taken, closes', () => {
      for (const drop of [true, false]) {
        const [ring] = made()
        const [carrier, carrierHandle] = made()
        sendEnd(carrier, ring, add(ring, PRODUCER))
        if (drop) {
          expect(carrier.take()).toBe(DONE)
          dropTaken(self())
        }
        closeObject(carrierHandle)
        expect(endIfOver(ring)).toBe(true)
      }
    })

    test('an end that names a place closes when that never comes', () => {
      const [ring] = made()
      const place = reserve()
      add(ring, PRODUCER, holder(place, 0))
      expect(endIfOver(ring)).toBe(false)
      placeEnded(place)
      expect(endIfOver(ring)).toBe(true)
    })

    test('a pipe of which one end is dead is closed both ways by the reaper', () => {
      const handle = makePipe({ bytes: 64, maxsize: 0 }, 1)
      const { ring, back } = openRing(handle)
      const place = reserve()
      expect(ring.ends.pass(PIPE_ENDS[1], mine(), holder(place, 0))).toBe(true)
      reapDead()
      expect([ring.isClosed, back!.isClosed]).toEqual([false, false])
      placeEnded(place)
      reapDead()
      expect([ring.isClosed, back!.isClosed]).toEqual([true, true])
      dropUnwrapped(handle)
    })

    describe.each(kinds())('of a %s', (kind) => {
      test('that is killed close, taken or not, though others hold the object', async () => {
        const [ring, handle] = made()
        const [carrier, carrierHandle] = made()
        const place = startPlace(kind, 'ends', 'takeOne', carrierHandle)
        expect(await place.line()).toBe('ready')
        const [first, second] = [add(ring, PRODUCER), add(ring, PRODUCER)]
        sendEnd(carrier, ring, first)
        // It is addressed to the place from encoding on, and never taken.
        ring.ends.pass(second, mine(), holder(place.name, 0))
        place.say('take')
        expect(await place.line()).toBe('taken')
        expect(ring.ends.isHeld(first, holder(place.name, 9))).toBe(true)
        expect(endIfOver(ring)).toBe(false)
        await place.kill()
        await until(() => ring.isClosed)
        expect(ring.take()).toBe(CLOSED)
        closeObject(handle)
        closeObject(carrierHandle)
      })
    })
  })
}
