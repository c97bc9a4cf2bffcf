// 06: an actor fills an array that main reads. It is a typed array, on memory that both see.
//
// Expected output:
// [ 10, 11, 12, 13, 14 ]
import { actor, main, spawn } from '@troupe/runtime'
import { SharedArray } from '@troupe/shared'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

const fill = actor(
  import.meta,
  'fill',
  { shares: [SharedArray] },
  (_ctx, array: SharedArray, start: number) => {
    for (let i = 0; i < array.length; i += 1) array[i] = start + i
  },
)

main(import.meta, async () => {
  const array = new SharedArray('d', 5) // 'd' as in Python, or 'float64'
  await spawn(fill, [array, 10], { in: place }).join()
  console.log([...array])
})
