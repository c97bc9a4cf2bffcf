// 10: five actors put their results into one queue; main collects them.
//
// Expected output:
// { '0': 0, '1': 1, '2': 4, '3': 9, '4': 16 }
import { actor, main, type Producer, Queue, spawn } from '@troupe/runtime'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

type Result = [number: number, square: number]

const square = actor(
  import.meta,
  'square',
  async (_ctx, number: number, results: Producer<Result>) => {
    await results.put([number, number ** 2])
  },
)

main(import.meta, async () => {
  const queue = new Queue<Result>()
  const ends = [0, 1, 2, 3, 4].map(() => queue.producer()) // all ends before the first actor
  for (const [number, end] of ends.entries()) spawn(square, [number, end], { in: place })
  const results: Record<number, number> = {}
  for await (const [number, result] of queue) results[number] = result // ends with the last actor
  console.log(results)
})
