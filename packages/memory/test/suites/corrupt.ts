// Words of the arena that somebody broke: what is thrown is an error of ours; nothing crashes, nothing hangs.
import { once } from 'node:events'
import { beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import {
  closeObject,
  CorruptError,
  countObjects,
  createSystem,
  DONE,
  dropUnwrapped,
  type Handle,
  holder,
  isGone,
  makePipe,
  makeQueue,
  openRing,
  PRODUCER,
  placeEnded,
  reapDead,
  reserve,
  type Ring,
  self,
  taken,
  wordsOf,
} from '../../dist/index.js'
import {
  D_CONSUMERS,
  D_ENDS,
  D_KIND,
  D_LOCKERS_SUMMARY,
  D_NEXT,
  D_PEER,
  D_PRODUCERS,
  D_RUN,
  D_TAIL,
  H_DESCRIPTOR_HIGH,
  LAST_EPOCH,
  nameOf,
  RESERVED,
  S_DIRTY,
  S_EPOCH,
  S_PID,
  S_RESERVER,
  S_STATE,
  SEAT_WORDS,
  seatOf,
} from '../../dist/layout.js'
import { cleanSeats } from '../../dist/seats.js'
import { kinds, startPlace, until } from '../fixtures/places.js'
import { start } from '../fixtures/processes.js'

const SEED = Number(process.env['TROUPE_SEED'] ?? 20_251)
const CASES = Number(process.env['TROUPE_CASES'] ?? 10_000)

const made = (bytes = 1024): [Ring, Handle] => {
  const handle = makeQueue({ bytes, maxsize: 0 })
  return [openRing(handle).ring, handle]
}

export function corruptSuite(mode: string): void {
  describe(`broken words (${mode})`, () => {
    beforeAll(() => {
      createSystem(64 * 1024 ** 2)
    })

    test(`${CASES} cases of words broken by chance (seed ${SEED}) end in typed errors`, {
      timeout: 300_000,
    }, async () => {
      const child = start('corrupt.mjs', [String(SEED), '0', String(CASES)], [])
      let last = ''
      onTestFailed(() => console.error(`seed ${SEED}, ${last}`))
      for (;;) {
        // A crash ends the lines.
        const line = await child.line()
        if (line.startsWith('{')) {
          const { outcomes, failures } = JSON.parse(line)
          expect(failures).toEqual([])
          expect(outcomes.ERR_TROUPE_CORRUPT).toBeGreaterThan(CASES / 20)
          break
        }
        last = line
      }
      expect(await child.end).toBe(0)
    })

    lockTests()
    handleTests()
    reaperTests()
  })
}

function lockTests(): void {
  const nobody = (): [string, number][] => [
    ['of a seat that was never taken', nameOf(1000, 3)],
    ['of this seat in another epoch', nameOf(self().seat, LAST_EPOCH)],
    ['of no seat', 5 << 10],
    ['with every bit', -1],
    ['of nobody, with waiters', 0x8000_0000 | 0],
    ['that is a mark', 0x4000_0000],
  ]

  test('a lock in a name of nobody is taken over', () => {
    for (const [what, name] of nobody()) {
      const [ring] = made()
      ring.words[D_PRODUCERS] = name
      expect(ring.putInline(1, 2, 3), what).toBe(DONE)
      ring.words[D_CONSUMERS] = name
      expect(ring.take(), what).toBe(DONE)
      expect([taken.a, taken.b]).toEqual([2, 3])
      ring.words[D_PRODUCERS] = name
      expect(ring.isFull(), what).toBe(false)
      ring.words[D_NEXT] = name
      expect(ring.putInline(1, 2, 3), what).toBe(DONE)
      ring.words[D_PRODUCERS] = name
      ring.close()
      expect([ring.words[D_PRODUCERS], ring.words[D_CONSUMERS], ring.words[D_NEXT]]).toEqual([
        0, 0, 0,
      ])
    }
  })

  test('a lock in a name of this seat is taken over, whatever the seat says of itself', () => {
    const [ring] = made()
    const { seats } = self().arena
    const at = self().seat * SEAT_WORDS + S_EPOCH
    const epoch = seats[at]!
    ring.words[D_PRODUCERS] = nameOf(self().seat, epoch + 1)
    seats[at] = epoch + 1
    try {
      expect(ring.putInline(1, 2, 3)).toBe(DONE)
    } finally {
      seats[at] = epoch
    }
  })

  // A living name cannot be told from an owner at work: whoever wants the lock waits for that thread's end.
  test.each(kinds())('a lock in the name of a %s that lives is free when it ends', async (kind) => {
    const [ring, handle] = made()
    const named = startPlace(kind, 'rings', 'stay')
    expect(await named.line()).toBe('ready')
    ring.words[D_PRODUCERS] = named.name
    const putter = startPlace(kind, 'rings', 'put', handle)
    expect(await putter.line()).toBe('ready')
    await until(() => Atomics.load(ring.words, D_LOCKERS_SUMMARY) !== 0)
    await named.kill()
    expect(await putter.line()).toBe(String(DONE))
    expect(ring.take()).toBe(DONE)
    expect([taken.a, taken.b]).toEqual([7, 8])
    expect(ring.words[D_PRODUCERS]).toBe(0)
  })
}

function handleTests(): void {
  const odd = (handle: Handle): Handle[] => [
    { index: -1, generation: 0 },
    { index: 60_000, generation: 0 },
    { index: 2 ** 31, generation: 0 },
    { index: Number.NaN, generation: 0 },
    { index: 0.5, generation: 0 },
    { ...handle, generation: handle.generation + 1 },
    { ...handle, generation: -1 },
  ]

  test('a handle of nothing is refused where it is opened, and ignored where it is given up', () => {
    const [ring, handle] = made()
    for (const wrong of odd(handle)) {
      expect(() => openRing(wrong)).toThrow(
        expect.objectContaining({ code: 'ERR_TROUPE_FOREIGN_HANDLE' }),
      )
      expect(() => wordsOf(self().arena, wrong)).toThrow(/names nothing in this system/)
      dropUnwrapped(wrong)
      closeObject(wrong)
    }
    // Least of all does a stale handle give up the object that came after it.
    expect(ring.putInline(1, 2, 3)).toBe(DONE)
    expect(ring.words[D_TAIL]).toBe(1)
  })

  test('ends that lie in no page, or are too many, are corrupt', () => {
    const [ring] = made()
    const add = () => ring.withProducers(() => ring.ends.add(PRODUCER, holder(self().name, 1)))
    add()
    const run = ring.words[D_RUN]!
    for (const page of [0, -1, 2 ** 31 - 1, self().arena.shape.pages]) {
      ring.words[D_RUN] = page
      expect(() => ring.ends.standing(PRODUCER)).toThrow(CorruptError)
      expect(add).toThrow(CorruptError)
      expect(() => ring.ends.isOpen(0)).toThrow(CorruptError)
    }
    ring.words[D_RUN] = run
    for (const count of [-1, 2 ** 31 - 1, 2 ** 20 + 1]) {
      ring.words[D_ENDS] = count
      expect(() => ring.ends.standing(PRODUCER)).toThrow(CorruptError)
    }
    // As many as there may be, in a chain that ends after a page.
    ring.words[D_ENDS] = 2 ** 20
    expect(() => ring.ends.standing(PRODUCER)).toThrow(CorruptError)
    expect(ring.words[D_PRODUCERS]).toBe(0)
    ring.words[D_ENDS] = 1
    expect(ring.ends.standing(PRODUCER)).toEqual({ any: true, open: true })
  })

  test('a pipe whose other half is nowhere is corrupt, and is freed all the same', () => {
    const objects = countObjects(self().arena)
    const handle = makePipe({ bytes: 64, maxsize: 0 }, 1)
    const words = wordsOf(self().arena, handle)
    words[D_PEER] = 70_000
    expect(() => openRing(handle)).toThrow(CorruptError)
    dropUnwrapped(handle)
    // What nobody names any more stays.
    expect(countObjects(self().arena)).toBe(objects + 1)
  })
}

function reaperTests(): void {
  test('a corrupt object does not keep the reaper from the others', () => {
    const [broken, brokenHandle] = made()
    const [whole] = made()
    const place = reserve()
    const end = holder(place, 0)
    for (const ring of [broken, whole]) ring.withProducers(() => ring.ends.add(PRODUCER, end))
    broken.words[D_ENDS] = -5
    placeEnded(place)
    reapDead()
    expect(whole.isClosed).toBe(true)
    expect(isGone(place)).toBe(true)
    broken.words[D_ENDS] = 1
    broken.words[D_TAIL] = 1_000_000
    expect(() => broken.take()).toThrow(CorruptError)
    expect(() => broken.putInline(1, 1, 1)).toThrow(CorruptError)
    const objects = countObjects(self().arena)
    closeObject(brokenHandle)
    expect(countObjects(self().arena)).toBe(objects - 1)
  })

  test('a reaper that fails leaves no seat that seems alive', () => {
    const { header, substrate } = self().arena
    const place = reserve()
    placeEnded(place)
    const high = header[H_DESCRIPTOR_HIGH]!
    header[H_DESCRIPTOR_HIGH] = -1
    expect(() => reapDead()).toThrow(CorruptError)
    header[H_DESCRIPTOR_HIGH] = high
    expect(substrate.lifeHeld(seatOf(place))).toBe(false)
    reapDead()
    expect(isGone(place)).toBe(true)
  })

  test('a seat that cannot be cleaned keeps no other from it', () => {
    const { arena } = self()
    const places = [reserve(), reserve(), reserve()]
    for (const place of places) placeEnded(place)
    const failing = (_seat: number, name: number): void => {
      if (name === places[1]) throw new RangeError('on purpose')
    }
    expect(() => cleanSeats(arena, failing)).toThrow('on purpose')
    const dirty = places.map((place) => arena.seats[seatOf(place) * SEAT_WORDS + S_DIRTY])
    expect(dirty).toEqual([0, 1, 0])
    reapDead()
    expect(arena.seats[seatOf(places[1]!) * SEAT_WORDS + S_DIRTY]).toBe(0)
  })

  test('what the reaper meets after a death is a warning, and ends no thread', async () => {
    const { header } = self().arena
    const place = reserve()
    const high = header[H_DESCRIPTOR_HIGH]!
    header[H_DESCRIPTOR_HIGH] = -1
    try {
      const warned = once(process, 'warning')
      placeEnded(place)
      const [warning] = (await warned) as [Error & { code: string }]
      expect([warning.name, warning.code]).toEqual(['TroupeWarning', 'ERR_TROUPE_CORRUPT'])
    } finally {
      header[H_DESCRIPTOR_HIGH] = high
    }
    reapDead()
    expect(self().arena.seats[seatOf(place) * SEAT_WORDS + S_DIRTY]).toBe(0)
  })

  test('seats that are reserved by each other are dead', () => {
    const { seats } = self().arena
    const [one, two] = [reserve(), reserve()]
    for (const [mine, other] of [
      [one, two],
      [two, one],
    ] as const) {
      const base = seatOf(mine) * SEAT_WORDS
      seats[base + S_RESERVER] = other
      expect([seats[base + S_STATE], seats[base + S_PID]]).toEqual([RESERVED, 0])
    }
    expect([isGone(one), isGone(two)]).toEqual([true, true])
    reapDead()
  })

  test('an object of no known kind is freed', () => {
    const objects = countObjects(self().arena)
    const [ring, handle] = made()
    ring.putInline(1, 1, 1)
    ring.words[D_KIND] = 99
    closeObject(handle)
    expect(countObjects(self().arena)).toBe(objects)
  })
}
