// A system of ten waiting places: five processes and five threads, blocked and awaiting, on a queue
// and on a pipe. Reports the CPU time of the whole system while nothing happens, then shows that
// all ten were waiting by waking them.
// One "operation" is one place that answered. V8's memory reducer collects a few times in the first 20 s,
// so the clock starts after that.

import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { actor, main, Pipe, Queue, spawn } from '@troupe/runtime'
import { cpuMillisecondsBetween, cpuTimes } from '../cpu-time.mjs'
import { assertEqual } from '../items.mjs'
import { programArguments, report } from '../program.mjs'

const waiting = {
  queueSync: actor(import.meta, 'queue-sync', (_ctx, items, answers) => {
    answers.putSync(process.pid)
    answers.putSync(items.getSync())
  }),
  queueAwait: actor(import.meta, 'queue-await', async (_ctx, items, answers) => {
    await answers.put(process.pid)
    await answers.put(await items.get())
  }),
  pipeSync: actor(import.meta, 'pipe-sync', (_ctx, connection, answers) => {
    answers.putSync(process.pid)
    answers.putSync(connection.recvSync())
  }),
  pipeAwait: actor(import.meta, 'pipe-await', async (_ctx, connection, answers) => {
    await answers.put(process.pid)
    await answers.put(await connection.recv())
  }),
}

const FORMS = ['queueSync', 'queueAwait', 'pipeSync', 'pipeAwait', 'queueSync']

main(import.meta, async () => {
  const given = programArguments({ amount: 10_000, settle: 25_000 })
  const answers = new Queue()
  const items = new Queue()
  const pipes = []
  const actors = ['process', 'thread'].flatMap((place) =>
    FORMS.map((form) => {
      if (form.startsWith('queue'))
        return spawn(waiting[form], [items, answers.producer()], { in: place })
      const [here, there] = Pipe()
      pipes.push(here)
      return spawn(waiting[form], [there, answers.producer()], { in: place })
    }),
  )
  const processes = new Set([process.pid])
  for (const _ of actors) processes.add(await answers.get())
  assertEqual('processes', processes.size, 6)
  await sleep(given.settle)

  const before = cpuTimes(processes)
  const start = performance.now()
  await sleep(given.amount)
  const cpu = cpuMillisecondsBetween(before, cpuTimes(processes))
  const milliseconds = performance.now() - start

  for (const pipe of pipes) await pipe.send('wake')
  for (let count = pipes.length; count < actors.length; count++) await items.put('wake')
  for (const _ of actors) assertEqual('answer', await answers.get(), 'wake')
  await Promise.all(actors.map((ref) => ref.result))
  report(actors.length, milliseconds, { share: cpu / milliseconds })
})
