// A root that ends in one of many ways while its places are blocked. Its first line is the pids of its processes.
import { actor, main, Pipe, Queue, spawn } from '@troupe/runtime'

const [way, delay] = process.argv.slice(2)

const block = actor(import.meta, 'block', (_ctx, ready, form, channel) => {
  ready.putSync(process.pid)
  if (form === 'get') channel.getSync()
  if (form === 'recv') channel.recvSync()
  if (form === 'put') for (;;) channel.putSync(0)
})

const work = actor(import.meta, 'work', async (_ctx, out, count) => {
  for (let i = 0; i < count; i++) await out.put(i)
})

const abort = actor(import.meta, 'abort', (_ctx, ready, items, ms) => {
  ready.putSync(process.pid)
  setTimeout(() => process.abort(), ms)
  return items.get()
})

const untilClosed = actor(import.meta, 'untilClosed', (_ctx, ready, out) => {
  ready.putSync(process.pid)
  try {
    for (;;) out.putSync(new Uint8Array(100))
  } catch (error) {
    return error.code
  }
})

const say = (...pids) => console.log(JSON.stringify(pids))
/** Blocks a thread in each Sync form, and a process. */
async function blockAll() {
  const ready = new Queue()
  const full = new Queue({ maxsize: 1 })
  const [mine, theirs] = Pipe()
  const started = [
    spawn(block, [ready, 'get', new Queue()]),
    spawn(block, [ready, 'put', full]),
    spawn(block, [ready, 'recv', theirs]),
    spawn(block, [ready, 'get', new Queue()], { in: 'process' }),
  ]
  for (const one of started) one.result.catch(() => {})
  const pids = []
  for (const _ of started) pids.push(await ready.get())
  say(...pids.filter((pid) => pid !== process.pid))
  return mine
}

/** Ends the root out of band, while main waits and holds an end of the pipe. */
async function endBy(work) {
  const mine = await blockAll()
  setTimeout(() => work(), Number(delay))
  await mine.recv()
}

const ways = {
  /** Main returns, its children end a little later, and nobody disposes of anything. */
  async natural() {
    const items = new Queue()
    for (const place of ['thread', 'process'])
      spawn(work, [items.producer(), Number(delay)], { in: place })
    say()
    for await (const _item of items);
  },
  exit: () => endBy(() => process.exit(7)),
  throw: () =>
    endBy(() => {
      throw new Error('on purpose')
    }),
  reject: () => endBy(() => void Promise.reject(new Error('on purpose'))),
  /** Blocked itself, until a signal comes. */
  async interrupt() {
    await blockAll()
    new Queue().getSync()
  },
  /** A process aborts; who waits for it, in a thread and here, is told, and the root ends in order. */
  async abort() {
    const ready = new Queue()
    const items = new Queue({ bytes: 4096 })
    const victim = spawn(abort, [ready, items.consumer(), Number(delay)], { in: 'process' })
    victim.result.catch(() => {})
    const pid = await ready.get()
    const partner = spawn(untilClosed, [ready, items.producer()])
    await ready.get()
    say(pid)
    const exit = await victim.join()
    if (exit.signal !== 'SIGABRT') throw new Error(`ended by ${exit.signal ?? exit.reason}`)
    const code = await partner.result
    if (code !== 'ERR_TROUPE_QUEUE_CLOSED') throw new Error(`the partner got ${code}`)
  },
}

main(import.meta, () => ways[way]())
