// Bad input, and a release of what is not held: typed errors that name the value and the cure.
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
import { refuses } from './fixtures/refusal.js'
import { withAddon } from './suites/mode.js'
import { Party } from './suites/party.js'

// Plain JavaScript calls with anything.
type Anything = never
type Form<T> = readonly [string, (object: T) => unknown]

const ARGUMENT = 'ERR_TROUPE_ARGUMENT'
const NOT_HELD = 'ERR_TROUPE_NOT_HELD'

const locks: [string, () => Lock | RLock][] = [
  ['Lock', () => new Lock()],
  ['fair Lock', () => new Lock({ fair: true })],
  ['RLock', () => new RLock()],
  ['lock of a Value', () => new Value('i').getLock()],
]
const semaphores: [string, (value?: number) => Semaphore][] = [
  ['Semaphore', (value) => new Semaphore(value)],
  ['BoundedSemaphore', (value) => new BoundedSemaphore(value)],
]

describe('options', () => {
  const made: [string, string, (options: Anything) => unknown][] = [
    ['lock', 'Lock', (options) => new Lock(options)],
    ['lock', 'RLock', (options) => new RLock(options)],
    ['semaphore', 'Semaphore', (options) => new Semaphore(1, options)],
    ['semaphore', 'BoundedSemaphore', (options) => new BoundedSemaphore(1, options)],
    ['barrier', 'Barrier', (options) => new Barrier(1, options)],
    ['value', 'Value', (options) => new Value('i', 0, options)],
    ['shared array', 'SharedArray', (options) => new SharedArray('i', 1, options)],
  ]
  describe.each(made)('of a %s: %s', (what, _kind, make) => {
    test.each([null, 5, 'x', true, [1]])('must be an object: %o', (options) =>
      refuses(
        ARGUMENT,
        `The options of a ${what} must be an object: they are ${String(options)}; write {`,
        () => make(options as Anything),
      ),
    )
  })

  describe.each(made.slice(0, 4))('of a %s: %s', (_what, _kind, make) => {
    test.each([1, 0, 'yes', null, {}])('fair must be true or false: %o', (fair) =>
      refuses(ARGUMENT, `fair must be true or false: it is ${String(fair as unknown)}`, () =>
        make({ fair } as Anything),
      ),
    )
  })

  describe.each(made.slice(5))('of a %s: %s', (_what, _kind, make) => {
    test.each([{}, 1, 'x', null, Lock])('lock must be one: %o', (lock) =>
      refuses(
        ARGUMENT,
        `lock must be true, false or a Lock: it is ${String(lock as unknown)}`,
        () => make({ lock } as Anything),
      ),
    )
    test('an RLock is none that can be given', () =>
      refuses(ARGUMENT, 'an RLock cannot be given', () => make({ lock: new RLock() } as Anything)))
  })

  test.each([5, 'x', null, {}])('the action of a barrier must be a function: %o', (action) =>
    refuses(
      ARGUMENT,
      `action must be a function: it is ${String(action as unknown)}`,
      () => new Barrier(1, { action: action as Anything }),
    ),
  )

  test.each([Number.NaN, -1, '5', null])(
    'the timeout of a barrier must be a number: %o',
    (timeout) =>
      refuses(
        ARGUMENT,
        `timeout must be a number of milliseconds from 0 on: it is ${String(timeout)}`,
        () => new Barrier(1, { timeout: timeout as Anything }),
      ),
  )
})

describe('the options of a wait', () => {
  // All of them find what they need: nothing but the options is wrong.
  const lock = new Lock()
  const rlock = new RLock()
  const semaphore = new Semaphore(1)
  const condition = new Condition()
  const barrier = new Barrier(1)
  const event = new Event()
  event.set()
  const waits: [string, (options: Anything) => unknown][] = [
    ['acquire', (o) => lock.acquire(o)],
    ['acquireSync', (o) => lock.acquireSync(o)],
    ['with', (o) => lock.with(() => 1, o)],
    ['withSync', (o) => lock.withSync(() => 1, o)],
    ['acquire of an RLock', (o) => rlock.acquire(o)],
    ['acquireSync of an RLock', (o) => rlock.acquireSync(o)],
    ['withSync of an RLock', (o) => rlock.withSync(() => 1, o)],
    ['acquire of a semaphore', (o) => semaphore.acquire(o)],
    ['acquireSync of a semaphore', (o) => semaphore.acquireSync(o)],
    ['with of a semaphore', (o) => semaphore.with(() => 1, o)],
    ['withSync of a semaphore', (o) => semaphore.withSync(() => 1, o)],
    ['wait of an event', (o) => event.wait(o)],
    ['waitSync of an event', (o) => event.waitSync(o)],
    ['wait of a barrier', (o) => barrier.wait(o)],
    ['waitSync of a barrier', (o) => barrier.waitSync(o)],
    ['with of a condition', (o) => condition.with(() => 1, o)],
    ['withSync of a condition', (o) => condition.withSync(() => 1, o)],
    ['wait of a condition', (o) => condition.with(() => condition.wait(o))],
    ['waitSync of a condition', (o) => condition.withSync(() => condition.waitSync(o))],
    ['waitFor', (o) => condition.with(() => condition.waitFor(() => true, o))],
    ['waitForSync', (o) => condition.withSync(() => condition.waitForSync(() => true, o))],
  ]
  const isUntouched = (): void => {
    expect([lock.locked, rlock.locked, condition.lock.locked]).toEqual([false, false, false])
    expect([semaphore.value, barrier.nWaiting, barrier.broken]).toEqual([1, 0, false])
  }

  describe.each(waits)('%s', (_name, wait) => {
    test.each([Number.NaN, -1, -Infinity, '1', null, 5n])(
      'refuses the timeout %o',
      async (timeout) => {
        await refuses(
          ARGUMENT,
          `timeout must be a number of milliseconds from 0 on: it is ${String(timeout)}; leave it out`,
          () => wait({ timeout } as Anything),
        )
        isUntouched()
      },
    )

    test.each([null, 5, 'soon', true, [5]])('refuses %o as options', async (options) => {
      await refuses(
        ARGUMENT,
        `The options of a wait must be an object: they are ${String(options)}`,
        () => wait(options as Anything),
      )
      isUntouched()
    })
  })

  describe.each(waits.filter(([name]) => !name.includes('Sync')))('%s', (_name, wait) => {
    test.each([{}, 'now', null, 1, new AbortController(), new EventTarget()])(
      'refuses the signal %o',
      async (signal) => {
        await refuses(
          ARGUMENT,
          `signal must be an AbortSignal: it is ${String(signal as unknown)}; give the signal of an Abort`,
          () => wait({ signal } as Anything),
        )
        isUntouched()
      },
    )

    test('with an aborted signal rejects with its reason, and takes nothing', async () => {
      // A predicate that is true needs no wait.
      if (_name === 'waitFor') return
      const reason = new Error('before it began')
      await expect(wait({ signal: AbortSignal.abort(reason) } as Anything)).rejects.toBe(reason)
      isUntouched()
    })
  })
})

describe('numbers', () => {
  describe.each(semaphores)('%s', (_kind, make) => {
    test.each([-1, 1.5, Number.NaN, Infinity, 2 ** 31, '1', null, {}])('of %o permits', (value) =>
      refuses(
        ARGUMENT,
        `A semaphore's value must be a whole number from 0 to 2147483647: it is ${String(value as unknown)}`,
        () => make(value as Anything),
      ),
    )
  })

  test.each([0, -1, 1.5, Number.NaN, Infinity, '2', null, undefined])(
    'a barrier of %o',
    (parties) =>
      refuses(
        ARGUMENT,
        `A barrier needs a whole number of parties from 1 to 2147483647: it is ${String(parties)}`,
        () => new Barrier(parties as number),
      ),
  )

  test.each([0, -1, 1.5, Number.NaN, '1', null])('notify of %o', async (n) => {
    const condition = new Condition()
    await refuses(ARGUMENT, `notify needs a whole number from 1 on: it got ${String(n)}`, () =>
      condition.withSync(() => condition.notify(n as number)),
    )
    expect(condition.lock.locked).toBe(false)
  })

  test('a semaphore that has all the permits there can be is given no more', async () => {
    const semaphore = new Semaphore(2 ** 31 - 1)
    await refuses(ARGUMENT, 'A semaphore has at most 2147483647 permits', () => semaphore.release())
    expect(semaphore.value).toBe(2 ** 31 - 1)
  })
})

test.each([5, 'x', null, {}, Lock, Semaphore])('the lock of a condition: %o', (lock) =>
  refuses(
    ARGUMENT,
    `The lock of a condition must be a Lock or an RLock: it is ${String(lock as unknown)}; leave it out`,
    () => new Condition(lock as Anything),
  ),
)

describe('what is not held', () => {
  test.each(locks)('a release of a %s', (_kind, make) =>
    refuses(NOT_HELD, 'This actor does not hold the lock; release what acquire() gave, once', () =>
      make().release(),
    ),
  )

  test.each(locks)('a second release of a %s', async (_kind, make) => {
    const lock = make()
    lock.acquireSync()
    lock.release()
    await refuses(NOT_HELD, 'does not hold the lock', () => lock.release())
    expect(lock.locked).toBe(false)
  })

  describe.each(withAddon.places)('by another, in: %s', (place) => {
    test.each(locks)('a release of a %s', async (_kind, make) => {
      const lock = make()
      const other = await Party.start(place, lock)
      const guard = lock.acquireSync()
      expect(await other.do('release')).toEqual({ ended: NOT_HELD })
      expect([guard.isHeld, lock.isHeld]).toEqual([true, true])
      guard.release()
      await other.do('acquire')
      await refuses(NOT_HELD, 'does not hold the lock', () => lock.release())
      // A guard that is over is nobody's: it releases nothing of another.
      guard.release()
      expect(lock.locked).toBe(true)
      await other.end()
    })
  })

  test('a guard cannot be sent', async () => {
    const guard = new Lock().acquireSync()
    await refuses('ERR_TROUPE_CODEC', 'an instance of Guard cannot be sent', () =>
      new Queue<object>().put({ guard }),
    )
    expect(guard.isHeld).toBe(true)
  })

  test('a release of a bounded semaphore that has all its permits', async () => {
    const semaphore = new BoundedSemaphore(2)
    await refuses(
      NOT_HELD,
      'This actor does not hold the permit; release what acquire() gave',
      () => semaphore.release(),
    )
    semaphore.acquireSync()
    semaphore.release()
    await refuses(NOT_HELD, 'does not hold the permit', () => semaphore.release())
    expect(semaphore.value).toBe(2)
  })

  const unlocked: Form<Condition>[] = [
    ['wait', (c) => c.wait()],
    ['waitSync', (c) => c.waitSync()],
    ['waitFor', (c) => c.waitFor(() => false)],
    ['waitForSync', (c) => c.waitForSync(() => false)],
    // What they ask would be asked without the lock.
    ['waitFor what is true', (c) => c.waitFor(() => true)],
    ['waitForSync what is true', (c) => c.waitForSync(() => true)],
    ['notify', (c) => c.notify()],
    ['notifyAll', (c) => c.notifyAll()],
  ]
  test.each(unlocked)('%s of a condition without its lock', async (_form, use) => {
    for (const condition of [new Condition(), new Condition(new Lock())]) {
      const message = /does not hold the lock of the condition; call \w+\(\) inside condition\.with/
      await refuses(NOT_HELD, message, () => use(condition))
      const other = await Party.start('here', condition.lock)
      await other.do('acquire')
      await refuses(NOT_HELD, message, () => use(condition))
      await other.end()
    }
  })
})

test.each<unknown>([undefined, null, 5, {}])('waitFor by %o', async (predicate) => {
  const condition = new Condition()
  for (const form of ['waitFor', 'waitForSync'] as const) {
    await refuses(ARGUMENT, `waitFor needs a function: it got ${String(predicate)}`, () =>
      condition.with(() => condition[form](predicate as Anything)),
    )
  }
})

test('a function of withSync that is async', async () => {
  const work = (() => Promise.resolve(1)) as unknown as () => never
  for (const object of [new Lock(), new RLock(), new Semaphore(1), new Condition()]) {
    await refuses(
      ARGUMENT,
      /returned a promise: the (lock|permit) is released already; use await/,
      () => object.withSync(work),
    )
  }
})

test.each([Object.create(null), { toString: null }])(
  'what cannot be shown is shown as what it is',
  async (value) => {
    const odd = value as never
    const uses = [
      () => new Value(odd),
      () => new Value('i', odd),
      () => new SharedArray('i', odd),
      () => new Semaphore(odd),
      () => new Barrier(odd),
      () => new Condition(odd),
      () => new Lock().with(odd),
      () => new Lock().withSync(odd),
      () => new Semaphore(1).withSync(odd),
      () => new Event().wait({ timeout: odd }),
    ]
    for (const use of uses) await refuses(ARGUMENT, /\[object Object\]/, use)
  },
)

test('a function that is none takes no lock', async () => {
  const lock = new Lock()
  for (const form of ['with', 'withSync'] as const) {
    await refuses(ARGUMENT, `${form} needs a function: it got undefined`, () =>
      lock[form](undefined as Anything),
    )
  }
  expect(lock.locked).toBe(false)
})

test.each([2 ** 31, 2 ** 32 + 1, 2 ** 40])('a barrier of %i parties', async (parties) => {
  await refuses(ARGUMENT, String(parties), () => new Barrier(parties))
})
