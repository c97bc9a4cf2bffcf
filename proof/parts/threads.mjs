// Threads that end in every way, in put, in get and while they wait: terminate(), uncaught error, unhandled
// rejection, process.exit(), out of memory.
//
// Oracle. A partner on the same queue is told: its wait ends by close, never by anything else; the starter
// sees the right reason; nobody hangs.
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { argument, report, seeded } from '../random.mjs'

const WAYS = ['kill', 'throw', 'reject', 'exit', 'oom']
const REASONS = { kill: 'killed', throw: 'error', reject: 'error', exit: 'exit', oom: 'oom' }
const WHERE = ['put', 'get', 'wait']

function endBy(way) {
  if (way === 'throw') throw new Error('on purpose')
  if (way === 'reject') void Promise.reject(new Error('on purpose'))
  if (way === 'exit') process.exit(5)
  if (way === 'oom') {
    const all = []
    for (;;) all.push(Array.from({ length: 100_000 }, () => ({})))
  }
}

const work = actor(import.meta, 'work', async (_ctx, out, items, begun, way, where, count) => {
  await begun.put(1)
  if (where === 'wait') setTimeout(() => endBy(way), 1)
  for (let i = 0; ; i++) {
    if (where === 'put') out.putSync({ i })
    if (where === 'get') items.getSync()
    if (where === 'wait') await items.get()
    if (where !== 'wait' && i === count) {
      endBy(way)
      if (way === 'reject') await new Promise(() => {})
    }
  }
})

async function round(random, failures) {
  const way = WAYS[Math.floor(random() * WAYS.length)]
  const where = WHERE[Math.floor(random() * WHERE.length)]
  const filled = new Queue()
  const drained = new Queue({ maxsize: 8 })
  const begun = new Queue()
  const args = [
    drained.producer(),
    filled.consumer(),
    begun,
    way,
    where,
    Math.floor(random() * 200),
  ]
  const victim = spawn(work, args, { resourceLimits: { maxOldGenerationSizeMb: 24 } })
  victim.result.catch(() => {})
  // Partners: this thread fills the one queue and drains the other, until each is closed.
  const codeOf = (error) => error.code ?? error.stack
  const fill = (async () => {
    if (where === 'wait') return 'ERR_TROUPE_QUEUE_CLOSED'
    for (let i = 0; ; i++) await filled.put(i)
  })().catch(codeOf)
  const drain = (async () => {
    for (;;) await drained.get()
  })().catch(codeOf)
  await begun.get()
  if (way === 'kill') {
    await victim.join({ timeout: random() * 10 })
    victim.kill()
  }
  const exit = await victim.join()
  for (const code of await Promise.all([fill, drain])) {
    if (code !== 'ERR_TROUPE_QUEUE_CLOSED') failures.push(`${way} in ${where}: partner got ${code}`)
  }
  if (exit.reason !== REASONS[way]) {
    failures.push(`${way} in ${where}: ended by ${exit.reason} ${exit.error?.stack ?? ''}`)
  }
  for (const queue of [filled, drained, begun]) queue[Symbol.dispose]()
}

main(import.meta, async () => {
  const ends = argument('ends', 60)
  const seed = argument('seed', Date.now() % 2 ** 31)
  const random = seeded(seed)
  const failures = []
  let done = 0
  for (; done < ends && failures.length === 0; done++) await round(random, failures)
  report('threads', seed, { ends: done }, failures)
})
