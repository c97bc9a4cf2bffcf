// 02: two actors add to one value without a lock. `+= 1` reads and then writes: what another wrote in between is lost.
// Both start at a barrier, and rounds repeat until it is seen. In which round, and how much is lost, varies.
//
// Expected output:
// Counter: less than 200000, updates were lost
import { actor, main, spawn } from '@troupe/runtime'
import { Barrier, Value } from '@troupe/shared'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

const increment = actor(
  import.meta,
  'increment',
  { shares: [Value, Barrier] },
  (_ctx, counter: Value, start: Barrier, n: number) => {
    start.waitSync()
    for (let i = 0; i < n; i += 1) counter.value += 1
  },
)

main(import.meta, async () => {
  const counter = new Value('i', 0) // 'i' as in Python, or 'int32'
  const start = new Barrier(2)
  let rounds = 0
  do {
    counter.value = 0
    const actors = [1, 2].map(() => spawn(increment, [counter, start, 100_000], { in: place }))
    await Promise.all(actors.map((one) => one.join()))
    rounds += 1
  } while (counter.value === 200_000 && rounds < 50)
  const seen = counter.value < 200_000 ? 'less than 200000, updates were lost' : counter.value
  console.log(`Counter: ${seen}`)
})
