// Writing and reading float64, once over all of it an operation: through a view of shared memory, or on an ArrayBuffer
// of its own. The operations that are reported are bytes.

import { performance } from 'node:perf_hooks'
import { main } from '@troupe/runtime'
import { SharedMemory } from '@troupe/shared-memory'
import { assertEqual } from '../items.mjs'
import { phasesOf, programArguments, report } from '../program.mjs'

/** A pass goes over all items. `expected` is the sum that it returns or, when it writes, that is read off the clock. */
const works = {
  fill: {
    pass: (items, turn) => {
      items.fill(turn)
    },
    expected: (length, turn) => length * turn,
  },
  store: {
    pass: (items, turn) => {
      for (let index = 0; index < items.length; index++) items[index] = index + turn
    },
    expected: (length, turn) => (length * (length - 1)) / 2 + length * turn,
  },
  sum: {
    prepare: (items) => works.store.pass(items, 1),
    pass: (items) => sumOf(items),
    expected: (length) => works.store.expected(length, 1),
  },
}

function sumOf(items) {
  let sum = 0
  for (let index = 0; index < items.length; index++) sum += items[index]
  return sum
}

main(import.meta, () => {
  const given = programArguments({ work: 'fill', on: 'view', amount: 10, size: 2 ** 26 })
  const phases = phasesOf(given.amount)
  const { prepare, pass, expected } = works[given.work]
  const memory = given.on === 'view' ? SharedMemory.create({ size: given.size }) : undefined
  const items = memory?.view('float64') ?? new Float64Array(given.size / 8)
  prepare?.(items)
  let milliseconds = 0
  for (const phase of phases) {
    let last
    const start = performance.now()
    for (let turn = 1; turn <= phase; turn++) {
      last = pass(items, turn)
      if (last !== undefined) assertEqual('sum', last, expected(items.length))
    }
    milliseconds = performance.now() - start
    if (last === undefined) assertEqual('sum', sumOf(items), expected(items.length, phase))
  }
  memory?.[Symbol.dispose]()
  report(phases.at(-1) * given.size, milliseconds)
})
