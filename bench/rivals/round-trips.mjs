// Round trips over anything that emits 'message': the answer's own listener sends the next item,
// which is the fastest way both rivals can be used.

import { performance } from 'node:perf_hooks'
import { assertEqual } from '../items.mjs'
import { phasesOf, report } from '../program.mjs'

export async function measureRoundTrips(emitter, send, amount) {
  const phases = phasesOf(amount)
  let milliseconds = 0
  for (const phase of phases) {
    const start = performance.now()
    const sum = await roundTrips(emitter, send, phase)
    milliseconds = performance.now() - start
    assertEqual('sum', sum, (phase * (phase - 1)) / 2)
  }
  report(phases.at(-1), milliseconds)
}

function roundTrips(emitter, send, amount) {
  return new Promise((resolve) => {
    let index = 0
    let sum = 0
    const next = (item) => {
      sum += item
      if (++index < amount) return send(index)
      emitter.off('message', next)
      resolve(sum)
    }
    emitter.on('message', next)
    send(0)
  })
}
