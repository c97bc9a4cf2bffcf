// SIGKILL of forked processes that put to and take from one queue at random moments: many a second, since a fork
// of a hot process costs a tenth of a start. The memory layer alone; two survivors work on all the time.
//
// Oracle. Each puts numbered messages and counts, in a mapped file, those whose put returned. Who takes one
// checks its bytes and its order and counts it there. At a round's end the queue ends by itself, since all
// who put are gone; then everything that was put was taken once, but for one operation of each killed getter.
// The survivors end in order. Nothing hangs, and the arena is as it was before.
import { spawn as start } from 'node:child_process'
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { getPriority, setPriority, tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  closeObject,
  CONSUMER,
  countObjects,
  createSystem,
  expectProcess,
  holder,
  invitation,
  isGone,
  makeQueue,
  openRing,
  pagesUsed,
  PRODUCER,
  reapDead,
  reserve,
  reservedHold,
  self,
} from '@troupe/memory'
import { addonFile, compileFork, loadFork, Notes, PEER_ITEMS, VICTIM_ITEMS } from '../fork.mjs'
import { argument, report, seeded, timeIsUp } from '../random.mjs'

const VICTIMS = 100
/** Victims at a time. */
const LANES = 4
/** Of a batch. */
const MOST = 7
const WRONG = ['', 'torn', 'twice', 'order']
const ROLES = [['put'], ['get'], ['put', 'get']]
const HANG_MS = 120_000
const program = (name) => fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url))
const macrotask = () => new Promise((resolve) => setImmediate(resolve))

compileFork()
const native = loadFork()
const kills = argument('kills', 200)
const seed = argument('seed', Date.now() % 2 ** 31)
const random = seeded(seed)
const folder = mkdtempSync(path.join(tmpdir(), 'troupe-proof-'))
const file = path.join(folder, 'notes')
const fd = openSync(file, 'w')
ftruncateSync(fd, Notes.bytes(VICTIMS))
closeSync(fd)
const notes = new Notes(file, VICTIMS)
const failures = []
const counts = { kills: 0, before: 0, rounds: 0, items: 0, seconds: 0 }

createSystem()
const { arena } = self()

const farFd = invitation(0)
const forker = start(
  process.execPath,
  ['--single-threaded', program('forker'), JSON.stringify({ file, victims: VICTIMS })],
  {
    stdio: ['ignore', 'inherit', 'inherit', farFd.fd, farFd.guard, 'pipe', 'pipe'],
    env: { ...process.env, LD_PRELOAD: addonFile },
  },
)
let text = ''
const asked = []
forker.stdio[6].on('data', (chunk) => {
  text += chunk
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
    asked.shift()(text.slice(0, end))
    text = text.slice(end + 1)
  }
})

/** The forker's next line: it answers in order. */
const answer = () => new Promise((resolve) => asked.push(resolve))

const pick = (list) => list[Math.floor(random() * list.length)]

/** A seat for a process to come, with an end of the queue. */
function seat(ring, handle, side) {
  const name = reserve()
  ring.withProducers(() => ring.ends.add(side, holder(name, 0)))
  reservedHold(name, handle)
  return name
}

function startPeer(ring, handle, role, batched) {
  const name = seat(ring, handle, role === 'put' ? PRODUCER : CONSUMER)
  const { bytes, fd: arenaFd, guard } = invitation(name)
  const task = JSON.stringify({ bytes, name, handle, role, file, victims: VICTIMS, batched })
  const child = start(process.execPath, [program('peer'), task], {
    stdio: ['ignore', 'inherit', 'inherit', arenaFd, guard],
  })
  expectProcess(name, child.pid)
  // They are always at work: the victims come first.
  setPriority(child.pid, Math.min(19, getPriority() + 4))
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      if (code !== 0) failures.push(`the peer that ${role}s ended with ${code ?? signal}`)
      resolve()
    })
  })
}

async function killOne(ring, handle, id, role) {
  const name = seat(ring, handle, role === 'put' ? PRODUCER : CONSUMER)
  const { bytes } = invitation(name)
  const batched = random() < 0.5
  forker.stdio[5].write(`${JSON.stringify({ bytes, name, handle, role, id, batched })}\n`)
  const pid = Number(await answer())
  expectProcess(name, pid)
  // One of eight dies at any moment since its birth, the others while they work.
  if (random() < 0.125) native.sleep(random() * 3000)
  else {
    await until(() => notes.hasBegun(id), `the start of victim ${id}`)
    native.sleep(random() ** 3 * 3000)
  }
  if (!notes.hasBegun(id)) counts.before++
  process.kill(pid, 'SIGKILL')
  await until(() => isGone(name), `the end of victim ${id}`)
  return role === 'get' ? (batched ? MOST : 1) : 0
}

async function until(isSo, what) {
  const patience = performance.now() + HANG_MS
  while (!isSo() && failures.length === 0) {
    if (performance.now() > patience) failures.push(`hung: ${what}`)
    native.sleep(20)
    await macrotask()
  }
}

function check(makers, allowed, ring) {
  let missing = 0
  let all = 0
  for (let maker = 0; maker <= makers; maker++) {
    const put = notes.put(maker)
    all += put
    const limit = maker === 0 ? PEER_ITEMS : VICTIM_ITEMS
    const highest = notes.highest(maker, put, limit)
    if (highest >= put + MOST) failures.push(`item ${highest} of ${maker}, ${put} put`)
    for (let i = 0; i < Math.max(put, highest + 1); i++) {
      const times = notes.times(maker, i)
      if (times === 0) missing++
      else if (times > 1) failures.push(`item ${i} of ${maker} came ${times} times`)
      counts.items += times
    }
  }
  // Positions count items: what was accepted has one, and what a putter had put that died before it noted it.
  const accepted = ring.position
  if (accepted < all || accepted > all + makers * MOST || ring.size > 0)
    failures.push(`${all} put, ${accepted} taken, ${ring.size} left`)
  if (missing > allowed) failures.push(`lost: ${missing}, ${allowed} may be with killed getters`)
  for (let id = 0; id <= VICTIMS + 1; id++) {
    const [what, maker, i] = notes.wrongBy(id)
    if (what !== 0) failures.push(`getter ${id}: ${WRONG[what]}, item ${i} of ${maker}`)
  }
}

async function round() {
  notes.clear()
  const before = [countObjects(arena), pagesUsed(arena)]
  // Small rings too: few slots, and bytes that are written over at once.
  const bytes = pick([2048, 4096, 16_384])
  const handle = makeQueue({ bytes, maxsize: pick([0, 0, 1, 4, 16]) })
  const { ring } = openRing(handle)
  const batched = random() < 0.5
  const peers = [startPeer(ring, handle, 'put', batched), startPeer(ring, handle, 'get', batched)]
  await until(() => notes.hasBegun(0) && notes.hasBegun(VICTIMS + 1), 'the start of the peers')
  // Where those who put alone die, nothing at all may be missing.
  const roles = pick(ROLES)
  let allowed = 0
  let makers = 0
  const lane = async () => {
    while (makers < VICTIMS && counts.kills < kills && failures.length === 0) {
      counts.kills++
      const role = pick(roles)
      // Added afterwards: other lanes add meanwhile.
      const risk = await killOne(ring, handle, ++makers, role)
      allowed += risk
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  notes.stop()
  let ended = false
  void Promise.all(peers).then(() => (ended = true))
  await until(() => ended, 'the end of the peers')
  if (failures.length > 0) return
  check(makers, allowed, ring)
  closeObject(handle)
  await until(() => (reapDead(), countObjects(arena) <= before[0]), 'the freeing of the queue')
  if (pagesUsed(arena) > before[1])
    failures.push(`pages: ${before[1]} before, ${pagesUsed(arena)} after`)
  counts.rounds++
}

await answer()
const begun = performance.now()
while (counts.kills < kills && failures.length === 0 && !timeIsUp()) await round()
counts.seconds = Math.round((performance.now() - begun) / 1000)
forker.kill('SIGKILL')
rmSync(folder, { recursive: true })
report('kill-fork', seed, counts, failures)
process.exit(failures.length === 0 ? 0 : 1)
