// A process whose main thread never loads the addon. Its workers do, one after the other, each the root of a
// system of its own with a process that rings it all the time, and end in every way. Prints how many ended.
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { isThere } from '../is-there.mjs'

const WAYS = [
  'natural',
  'exit',
  'throw',
  'reject',
  'terminate',
  'terminateBlocked',
  'terminateBusy',
]
const [count, seed] = process.argv.slice(2).map(Number)

for (let i = 0; i < count; i++) {
  const way = WAYS[(i + seed) % WAYS.length]
  const ms = (seed * (i + 7)) % 20
  const worker = new Worker(new URL('./worker-root.mjs', import.meta.url), {
    workerData: { way, ms },
  })
  worker.on('error', (error) => {
    if (error.message !== 'on purpose') throw error
  })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  const [pid] = await Promise.race([once(worker, 'message'), ended.then(() => [0])])
  if (pid === 0) throw new Error(`a worker ended before it began: ${way}`)
  if (way.startsWith('terminate')) {
    await delay(ms)
    await worker.terminate()
  }
  await ended
  while (isThere(pid)) await delay(2)
}
console.log(count)
