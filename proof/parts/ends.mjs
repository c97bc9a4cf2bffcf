// The ends that look harmless, each many times at random moments: of roots, in main threads and in workers;
// of threads that are blocked in a Sync form; by an abort that dumps core; by Ctrl-C; of a waiter that was
// rung just now.
//
// Oracle. From outside: the process ends with the code that its way says, by no signal, and no process of its
// system is there afterwards; nothing hangs, for a watchdog can only fail a round. From inside: who waits for
// the ended one is told by a close, what it put arrives, and a rung waiter's item goes to another one.
import { spawn as start } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  CLOSED,
  DONE,
  endIfOver,
  expectProcess,
  gettersMark,
  holder,
  invitation,
  makeQueue,
  openRing,
  closeObject,
  PRODUCER,
  reserve,
  reservedHold,
  taken,
  waitAsync,
} from '@troupe/memory'
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { isThere } from '../is-there.mjs'
import { argument, report, seeded, timeIsUp } from '../random.mjs'

const WATCHDOG_MS = 240_000
const program = (name) => fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url))

/** Runs a program to its end; a group of its own, as a terminal makes one. */
function run(args, { onLine = () => {}, shell, cwd } = {}) {
  const [command, ...rest] = shell ? ['sh', '-c', shell, process.execPath] : [process.execPath]
  const child = start(command, [...rest, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    cwd,
  })
  let [out, err] = ['', '']
  child.stderr.on('data', (chunk) => (err += chunk))
  child.stdout.on('data', (chunk) => {
    const first = !out.includes('\n')
    out += chunk
    if (first && out.includes('\n')) onLine(child)
  })
  return new Promise((resolve) => {
    let hung = false
    const watchdog = setTimeout(() => {
      hung = true
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    }, WATCHDOG_MS)
    child.on('close', (code, signal) => {
      clearTimeout(watchdog)
      resolve({ code, signal: hung ? 'hung' : signal, out, err })
    })
  })
}

const CODES = { natural: 0, exit: 7, throw: 1, reject: 1, interrupt: 130 }

/** A root whose main thread ends while its places are blocked. */
async function root(way, random) {
  const onLine = async (child) => {
    if (way !== 'interrupt') return
    await delay(random() * 20)
    process.kill(-(child.pid ?? 0), 'SIGINT')
  }
  const end = await run([program('root'), way, String(Math.ceil(random() * 20))], { onLine })
  if (end.code !== CODES[way] || end.signal !== null) {
    return `code ${end.code}, signal ${end.signal}: ${end.err.slice(0, 500)}`
  }
  for (const pid of JSON.parse(end.out.split('\n')[0])) while (isThere(pid)) await delay(2)
}

/** A process that aborts with core dumps enabled: its survivors go on, and the arena is not in the dump. */
async function abort(random, counts) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'troupe-abort-'))
  try {
    const shell = 'ulimit -c unlimited && exec "$0" "$@"'
    const args = [program('root'), 'abort', String(Math.ceil(random() * 20))]
    const end = await run(args, { shell, cwd })
    if (end.code !== 0) return `code ${end.code}, signal ${end.signal}: ${end.err.slice(0, 500)}`
    for (const name of readdirSync(cwd)) {
      counts.coreMiB = Math.round(statSync(path.join(cwd, name)).blocks / 2048)
      if (counts.coreMiB > 1024) return `a dump of ${counts.coreMiB} MiB: the arena is in it`
    }
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

/** Workers that made the arena, and alone loaded the addon, end one after the other. */
async function workers(count, random) {
  const end = await run([program('host'), String(count), String(Math.ceil(random() * 1000))])
  if (end.code === 0 && end.out.trim() === String(count)) return
  return `code ${end.code}, signal ${end.signal}: ${end.out} ${end.err.slice(0, 500)}`
}

/** One after the other in one process. */
const WORKERS = 7

const BARE = ['natural', 'exit', 'exit in a lock', 'throw']

/** A process without the runtime ends: the queue that it put to ends with it, and loses nothing. */
async function bare(way, random) {
  const handle = makeQueue({ bytes: 2 ** 16, maxsize: 0 })
  const { ring } = openRing(handle)
  const name = reserve()
  ring.withProducers(() => ring.ends.add(PRODUCER, holder(name, 0)))
  reservedHold(name, handle)
  const ticket = invitation(name)
  const count = Math.floor(random() * 100)
  const asked = JSON.stringify({ bytes: ticket.bytes, name, handle, count, way })
  const child = start(process.execPath, [program('bare'), asked], {
    stdio: ['ignore', 'ignore', 'pipe', ticket.fd, ticket.guard],
  })
  expectProcess(name, child.pid)
  let err = ''
  child.stderr.on('data', (chunk) => (err += chunk))
  const ended = new Promise((resolve) => child.once('close', (...how) => resolve(how)))
  const side = gettersMark(ring)
  let [next, failure] = [0, undefined]
  const drain = () => {
    let outcome = ring.take()
    for (; outcome === DONE; outcome = ring.take()) {
      if (taken.a !== next++) failure = `item ${taken.a} in place of ${next - 1}`
    }
    return outcome === CLOSED
  }
  const look = () => drain() || (endIfOver(ring) && drain())
  const wait = { look, glance: look, mark: () => side.mark(), leave: () => side.leave() }
  await waitAsync(wait)
  const [code, signal] = await ended
  closeObject(handle)
  if (signal !== null || code !== (way === 'throw' ? 1 : 0))
    return `code ${code}, signal ${signal}: ${err}`
  return failure ?? (next === count ? undefined : `${count} put, ${next} came`)
}

const waiter = actor(import.meta, 'waiter', async (_ctx, ready, items, seen, waits) => {
  await ready.put(1)
  for (;;) await seen.put(waits ? await items.get() : items.getSync())
})

const REST = 20

/** Of three waiters one is killed right after the ring for one item; all else goes to the others. */
function ringWaiters(place) {
  const ready = new Queue()
  const items = new Queue()
  const seen = new Queue()
  let [next, waiters] = [0, []]
  const more = async () => {
    const waits = waiters.length % 2 === 0
    const one = spawn(waiter, [ready, items, seen, waits], { in: place })
    one.result.catch(() => {})
    await ready.get()
    waiters.push(one)
  }
  const got = new Set()
  const listen = async (until) => {
    while (!until()) {
      const item = await seen.get({ timeout: 10 }).catch(() => undefined)
      if (item === undefined) continue
      if (got.has(item)) return `item ${item} came twice`
      got.add(item)
    }
  }
  const round = async (random) => {
    while (waiters.length < 3) await more()
    await delay(random() * 3)
    const first = next++
    items.putSync(first)
    const [victim] = waiters.splice(Math.floor(random() * 3), 1)
    victim.kill()
    await victim.join()
    // The dead one took it, or a living one does.
    const failure = await listen(() => got.has(first) || items.isEmpty)
    for (let i = 0; i < REST; i++) items.putSync(next++)
    const all = () => [...Array(REST).keys()].every((i) => got.has(next - 1 - i))
    return failure ?? (await listen(all))
  }
  return { round, end: () => Promise.all(waiters.map((one) => (one.kill(), one.join()))) }
}

main(import.meta, async () => {
  const each = argument('each', 3)
  const seed = argument('seed', Date.now() % 2 ** 31)
  const random = seeded(seed)
  const failures = []
  const counts = {}
  const waiters = ['thread', 'process'].map((place) => ({ place, ...ringWaiters(place) }))
  // In turn, so that each came as far as the others when time is up.
  const lanes = [
    Object.keys(CODES).map((way) => [`root ${way}`, () => root(way, random)]),
    [
      ['abort with a core', () => abort(random, counts)],
      ['roots in workers', () => workers(WORKERS, random), WORKERS],
      ...BARE.map((way) => [`bare ${way}`, () => bare(way, random)]),
      ...waiters.map(({ place, round }) => [`rung and killed in a ${place}`, () => round(random)]),
    ],
  ]
  const runLane = async (lane) => {
    for (let i = 0; i < each; i++) {
      for (const [name, work, times = 1] of lane) {
        if (failures.length > 0 || timeIsUp()) return
        if (i % times > 0) continue
        const hung = delay(2 * WATCHDOG_MS, 'hung', { ref: false })
        const failure = await Promise.race([work(), hung])
        if (failure) failures.push(`${name}: ${failure}`)
        counts[name] = (counts[name] ?? 0) + times
      }
    }
  }
  await Promise.all(lanes.map(runLane))
  if (failures.length === 0) for (const { end } of waiters) await end()
  report('ends', seed, counts, failures)
  // What hung would keep this process.
  if (failures.length > 0) process.exit(1)
})
