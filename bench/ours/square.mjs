// Four actors in processes square a million numbers in place. An operation is a round: each gets its part as a view,
// squares it, and answers. In the rounds of the phase that counts all of them are long running (places warm). Off the
// clock main writes the numbers anew, and compares every one with what a plain loop made.

import { performance } from 'node:perf_hooks'
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { SharedMemory } from '@troupe/shared-memory'
import { assertEqual } from '../items.mjs'
import { phasesOf, programArguments, report } from '../program.mjs'

const ACTORS = 4
const OPTIONS = { shares: [SharedMemory] }

function square(part) {
  for (let index = 0; index < part.length; index++) part[index] *= part[index]
  return part.length
}

function countEqual(numbers, others) {
  let count = 0
  for (let index = 0; index < numbers.length; index++) if (numbers[index] === others[index]) count++
  return count
}

const squaring = {
  sync: actor(import.meta, 'square-sync', OPTIONS, (_ctx, parts, answers, rounds) => {
    for (let round = 0; round < rounds; round++) answers.putSync(square(parts.getSync()))
  }),

  await: actor(import.meta, 'square-await', OPTIONS, async (_ctx, parts, answers, rounds) => {
    for (let round = 0; round < rounds; round++) await answers.put(square(await parts.get()))
  }),
}

/** Each returns how many numbers were squared. */
const roundOf = {
  sync: (actors, answers) => {
    for (const { queue, part } of actors) queue.putSync(part)
    let squared = 0
    for (const _ of actors) squared += answers.getSync()
    return squared
  },

  await: async (actors, answers) => {
    for (const { queue, part } of actors) await queue.put(part)
    let squared = 0
    for (const _ of actors) squared += await answers.get()
    return squared
  },
}

main(import.meta, async () => {
  const given = programArguments({ form: 'sync', amount: 20, size: 1_000_000 })
  const { form, size } = given
  const phases = phasesOf(given.amount)
  const rounds = phases.reduce((sum, phase) => sum + phase)
  const memory = SharedMemory.create({ size: size * 8 })
  const numbers = memory.view('float64')
  const plain = Float64Array.from({ length: size }, (_, index) => index)
  const squares = plain.map((number) => number * number)
  const answers = new Queue()
  const actors = Array.from({ length: ACTORS }, (_, index) => {
    const part = numbers.subarray((index * size) / ACTORS, ((index + 1) * size) / ACTORS)
    const queue = new Queue()
    const args = [queue.consumer(), answers.producer(), rounds]
    return { queue, part, ref: spawn(squaring[form], args, { in: 'process' }) }
  })

  let milliseconds = 0
  for (const phase of phases) {
    milliseconds = 0
    for (let round = 0; round < phase; round++) {
      numbers.set(plain)
      const start = performance.now()
      const squared = await roundOf[form](actors, answers)
      milliseconds += performance.now() - start
      assertEqual('squared', squared, size)
      assertEqual('numbers as by a plain loop', countEqual(numbers, squares), size)
    }
  }
  await Promise.all(actors.map(({ ref }) => ref.result))
  memory[Symbol.dispose]()
  report(phases.at(-1), milliseconds)
})
