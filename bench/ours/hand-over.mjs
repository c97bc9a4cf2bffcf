// An array in a queue to another actor, which answers: by handle, when it is a view of shared memory, or as a copy.

import { actor, main, Queue, spawn } from '@troupe/runtime'
import { SharedMemory } from '@troupe/shared-memory'
import { answerTo, measureHandOvers, SIZE } from '../hand-over.mjs'
import { programArguments } from '../program.mjs'

const receive = actor(
  import.meta,
  'receive',
  { shares: [SharedMemory] },
  async (_ctx, arrays, answers) => {
    for await (const array of arrays) await answers.put(answerTo(array))
  },
)

main(import.meta, async () => {
  const given = programArguments({ by: 'handle', in: 'process', amount: 10, size: SIZE })
  const memory = given.by === 'handle' ? SharedMemory.create({ size: given.size }) : undefined
  const array = memory?.view('float64') ?? new Float64Array(given.size / 8)
  const arrays = new Queue()
  const answers = new Queue()
  const args = [arrays.consumer(), answers.producer()]
  const ref = spawn(receive, args, { in: given.in })
  const handOver = async () => {
    await arrays.put(array)
    return answers.get()
  }
  await measureHandOvers(array, handOver, given.amount)
  arrays.close()
  await ref.result
  memory?.[Symbol.dispose]()
})
