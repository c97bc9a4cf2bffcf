// Starts, one after the other: from the call until the first message of the started code is here.
// The end of what was started is awaited too, off the clock.

import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { assertEqual } from '../items.mjs'
import { phasesOf, report } from '../program.mjs'

export async function measureStarts(start, amount) {
  const phases = phasesOf(amount)
  let milliseconds = 0
  for (const phase of phases) {
    milliseconds = 0
    for (let index = 0; index < phase; index++) {
      const began = performance.now()
      const started = start()
      const [message] = await once(started, 'message')
      milliseconds += performance.now() - began
      assertEqual('first message', message, 'started')
      const [code] = await once(started, 'exit')
      assertEqual('exit code', code, 0)
    }
  }
  report(phases.at(-1), milliseconds)
}
