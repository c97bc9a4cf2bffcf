// What is left: of queues that were made and disposed, and of a system whose root was SIGKILLed.
//
// Oracle. Pages and objects in use are the same before and after. After the root's death, looked at from outside:
// no process of it is there, no process has its arena open or mapped, which is then free; the machine's shared
// memory fell by what the arena held; no file of it is in /dev/shm or in its temporary folder.
import { spawn as start } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { countObjects, pagesUsed, self } from '@troupe/memory'
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { isThere } from '../is-there.mjs'
import { argument, report, timeIsUp } from '../random.mjs'

/** MiB that lie in the arena of the root that is killed. */
const BALLAST = 200

const wait = actor(import.meta, 'wait', async (ctx, pids) => {
  await pids.put(process.pid)
  await ctx.receive()
})

const shmem = () => Number(/^Shmem:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))[1])
const named = () => readdirSync('/dev/shm').filter((file) => file.startsWith('troupe'))

/** The arena of a process: its inode. */
function arenaOf(pid) {
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const link = `/proc/${pid}/fd/${fd}`
    try {
      if (readlinkSync(link).startsWith('/memfd:troupe')) return statSync(link).ino
    } catch {
      // It closed meanwhile.
    }
  }
}

function mapsArena(pid, inode) {
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
    if (maps.some((line) => Number(line.split(/\s+/)[4]) === inode && line.includes('memfd')))
      return true
    return arenaOf(pid) === inode
  } catch {
    return false // It is gone, or another user's.
  }
}

const macrotask = () => new Promise((resolve) => setImmediate(resolve))

/** The ballast's MiB, or what was left. */
async function killedRoot() {
  const folder = mkdtempSync(path.join(tmpdir(), 'troupe-proof-'))
  const namedBefore = named()
  const root = start(process.execPath, [fileURLToPath(import.meta.url), '--as-root'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: folder },
  })
  const [line] = await once(root.stdout, 'data')
  const pids = JSON.parse(line.toString())
  const inode = arenaOf(root.pid)
  if (inode === undefined || !pids.every((pid) => mapsArena(pid, inode))) return 'no arena was seen'
  const during = shmem()
  root.kill('SIGKILL')
  await once(root, 'exit')
  while (pids.some(isThere)) await macrotask()
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const holders = processes.filter((pid) => mapsArena(pid, inode))
  if (holders.length > 0) return `the arena is held by ${holders}`
  // The kernel gives the pages back in its own time; others may take some meanwhile.
  const patience = performance.now() + 20_000
  let fell = 0
  while (fell < (BALLAST * 1024) / 2 && performance.now() < patience) {
    await macrotask()
    fell = Math.max(fell, during - shmem())
  }
  if (fell < (BALLAST * 1024) / 2) return `shared memory fell by ${fell} kB of ${BALLAST} MiB`
  const left = [...named().filter((file) => !namedBefore.includes(file)), ...readdirSync(folder)]
  rmSync(folder, { recursive: true })
  return left.length > 0 ? `files left: ${left}` : undefined
}

async function asRoot() {
  const pids = new Queue()
  for (let i = 0; i < 3; i++) spawn(wait, [pids], { in: 'process' })
  const ballast = new Queue({ bytes: 2 ** 28 })
  const block = new Uint8Array(2 ** 20).fill(1)
  for (let i = 0; i < BALLAST; i++) ballast.putSync(block)
  console.log(JSON.stringify([await pids.get(), await pids.get(), await pids.get()]))
  await pids.get()
}

main(import.meta, async () => {
  if (process.argv.includes('--as-root')) return asRoot()
  const queues = argument('queues', 20_000)
  const failures = []
  new Queue()[Symbol.dispose]()
  const { arena } = self()
  const [pages, objects] = [pagesUsed(arena), countObjects(arena)]
  let made = 0
  for (; made < queues && !timeIsUp(); made++) {
    const queue = new Queue({ bytes: 4096 })
    queue.tryPut(made)
    queue[Symbol.dispose]()
    if (made % 1000 === 0) await macrotask()
  }
  if (pagesUsed(arena) !== pages) failures.push(`pages: ${pages} before, ${pagesUsed(arena)} after`)
  if (countObjects(arena) !== objects)
    failures.push(`objects: ${objects} before, ${countObjects(arena)} after`)
  // Neighbours on the machine take shared memory too: what is a leak shows each time.
  let left = await killedRoot()
  for (let i = 0; i < 4 && left !== undefined; i++) left = await killedRoot()
  if (left !== undefined) failures.push(left)
  report('leaks', undefined, { queues: made, rootsKilled: 1, ballastMiB: BALLAST }, failures)
})
