// 04: a value has a lock of its own. For one addition `counter.add(1)` needs none.
//
// Expected output:
// Counter: 200000
import { actor, main, spawn } from '@troupe/runtime'
import { Value } from '@troupe/shared'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

const increment = actor(
  import.meta,
  'increment',
  { shares: [Value] },
  (_ctx, counter: Value, n: number) => {
    const lock = counter.getLock()
    for (let i = 0; i < n; i += 1) lock.withSync(() => (counter.value += 1))
  },
)

main(import.meta, async () => {
  const counter = new Value('i', 0)
  const actors = [1, 2].map(() => spawn(increment, [counter, 100_000], { in: place }))
  await Promise.all(actors.map((one) => one.join()))
  console.log(`Counter: ${counter.value}`)
})
