// Conditions: each notification is for one who waits, and neither the dead nor those who leave take one with them.
import { type PlaceKind, Queue, spawn } from '@troupe/runtime'
import { afterEach, describe, expect, test } from 'vitest'
import { Condition, Lock, RLock, Value } from '../../dist/index.js'
import { waitsAndBlocks } from '../fixtures/parties.mjs'
import { refusal } from '../fixtures/refusal.js'
import type { Mode } from './mode.js'
import { CONDITION, fourOf, type Outcome, Party, whenWaiting } from './party.js'

const WENT_ON: Outcome = { value: undefined }

const kinds: [string, () => Condition][] = [
  ['a condition of its own lock', () => new Condition()],
  ['a condition of an RLock', () => new Condition(new RLock())],
  ['a condition of a fair Lock', () => new Condition(new Lock({ fair: true }))],
]

/** Counts how many of them are settled. */
function counted(waits: readonly Promise<unknown>[]): { readonly ended: number } {
  const count = { ended: 0 }
  for (const wait of waits) void wait.then(() => count.ended++)
  return count
}

/**
 * Has the party wait. It has the lock until it waits, so who has the lock next knows that it does; when it was
 * notified it gives the lock back.
 */
async function waits(party: Party, form: 'wait' | 'waitSync' = 'wait'): Promise<Waiting> {
  await party.do('take')
  const outcome = party.do(form)
  return { outcome: outcome.then((how) => party.do('give').then(() => how)) }
}
interface Waiting {
  readonly outcome: Promise<Outcome>
}

/** Has them wait, one after the other, each second one blocking. */
async function allWait(parties: readonly Party[]): Promise<Promise<Outcome>[]> {
  const outcomes: Promise<Outcome>[] = []
  for (const [i, party] of parties.entries()) {
    outcomes.push((await waits(party, i % 2 ? 'waitSync' : 'wait')).outcome)
  }
  return outcomes
}

export function conditionSuite(mode: Mode): void {
  let parties: Party[] = []
  const start = async (place: PlaceKind, object: object): Promise<Party> => {
    const party = await Party.start(place, object)
    parties.push(party)
    return party
  }
  const startFour = (object: object): Promise<Party[]> =>
    Promise.all(fourOf(mode.apart).map((place) => start(place, object)))
  afterEach(async () => {
    await Promise.all(parties.map((party) => party.kill()))
    parties = []
  })

  describe.each(kinds)(`%s ${mode.name}`, (_kind, make) => {
    test('gives its lock up while it waits, and has it again', async () => {
      const condition = make()
      const guard = await condition.lock.acquire()
      const wait = condition.wait()
      expect([condition.lock.locked, condition.lock.isHeld]).toEqual([false, false])
      const other = await start(mode.apart.at(-1)!, condition)
      await other.do('take')
      await other.do('notify')
      expect(condition.lock.isHeld).toBe(false)
      await other.do('give')
      await wait
      expect([guard.isHeld, condition.lock.isHeld, guard.ownerDied]).toEqual([true, true, false])
      guard.release()
      expect(condition.lock.locked).toBe(false)
    })

    // An RLock is the actor's, which waits as a whole.
    test('wakes exactly as many as it is told, of those who wait here', async () => {
      const condition = new Condition(new Lock())
      const controller = new AbortController()
      const { signal } = controller
      let woken = 0
      const waits = [1, 2, 3, 4, 5].map(() =>
        condition.with(() => condition.wait({ signal }).then(() => woken++)),
      )
      const all = Promise.allSettled(waits)
      await condition.with(() => condition.notify(2))
      await Promise.all(waits.slice(0, 2))
      await condition.with(() => condition.notify())
      await waits[2]
      controller.abort(new Error('enough'))
      expect((await all).map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'rejected',
        'rejected',
      ])
      expect(woken).toBe(3)
    })

    test('wakes exactly as many as it is told, of those who wait elsewhere', async () => {
      const condition = make()
      const others = await startFour(condition)
      const outcomes = await allWait(others)
      const count = counted(outcomes)
      await condition.with(() => condition.notify(2))
      while (count.ended < 2) await turn()
      await whenWaiting(CONDITION, 2)
      expect(count.ended).toBe(2)
      await condition.with(() => condition.notify())
      while (count.ended < 3) await turn()
      await whenWaiting(CONDITION, 1)
      expect(count.ended).toBe(3)
      // More than there are.
      condition.withSync(() => condition.notify(5))
      expect(await Promise.all(outcomes)).toEqual([WENT_ON, WENT_ON, WENT_ON, WENT_ON])
      // What was too many is not kept for who comes.
      const late = await refusal(() => condition.with(() => condition.wait({ timeout: 1 })))
      expect(late.code).toBe('ERR_TROUPE_TIMEOUT')
    })

    test('notifyAll wakes all, again and again', async () => {
      const condition = make()
      const others = await startFour(condition)
      for (let round = 0; round < 5; round++) {
        const outcomes = await allWait(others)
        await condition.lock.acquire()
        const mine = condition.wait().then(() => condition.lock.release())
        const last = await start('here', condition)
        expect(await last.do('notifiesAll')).toEqual(WENT_ON)
        expect(await Promise.all(outcomes)).toEqual([WENT_ON, WENT_ON, WENT_ON, WENT_ON])
        await mine
      }
      expect(condition.lock.locked).toBe(false)
    })

    test('is waited for as long as is said, and the lock is held again', async () => {
      const condition = make()
      for (const wait of ['wait', 'waitSync', 'waitFor', 'waitForSync'] as const) {
        const options = { timeout: 1 }
        const error = await condition.with((guard) =>
          refusal(() =>
            wait === 'waitFor' || wait === 'waitForSync'
              ? condition[wait](() => false, options)
              : condition[wait](options),
          ).then((refused) => {
            expect([guard.isHeld, condition.lock.isHeld]).toEqual([true, true])
            return refused
          }),
        )
        expect([error.name, error.code]).toEqual(['TimeoutError', 'ERR_TROUPE_TIMEOUT'])
        expect(condition.lock.locked).toBe(false)
      }
    })

    test('is waited for until a signal is aborted, and the lock is held again', async () => {
      const condition = make()
      const other = await start('thread', condition)
      const controller = new AbortController()
      const { signal } = controller
      const reason = new Error('enough')
      const ended: unknown[] = []
      const wait = condition.with(async (guard) => {
        await condition.wait({ signal }).catch((error: unknown) => ended.push(error))
        ended.push(guard.isHeld, condition.lock.isHeld)
      })
      await whenWaiting(CONDITION)
      await other.do('take')
      controller.abort(reason)
      // It waits for the lock, however long that takes.
      await turn()
      expect(ended).toEqual([])
      await other.do('give')
      await wait
      expect(ended).toEqual([reason, true, true])
      await expect(condition.with(() => condition.wait({ signal }))).rejects.toBe(reason)
    })

    test('waitFor goes on when what it asks is so, and asks with the lock held', async () => {
      const condition = make()
      const value = new Value('int32', 0)
      const [one, two] = fourOf(mode.apart)
      const others = [
        await start(one!, { condition, value }),
        await start(two!, { condition, value }),
      ]
      const theirs = [
        others[0]!.do('wait for a number', 1),
        others[1]!.do('waitSync for a number', 2),
      ]
      const held: boolean[] = []
      const mine = condition.with(async () => {
        await condition.waitFor(() => {
          held.push(condition.lock.isHeld)
          return value.value === 3
        })
        return value.value
      })
      const first = await start('here', { condition, value })
      expect(await first.do('wait for a number', 0)).toEqual(WENT_ON)
      expect(await mine).toBe(3)
      expect(await Promise.all(theirs)).toEqual([WENT_ON, WENT_ON])
      expect(held.length).toBeGreaterThan(0)
      expect(held.every(Boolean)).toBe(true)
    })

    test('waitFor ends with what its function throws, and gives the lock back', async () => {
      const condition = make()
      const error = new Error('on purpose')
      const throws = (): never => {
        throw error
      }
      await expect(condition.with(() => condition.waitFor(throws))).rejects.toBe(error)
      expect(() => condition.withSync(() => condition.waitForSync(throws))).toThrow(error)
      expect(condition.lock.locked).toBe(false)
    })

    test.each(mode.places)(
      'is had by who waits when its holder is killed, in: %s',
      async (place) => {
        const condition = make()
        const victim = await start(place, condition)
        const other = await start(mode.apart.at(-1)!, condition)
        const theirs = other.do('guard after wait')
        await whenWaiting(CONDITION)
        await victim.do('take')
        await victim.do('notify')
        await victim.kill()
        expect(await theirs).toEqual({ value: { ownerDied: true } })
      },
    )

    test.each(mode.apart)('does not notify waiters that died, in: %s', async (place) => {
      const condition = make()
      const victims = [await start(place, condition), await start(place, condition)]
      const other = await start(place, condition)
      await allWait(victims)
      const theirs = (await waits(other, 'waitSync')).outcome
      // All of them wait.
      await condition.with(() => {})
      await Promise.all(victims.map((victim) => victim.kill()))
      // One is enough, whoever came first.
      condition.withSync(() => condition.notify())
      expect(await theirs).toEqual(WENT_ON)
    })

    test.each(mode.apart)(
      'passes on what was for a waiter that died then, in: %s',
      async (place) => {
        const condition = make()
        const [told, gate] = [new Queue<Outcome>(), new Queue<never>()]
        const victim = spawn(waitsAndBlocks, [told, gate, condition], { in: place })
        victim.result.catch(() => {})
        await told.get()
        await whenWaiting(CONDITION)
        // It is notified, and its event loop is blocked; `notify` does not wait for it.
        condition.withSync(() => condition.notify())
        const other = await start(mode.apart[0]!, condition)
        const theirs = (await waits(other)).outcome
        await condition.with(() => victim.kill())
        expect(await theirs).toEqual(WENT_ON)
        await victim.join()
      },
    )

    test('is waited for no more by an actor here that was killed', async () => {
      const condition = make()
      const [victim, other] = [await start('here', condition), await start('here', condition)]
      void waits(victim)
      const theirs = (await waits(other)).outcome
      await condition.with(() => victim.started.kill())
      await victim.started.join()
      await condition.with(() => condition.notify())
      expect(await theirs).toEqual(WENT_ON)
    })

    test('a waiter that leaves when it was notified passes that on', async () => {
      const condition = make()
      const other = await start('here', condition)
      const controller = new AbortController()
      const leaves = condition.with(() => condition.wait({ signal: controller.signal }))
      const theirs = (await waits(other)).outcome
      // It came first, so it is the one that is notified, and it leaves before its thread looks.
      await condition.lock.acquire()
      condition.notify()
      controller.abort(new Error('on purpose'))
      condition.lock.release()
      await expect(leaves).rejects.toThrow('on purpose')
      expect(await theirs).toEqual(WENT_ON)
    })

    test.each(mode.places)('is one object to one actor, with its lock, in: %s', async (place) => {
      const condition = make()
      const other = await start(place, { condition, lock: condition.lock })
      expect(await other.do('hasItsLock')).toEqual({ value: true })
      const queue = new Queue<Condition>()
      await queue.put(condition)
      expect(await queue.get()).toBe(condition)
    })

    test('hands 200 numbers from one to the other', async () => {
      const condition = make()
      const value = new Value('int32', 0)
      const [one, two] = fourOf(mode.apart)
      const others = [
        await start(one!, { condition, value }),
        await start(two!, { condition, value }),
      ]
      const turns = others.map((other, i) => other.do(i ? 'turnsSync' : 'turns', i, 100))
      expect(await Promise.all(turns)).toEqual([{ value: 100 }, { value: 100 }])
      expect(value.value).toBe(200)
    })
  })

  test(`a condition is for the functions of one actor, too ${mode.name}`, async () => {
    const condition = new Condition()
    let ended = 0
    const waiting = [1, 2, 3, 4, 5].map(() =>
      condition.with(() => condition.wait()).then(() => ended++),
    )
    await condition.with(() => condition.notify(2))
    while (ended < 2) await turn()
    for (let i = 0; i < 10; i++) await condition.with(turn)
    expect(ended).toBe(2)
    await condition.with(() => condition.notifyAll())
    await Promise.all(waiting)
    expect(condition.lock.locked).toBe(false)
  })

  test(`a notification is for who waited by then, not for who waits next ${mode.name}`, async () => {
    const condition = new Condition()
    const older = condition.with(() => condition.wait())
    await turn()
    condition.withSync(() => {
      condition.notify()
      expect(() => condition.waitSync({ timeout: 1 })).toThrow('did not come within 1 ms')
    })
    const younger = condition.with(async () => {
      condition.notify()
      await condition.wait()
    })
    await older
    let isNotified = false
    void younger.then(() => (isNotified = true))
    for (let i = 0; i < 10; i++) await condition.with(turn)
    expect(isNotified).toBe(false)
    await condition.with(() => condition.notify())
    await younger
  })

  test.each(mode.apart)(
    `a waiter that ends when it was notified and has no lock passes that on, in: %s ${mode.name}`,
    async (place) => {
      const condition = new Condition()
      const first = await start('here', condition)
      await first.do('take')
      first.tell('wait')
      await whenWaiting(CONDITION, 1)
      const second = await start(place, condition)
      const other = (await waits(second)).outcome
      const guard = await condition.lock.acquire()
      await whenWaiting(CONDITION, 2)
      // Here comes first: its row is the first of all.
      condition.notify()
      await first.kill()
      guard.release()
      // If the other was the one that was notified, it is too.
      expect(await other).toEqual(WENT_ON)
    },
  )

  test(`what the dead were notified of is over when nobody waits ${mode.name}`, async () => {
    const condition = new Condition()
    const dies = await start(mode.apart.at(-1)!, condition)
    await dies.do('take')
    dies.tell('waitSync')
    await whenWaiting(CONDITION, 1)
    const guard = await condition.lock.acquire()
    condition.notify()
    await dies.kill()
    guard.release()
    const wait = condition.with(() => condition.wait({ timeout: 20 }))
    expect(await refusal(() => wait)).toMatchObject({ code: 'ERR_TROUPE_TIMEOUT' })
  })

  describe(`a condition of an RLock ${mode.name}`, () => {
    test('that is held twice is free while it waits, and held twice again', async () => {
      const condition = new Condition(new RLock())
      const { lock } = condition
      const other = await start(mode.apart.at(-1)!, condition)
      for (const form of ['wait', 'waitSync'] as const) {
        const guards = [lock.acquireSync(), lock.acquireSync()]
        const notified = other.do('notifies')
        await condition[form]()
        expect(await notified).toEqual(WENT_ON)
        expect(guards.map(({ isHeld }) => isHeld)).toEqual([true, true])
        guards[1]!.release()
        expect([lock.locked, lock.isHeld]).toEqual([true, true])
        guards[0]!.release()
        expect(lock.locked).toBe(false)
      }
    })
  })
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
