// 01: a global is not shared. Every actor has its own memory, in a thread as in a process.
//
// Expected output:
// Counters of the actors: 100000, 100000
// Counter of main: 0
import { actor, main, spawn } from '@troupe/runtime'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

let counter = 0 // each place that imports this file has its own

const increment = actor(import.meta, 'increment', async () => {
  for (let i = 0; i < 100_000; i += 1) counter += 1
  return counter
})

main(import.meta, async () => {
  const one = spawn(increment, [], { in: place })
  const two = spawn(increment, [], { in: place })
  console.log(`Counters of the actors: ${await one.result}, ${await two.result}`)
  console.log(`Counter of main: ${counter}`)
})
