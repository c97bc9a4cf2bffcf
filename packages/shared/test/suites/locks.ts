// Locks: one holder, in any mix of places, and what becomes of them when a holder dies.
import { type PlaceKind } from '@troupe/runtime'
import { afterEach, describe, expect, test } from 'vitest'
import { DeadlockError, Lock, NotHeldError, RLock, Value } from '../../dist/index.js'
import type { Mode } from './mode.js'
import { endsIn, LOCK, type Outcome, Party, startAll, whenWaiting } from './party.js'

type AnyLock = Lock | RLock

const kinds: [string, () => AnyLock, number][] = [
  ['Lock', () => new Lock(), LOCK],
  ['fair Lock', () => new Lock({ fair: true }), LOCK],
  ['RLock', () => new RLock(), LOCK],
  ['fair RLock', () => new RLock({ fair: true }), LOCK],
  ['lock of a Value', () => new Value('int32').getLock(), 6],
]
const taken = (ownerDied: boolean): Outcome => ({ value: { ownerDied } })

export function lockSuite(mode: Mode): void {
  describe.each(kinds)(`a %s ${mode.name}`, (_kind, make, type) => {
    let lock: AnyLock
    let parties: Party[] = []
    const start = async (place: PlaceKind): Promise<Party> => {
      const party = await Party.start(place, lock)
      parties.push(party)
      return party
    }
    afterEach(async () => {
      await Promise.all(parties.map((party) => party.kill()))
      parties = []
    })

    test('is free at first, and says who holds it', async () => {
      lock = make()
      expect([lock.locked, lock.isHeld, lock.holder]).toEqual([false, false, undefined])
      const guard = await lock.acquire()
      expect([lock.locked, lock.isHeld]).toEqual([true, true])
      expect(lock.holder).toEqual({ pid: process.pid, isMine: true })
      expect([guard.isHeld, guard.ownerDied]).toEqual([true, false])
      guard.release()
      expect([lock.locked, lock.isHeld, lock.holder]).toEqual([false, false, undefined])
      expect(guard.isHeld).toBe(false)
    })

    test.each(['acquire', 'tryAcquire', 'acquireSync'] as const)(
      'that %s gave is released by the guard, by its dispose, and by the lock, once',
      async (form) => {
        lock = make()
        for (const how of ['guard', 'dispose', 'lock']) {
          const guard = (await lock[form]())!
          if (how === 'guard') guard.release()
          else if (how === 'dispose') guard[Symbol.dispose]()
          else lock.release()
          expect(lock.locked).toBe(false)
          const other = await lock.acquire()
          // The old guard is nobody's any more.
          guard.release()
          guard[Symbol.dispose]()
          expect([lock.locked, other.isHeld]).toEqual([true, true])
          other.release()
        }
        expect(() => lock.release()).toThrow(NotHeldError)
      },
    )

    test('with and withSync hold it while they work, and release it however that ends', async () => {
      lock = make()
      expect(await lock.with(({ isHeld }) => [isHeld, lock.locked])).toEqual([true, true])
      expect(lock.withSync(({ isHeld }) => [isHeld, lock.locked])).toEqual([true, true])
      expect(lock.locked).toBe(false)
      const late = lock.with(async (guard) => {
        await new Promise((resolve) => setImmediate(resolve))
        return [guard.isHeld, lock.locked]
      })
      expect(await late).toEqual([true, true])
      const error = new Error('work failed')
      await expect(lock.with(() => Promise.reject(error))).rejects.toBe(error)
      expect(() =>
        lock.withSync(() => {
          throw error
        }),
      ).toThrow(error)
      expect(lock.locked).toBe(false)
    })

    test('with ends well when its work released the guard itself', async () => {
      lock = make()
      await lock.with((guard) => guard.release())
      lock.withSync((guard) => guard.release())
      expect(lock.locked).toBe(false)
    })

    test.each(mode.places)('is held by one at a time, also by an actor in: %s', async (place) => {
      lock = make()
      const other = await start(place)
      expect(await other.do('acquire')).toEqual(taken(false))
      expect(lock.tryAcquire()).toBeUndefined()
      expect([lock.locked, lock.isHeld, lock.holder?.isMine]).toEqual([true, false, false])
      expect(lock.holder!.pid === process.pid).toBe(place !== 'process')
      expect(() => lock.release()).toThrow(NotHeldError)
      const acquired = lock.acquire()
      await whenWaiting(type)
      await other.do('release')
      const guard = await acquired
      expect(guard.ownerDied).toBe(false)
      expect(await other.do('tryAcquire')).toEqual({ value: undefined })
      const theirs = other.do('acquire')
      await whenWaiting(type)
      guard.release()
      expect(await theirs).toEqual(taken(false))
    })

    test.each(mode.apart)('is handed over to who blocks for it, in: %s', async (place) => {
      lock = make()
      const other = await start(place)
      for (let round = 0; round < 20; round++) {
        const guard = lock.acquireSync()
        const theirs = other.do('acquireSync')
        if (round % 2 === 0) await whenWaiting(type)
        guard.release()
        expect(await theirs).toEqual(taken(false))
        const released = other.do('release')
        lock.acquireSync().release()
        await released
      }
    })

    test.each(endsIn(mode.places))(
      'whose holder %s, is had by the next, who is told, once',
      async (_how, place, end) => {
        lock = make()
        const victim = await start(place)
        expect(await victim.do('acquire')).toEqual(taken(false))
        // One waits when it dies.
        const acquired = lock.acquire()
        await whenWaiting(type)
        await end(victim)
        const guard = await acquired
        expect(guard.ownerDied).toBe(true)
        guard.release()
        expect((await lock.acquire()).ownerDied).toBe(false)
        lock.release()
        // Nobody waits when it dies.
        const next = await start(place)
        await next.do('acquire')
        await end(next)
        expect([lock.locked, lock.holder]).toEqual([false, undefined])
        expect(lock.tryAcquire()!.ownerDied).toBe(true)
        lock.release()
        expect(lock.tryAcquire()!.ownerDied).toBe(false)
        lock.release()
      },
    )

    test.each(mode.apart)('whose holder is killed is had by who blocks, in: %s', async (place) => {
      lock = make()
      const victim = await start(place)
      const others = [await start('thread'), await start(mode.apart.at(-1)!)]
      await victim.do('acquireSync')
      const acquired = others.map(async (other) => {
        const outcome = await other.do('acquireSync')
        await other.do('release')
        return outcome
      })
      await whenWaiting(type, 2)
      await victim.kill()
      const died = (await Promise.all(acquired)).map(
        (outcome) => (outcome as { value: { ownerDied: boolean } }).value.ownerDied,
      )
      expect(died.filter(Boolean)).toHaveLength(1)
    })

    test.each(mode.places)(
      'that an actor released before it died says nothing, in: %s',
      async (place) => {
        lock = make()
        const victim = await start(place)
        await victim.do('acquire')
        await victim.do('release')
        await victim.kill()
        expect(lock.acquireSync().ownerDied).toBe(false)
        lock.release()
      },
    )

    test.each(mode.apart)('passes by a waiter that died, in: %s', async (place) => {
      lock = make()
      const guard = lock.acquireSync()
      const victims = [await start(place), await start(place)]
      victims[0]!.tell('acquire')
      victims[1]!.tell('acquireSync')
      await whenWaiting(type, 2)
      await Promise.all(victims.map((victim) => victim.kill()))
      const other = await start(place)
      const theirs = other.do('acquire')
      await whenWaiting(type)
      guard.release()
      expect(await theirs).toEqual(taken(false))
    })

    test('keeps four actors, here and elsewhere, out of each other', async () => {
      lock = make()
      const counter = new Value('int32', 0, { lock: false })
      const rounds = 200
      const others = await startAll(mode.apart.concat(mode.apart), { lock, counter })
      parties.push(...others)
      const all = await Promise.all(
        others.map((other, i) => other.do(i % 2 ? 'countSync' : 'count', rounds)),
      )
      for (const outcome of all) expect(outcome).toEqual({ value: rounds })
      expect(counter.value).toBe(others.length * rounds)
      expect(lock.locked).toBe(false)
    })

    test('is one object for one actor, however often it came', async () => {
      lock = make()
      const other = await start('here')
      const thread = await start('thread')
      for (const party of [other, thread]) {
        expect(await party.do('isSame', lock, { deep: [lock] })).toEqual({ value: true })
      }
    })
  })

  describe(`a Lock ${mode.name}`, () => {
    test('is not had twice by one actor: a wait waits for itself, a block throws', async () => {
      const lock = new Lock()
      const guard = lock.acquireSync()
      expect(lock.tryAcquire()).toBeUndefined()
      expect(() => lock.acquireSync({ timeout: 1 })).toThrow(DeadlockError)
      const again = lock.acquire()
      await whenWaiting(LOCK)
      guard.release()
      expect((await again).isHeld).toBe(true)
    })

    test('that another actor of the thread holds is not blocked for', async () => {
      const lock = new Lock()
      const other = await Party.start('here', lock)
      await other.do('acquire')
      expect(() => lock.acquireSync()).toThrow(DeadlockError)
      await other.do('release')
      lock.acquireSync().release()
      await other.end()
    })
  })

  describe(`a fair Lock ${mode.name}`, () => {
    test('is had in the order in which they came', async () => {
      const lock = new Lock({ fair: true })
      const order = new Value('int32', 0)
      const guard = lock.acquireSync()
      const others = await startAll([...mode.apart, ...mode.apart], { lock, counter: order })
      const places: Promise<Outcome>[] = []
      for (const other of others) {
        places.push(other.do(places.length % 2 ? 'takeNumberSync' : 'takeNumber'))
        await whenWaiting(LOCK, places.length)
      }
      // Who runs does not pass those who wait.
      guard.release()
      expect(lock.tryAcquire()).toBeUndefined()
      const mine = lock.acquire()
      expect(await Promise.all(places)).toEqual(others.map((_other, i) => ({ value: i })))
      ;(await mine).release()
      expect(order.value).toBe(others.length)
      await Promise.all(others.map((other) => other.end()))
    })

    test('is had by the next when the first who waits is killed', async () => {
      for (const place of mode.apart) {
        const lock = new Lock({ fair: true })
        const guard = lock.acquireSync()
        const [victim, other] = [await Party.start(place, lock), await Party.start(place, lock)]
        victim.tell('acquire')
        await whenWaiting(LOCK)
        const theirs = other.do('acquire')
        await whenWaiting(LOCK, 2)
        await victim.kill()
        guard.release()
        expect(await theirs).toEqual(taken(false))
        await other.end()
      }
    })
  })

  describe(`an RLock ${mode.name}`, () => {
    test('is had again by its holder in every form, and free when all is released', async () => {
      const lock = new RLock()
      const other = await Party.start(mode.apart.at(-1)!, lock)
      const guards = [await lock.acquire(), lock.tryAcquire()!, lock.acquireSync()]
      expect(guards.map(({ isHeld }) => isHeld)).toEqual([true, true, true])
      expect(await lock.with(() => lock.withSync(() => 'inside'))).toBe('inside')
      // In another order than they came.
      for (const guard of [guards[1]!, guards[0]!]) {
        guard.release()
        expect(await other.do('tryAcquire')).toEqual({ value: undefined })
      }
      lock.release()
      expect(guards[2]!.isHeld).toBe(false)
      expect(await other.do('tryAcquire')).toEqual(taken(false))
      expect(() => lock.release()).toThrow(NotHeldError)
      await other.end()
    })

    test('is an actor’s, not a thread’s', async () => {
      const lock = new RLock()
      const other = await Party.start('here', lock)
      lock.acquireSync()
      expect(await other.do('tryAcquire')).toEqual({ value: undefined })
      expect(await other.do('isHeld')).toEqual({ value: false })
      const theirs = other.do('acquire')
      lock.release()
      expect(await theirs).toEqual(taken(false))
      expect(lock.tryAcquire()).toBeUndefined()
      await other.end()
    })

    test('that its holder had many times is had by the next when that one dies', async () => {
      for (const place of mode.places) {
        const lock = new RLock()
        const victim = await Party.start(place, lock)
        for (const form of ['acquire', 'acquireSync', 'tryAcquire']) {
          expect(await victim.do(form)).toEqual(taken(false))
        }
        await victim.kill()
        expect((await lock.acquire()).ownerDied).toBe(true)
      }
    })
  })
}
