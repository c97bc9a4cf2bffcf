// A worker that is the root of a system, with one process that never stops ringing it; see host.mjs.
import { parentPort, workerData } from 'node:worker_threads'
import { actor, Queue, spawn } from '@troupe/runtime'

const ring = actor(import.meta, 'ring', async (ctx, out) => {
  for (let item = process.pid; !ctx.signal.aborted; item++) await out.put(item)
})

const ways = {
  exit: () => process.exit(0),
  throw() {
    throw new Error('on purpose')
  },
  reject: () => void Promise.reject(new Error('on purpose')),
}

async function begin({ way, ms }) {
  const items = new Queue({ bytes: 4096 })
  const started = spawn(ring, [items.producer()], { in: 'process' })
  started.result.catch(() => {})
  parentPort.postMessage(await items.get())
  if (way === 'terminateBlocked') new Queue().getSync()
  if (way === 'natural') {
    setTimeout(() => started.kill(), ms)
    return
  }
  if (way in ways) setTimeout(() => ways[way](), ms)
  for (;;) {
    if (way === 'terminateBusy') items.getSync()
    else await items.get()
  }
}

if (workerData?.way) await begin(workerData)
