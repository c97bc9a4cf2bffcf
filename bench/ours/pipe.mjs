// Pipe: an int goes to another actor and comes back, one at a time; blocking or awaiting.
// The actor that asks measures, and its result is the time.

import { performance } from 'node:perf_hooks'
import { actor, main, Pipe, spawn } from '@troupe/runtime'
import { assertEqual } from '../items.mjs'
import { phasesOf, programArguments, report } from '../program.mjs'

const asking = {
  sync: actor(import.meta, 'ask-sync', (_ctx, connection, phases) => {
    let milliseconds = 0
    for (const phase of phases) {
      let sum = 0
      const start = performance.now()
      for (let index = 0; index < phase; index++) {
        connection.sendSync(index)
        sum += connection.recvSync()
      }
      milliseconds = performance.now() - start
      assertEqual('sum', sum, (phase * (phase - 1)) / 2)
    }
    return milliseconds
  }),

  await: actor(import.meta, 'ask-await', async (_ctx, connection, phases) => {
    let milliseconds = 0
    for (const phase of phases) {
      let sum = 0
      const start = performance.now()
      for (let index = 0; index < phase; index++) {
        await connection.send(index)
        sum += await connection.recv()
      }
      milliseconds = performance.now() - start
      assertEqual('sum', sum, (phase * (phase - 1)) / 2)
    }
    return milliseconds
  }),
}

const echoing = {
  sync: actor(import.meta, 'echo-sync', (_ctx, connection, amount) => {
    for (let index = 0; index < amount; index++) connection.sendSync(connection.recvSync())
  }),

  await: actor(import.meta, 'echo-await', async (_ctx, connection, amount) => {
    for (let index = 0; index < amount; index++) await connection.send(await connection.recv())
  }),
}

main(import.meta, async () => {
  const given = programArguments({ form: 'sync', in: 'process', amount: 1000 })
  const phases = phasesOf(given.amount)
  const total = phases.reduce((sum, phase) => sum + phase)
  const [here, there] = Pipe()
  const echo = spawn(echoing[given.form], [there, total], { in: given.in })
  const ask = spawn(asking[given.form], [here, phases], { in: given.in })
  const milliseconds = await ask.result
  await echo.result
  report(phases.at(-1), milliseconds)
})
