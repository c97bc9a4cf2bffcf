// What was disposed of: every use of it is refused, what was held through it is released, and others go on.
import { Queue } from '@troupe/runtime'
import { describe, expect, test } from 'vitest'
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  Lock,
  RLock,
  Semaphore,
  SharedArray,
  Value,
} from '../dist/index.js'
import { refusal, refuses } from './fixtures/refusal.js'
import { Party } from './suites/party.js'

// Plain JavaScript calls with anything.
type Anything = never
type Form<T> = readonly [string, (object: T) => unknown]
const DISPOSED = 'ERR_TROUPE_DISPOSED'

const locks: [string, () => Lock | RLock][] = [
  ['Lock', () => new Lock()],
  ['fair Lock', () => new Lock({ fair: true })],
  ['RLock', () => new RLock()],
]
const semaphores: [string, (value: number) => Semaphore][] = [
  ['Semaphore', (value) => new Semaphore(value)],
  ['BoundedSemaphore', (value) => new BoundedSemaphore(value)],
]

const acquires: Form<Lock | RLock | Semaphore>[] = [
  ['acquire', (o) => o.acquire()],
  ['acquireSync', (o) => o.acquireSync()],
  ['tryAcquire', (o) => o.tryAcquire()],
  ['with', (o) => o.with(() => 1)],
  ['withSync', (o) => o.withSync(() => 1)],
  ['release', (o) => o.release()],
]
const sent: Form<object> = ['sending it', (o) => new Queue<object>().put([o])]
const ofLocks: Form<Lock | RLock>[] = [
  ...acquires,
  ['locked', (o) => o.locked],
  ['holder', (o) => o.holder],
  sent,
]
const classes: [string, () => Disposable, readonly Form<Anything>[], string?][] = [
  ['lock', () => new Lock(), ofLocks],
  ['lock', () => new Lock({ fair: true }), ofLocks],
  ['lock', () => new RLock(), ofLocks],
  ['semaphore', () => new Semaphore(1), [...acquires, ['value', (o: Semaphore) => o.value], sent]],
  [
    'semaphore',
    () => new BoundedSemaphore(1, { fair: true }),
    [...acquires, ['value', (o: Semaphore) => o.value], sent],
  ],
  [
    'event',
    () => new Event(),
    [
      ['set', (o: Event) => o.set()],
      ['clear', (o: Event) => o.clear()],
      ['isSet', (o: Event) => o.isSet],
      ['wait', (o: Event) => o.wait()],
      ['waitSync', (o: Event) => o.waitSync()],
      sent,
    ],
  ],
  [
    'condition',
    () => new Condition(),
    [
      ['lock', (o: Condition) => o.lock],
      ['with', (o: Condition) => o.with(() => 1)],
      ['withSync', (o: Condition) => o.withSync(() => 1)],
      ['wait', (o: Condition) => o.wait()],
      ['waitSync', (o: Condition) => o.waitSync()],
      ['waitFor', (o: Condition) => o.waitFor(() => true)],
      ['waitForSync', (o: Condition) => o.waitForSync(() => true)],
      ['notify', (o: Condition) => o.notify()],
      ['notifyAll', (o: Condition) => o.notifyAll()],
      sent,
    ],
  ],
  [
    'barrier',
    () => new Barrier(1),
    [
      ['wait', (o: Barrier) => o.wait()],
      ['waitSync', (o: Barrier) => o.waitSync()],
      ['reset', (o: Barrier) => o.reset()],
      ['abort', (o: Barrier) => o.abort()],
      ['parties', (o: Barrier) => o.parties],
      ['nWaiting', (o: Barrier) => o.nWaiting],
      ['broken', (o: Barrier) => o.broken],
      sent,
    ],
  ],
  [
    'value',
    () => new Value('i'),
    [
      ['value', (o: Value) => o.value],
      ['value = 1', (o: Value) => (o.value = 1)],
      ['add', (o: Value) => o.add(1)],
      ['sub', (o: Value) => o.sub(1)],
      ['exchange', (o: Value) => o.exchange(1)],
      ['compareExchange', (o: Value) => o.compareExchange(0, 1)],
      ['update', (o: Value) => o.update(() => 1)],
      ['getLock', (o: Value) => o.getLock()],
      sent,
    ],
  ],
  ['array', () => new SharedArray('i', 1), [['getLock', (o: SharedArray) => o.getLock()], sent]],
]
describe.each(classes)('a %s', (what, make, forms) => {
  test.each(forms)('%s is refused', async (_form, use) => {
    const object = make()
    object[Symbol.dispose]()
    object[Symbol.dispose]()
    await refuses(DISPOSED, `This ${what} was disposed here; keep it until its last use`, () =>
      use(object as Anything),
    )
  })
})

test.each(locks)('what was held of a %s is released, and others go on', async (_kind, make) => {
  const lock = make()
  const other = await Party.start('thread', lock)
  const guard = lock.acquireSync()
  lock[Symbol.dispose]()
  expect([guard.isHeld, lock.isHeld]).toEqual([false, false])
  guard.release()
  expect(await other.do('acquire')).toEqual({ value: { ownerDied: false } })
  await other.end()
})

test.each(semaphores)('permits of a %s come back, and others go on', async (_kind, make) => {
  const semaphore = make(2)
  const other = await Party.start('thread', semaphore)
  const guards = [semaphore.acquireSync(), semaphore.acquireSync()]
  semaphore[Symbol.dispose]()
  expect(guards.map(({ isHeld }) => isHeld)).toEqual([false, false])
  expect(await other.do('value')).toEqual({ value: 2 })
  await other.end()
})

test('a wait that is under way ends', async () => {
  const [lock, semaphore, event, condition] = [
    new Lock(),
    new Semaphore(0),
    new Event(),
    new Condition(),
  ]
  const other = await Party.start('thread', lock)
  await other.do('acquire')
  const waits = [
    lock.acquire(),
    semaphore.acquire(),
    event.wait(),
    condition.with(() => condition.wait()),
    new Barrier(2).wait({ timeout: 0 }),
  ]
  const codes = waits.map((wait) => refusal(() => wait))
  for (const object of [lock, semaphore, event, condition]) {
    await new Promise((resolve) => setImmediate(resolve))
    object[Symbol.dispose]()
  }
  expect((await Promise.all(codes)).map(({ code }) => code)).toEqual([
    DISPOSED,
    DISPOSED,
    DISPOSED,
    DISPOSED,
    'ERR_TROUPE_TIMEOUT',
  ])
  await other.end()
})
