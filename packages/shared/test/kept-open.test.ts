// An object that is disposed of while its actor waits through it: the wait ends with an error, and only then is the
// object given up, since the wait has marks in it to take away.
import { countObjects, self } from '@troupe/memory'
import { expect, test } from 'vitest'
import { Barrier, Condition, Event, Lock, Semaphore } from '../dist/index.js'
import { refusal } from './fixtures/refusal.js'
import { Party } from './suites/party.js'

const DISPOSED = 'ERR_TROUPE_DISPOSED'
const objects = (): number => countObjects(self().arena)

const waits: [string, () => { object: Disposable; wait: Promise<unknown> }][] = [
  ['an event', () => waitingFor(new Event(), (event) => event.wait())],
  ['a semaphore', () => waitingFor(new Semaphore(0), (semaphore) => semaphore.acquire())],
  [
    'a fair semaphore',
    () => waitingFor(new Semaphore(0, { fair: true }), (semaphore) => semaphore.acquire()),
  ],
  ['a barrier', () => waitingFor(new Barrier(2), (barrier) => barrier.wait())],
]

function waitingFor<T extends Disposable>(
  object: T,
  wait: (object: T) => Promise<unknown>,
): { object: Disposable; wait: Promise<unknown> } {
  return { object, wait: wait(object) }
}

test.each(waits)('%s is given up when the wait for it has ended', async (_name, begin) => {
  new Event()[Symbol.dispose]() // The system is there.
  for (const parks of [false, true]) {
    const before = objects()
    const { object, wait } = begin()
    // By then it no longer polls.
    if (parks) await new Promise((resolve) => setTimeout(resolve, 1))
    object[Symbol.dispose]()
    expect(objects()).toBe(before + 1)
    expect(await refusal(() => wait)).toMatchObject({ code: DISPOSED })
    await turn()
    expect(objects()).toBe(before)
  }
})

test.each([false, true])('a lock, fair: %s', async (fair) => {
  const lock = new Lock({ fair })
  const other = await Party.start('here', lock)
  await other.do('acquire')
  const before = objects()
  const wait = lock.acquire()
  lock[Symbol.dispose]()
  expect(await refusal(() => wait)).toMatchObject({ code: DISPOSED })
  await other.do('release')
  await other.end()
  await turn()
  expect(objects()).toBeLessThan(before)
})

test('a condition', async () => {
  const lock = new Lock()
  const condition = new Condition(lock)
  const before = objects()
  const wait = condition.with(() => condition.wait())
  await turn()
  condition[Symbol.dispose]()
  expect(objects()).toBe(before)
  expect(await refusal(() => wait)).toMatchObject({ code: DISPOSED })
  await turn()
  expect(objects()).toBe(before - 1)
  expect(lock.locked).toBe(false)
})

test('a condition whose lock is disposed of', async () => {
  const condition = new Condition()
  const wait = condition.with(() => condition.wait())
  await turn()
  // By then it no longer polls, nor hears that it began to listen: it has to be told.
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 1))
  condition.lock[Symbol.dispose]()
  expect(await refusal(() => wait)).toMatchObject({ code: DISPOSED })
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
