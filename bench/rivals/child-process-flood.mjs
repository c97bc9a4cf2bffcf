// child_process.fork: the parent floods its child through the IPC channel.
// The next burst is sent when the one before has been handed to the channel: a sender that never
// waits only piles up memory, and is slower.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { assertEqual, itemKind, weightOf } from '../items.mjs'
import { phasesOf, programArguments, report } from '../program.mjs'

async function parent() {
  const given = programArguments({ item: 'int', serialization: 'json', amount: 10_000, burst: 200 })
  const phases = phasesOf(given.amount)
  const { make } = itemKind(given.item)
  const child = fork(fileURLToPath(import.meta.url), [given.item, ...phases.map(String)], {
    serialization: given.serialization,
    env: { ...process.env, BENCH_CHILD: '1' },
  })
  await once(child, 'message') // it listens
  let milliseconds = 0
  for (const phase of phases) {
    const answer = once(child, 'message')
    const start = performance.now()
    for (let index = 0; index < phase; ) {
      const end = Math.min(index + given.burst, phase)
      for (; index < end - 1; index++) child.send(make(index))
      await new Promise((resolve) => child.send(make(index++), resolve))
    }
    const [sum] = await answer
    milliseconds = performance.now() - start
    assertEqual('weight', sum, weightOf(given.item, phase))
  }
  child.disconnect()
  await once(child, 'exit')
  report(phases.at(-1), milliseconds)
}

function child() {
  const [kind, ...phases] = process.argv.slice(2)
  const { weigh } = itemKind(kind)
  let left = Number(phases.shift())
  let sum = 0
  process.on('message', (item) => {
    sum += weigh(item)
    if (--left > 0) return
    process.send(sum)
    sum = 0
    left = Number(phases.shift())
  })
  process.send('listening')
}

if (process.env.BENCH_CHILD === '1') child()
else await parent()
