// worker.postMessage: an int goes to a worker thread and comes back, one at a time.

import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { programArguments } from '../program.mjs'
import { measureRoundTrips } from './round-trips.mjs'

if (isMainThread) {
  const given = programArguments({ amount: 1000 })
  const worker = new Worker(new URL(import.meta.url))
  await once(worker, 'message') // it listens
  await measureRoundTrips(worker, (item) => worker.postMessage(item), given.amount)
  await worker.terminate()
} else {
  parentPort.on('message', (item) => parentPort.postMessage(item))
  parentPort.postMessage('listening')
}
