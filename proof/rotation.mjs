// Producers and consumers of one Queue at work, of which one after the other dies and is replaced.
//
// Places are started ahead and wait for a task, so that a death costs one start and no more; who survives a
// round works on in the next, and gets hot. Tasks carry ends by message.
//
// Oracle. A producer notes in a file how many of its puts returned, after each. A consumer tells what it took,
// after it took it. Nothing comes twice or torn; for each consumer, what a producer put comes in order; what
// was put is told by somebody, but for what killed consumers had taken and not told: as many as they take
// in one operation. A survivor's work ends by a close and by nothing else. Nobody hangs.
import { setTimeout as delay } from 'node:timers/promises'
import { actor, Queue } from '@troupe/runtime'
import { heat, makeItem, readItem } from './items.mjs'
import { Note, notedIn } from './note.mjs'
import { Pool } from './pool.mjs'
import { timeIsUp } from './random.mjs'

const BATCH = 7
const HANG_MS = 120_000
const isBatch = (form) => form === 'many' || form === 'manySync'
const isClosed = (error) => error.code === 'ERR_TROUPE_QUEUE_CLOSED'

/** Ends this thread. */
function endBy(way) {
  if (way === 'throw') throw new Error('on purpose')
  if (way === 'reject') void Promise.reject(new Error('on purpose'))
  if (way === 'exit') process.exit(5)
  if (way === 'oom') {
    const all = []
    for (;;) all.push(Array.from({ length: 100 }, () => ({})))
  }
}

/** What every operation of a task does besides: it dawdles, and ends the place when its time has come. */
function keeper({ pace, end }, idle) {
  let done = 0
  if (end && 'ms' in end) setTimeout(() => endBy(end.way), end.ms)
  return async (sync) => {
    if (end && ++done === end.after) {
      endBy(end.way)
      if (end.way === 'reject') await new Promise(() => {})
    }
    if (pace === 0) return
    if (sync)
      idle.getSync({ timeout: pace }) // It is empty for ever.
    else await delay(pace)
  }
}

const naps = (error) => {
  if (error.code !== 'ERR_TROUPE_QUEUE_EMPTY') throw error
}

async function produce(task, idle) {
  const { out, id, file, form } = task
  const note = new Note(file)
  const step = keeper(task, idle)
  const sync = form.endsWith('ync')
  for (let i = 0; ; ) {
    if (isBatch(form)) {
      const items = Array.from({ length: BATCH }, () => makeItem(id, i++))
      try {
        if (sync) out.putManySync(items)
        else await out.putMany(items)
      } catch (error) {
        note.add(error.put)
        throw error
      }
      note.add(BATCH)
    } else {
      const item = makeItem(id, i++)
      if (sync) out.putSync(item)
      else if (i % 2 === 0 || !out.tryPut(item)) await out.put(item)
      note.add(1)
    }
    await step(sync).catch(naps)
  }
}

async function consume(task, idle) {
  const { items, me, seen, form } = task
  const step = keeper(task, idle)
  const sync = form.endsWith('ync')
  const tell = async (...taken) => {
    await seen.put([me, taken.map(readItem)])
    await step(sync).catch(naps)
  }
  if (form === 'iterate') {
    for await (const item of items) await tell(item)
    return
  }
  for (;;) {
    if (form === 'many') await tell(...(await items.getMany(BATCH)))
    else if (form === 'manySync') await tell(...items.getManySync(BATCH))
    else if (form === 'sync') await tell(items.getSync())
    else await tell(await items.get())
  }
}

const hand = actor(import.meta, 'hand', async (ctx, ready) => {
  const idle = new Queue()
  await heat(idle)
  await ready.put(1)
  for await (const task of ctx.inbox) {
    try {
      await (task.out ? produce(task, idle) : consume(task, idle))
      await task.seen.put([task.me])
    } catch (error) {
      if (!isClosed(error)) throw error
      await task.seen.put([task.me])
    }
  }
})

const PUTS = ['await', 'sync', 'many', 'manySync']
const GETS = ['await', 'sync', 'iterate', 'many', 'manySync']

let files = 0

/** One round's work: who has a task, who had one, and what was told. */
class Round {
  active = []
  failures
  #random
  #folder
  #queue
  #seen = new Queue()
  #tasks = []
  #told = []
  #done = new Set()
  #killed = 0
  #paces

  constructor(random, folder, failures) {
    this.#random = random
    this.#folder = folder
    this.failures = failures
    const bytes = this.#pick([4096, 65_536, 2 ** 20])
    this.#queue = new Queue({ bytes, maxsize: this.#pick([0, 0, 1, 10]) })
    // Both fast, or one side waits for the other.
    this.#paces = this.#pick([
      [0, 0],
      [0, 0],
      [1, 0],
      [0, 1],
    ])
  }

  #pick(list) {
    return list[Math.floor(this.#random() * list.length)]
  }

  /** Gives a hand a task; with `end` it will end by itself. */
  give(one, role, wayOut) {
    const me = this.#tasks.length
    const produces = role === 'produce'
    const form = this.#pick(produces ? PUTS : GETS)
    const pace = this.#paces[produces ? 0 : 1]
    // Never the file of another task: who is killed before it begins leaves none.
    const file = `${this.#folder}/${files++}`
    // A timer comes in an event loop that turns; a Sync form ends after some operations.
    const soon = form.endsWith('ync') ? { after: this.below(100) + 1 } : { ms: this.below(10) + 1 }
    const end = wayOut && { way: wayOut, ...soon }
    const channel = produces ? { out: this.#queue.producer() } : { items: this.#queue.consumer() }
    const task = { me, id: me, form, pace, file, end, role }
    this.#tasks.push(task)
    one.send({ ...task, ...channel, seen: this.#seen })
    const worker = { one, me, role }
    this.active.push(worker)
    return worker
  }

  pickActive(role) {
    return this.#pick(this.active.filter((worker) => !role || worker.role === role))
  }

  below(limit) {
    return Math.floor(this.#random() * limit)
  }

  /** The hand is gone, as was meant. */
  lost(worker) {
    this.active.splice(this.active.indexOf(worker), 1)
    const { role, form, end } = this.#tasks[worker.me]
    // Who ends between two operations has told all that it took.
    if (role === 'produce' || end?.after) return
    this.#killed += isBatch(form) ? BATCH : 1
  }

  /** Reads what was told until `isOver`. */
  async listen(isOver) {
    while (!isOver()) {
      const told = await this.#seen.get({ timeout: 5 }).catch(naps)
      if (told === undefined) continue
      if (told.length === 1) this.#done.add(told[0])
      else this.#told.push(told)
    }
  }

  isDone(workers) {
    return workers.every(({ me }) => this.#done.has(me))
  }

  /** What is left when nobody tells any more. */
  rest() {
    for (let told = this.#seen.tryGet(); told; told = this.#seen.tryGet())
      if (told.value.length === 2) this.#told.push(told.value)
  }

  /** What hangs. */
  describe() {
    const tasks = this.active.map(({ me, role }) => {
      const { form, pace } = this.#tasks[me]
      return `${role} ${form} ${pace} ${this.#done.has(me) ? 'done' : 'at work'}`
    })
    return `size ${this.#queue.size}, closed ${this.#queue.closed}; ${tasks.join('; ')}`
  }

  /** Checks all that was told; returns the number of items. */
  check(drained) {
    const state = this.describe()
    this.#queue[Symbol.dispose]()
    this.#seen[Symbol.dispose]()
    const fail = (text) => this.failures.push(text)
    const seen = this.#tasks.map(() => new Set())
    const last = new Map()
    let items = 0
    for (const [me, taken] of this.#told) {
      for (const [id, i, whole] of taken) {
        items++
        const key = me * 1000 + id
        if (!whole) fail(`torn: item ${i} of ${id}`)
        if (seen[id]?.has(i) !== false) fail(`twice, or nobody's: item ${i} of ${id}`)
        if (i <= (last.get(key) ?? -1)) fail(`order: item ${i} of ${id} after ${last.get(key)}`)
        seen[id]?.add(i)
        last.set(key, i)
      }
    }
    const missing = []
    for (const { role, id, file, form } of this.#tasks) {
      if (role !== 'produce') continue
      const put = notedIn(file)
      let highest = -1
      for (const i of seen[id]) highest = Math.max(highest, i)
      if (highest >= put + (isBatch(form) ? BATCH : 1)) fail(`item ${highest} of ${id}, ${put} put`)
      for (let i = 0; i < Math.max(put, highest + 1); i++)
        if (!seen[id].has(i)) missing.push(`${i} of ${id} (${put} put)`)
    }
    if (drained && missing.length > this.#killed)
      fail(
        `lost: ${missing.length} items; killed consumers had at most ${this.#killed}: ${missing.join(', ')}; ${state}; ${JSON.stringify(this.#tasks)}`,
      )
    return items
  }
}

const REASONS = { kill: 'killed', throw: 'error', reject: 'error', exit: 'exit', oom: 'oom' }
async function runRound(round, pool, ways, counts) {
  const { failures } = round
  const die = async (worker, way) => {
    const { one, role } = worker
    pool.doom(one)
    if (way === 'kill') one.kill()
    let exit
    void one.join().then((how) => (exit = how))
    await round.listen(() => exit !== undefined)
    if (exit.reason !== REASONS[way])
      failures.push(`${way} ended by ${exit.reason}: ${exit.error?.stack ?? exit.signal}`)
    round.lost(worker)
    counts[way] = (counts[way] ?? 0) + 1
    counts[role === 'produce' ? 'producers' : 'consumers']++
  }
  for (const role of ['produce', 'consume', 'produce', 'consume']) round.give(pool.take(), role)
  // Where producers alone die, nothing at all may be missing.
  const only = round.below(3) === 0 ? 'produce' : undefined
  while (pool.size > 0 && failures.length === 0) {
    const way = ways[round.below(ways.length)]
    if (way === 'kill') {
      const victim = round.pickActive(only)
      const until = performance.now() + round.below(20)
      await round.listen(() => performance.now() >= until)
      await die(victim, way)
      round.give(pool.take(), victim.role)
    } else {
      const role = only ?? (round.below(2) ? 'produce' : 'consume')
      await die(round.give(pool.take(), role, way), way)
    }
  }
  // One side dies out. Consumers drain what is there; producers are refused.
  const side = !only && round.below(4) === 0 ? 'consume' : 'produce'
  while (round.pickActive(side) && failures.length === 0) await die(round.pickActive(side), 'kill')
  await round.listen(() => failures.length > 0 || round.isDone(round.active))
  round.rest()
  for (const { one } of round.active) pool.giveBack(one)
  counts.items += round.check(side === 'produce')
  counts.rounds++
}

/** Runs rounds until `deaths` places have died in one of `ways`. */
export async function rotate({ place, ways, deaths, random, folder, failures }) {
  const counts = { producers: 0, consumers: 0, items: 0, rounds: 0 }
  const pool = new Pool(hand, place, failures)
  const isOver = () => counts.producers + counts.consumers >= deaths || timeIsUp()
  while (!isOver() && failures.length === 0) {
    await pool.fill()
    const round = new Round(random, folder, failures)
    const hung = delay(HANG_MS, 'hung', { ref: false })
    if ((await Promise.race([runRound(round, pool, ways, counts), hung])) === 'hung')
      failures.push(`hung: ${round.describe()}`)
  }
  if (failures.length === 0) await pool.end()
  return counts
}
