// 17: an actor doubles numbers that lie in named shared memory: nothing is copied.
//
// Expected output:
// Before: [ 1, 2, 3, 4, 5 ]
// After: [ 2, 4, 6, 8, 10 ]
import { actor, main, spawn } from '@troupe/runtime'
import { SharedMemory } from '@troupe/shared-memory'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

const double = actor(
  import.meta,
  'double',
  { shares: [SharedMemory] },
  (_ctx, memory: SharedMemory) => {
    const numbers = memory.view('float64')
    for (let i = 0; i < numbers.length; i += 1) numbers[i]! *= 2
    memory.close()
  },
)

main(import.meta, async () => {
  const memory = SharedMemory.create({ size: 5 * 8 })
  const numbers = memory.view('float64')
  numbers.set([1, 2, 3, 4, 5])
  console.log('Before:', [...numbers])
  await spawn(double, [memory], { in: place }).join() // a program in Python attaches by memory.name
  console.log('After:', [...numbers])
  memory.close()
  memory.unlink()
})
