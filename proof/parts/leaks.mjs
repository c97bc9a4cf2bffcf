// What is left: of queues that were made and disposed, and of a system whose root was SIGKILLed.
//
// Oracle. Pages and objects in use are the same before and after. After the root's death no process of it
// is there, no file in /dev/shm or the temporary folder is new, and shared memory is back, looked at from
// outside.
import { spawn as start } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { countObjects, pagesUsed, self } from '@troupe/memory'
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { argument, report, timeIsUp } from '../random.mjs'

const wait = actor(import.meta, 'wait', async (ctx, pids) => {
  await pids.put(process.pid)
  await ctx.receive()
})

const shmem = () => Number(/^Shmem:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))[1])
const files = () =>
  [...readdirSync('/dev/shm'), ...readdirSync(tmpdir())].filter((f) => /troupe/.test(f))

function isThere(pid) {
  if (!existsSync(`/proc/${pid}`)) return false
  return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
}

const macrotask = () => new Promise((resolve) => setImmediate(resolve))

async function killedRoot(failures) {
  const filesBefore = files()
  const before = shmem()
  const root = start(process.execPath, [fileURLToPath(import.meta.url), '--as-root'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(root.stdout, 'data')
  const pids = JSON.parse(line.toString())
  const during = shmem()
  root.kill('SIGKILL')
  await once(root, 'exit')
  while (pids.some(isThere)) await macrotask()
  // The kernel gives the pages back in its own time.
  const patience = performance.now() + 20_000
  while (shmem() > before + 16_384 && performance.now() < patience) await macrotask()
  if (shmem() > before + 16_384)
    failures.push(`shared memory: ${before} kB before, ${shmem()} kB after`)
  const left = files().filter((file) => !filesBefore.includes(file))
  if (left.length > 0) failures.push(`files left: ${left}`)
  return Math.round((during - before) / 1024)
}

async function asRoot() {
  const pids = new Queue()
  for (let i = 0; i < 3; i++) spawn(wait, [pids], { in: 'process' })
  const ballast = new Queue({ bytes: 2 ** 27 })
  const block = new Uint8Array(2 ** 20).fill(1)
  for (let i = 0; i < 64; i++) ballast.putSync(block)
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
  const ballastMiB = await killedRoot(failures)
  report('leaks', undefined, { queues: made, rootsKilled: 1, ballastMiB }, failures)
})
