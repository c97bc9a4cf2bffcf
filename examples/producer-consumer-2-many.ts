// Producer and consumer, step 2: three producers and two consumers on one queue. Each item is consumed once.
//
// Expected output:
// 2 consumers consumed 3000 items, whose sum is 4498500
import { actor, type Consumer, main, type Producer, Queue, spawn } from '@troupe/runtime'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

const producer = actor(
  import.meta,
  'producer',
  async (_ctx, out: Producer<number>, first: number) => {
    for (let item = first; item < first + 1000; item += 1) await out.put(item)
  },
)

const consumer = actor(import.meta, 'consumer', async (_ctx, items: Consumer<number>) => {
  const consumed = { count: 0, sum: 0 }
  for await (const item of items) {
    consumed.count += 1
    consumed.sum += item
  }
  return consumed
})

main(import.meta, async () => {
  const q = new Queue<number>({ maxsize: 100 }) // producers wait while 100 items lie in it
  const outs = [0, 1000, 2000].map((first) => [q.producer(), first] as const)
  const ins = [q.consumer(), q.consumer()] // all ends are made before the first actor starts
  const consumers = ins.map((items) => spawn(consumer, [items], { in: place }))
  for (const [out, first] of outs) spawn(producer, [out, first], { in: place })
  const consumed = await Promise.all(consumers.map((ref) => ref.result))
  const count = consumed.reduce((all, one) => all + one.count, 0)
  const sum = consumed.reduce((all, one) => all + one.sum, 0)
  console.log(`${consumers.length} consumers consumed ${count} items, whose sum is ${sum}`)
})
