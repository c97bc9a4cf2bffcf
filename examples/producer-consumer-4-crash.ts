// Producer and consumer, step 4: a producer and a consumer are killed in the middle of their work.
// What was put before the death is there; only what the dead consumer had taken is gone with it.
//
// Expected output:
// Killed: the endless producer and the first consumer
// Of 1000 items of the other producer, at most one is missing: true
// Of the killed one's items up to its last, at most one is missing: true
// Missing in all at most one: true
// Arrived twice: 0
import { actor, type Consumer, main, type Producer, Queue, spawn } from '@troupe/runtime'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

type Item = [from: 'endless' | 'other', number: number]

const producer = actor(
  import.meta,
  'producer',
  async (_ctx, out: Producer<Item>, name: Item[0], count: number) => {
    for (let number = 0; number < count; number += 1) await out.put([name, number])
  },
)

const consumer = actor(
  import.meta,
  'consumer',
  async (_ctx, items: Consumer<Item>, arrived: Producer<Item>) => {
    for await (const item of items) await arrived.put(item)
  },
)

main(import.meta, async () => {
  const items = new Queue<Item>({ maxsize: 10 })
  const arrived = new Queue<Item>({ maxsize: 10 })
  const [first, second] = [items.consumer(), items.consumer()]
  const [fromFirst, fromSecond] = [arrived.producer(), arrived.producer()]
  const [endlessOut, otherOut] = [items.producer(), items.producer()]
  const doomed = spawn(consumer, [first, fromFirst], { in: place })
  spawn(consumer, [second, fromSecond], { in: place })
  const endless = spawn(producer, [endlessOut, 'endless', Number.POSITIVE_INFINITY], { in: place })
  spawn(producer, [otherOut, 'other', 1000], { in: place })

  const numbers = { endless: new Set<number>(), other: new Set<number>() }
  let count = 0
  for await (const [from, number] of arrived) {
    numbers[from].add(number)
    count += 1
    if (numbers.endless.size === 100) endless.kill()
    if (numbers.other.size === 500) doomed.kill()
  }
  const missingOther = 1000 - numbers.other.size
  const missingEndless = Math.max(...numbers.endless) + 1 - numbers.endless.size
  console.log('Killed: the endless producer and the first consumer')
  console.log(`Of 1000 items of the other producer, at most one is missing: ${missingOther <= 1}`)
  console.log(
    `Of the killed one's items up to its last, at most one is missing: ${missingEndless <= 1}`,
  )
  console.log(`Missing in all at most one: ${missingOther + missingEndless <= 1}`)
  console.log(`Arrived twice: ${count - numbers.other.size - numbers.endless.size}`)
})
