// What does not fit the arena fails clearly, and nothing else suffers.
import { createSystem } from '@troupe/memory'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ArenaFullError, type PlaceKind, Queue, type QueueOptions, spawn } from '../dist/index.js'
import * as actors from './fixtures/arena.mjs'
import { collect } from './fixtures/channels.mjs'
import { double, sum } from './fixtures/life.mjs'
import { refusal } from './fixtures/refusal.js'

const MIB = 2 ** 20
const QUOTA = 32 * MIB
const TOO_LARGE = 33 * MIB
const apart: PlaceKind[] = ['thread', 'process']

beforeAll(() => {
  createSystem(QUOTA)
})

const made: Queue<never>[] = []
const queue = <T>(options?: QueueOptions): Queue<T> => {
  const q = new Queue<T>(options)
  made.push(q as never)
  return q
}

afterEach(() => {
  for (const q of made.splice(0)) q[Symbol.dispose]()
})

const full = (error: unknown): void => {
  expect(error).toBeInstanceOf(ArenaFullError)
  expect((error as ArenaFullError).code).toBe('ERR_TROUPE_ARENA_FULL')
  expect((error as Error).message).toMatch(
    /^No room for \d+ bytes: \d+ of 33554432 are used\. Dispose of queues and pipes/,
  )
}

/** Queues until no more can be made. */
function exhaust(): Queue<unknown>[] {
  const queues: Queue<unknown>[] = []
  try {
    for (;;) queues.push(new Queue({ bytes: 2 * MIB }))
  } catch (error) {
    full(error)
  }
  try {
    for (;;) queues.push(new Queue({ bytes: 64 }))
  } catch (error) {
    full(error)
  }
  return queues
}

describe.each(['put', 'putSync', 'tryPut', 'putMany', 'putManySync'] as const)('%s', (form) => {
  const put = (q: Queue<unknown>, item: unknown): unknown => {
    return form === 'putMany' || form === 'putManySync' ? q[form]([item]) : q[form](item)
  }

  test('of an item beyond the free space is refused, and the queue stays usable', async () => {
    const q = queue<unknown>()
    await q.put(1)
    // A try says only that there is no room now.
    if (form === 'tryPut') expect(q.tryPut(new Uint8Array(TOO_LARGE))).toBe(false)
    else full(await refusal(() => put(q, new Uint8Array(TOO_LARGE))))
    await q.put(2)
    expect(await q.getMany(10)).toEqual([1, 2])
    full(await refusal(() => put(q, new Uint8Array(TOO_LARGE))))
    full(await refusal(() => put(q, 'x'.repeat(TOO_LARGE))))
    expect(q.size).toBe(0)
  })

  test('of an item below the free space goes through, alone', async () => {
    const q = queue<unknown>({ bytes: 1024 })
    const item = new Uint8Array(20 * MIB).fill(7)
    await put(q, item)
    expect(Buffer.compare((await q.get()) as Uint8Array, item)).toBe(0)
  })
})

test('a put that waits in line and cannot go through fails alone', async () => {
  const q = queue<unknown>({ maxsize: 1 })
  await q.put(1)
  const before = q.put(2)
  const large = refusal(() => q.put(new Uint8Array(TOO_LARGE)))
  const after = q.put(4)
  expect([await q.get(), await q.get(), await q.get()]).toEqual([1, 2, 4])
  full(await large)
  await Promise.all([before, after])
})

describe.each(apart)('in a %s', (place) => {
  test.each(['put', 'putSync'] as const)('%s beyond the free space fails', async (form) => {
    const q = queue<unknown>()
    const started = spawn(actors.putLarge, [q, TOO_LARGE, form], { in: place })
    const error = await started.result.catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'ERR_TROUPE_ARENA_FULL', name: 'ArenaFullError' })
    await q.put(1)
    expect(await q.get()).toBe(1)
  })

  test('an item beyond it leaves the queue to others, also while its putter lives', async () => {
    const q = queue<unknown>()
    await q.put(1)
    const told = queue<string>()
    const started = spawn(actors.failsAndStays, [q, TOO_LARGE, told], { in: place })
    expect(await told.get()).toBe('ERR_TROUPE_ARENA_FULL')
    expect(q.tryPut(2)).toBe(true)
    expect(await q.getMany(10)).toEqual([1, 2])
    await started.stop()
  })

  test('a result beyond it fails the actor', async () => {
    const started = spawn(actors.returnsLarge, [TOO_LARGE], { in: place })
    expect(await started.result.catch((error: unknown) => error)).toMatchObject({
      code: 'ERR_TROUPE_ARENA_FULL',
    })
    expect((await spawn(actors.returnsLarge, [10 * MIB], { in: place }).result).length).toBe(
      10 * MIB,
    )
  })

  test('a large item goes there and back', async () => {
    const [there, back] = [queue<Uint8Array>(), queue<Uint8Array>()]
    spawn(actors.sendsBack, [there, back], { in: place })
    const item = Uint8Array.from({ length: 5 * MIB }, (_, i) => i % 251)
    await there.put(item)
    expect(Buffer.compare(await back.get(), item)).toBe(0)
  })

  test('queues beyond it fail, and end with their actor', async () => {
    const started = spawn(actors.makesQueues, [], { in: place })
    expect(await started.result.catch((error: unknown) => error)).toMatchObject({
      code: 'ERR_TROUPE_ARENA_FULL',
    })
    expect(await spawn(double, [4], { in: place }).result).toBe(8)
  })

  test('an actor whose arguments do not fit is not started, and its ends are here again', async () => {
    const q = queue<unknown>()
    const end = q.consumer()
    const args = [end, new Uint8Array(TOO_LARGE)] as never
    full(await refusal(() => spawn(collect, args, { in: place })))
    await q.put(1)
    expect(await end.get()).toBe(1)
  })
})

test('when all is used nothing can be made or started, what there is goes on, and what is disposed is free', async () => {
  const q = queue<number>()
  const started = spawn(sum, [2])
  const queues = exhaust()
  expect(queues.length).toBeGreaterThan(10)
  for (const place of apart) full(await refusal(() => spawn(double, [1], { in: place })))
  await q.put(1)
  expect(await q.get()).toBe(1)
  started.send(20)
  started.send(22)
  expect(await started.result).toBe(42)
  for (const one of queues) one[Symbol.dispose]()
  const again = exhaust()
  expect(again.length).toBeGreaterThanOrEqual(queues.length)
  for (const one of again) one[Symbol.dispose]()
  for (const place of apart) expect(await spawn(double, [1], { in: place }).result).toBe(2)
})

test('a spawn that is refused for want of memory gives its seat back', async () => {
  const queues = exhaust()
  // More than there are seats.
  for (let i = 0; i < 1100; i++) full(await refusal(() => spawn(double, [1])))
  for (const one of queues) one[Symbol.dispose]()
  expect(await spawn(double, [1]).result).toBe(2)
})

test('a message to an actor that does not fit is refused at the sender', async () => {
  const started = spawn(sum, [1])
  full(await refusal(() => (started.send as (m: unknown) => void)(new Uint8Array(TOO_LARGE))))
  started.send(5)
  expect(await started.result).toBe(5)
})
