// An array is handed over, one turn after the other: the receiver reads its first and its last item and answers with
// their sum (rivals/python/hand_over.py says the same in Python). Both are written anew each turn, so that what came
// earlier is no answer.

import { performance } from 'node:perf_hooks'
import { assertEqual } from './items.mjs'
import { phasesOf, report } from './program.mjs'

export const SIZE = 100 * 2 ** 20

export const answerTo = (array) => array[0] + array[array.length - 1]

/** `handOver(array)` resolves to the answer. */
export async function measureHandOvers(array, handOver, amount) {
  const phases = phasesOf(amount)
  let milliseconds = 0
  for (const phase of phases) {
    milliseconds = 0
    for (let turn = 1; turn <= phase; turn++) {
      array[0] = turn
      array[array.length - 1] = 2 * turn
      const start = performance.now()
      const answer = await handOver(array)
      milliseconds += performance.now() - start
      assertEqual('answer', answer, 3 * turn)
    }
  }
  report(phases.at(-1), milliseconds)
}
