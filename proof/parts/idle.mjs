// Ten waiting places: five threads and five processes, blocked in getSync, awaiting get, awaiting receive.
// Oracle: the processor time of the whole system over some seconds, read from /proc, is below 0.5 % of a core.
import { readdirSync, readFileSync } from 'node:fs'
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { argument, report } from '../random.mjs'

/** Percent of a core. */
const MOST = 0.5
const LOOKS = 4

const wait = actor(import.meta, 'wait', async (ctx, form, ready, queue) => {
  await ready.put(process.pid)
  if (form === 0) queue.getSync()
  else if (form === 1) await queue.get()
  else await ctx.receive()
})

// Nanoseconds on a core of all threads of a process: ticks of 10 ms are too coarse for this.
function cpuSeconds(pid) {
  let nanoseconds = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
  }
  return nanoseconds / 1e9
}

main(import.meta, async () => {
  const seconds = argument('seconds', 10)
  const ready = new Queue()
  const queue = new Queue()
  const places = Array.from({ length: 10 }, (_, i) =>
    spawn(wait, [i % 3, ready, queue], { in: i % 2 === 0 ? 'thread' : 'process' }),
  )
  for (const place of places) place.result.catch(() => {})
  const pids = new Set([process.pid])
  for (let i = 0; i < 10; i++) pids.add(await ready.get())
  // V8's memory reducer collects a few times in the 20 s after an isolate's last allocation: that is not waiting.
  await places[0].join({ timeout: 25_000 })
  // A neighbour on the machine makes each wake dearer, never cheaper: the least of some looks counts.
  let share = Number.POSITIVE_INFINITY
  for (let look = 0; look < LOOKS && share >= MOST; look++) {
    // This process last and then first, so that the reading itself is not counted.
    const before = [...pids].reverse().map(cpuSeconds).reverse()
    await places[0].join({ timeout: seconds * 1000 })
    const used = [...pids].map(cpuSeconds).reduce((sum, now, i) => sum + now - before[i], 0)
    share = Math.min(share, (used / seconds) * 100)
  }
  for (const place of places) place.kill()
  await Promise.all(places.map((place) => place.join()))
  const failures = share < MOST ? [] : [`${share.toFixed(2)} % of a core`]
  report('idle', undefined, { seconds, percentOfACore: Number(share.toFixed(3)) }, failures)
})
