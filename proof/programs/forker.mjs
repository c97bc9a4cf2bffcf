// Forks a victim for each line that it reads on descriptor 5, and answers with its pid on 6. Its own code has run
// hot before, so what is killed is compiled. It never joins the system itself: only its children do.
import { readSync, writeSync } from 'node:fs'
import {
  awaitGuard,
  createSystem,
  guardProcess,
  joinSystem,
  leaveSystem,
  makeQueue,
} from '@troupe/memory'
import { Channel, Ended } from '../channel.mjs'
import { loadFork, Notes, VICTIM_ITEMS } from '../fork.mjs'
import { checker } from '../getter.mjs'

const { file, victims } = JSON.parse(process.argv[2])
const native = loadFork()
const notes = new Notes(file, victims)

function work({ role, id, batched }, channel) {
  const noted = (count) => notes.putBy(id, count)
  const found = checker(notes, id)
  notes.begin(id)
  if (role === 'get') for (let i = 0; ; i++) channel.get(batched && i % 2 === 0, found)
  for (let i = 0; i < VICTIM_ITEMS - 16; ) i += channel.put(id, i, batched && i % 3 === 0, noted)
}

function heat() {
  createSystem(32 * 2 ** 20)
  const channel = new Channel(makeQueue({ bytes: 16_384, maxsize: 0 }))
  for (let i = 0; i < 20_000; ) {
    const from = i
    i += channel.put(1, i, i % 3 === 0, () => {})
    for (let taken = from; taken < i; ) channel.get(i % 2 === 0, () => taken++)
  }
  leaveSystem()
}

function bear(task) {
  Object.defineProperty(process, 'pid', { value: native.pid() })
  const invitation = { bytes: task.bytes, name: task.name, fd: 3, guard: 4, claim: -1 }
  guardProcess(invitation)
  joinSystem(invitation)
  awaitGuard()
  try {
    work(task, new Channel(task.handle))
  } catch (error) {
    if (!(error instanceof Ended)) throw error
  }
  for (;;) native.sleep(1e6)
}

heat()
writeSync(6, 'ready\n')
const chunk = Buffer.alloc(4096)
let text = ''
for (;;) {
  const length = readSync(5, chunk)
  if (length === 0) break
  text += chunk.toString('utf8', 0, length)
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
    const task = JSON.parse(text.slice(0, end))
    text = text.slice(end + 1)
    const pid = native.fork()
    if (pid === 0) bear(task)
    writeSync(6, `${pid}\n`)
  }
}
