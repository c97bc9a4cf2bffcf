// A form that blocks passes those who wait in its own thread, which cannot run meanwhile, and nobody else.
import { Queue, spawn } from '@troupe/runtime'
import { describe, expect, test } from 'vitest'
import { BoundedSemaphore, Lock, Semaphore, Value } from '../dist/index.js'
import { blocks, blocksAfterItself, waitsAndBlocks } from './fixtures/passing.mjs'
import { LOCK, SEMAPHORE, whenWaiting } from './suites/party.js'

describe.each([
  ['lock', LOCK, () => new Lock({ fair: true })],
  ['semaphore', SEMAPHORE, () => new Semaphore(1, { fair: true })],
] as const)('a fair %s', (what, type, make) => {
  test.each(['thread', 'process'] as const)(
    'is had by who blocks for it after others of the thread, in: %s',
    async (place) => {
      // Who only tries passes nobody.
      expect(await spawn(blocksAfterItself, [make()], { in: place }).result).toBeUndefined()
    },
  )

  test('that this thread holds is refused to who blocks for it, also behind others', async () => {
    const lock = what === 'lock' ? make() : new BoundedSemaphore(1, { fair: true })
    const held = lock.acquireSync()
    const behind = spawn(blocks, [lock as Lock, new Value('int32')])
    await whenWaiting(type, 1)
    expect(() => lock.acquireSync()).toThrow('nobody else can release it')
    held.release()
    await behind.result
  })

  test('is had by another thread in between first', async () => {
    const lock = make()
    const held = lock.acquireSync()
    const counter = new Value('int32')
    const [orders, told] = [new Queue<string>(), new Queue<string>()]
    const one = spawn(waitsAndBlocks, [lock, counter, orders.consumer(), told.producer()])
    await whenWaiting(type, 1)
    const two = spawn(blocks, [lock, counter])
    await whenWaiting(type, 2)
    await orders.put('block')
    await told.get()
    held.release()
    expect([await one.result, await two.result]).toEqual([{ blocking: 1, waiting: 2 }, 0])
  })
})
