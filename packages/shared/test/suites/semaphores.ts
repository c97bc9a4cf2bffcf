// Semaphores: permits are counted, in any mix of places, and those of the dead are back.
import { afterEach, describe, expect, test } from 'vitest'
import type { PlaceKind } from '@troupe/runtime'
import { BoundedSemaphore, NotHeldError, Semaphore } from '../../dist/index.js'
import type { Mode } from './mode.js'
import { endsIn, Party, SEMAPHORE, startAll, whenWaiting } from './party.js'

const kinds: [string, (value?: number) => Semaphore][] = [
  ['Semaphore', (value) => new Semaphore(value)],
  ['fair Semaphore', (value) => new Semaphore(value, { fair: true })],
  ['BoundedSemaphore', (value) => new BoundedSemaphore(value)],
  ['fair BoundedSemaphore', (value) => new BoundedSemaphore(value, { fair: true })],
]
const taken = { value: { ownerDied: false } }

export function semaphoreSuite(mode: Mode): void {
  describe.each(kinds)(`a %s ${mode.name}`, (kind, make) => {
    let semaphore: Semaphore
    let parties: Party[] = []
    const start = async (place: PlaceKind): Promise<Party> => {
      const party = await Party.start(place, semaphore)
      parties.push(party)
      return party
    }
    afterEach(async () => {
      await Promise.all(parties.map((party) => party.kill()))
      parties = []
    })

    test('has one permit unless said otherwise, and may have none', () => {
      expect(make().value).toBe(1)
      expect(make(0).value).toBe(0)
      expect(make(0).tryAcquire()).toBeUndefined()
      expect(make(2 ** 31 - 1).value).toBe(2 ** 31 - 1)
    })

    test('gives as many as it has, in every form, and each comes back once', async () => {
      semaphore = make(3)
      const guards = [
        await semaphore.acquire(),
        semaphore.tryAcquire()!,
        semaphore.acquireSync({ timeout: 5 }),
      ]
      expect(semaphore.value).toBe(0)
      expect(semaphore.tryAcquire()).toBeUndefined()
      guards[1]!.release()
      guards[1]!.release()
      guards[1]![Symbol.dispose]()
      expect(semaphore.value).toBe(1)
      guards[0]![Symbol.dispose]()
      expect(semaphore.value).toBe(2)
      semaphore.release()
      expect(guards.map(({ isHeld }) => isHeld)).toEqual([false, false, false])
      expect(semaphore.value).toBe(3)
    })

    test('with and withSync hold a permit while they work, and release it however that ends', async () => {
      semaphore = make(2)
      expect(await semaphore.with(() => semaphore.withSync(() => semaphore.value))).toBe(0)
      const error = new Error('work failed')
      await expect(semaphore.with(() => Promise.reject(error))).rejects.toBe(error)
      expect(() =>
        semaphore.withSync(() => {
          throw error
        }),
      ).toThrow(error)
      expect(semaphore.value).toBe(2)
    })

    test.each(mode.places)('counts what actors hold, in: %s', async (place) => {
      semaphore = make(2)
      const [one, two] = [await start(place), await start(place)]
      for (const party of [one, two]) expect(await party.do('acquire')).toEqual(taken)
      expect(semaphore.value).toBe(0)
      expect(semaphore.tryAcquire()).toBeUndefined()
      const acquired = semaphore.acquire()
      await whenWaiting(SEMAPHORE)
      await one.do('release')
      const guard = await acquired
      expect(await one.do('tryAcquire')).toEqual({ value: undefined })
      const theirs = one.do('acquire')
      await whenWaiting(SEMAPHORE)
      guard.release()
      expect(await theirs).toEqual(taken)
    })

    test.each(mode.apart)('wakes who blocks for a permit, in: %s', async (place) => {
      semaphore = make(1)
      const other = await start(place)
      for (let round = 0; round < 20; round++) {
        const guard = semaphore.acquireSync()
        const theirs = other.do('acquireSync')
        if (round % 2 === 0) await whenWaiting(SEMAPHORE)
        guard.release()
        expect(await theirs).toEqual(taken)
        const released = other.do('release')
        semaphore.acquireSync().release()
        await released
      }
      expect(semaphore.value).toBe(1)
    })

    test.each(endsIn(mode.places))(
      'has the permits back of an actor that %s',
      async (_how, place, end) => {
        semaphore = make(3)
        const victim = await start(place)
        for (const form of ['acquire', 'acquireSync', 'tryAcquire']) {
          expect(await victim.do(form)).toEqual(taken)
        }
        await victim.do('release')
        // All of them wait, but one permit that is free.
        const free = semaphore.acquireSync()
        const acquired = [semaphore.acquire(), semaphore.acquire()]
        await whenWaiting(SEMAPHORE)
        await end(victim)
        for (const guard of await Promise.all(acquired)) guard.release()
        free.release()
        expect(semaphore.value).toBe(3)
        // Nobody waits.
        const next = await start(place)
        await next.do('acquire')
        expect(semaphore.value).toBe(2)
        await end(next)
        expect(semaphore.value).toBe(3)
      },
    )

    test.each(mode.apart)(
      'has the permits of a killed one for who blocks, in: %s',
      async (place) => {
        semaphore = make(2)
        const [victim, one, two] = [await start(place), await start(place), await start(place)]
        await victim.do('acquire')
        await victim.do('acquire')
        const theirs = [one.do('acquireSync'), two.do('acquireSync')]
        await whenWaiting(SEMAPHORE, 2)
        await victim.kill()
        expect(await Promise.all(theirs)).toEqual([taken, taken])
        expect(semaphore.value).toBe(0)
      },
    )

    test.each(mode.apart)('passes by waiters that died, in: %s', async (place) => {
      semaphore = make(1)
      const guard = semaphore.acquireSync()
      const victims = [await start(place), await start(place)]
      victims[0]!.tell('acquire')
      victims[1]!.tell('acquireSync')
      await whenWaiting(SEMAPHORE, 2)
      await Promise.all(victims.map((victim) => victim.kill()))
      const other = await start(place)
      const theirs = other.do('acquire')
      await whenWaiting(SEMAPHORE)
      guard.release()
      expect(await theirs).toEqual(taken)
    })

    test('of two lets never more than two in', async () => {
      semaphore = make(2)
      const inside = new Semaphore(2)
      const others = await startAll([...mode.apart, ...mode.apart, 'thread'], {
        lock: semaphore,
        inside,
      })
      parties.push(...others)
      const all = await Promise.all(
        others.map((other, i) => other.do(i % 2 ? 'enterSync' : 'enter', 100)),
      )
      // Each found a place inside whenever it was let in.
      expect(all).toEqual(others.map(() => ({ value: 100 })))
      expect([semaphore.value, inside.value]).toEqual([2, 2])
    })

    test('is one object for one actor, however often it came', async () => {
      semaphore = make()
      for (const place of mode.places) {
        const party = await start(place)
        expect(await party.do('isSame', semaphore, { deep: [semaphore] })).toEqual({ value: true })
      }
    })

    // Anybody may add a permit to one that is not bounded.
    const refused = kind.includes('Bounded') ? 'ERR_TROUPE_DEADLOCK' : 'ERR_TROUPE_TIMEOUT'

    test('whose permits this thread holds all is not blocked for, if it is bounded', () => {
      semaphore = make(2)
      semaphore.acquireSync()
      semaphore.acquireSync()
      const acquire = (): unknown => semaphore.acquireSync({ timeout: 1 })
      expect(acquire).toThrow(expect.objectContaining({ code: refused }))
      semaphore.release()
      semaphore.acquireSync().release()
    })
  })

  describe(`a Semaphore ${mode.name}`, () => {
    test.each(mode.places)('grows by a release of who holds nothing, in: %s', async (place) => {
      const semaphore = new Semaphore(0)
      const other = await Party.start(place, semaphore)
      const acquired = semaphore.acquire()
      await whenWaiting(SEMAPHORE)
      await other.do('release')
      expect((await acquired).isHeld).toBe(true)
      await other.do('release')
      expect(semaphore.value).toBe(1)
      // What it added stays when it dies.
      await other.kill()
      expect(semaphore.value).toBe(1)
    })
  })

  describe(`a BoundedSemaphore ${mode.name}`, () => {
    test('is never released by who holds nothing', async () => {
      const semaphore = new BoundedSemaphore(1)
      expect(() => semaphore.release()).toThrow(NotHeldError)
      const other = await Party.start(mode.apart.at(-1)!, semaphore)
      await other.do('acquire')
      expect(() => semaphore.release()).toThrow(NotHeldError)
      expect(semaphore.value).toBe(0)
      await other.do('release')
      expect(await other.do('release')).toEqual({ ended: 'ERR_TROUPE_NOT_HELD' })
      expect(semaphore.value).toBe(1)
      await other.end()
    })
  })

  describe(`a fair Semaphore ${mode.name}`, () => {
    test('is had in the order in which they came', async () => {
      const semaphore = new Semaphore(1, { fair: true })
      const guard = semaphore.acquireSync()
      const others = await startAll([...mode.apart, ...mode.apart], semaphore)
      const came: Promise<number>[] = []
      let count = 0
      for (const other of others) {
        const theirs = other.do(came.length % 2 ? 'acquireSync' : 'acquire')
        came.push(theirs.then(() => count++))
        await whenWaiting(SEMAPHORE, came.length)
      }
      // Who runs does not pass those who wait.
      guard.release()
      expect(semaphore.tryAcquire()).toBeUndefined()
      for (const [i, other] of others.entries()) {
        expect(await came[i]).toBe(i)
        expect(count).toBe(i + 1)
        await other.do('release')
      }
      expect(semaphore.value).toBe(1)
      await Promise.all(others.map((other) => other.end()))
    })
  })
}
