// Producer and consumer, step 1: one of each. No close, no sentinel, no join.
//
// Expected output:
// Consumed: 1
// Consumed: 2
// Consumed: 3
// Consumed: 4
// Consumed: 5
import { actor, type Consumer, main, type Producer, Queue, spawn } from '@troupe/runtime'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

const producer = actor(
  import.meta,
  'producer',
  async (_ctx, out: Producer<number>, items: number[]) => {
    for (const item of items) await out.put(item)
  },
)

const consumer = actor(import.meta, 'consumer', async (_ctx, items: Consumer<number>) => {
  for await (const item of items) console.log(`Consumed: ${item}`)
})

main(import.meta, () => {
  const q = new Queue<number>()
  spawn(producer, [q.producer(), [1, 2, 3, 4, 5]], { in: place })
  spawn(consumer, [q.consumer()], { in: place })
})
