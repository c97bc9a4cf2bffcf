// SharedMemory.attach to a segment of 1 MiB that is there; one item is read through each handle, then it is closed.

import { performance } from 'node:perf_hooks'
import { main } from '@troupe/runtime'
import { SharedMemory } from '@troupe/shared-memory'
import { assertEqual } from '../items.mjs'
import { phasesOf, programArguments, report } from '../program.mjs'

const MARK = 7

main(import.meta, () => {
  const given = programArguments({ amount: 100, size: 2 ** 20 })
  const phases = phasesOf(given.amount)
  const memory = SharedMemory.create({ size: given.size })
  memory.bytes[given.size - 1] = MARK
  let milliseconds = 0
  for (const phase of phases) {
    let sum = 0
    const start = performance.now()
    for (let index = 0; index < phase; index++) {
      const attached = SharedMemory.attach(memory.name)
      sum += attached.bytes[given.size - 1]
      attached.close()
    }
    milliseconds = performance.now() - start
    assertEqual('sum', sum, MARK * phase)
  }
  memory[Symbol.dispose]()
  report(phases.at(-1), milliseconds)
})
