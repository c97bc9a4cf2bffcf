// Producer and consumer, step 3: consumers put results into a second queue, which main reads.
//
// Expected output:
// 100 numbers, 25 of them prime: 2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79 83 89 97
import { actor, type Consumer, main, type Producer, Queue, spawn } from '@troupe/runtime'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

interface Result {
  number: number
  prime: boolean
}

const producer = actor(
  import.meta,
  'producer',
  async (_ctx, out: Producer<number>, count: number) => {
    for (let number = 0; number < count; number += 1) await out.put(number)
  },
)

const consumer = actor(
  import.meta,
  'consumer',
  async (_ctx, numbers: Consumer<number>, results: Producer<Result>) => {
    for await (const number of numbers) await results.put({ number, prime: isPrime(number) })
  },
)

function isPrime(number: number): boolean {
  for (let factor = 2; factor * factor <= number; factor += 1) {
    if (number % factor === 0) return false
  }
  return number > 1
}

main(import.meta, async () => {
  const numbers = new Queue<number>()
  const results = new Queue<Result>()
  const ends = [1, 2, 3].map(() => [numbers.consumer(), results.producer()] as const)
  for (const [items, out] of ends) spawn(consumer, [items, out], { in: place })
  spawn(producer, [numbers.producer(), 100], { in: place })
  const all: Result[] = []
  for await (const result of results) all.push(result) // ends with the last consumer
  const primes = all.filter(({ prime }) => prime).map(({ number }) => number)
  primes.sort((a, b) => a - b)
  console.log(`${all.length} numbers, ${primes.length} of them prime: ${primes.join(' ')}`)
})
