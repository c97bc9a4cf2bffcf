// worker.postMessage: an array as a message to a worker thread, which answers. It is copied, and so stays here too; or
// it lies on a SharedArrayBuffer, and is not.

import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { answerTo, measureHandOvers, SIZE } from '../hand-over.mjs'
import { programArguments } from '../program.mjs'

if (isMainThread) {
  const given = programArguments({ by: 'copy', amount: 1, size: SIZE })
  const memory = new (given.by === 'shared' ? SharedArrayBuffer : ArrayBuffer)(given.size)
  const worker = new Worker(new URL(import.meta.url))
  await once(worker, 'message') // it listens
  const handOver = async (array) => {
    const answer = once(worker, 'message')
    worker.postMessage(array)
    return (await answer)[0]
  }
  await measureHandOvers(new Float64Array(memory), handOver, given.amount)
  await worker.terminate()
} else {
  parentPort.on('message', (array) => parentPort.postMessage(answerTo(array)))
  parentPort.postMessage('listening')
}
