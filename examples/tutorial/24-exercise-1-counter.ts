// 24, exercise 1: four actors add 50,000 each to one counter, with a lock and without. Without it they start at a
// barrier, and rounds repeat until an update is lost.
//
// Expected output:
// With lock: 200000 (expected 200000)
// Without lock: less than 200000
import { actor, main, spawn } from '@troupe/runtime'
import { Barrier, Lock, Value } from '@troupe/shared'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'
const FOUR = [1, 2, 3, 4]

const withLock = actor(
  import.meta,
  'withLock',
  { shares: [Value, Lock] },
  (_ctx, counter: Value, lock: Lock) => {
    for (let i = 0; i < 50_000; i += 1) lock.withSync(() => (counter.value += 1))
  },
)

const withoutLock = actor(
  import.meta,
  'withoutLock',
  { shares: [Value, Barrier] },
  (_ctx, counter: Value, start: Barrier) => {
    start.waitSync()
    for (let i = 0; i < 50_000; i += 1) counter.value += 1
  },
)

main(import.meta, async () => {
  const safe = new Value('i', 0)
  const lock = new Lock()
  const lockers = FOUR.map(() => spawn(withLock, [safe, lock], { in: place }))
  await Promise.all(lockers.map((one) => one.join()))
  console.log(`With lock: ${safe.value} (expected 200000)`)

  const unsafe = new Value('i', 0)
  const start = new Barrier(4)
  let rounds = 0
  do {
    unsafe.value = 0
    const racers = FOUR.map(() => spawn(withoutLock, [unsafe, start], { in: place }))
    await Promise.all(racers.map((one) => one.join()))
    rounds += 1
  } while (unsafe.value === 200_000 && rounds < 50)
  console.log(`Without lock: ${unsafe.value < 200_000 ? 'less than 200000' : unsafe.value}`)
})
