// 09: a queue between two actors. No sentinel: the queue ends when its last producer end does.
//
// Expected output (the lines of the two actors may interleave):
// Produced: 1
// Produced: 2
// Produced: 3
// Produced: 4
// Produced: 5
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
    for (const item of items) {
      await out.put(item)
      console.log(`Produced: ${item}`)
    }
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
