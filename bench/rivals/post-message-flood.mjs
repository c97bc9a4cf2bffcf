// worker.postMessage: the main thread floods a worker thread.
// Everything at once: turns of the event loop in between (`--burst 1000`) spare memory but cost time,
// a quarter of the rate with small objects.

import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { assertEqual, itemKind, weightOf } from '../items.mjs'
import { phasesOf, programArguments, report } from '../program.mjs'

async function sender() {
  const given = programArguments({ item: 'int', amount: 10_000, burst: 10_000_000 })
  const phases = phasesOf(given.amount)
  const { make } = itemKind(given.item)
  const worker = new Worker(new URL(import.meta.url), { workerData: { kind: given.item, phases } })
  await once(worker, 'message') // it listens
  let milliseconds = 0
  for (const phase of phases) {
    const answer = once(worker, 'message')
    const start = performance.now()
    for (let index = 0; index < phase; ) {
      const end = Math.min(index + given.burst, phase)
      for (; index < end; index++) worker.postMessage(make(index))
      await new Promise(setImmediate)
    }
    const [sum] = await answer
    milliseconds = performance.now() - start
    assertEqual('weight', sum, weightOf(given.item, phase))
  }
  await worker.terminate()
  report(phases.at(-1), milliseconds)
}

function receiver() {
  const { kind, phases } = workerData
  const { weigh } = itemKind(kind)
  let left = phases.shift()
  let sum = 0
  parentPort.on('message', (item) => {
    sum += weigh(item)
    if (--left > 0) return
    parentPort.postMessage(sum)
    sum = 0
    left = phases.shift()
  })
  parentPort.postMessage('listening')
}

if (isMainThread) await sender()
else receiver()
