// SIGKILL of who owns named memory, of who attached to it, and of whole systems.
//
// In turns: an actor that owns a segment, in a process or a thread; an actor that attached to one of ours; and a system
// of its own, a program with a child that makes and unlinks segments without end. Each is killed at a random moment.
// Oracle: the owner's segment goes, and this actor, which has it too, reads on what the owner wrote last, whole; ours
// stays with all that was written; and at the end, after one more start of any program, nothing of the uid-prefixed
// names and of the segments of the dead is left.
import { spawn as start } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { SharedMemory } from '@troupe/shared-memory'
import { isThere } from '../is-there.mjs'
import { argument, report, seeded, timeIsUp } from '../random.mjs'

const WORDS = 512
const shares = [SharedMemory]
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Whether it is a note that tells of a segment of ours. */
function notes(file, prefix) {
  try {
    return (
      /^\.troupe-\d+-\w+-\d+-\d+$/.test(file) &&
      readFileSync(`/dev/shm/${file}`, 'utf8').startsWith(prefix)
    )
  } catch {
    return false // It is gone.
  }
}

/** Counts in the first word; each round the others follow. */
const owner = actor(import.meta, 'owner', { shares }, (_ctx, name, told) => {
  const words = SharedMemory.create({ name, size: WORDS * 4 }).view('int32')
  told.putSync(process.pid)
  for (let round = 1; ; round++) for (let i = 0; i < WORDS; i++) Atomics.store(words, i, round)
})

const attacher = actor(import.meta, 'attacher', { shares }, (_ctx, memory, told) => {
  const words = memory.view('int32')
  told.putSync(process.pid)
  for (;;) Atomics.add(words, 0, 1)
})

/** Makes and gives up segments without end. */
const churner = actor(import.meta, 'churner', { shares }, (_ctx, prefix, told) => {
  for (let i = 0; ; i++) {
    const memory = SharedMemory.create({ name: `${prefix}-${i}`, size: 4096 })
    if (i === 0) told?.putSync(process.pid)
    if (i % 3 === 0) SharedMemory.attach(memory.name).close()
    memory[Symbol.dispose]()
  }
})

class Trial {
  #failures
  #random
  #prefix
  #count = 0
  counts = { owners: 0, attachers: 0, systems: 0 }

  constructor(failures, random, prefix) {
    this.#failures = failures
    this.#random = random
    this.#prefix = prefix
  }

  // A moment of some turns of the event loop.
  async #moment() {
    for (let turns = this.#random() * 400; turns > 0; turns--) await turn()
  }

  async #begin(definition, first) {
    const told = new Queue()
    const place = this.#count % 2 === 0 ? 'process' : 'thread'
    const started = spawn(definition, [first, told], { in: place })
    started.result.catch(() => {})
    await told.get()
    return started
  }

  async killOwner() {
    const name = `${this.#prefix}-${this.#count++}`
    const started = await this.#begin(owner, name)
    const memory = SharedMemory.attach(name)
    await this.#moment()
    started.kill()
    await started.join()
    while (existsSync(`/dev/shm/${name}`)) await turn()
    const words = memory.view('int32')
    const [newest, oldest] = [words[0], words[WORDS - 1]]
    // It died in one round at most.
    const at = words.findIndex((word) => word !== newest)
    const isWhole = at < 0 || words.every((word, i) => word === (i < at ? newest : newest - 1))
    if (!isWhole) this.#failures.push(`owner: torn, ${newest} ${oldest}`)
    memory.close()
    this.counts.owners++
  }

  async killAttacher() {
    const name = `${this.#prefix}-${this.#count++}`
    const memory = SharedMemory.create({ name, size: WORDS * 4 })
    const words = memory.view('int32')
    words.fill(this.#count, 1)
    const started = await this.#begin(attacher, memory)
    await this.#moment()
    started.kill()
    await started.join()
    const isRight = words.every((word, i) => i === 0 || word === this.#count)
    if (!isRight || !existsSync(`/dev/shm/${name}`)) this.#failures.push('attacher: took ours')
    memory[Symbol.dispose]()
    if (existsSync(`/dev/shm/${name}`)) this.#failures.push(`attacher: ${name} is left`)
    this.counts.attachers++
  }

  async killSystem() {
    const prefix = `${this.#prefix}-s${this.#count++}`
    const { pid, root } = await startProgram('--as-root', prefix)
    await this.#moment()
    root.kill('SIGKILL')
    await once(root, 'exit')
    while (isThere(pid)) await turn()
    this.counts.systems++
  }
}

async function startProgram(...args) {
  const program = [fileURLToPath(import.meta.url), ...args]
  const root = start(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(root.stdout, 'data')
  return { root, pid: Number(line) }
}

async function asRoot(prefix) {
  const told = new Queue()
  spawn(churner, [`${prefix}-child`, told], { in: 'process' }).result.catch(() => {})
  console.log(await told.get())
  for (let i = 0; ; i++) {
    SharedMemory.create({ name: `${prefix}-${i}`, size: 4096 })[Symbol.dispose]()
    if (i % 8 === 0) await turn()
  }
}

main(import.meta, async () => {
  const asked = process.argv.indexOf('--as-root')
  if (asked > 0) return asRoot(process.argv[asked + 1])
  if (process.argv.includes('--once')) {
    SharedMemory.create({ size: 1 })[Symbol.dispose]()
    return console.log('1')
  }
  const seed = argument('seed', Date.now() % 2 ** 31)
  const kills = argument('kills', 60)
  const failures = []
  const prefix = `troupe-proof-${randomBytes(6).toString('hex')}`
  const trial = new Trial(failures, seeded(seed), prefix)
  const ways = ['killOwner', 'killAttacher', 'killOwner', 'killAttacher', 'killSystem']
  for (let i = 0; i < kills && failures.length === 0 && !timeIsUp(); i++) {
    await trial[ways[i % ways.length]]()
  }
  // What the systems left is removed by the next start.
  const { root } = await startProgram('--once')
  await once(root, 'exit')
  const left = readdirSync('/dev/shm').filter(
    (name) => name.startsWith(prefix) || notes(name, prefix),
  )
  if (left.length > 0) failures.push(`left: ${left}`)
  report('kill-segments', seed, trial.counts, failures)
  if (failures.length > 0) process.exit(1)
})
