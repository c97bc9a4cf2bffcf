// 08: ten actors add to every item of one array, one after another: each holds the lock.
//
// Expected output:
// [ 10, 10, 10, 10, 10 ]
import { actor, main, spawn } from '@troupe/runtime'
import { Lock, SharedArray } from '@troupe/shared'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

const add = actor(
  import.meta,
  'add',
  { shares: [SharedArray, Lock] },
  (_ctx, array: SharedArray, lock: Lock, amount: number) =>
    lock.with(() => {
      for (let i = 0; i < array.length; i += 1) array[i]! += amount
    }),
)

main(import.meta, async () => {
  const array = new SharedArray('i', [0, 0, 0, 0, 0])
  const lock = new Lock()
  const actors = Array.from({ length: 10 }, () => spawn(add, [array, lock, 1], { in: place }))
  await Promise.all(actors.map((one) => one.join()))
  console.log([...array])
})
