// new Worker: start a thread and hear from it.

import { isMainThread, parentPort, Worker } from 'node:worker_threads'

if (isMainThread) {
  const { programArguments } = await import('../program.mjs')
  const { measureStarts } = await import('./starts.mjs')
  const given = programArguments({ amount: 10 })
  await measureStarts(() => new Worker(new URL(import.meta.url)), given.amount)
} else {
  parentPort.postMessage('started')
}
