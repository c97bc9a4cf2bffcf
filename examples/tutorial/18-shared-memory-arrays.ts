// 18: four actors square a million numbers in place. Each gets its part as a typed array on the same memory.
//
// Expected output:
// First 10: 0 1 4 9 16 25 36 49 64 81
// 4 parts of 250000 items, the last from byte 6000000 on
// Same as by a plain loop: true
// Actors # ms, plain loop # ms
import { actor, main, spawn } from '@troupe/runtime'
import { SharedMemory } from '@troupe/shared-memory'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'
const SIZE = 1_000_000
const ACTORS = 4

const square = actor(
  import.meta,
  'square',
  { shares: [SharedMemory] },
  (_ctx, part: Float64Array) => {
    for (let i = 0; i < part.length; i += 1) part[i]! *= part[i]!
    return [part.length, part.byteOffset]
  },
)

main(import.meta, async () => {
  const memory = SharedMemory.create({ size: SIZE * 8 })
  try {
    const numbers = memory.view('float64')
    const plain = Float64Array.from({ length: SIZE }, (_, i) => i)
    numbers.set(plain)

    const start = performance.now()
    const parts = await Promise.all(
      Array.from({ length: ACTORS }, (_, i) => {
        const part = numbers.subarray((i * SIZE) / ACTORS, ((i + 1) * SIZE) / ACTORS)
        return spawn(square, [part], { in: place }).result // a view, not a copy
      }),
    )
    const middle = performance.now()
    for (let i = 0; i < SIZE; i += 1) plain[i]! *= plain[i]!
    const end = performance.now()

    const [items, byte] = parts.at(-1)!
    console.log('First 10:', numbers.subarray(0, 10).join(' '))
    console.log(`${parts.length} parts of ${items} items, the last from byte ${byte} on`)
    console.log(`Same as by a plain loop: ${plain.every((one, i) => one === numbers[i])}`)
    const [ours, theirs] = [middle - start, end - middle].map(Math.round)
    console.log(`Actors ${ours} ms, plain loop ${theirs} ms`)
  } finally {
    memory.close()
    memory.unlink()
  }
})
