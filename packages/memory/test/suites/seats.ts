// Seats: how many there are, who gets them next, and whose name is dead.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createSystem,
  expectProcess,
  isGone,
  makeQueue,
  openRing,
  placeEnded,
  reapDead,
  reserve,
  self,
} from '../../dist/index.js'
import {
  D_GETTERS,
  D_GETTERS_SUMMARY,
  epochOf,
  H_SEAT_CURSOR,
  H_VERSION,
  LAST_EPOCH,
  nameOf,
  S_EPOCH,
  S_STATE,
  SEAT_WORDS,
  SEATS,
  seatOf,
} from '../../dist/layout.js'
import { kinds, startPlace, until } from '../fixtures/places.js'

const seatWord = (seat: number, word: number): number => seat * SEAT_WORDS + word

/** Reserves `seat`, if it is free: its turn is now. */
function reserveSeat(seat: number): number {
  self().arena.header[H_SEAT_CURSOR] = seat
  return reserve()
}

export function seatsSuite(mode: string): void {
  describe(`seats (${mode})`, () => {
    beforeAll(() => {
      createSystem(64 * 1024 ** 2)
    })

    test('a name says its seat and its epoch, in 30 bits, and is never zero', () => {
      for (const seat of [0, 1, 31, 32, 511, SEATS - 1]) {
        for (const epoch of [1, 2, 1023, 65_536, LAST_EPOCH - 1, LAST_EPOCH]) {
          const name = nameOf(seat, epoch)
          expect([seatOf(name), epochOf(name)]).toEqual([seat, epoch])
          expect(name).toBeGreaterThan(0)
          expect(name).toBeLessThan(2 ** 30)
        }
      }
      expect(isGone(0)).toBe(true)
    })

    test('there are 1,023 seats; the next is refused, until one is given up', () => {
      const names = Array.from({ length: SEATS - 1 }, () => reserve())
      expect(new Set([...names, self().name].map(seatOf)).size).toBe(SEATS)
      for (let i = 0; i < 2; i++) {
        expect(() => reserve()).toThrow(
          expect.objectContaining({
            code: 'ERR_TROUPE_ARENA_FULL',
            message: expect.stringMatching(/^All 1023 seats .*start fewer actors/),
          }),
        )
      }
      expect(names.some((name) => isGone(name))).toBe(false)
      placeEnded(names[500]!)
      const next = reserve()
      expect(seatOf(next)).toBe(seatOf(names[500]!))
      expect(next).not.toBe(names[500])
      expect([isGone(names[500]!), isGone(next)]).toEqual([true, false])
      for (const name of names) placeEnded(name)
      placeEnded(next)
      expect(reapDead()).toBe(true)
      expect(reapDead()).toBe(false)
    })

    test.each(kinds())('the seat of a dead %s is taken anew, under another name', async (kind) => {
      const { words } = openRing(makeQueue({ bytes: 64, maxsize: 0 })).ring
      const place = startPlace(kind, 'rings', 'stay')
      expect(await place.line()).toBe('ready')
      const seat = seatOf(place.name)
      expect(isGone(place.name)).toBe(false)
      // What it would have left behind in a wait.
      words[D_GETTERS + (seat >>> 5)]! |= 1 << (seat & 31)
      words[D_GETTERS_SUMMARY] = 1 << (seat >>> 5)
      await place.kill()
      await until(() => isGone(place.name))
      const next = reserveSeat(seat)
      expect(seatOf(next)).toBe(seat)
      expect(epochOf(next)).toBeGreaterThan(epochOf(place.name))
      expect([isGone(place.name), isGone(next)]).toEqual([true, false])
      expect([words[D_GETTERS + (seat >>> 5)], words[D_GETTERS_SUMMARY]]).toEqual([0, 0])
      placeEnded(next)
    })

    test('a seat is retired before its epochs begin again', () => {
      const { seats } = self().arena
      const seat = seatOf(reserve())
      placeEnded(nameOf(seat, seats[seatWord(seat, S_EPOCH)]!))
      reapDead()
      seats[seatWord(seat, S_EPOCH)] = LAST_EPOCH - 2
      const names: number[] = []
      for (let i = 0; i < 4; i++) {
        const name = reserveSeat(seat)
        names.push(name)
        placeEnded(name)
      }
      expect(names.slice(0, 2)).toEqual([nameOf(seat, LAST_EPOCH - 1), nameOf(seat, LAST_EPOCH)])
      expect(names.slice(2).some((name) => seatOf(name) === seat)).toBe(false)
      expect(names.every((name) => isGone(name))).toBe(true)
      reapDead()
      expect(seatOf(reserveSeat(seat))).not.toBe(seat)
    })

    test('a reserved seat is dead when who reserved it is', async () => {
      const place = startPlace('thread', 'seats', 'reserveOne')
      const name = Number(await place.line())
      expect(isGone(name)).toBe(false)
      await place.kill()
      await until(() => isGone(name))
      reapDead()
      expect(self().arena.seats[seatWord(seatOf(name), S_STATE)]).toBe(0)
    })

    test('a seat that was given up refuses its place', async () => {
      const place = startPlace('thread', 'rings', 'stay')
      placeEnded(place.name)
      expect(await place.end).toMatch(/^The seat that was reserved for this place was given up/)
    })

    test('a thread joins once', async () => {
      const place = startPlace('thread', 'seats', 'joinTwice')
      expect(await place.line()).toBe('ERR_TROUPE_JOINED')
    })

    test.each(kinds())('a %s of another version does not join', async (kind) => {
      const { header } = self().arena
      const version = header[H_VERSION]!
      header[H_VERSION] = version + 1
      const place = startPlace(kind, 'seats', 'tellJoinError')
      expect(await place.line()).toMatch(
        /^ERR_TROUPE_CORRUPT .*are two versions of @troupe\/memory/,
      )
      header[H_VERSION] = version
    })

    test('a process that dies before it joins leaves its seat', async () => {
      if (kinds().length === 1) return // Without the addon there are no processes.
      const name = reserve()
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
      expectProcess(name, child.pid!)
      expect(isGone(name)).toBe(false)
      child.kill('SIGKILL')
      await once(child, 'exit')
      // Nobody tells but the watcher.
      await until(() => isGone(name))
      const next = reserveSeat(seatOf(name))
      expect(seatOf(next)).toBe(seatOf(name))
      expect([isGone(name), isGone(next)]).toEqual([true, false])
      placeEnded(next)
    })
  })
}
