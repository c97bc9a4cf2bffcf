// A place that never ran its actor is no party of a barrier that it was given.
import { actor, spawn } from '@troupe/runtime'
import { expect, test } from 'vitest'
import { Barrier, Value } from '../dist/index.js'
import { endsWell, meets } from './fixtures/barriers.mjs'

const shares = [Barrier] as const
const at = (url: string, key: string) =>
  actor({ url } as ImportMeta, key, { shares }, (_ctx, _barrier: Barrier) => {})
const failing = [
  ['whose file is missing', at(new URL('missing.mjs', import.meta.url).href, 'missing')],
  ['whose module throws', at('data:text/javascript,throw new Error("on purpose")', 'throws')],
  ['whose key is unknown', at('data:text/javascript,export default 1', 'unknown')],
] as const
const places = ['thread', 'process'] as const

test.each(failing.flatMap(([what, start]) => places.map((place) => [what, place, start] as const)))(
  'an actor %s breaks no barrier, in: %s',
  async (_what, place, start) => {
    const barrier = new Barrier(2)
    const mine = barrier.wait()
    const started = spawn(start, [barrier], { in: place })
    await expect(started.result).rejects.toThrow()
    await started.join()
    const other = spawn(meets, [barrier, new Value('int32'), 'wait', 1], { in: place })
    expect(await mine).toBe(0)
    await other.result
    expect(barrier.broken).toBe(false)
  },
)

test('a process that cannot be started breaks no barrier', async () => {
  const barrier = new Barrier(2)
  process.env['TOO_LARGE'] = 'x'.repeat(300_000)
  try {
    expect(() => spawn(failing[0][1], [barrier], { in: 'process' })).toThrow('E2BIG')
  } finally {
    delete process.env['TOO_LARGE']
  }
  const mine = barrier.wait()
  const other = spawn(meets, [barrier, new Value('int32'), 'wait', 1], { in: 'thread' })
  expect(await mine).toBe(0)
  await other.result
  expect(barrier.broken).toBe(false)
})

test.each(['thread', 'process'] as const)(
  'an actor that ends well breaks no barrier that lies unread in its inbox, in: %s',
  async (place) => {
    const barrier = new Barrier(2)
    const started = spawn(endsWell, [], { in: place })
    // Before it runs: it is not known yet whether it takes a barrier.
    started.send(barrier)
    await started.result
    await started.join()
    expect(barrier.broken).toBe(false)
    const other = spawn(meets, [barrier, new Value('int32'), 'wait', 1], { in: place })
    expect([await barrier.wait(), await other.result]).toEqual([
      expect.any(Number),
      [expect.any(Number)],
    ])
    expect(barrier.broken).toBe(false)
  },
)
