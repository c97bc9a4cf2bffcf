// spawn: from the call until the first message of the started actor is here.
// The actor's end is awaited too, off the clock.

import { actor, main, Queue, spawn } from '@troupe/runtime'

const starting = actor(import.meta, 'starting', (_ctx, out) => out.putSync('started'))

main(import.meta, async () => {
  // As in the rivals, what is started loads nothing of these.
  const { assertEqual } = await import('../items.mjs')
  const { phasesOf, programArguments, report } = await import('../program.mjs')
  const given = programArguments({ in: 'thread', amount: 10 })
  const phases = phasesOf(given.amount)
  let milliseconds = 0
  for (const phase of phases) {
    milliseconds = 0
    for (let index = 0; index < phase; index++) {
      const messages = new Queue()
      const out = messages.producer()
      const began = performance.now()
      const ref = spawn(starting, [out], { in: given.in })
      const message = await messages.get()
      milliseconds += performance.now() - began
      assertEqual('first message', message, 'started')
      await ref.result
      messages.close()
    }
  }
  report(phases.at(-1), milliseconds)
})
