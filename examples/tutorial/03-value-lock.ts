// 03: two actors add to one value, each time with a lock held. No update is lost.
//
// Expected output:
// Counter: 200000
import { actor, main, spawn } from '@troupe/runtime'
import { Lock, Value } from '@troupe/shared'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

const increment = actor(
  import.meta,
  'increment',
  { shares: [Value, Lock] },
  (_ctx, counter: Value, lock: Lock, n: number) => {
    for (let i = 0; i < n; i += 1) lock.withSync(() => (counter.value += 1))
  },
)

main(import.meta, async () => {
  const counter = new Value('i', 0)
  const lock = new Lock()
  const actors = [1, 2].map(() => spawn(increment, [counter, lock, 100_000], { in: place }))
  await Promise.all(actors.map((one) => one.join()))
  console.log(`Counter: ${counter.value}`)
})
