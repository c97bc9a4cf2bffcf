// Barriers across threads, processes and actors here; and who never waits lets the event loop turn.
import { countObjects, self } from '@troupe/memory'
import { spawn } from '@troupe/runtime'
import { describe, expect, test } from 'vitest'
import { Barrier, BrokenBarrierError, Event, Lock, Semaphore, Value } from '../../dist/index.js'
import { leavesAWait, locks, meets, meetsAndStays } from '../fixtures/barriers.mjs'
import type { Mode } from './mode.js'

export function meetingSuite(mode: Mode): void {
  describe.each(mode.places)(`parties in: %s, ${mode.name}`, (place) => {
    // An actor here that blocks would block the others.
    test.each(place === 'here' ? (['wait'] as const) : (['wait', 'waitSync'] as const))(
      'meet again and again, each round together: %s',
      async (form) => {
        const barrier = new Barrier(3)
        const rounds = new Value('int32', 0)
        const parties = [1, 2, 3].map(() =>
          spawn(meets, [barrier, rounds, form, 200], { in: place }),
        )
        const places = await Promise.all(parties.map(({ result }) => result))
        expect(rounds.value).toBe(600)
        // In each round every place was somebody's.
        expect(places.flat().reduce((sum, one) => sum + one)).toBe(200 * (0 + 1 + 2))
      },
    )

    test('are told when one is killed, who wait and who come; after a reset they meet', async () => {
      const barrier = new Barrier(3)
      const victim = spawn(meetsAndStays, [barrier], { in: place })
      victim.result.catch(() => {})
      const mine = barrier.wait()
      while (barrier.nWaiting < 2) await new Promise((resolve) => setImmediate(resolve))
      victim.kill()
      await expect(mine).rejects.toBeInstanceOf(BrokenBarrierError)
      await victim.join()
      await expect(barrier.wait()).rejects.toBeInstanceOf(BrokenBarrierError)
      expect(barrier.broken).toBe(true)
      barrier.reset()
      expect(barrier.broken).toBe(false)
      const others = [1, 2].map(() =>
        spawn(meets, [barrier, new Value('int32', 0), 'wait', 1], { in: place }),
      )
      await barrier.wait()
      for (const one of others) expect(await one.result).toHaveLength(1)
    })

    test('that ended as they should break nothing', async () => {
      const barrier = new Barrier(2)
      const other = spawn(meets, [barrier, new Value('int32', 0), 'wait', 1], { in: place })
      await barrier.wait()
      await other.result
      await other.join()
      expect(barrier.broken).toBe(false)
    })
  })

  test('a wait that times out breaks the barrier for the others', async () => {
    const barrier = new Barrier(3)
    const other = barrier.wait()
    await expect(barrier.wait({ timeout: 1 })).rejects.toMatchObject({ code: 'ERR_TROUPE_TIMEOUT' })
    await expect(other).rejects.toBeInstanceOf(BrokenBarrierError)
  })

  test('an action runs once a round, before anybody goes on; one that throws breaks the barrier', async () => {
    let runs = 0
    const barrier = new Barrier(2, {
      action: () => {
        if (++runs === 2) throw new Error('on purpose')
      },
    })
    expect((await Promise.all([barrier.wait(), barrier.wait()])).toSorted((a, b) => a - b)).toEqual(
      [0, 1],
    )
    expect(runs).toBe(1)
    const first = barrier.wait()
    await expect(barrier.wait()).rejects.toThrow('on purpose')
    await expect(first).rejects.toBeInstanceOf(BrokenBarrierError)
  })

  test('one that is reset or broken while its action runs lets nobody pass, nor anybody alone in the next round', async () => {
    let next: Promise<number> | undefined
    const reset = new Barrier(2, {
      action: () => {
        reset.reset()
        next = reset.wait({ timeout: 20 })
      },
    })
    const both = await Promise.allSettled([reset.wait(), reset.wait()])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(next).rejects.toMatchObject({ code: 'ERR_TROUPE_TIMEOUT' })

    const aborted = new Barrier(2, { action: () => aborted.abort() })
    for (const { status } of await Promise.allSettled([aborted.wait(), aborted.wait()])) {
      expect(status).toBe('rejected')
    }
  })

  test('a party learns how its round ended, however many rounds came after it', async () => {
    const barrier = new Barrier(2)
    const slow = Array.from({ length: 200 }, () => {
      const wait = barrier.wait()
      barrier.waitSync()
      return wait
    })
    const other = expect(barrier.wait()).rejects.toThrow('it was reset')
    barrier.reset()
    expect(await Promise.all(slow)).toEqual(slow.map(() => 0))
    await other
    // So many resets that they are forgotten pass nobody.
    const last = expect(barrier.wait()).rejects.toThrow('it was reset')
    barrier.reset()
    const others = Array.from({ length: 100 }, () => {
      const wait = barrier.wait()
      wait.catch(() => {})
      barrier.reset()
      return wait
    })
    await last
    for (const wait of others) await expect(wait).rejects.toThrow('it was reset')
  })

  test('its timeout is that of all parties', async () => {
    const barrier = new Barrier(3, { timeout: 20 })
    const other = spawn(meets, [barrier, new Value('int32'), 'wait', 1], { in: 'here' })
    await expect(other.result).rejects.toMatchObject({ code: 'ERR_TROUPE_TIMEOUT' })
    barrier.reset()
    await expect(barrier.wait({ timeout: undefined })).rejects.toMatchObject({
      code: 'ERR_TROUPE_TIMEOUT',
    })
  })

  test('a party whose time is up when all came has passed', async () => {
    const barrier = new Barrier(2, {
      // The timer of the other is due before it is rung.
      action: () => {
        const end = performance.now() + 5
        while (performance.now() < end);
      },
    })
    const first = barrier.wait({ timeout: 1 })
    expect(barrier.waitSync()).toBe(1)
    expect(await first).toBe(0)
    expect(barrier.broken).toBe(false)
  })

  test('reset and abort end the waits', async () => {
    const barrier = new Barrier(2)
    const first = barrier.wait()
    barrier.reset()
    await expect(first).rejects.toThrow('it was reset')
    const second = barrier.wait()
    barrier.abort()
    await expect(second).rejects.toBeInstanceOf(BrokenBarrierError)
  })

  test.each([0, -1, 1.5, Number.NaN, '2'])('a barrier of %s parties is refused', (parties) => {
    expect(() => new Barrier(parties as number)).toThrow(
      /A barrier needs a whole number of parties from 1 to 2147483647: it is/,
    )
  })

  test.each([
    ['a lock', () => new Lock()],
    ['a semaphore', () => new Semaphore(1)],
  ] as const)('who takes %s again and again lets timers come', async (_what, make) => {
    const lock = make()
    let isOver = false
    setTimeout(() => (isOver = true), 1)
    // Without a turn of the event loop this never ends.
    while (!isOver) (await lock.acquire()).release()
    expect(lock.tryAcquire()?.isHeld).toBe(true)
  })

  test('who waits for an event that is set again and again lets timers come', async () => {
    const event = new Event()
    event.set()
    let isOver = false
    setTimeout(() => (isOver = true), 1)
    while (!isOver) await event.wait()
    expect(event.isSet).toBe(true)
  })

  test.each(mode.apart)(
    'a party that is killed before it has its arguments breaks the barrier too, in: %s',
    async (place) => {
      const barrier = new Barrier(2)
      const mine = barrier.wait()
      const victim = spawn(meetsAndStays, [barrier], { in: place })
      victim.result.catch(() => {})
      victim.kill()
      await expect(mine).rejects.toBeInstanceOf(BrokenBarrierError)
    },
  )

  test('an actor here that ended as it should takes no lock any more', async () => {
    const lock = new Lock()
    const guard = await lock.acquire()
    await spawn(leavesAWait, [lock], { in: 'here' }).result
    guard.release()
    await new Promise((resolve) => setImmediate(resolve))
    expect(lock.tryAcquire()?.isHeld).toBe(true)
  })

  test('values that are disposed of leave nothing', () => {
    const before = countObjects(self().arena)
    for (let i = 0; i < 100; i++) new Value('int32', i)[Symbol.dispose]()
    expect(countObjects(self().arena)).toBe(before)
  })

  test('a fair lock goes from one blocking thread to the other', async () => {
    const lock = new Lock({ fair: true })
    const workers = [1, 2].map(() => spawn(locks, [lock, 1000], { in: 'thread' }))
    expect(await Promise.all(workers.map(({ result }) => result))).toEqual([1000, 1000])
  })
}
