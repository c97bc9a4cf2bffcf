// Actors in this thread behave as those in places of their own.
import { expect, test } from 'vitest'
import { type ActorRef, Queue, spawn } from '../dist/index.js'
import * as actors from './fixtures/failures.mjs'

test.each(['thread', 'process', 'here'] as const)(
  'a result is a copy, and an end in it moves: %s',
  async (place) => {
    const q = new Queue<number>()
    const { out, state } = await spawn(actors.gives, [q.producer()], { in: place }).result
    state.list.push(2)
    expect(await spawn(actors.ownList, [], { in: 'here' }).result).toEqual([1])
    await out.put(5)
    expect(await q.get()).toBe(5)
  },
)

test('an actor here that was killed takes no more from a queue that it waits at', async () => {
  const [items, ready] = [new Queue<string>(), new Queue<string>()]
  const started = spawn(actors.takes, [items, ready], { in: 'here' })
  started.result.catch(() => {})
  await ready.get()
  started.kill()
  expect((await started.join()).reason).toBe('killed')
  await items.put('precious')
  await new Promise((resolve) => setImmediate(resolve))
  expect(items.tryGet()).toEqual({ value: 'precious' })
})

test('an actor here that was killed before it ran does not run', async () => {
  const items = new Queue<string>()
  const started = spawn(actors.puts, [items], { in: 'here' })
  started.result.catch(() => {})
  started.kill()
  expect((await started.join()).reason).toBe('killed')
  // One that starts later runs to its end.
  await spawn(actors.puts, [items], { in: 'here' }).join()
  expect(await items.get()).toBe('ran')
  expect(items.tryGet()).toBeUndefined()
})

test('a join of a ref that travelled settles when the starter ends in the same turn', async () => {
  const refs = new Queue<ActorRef>()
  const starter = spawn(actors.startsHere, [refs], { in: 'here' })
  const ref = await refs.get()
  // The starter is told to end before it can read the question.
  starter.send('end')
  const joined = ref.join()
  expect((await starter.join()).reason).toBe('normal')
  expect((await joined).reason).toMatch(/^(normal|noproc|disconnected)$/)
})
