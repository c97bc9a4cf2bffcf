// SIGKILL of either end of a Pipe at random moments, in processes; one way, and both ways at once.
//
// Oracle. The survivor receives a prefix of what the other sent, each once, in order and whole, and nothing
// that the killed one noted as sent is missing; then PipeClosedError, which a sender gets too. Nobody hangs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { actor, main, Pipe, Queue } from '@troupe/runtime'
import { heat, makeItem, readItem } from '../items.mjs'
import { Note, notedIn } from '../note.mjs'
import { Pool } from '../pool.mjs'
import { argument, report, seeded, timeIsUp } from '../random.mjs'

const ifEmpty = (error) => {
  if (error.code !== 'ERR_TROUPE_QUEUE_EMPTY') throw error
}
const HANG_MS = 120_000
const isClosed = (error) => error.code === 'ERR_TROUPE_PIPE_CLOSED'

async function send(pipe, id, form, note) {
  for (let i = 0; ; i++) {
    const item = makeItem(id, i)
    if (form === 'sync') pipe.sendSync(item)
    else if (i % 2 === 0 || !pipe.trySend(item)) await pipe.send(item)
    note.add(1)
  }
}

const got = { count: 0 }

async function receive(pipe, id, form) {
  for (;;) {
    const [from, i, whole] = readItem(form === 'sync' ? pipe.recvSync() : await pipe.recv())
    if (from !== id || i !== got.count) throw new Error(`item ${i} in place of ${got.count}`)
    if (!whole) throw new Error(`item ${i} is torn`)
    got.count++
  }
}

/** One of each in turn; one of the two begins. */
async function converse(pipe, [mine, theirs], form, note, begins) {
  const hear = async () => {
    const [from, i, whole] = readItem(form === 'sync' ? pipe.recvSync() : await pipe.recv())
    if (from !== theirs || i !== got.count || !whole) {
      throw new Error(`item ${i} in place of ${got.count}, ${whole ? 'whole' : 'torn'}`)
    }
    got.count++
  }
  if (!begins) await hear()
  for (let i = 0; ; i++) {
    if (form === 'sync') pipe.sendSync(makeItem(mine, i))
    else await pipe.send(makeItem(mine, i))
    note.add(1)
    await hear()
  }
}

const hand = actor(import.meta, 'hand', async (ctx, ready) => {
  await heat(new Queue())
  await ready.put(1)
  for await (const { pipe, ids, role, form, file, told } of ctx.inbox) {
    const note = new Note(file)
    got.count = 0
    const work = []
    if (role.includes('send')) work.push(send(pipe, ids[0], form, note))
    if (role.includes('receive')) work.push(receive(pipe, ids[1], form))
    if (role.includes('converse')) {
      work.push(converse(pipe, ids, form, note, role === 'converse first'))
    }
    const ends = await Promise.all(work.map((one) => one.catch((error) => error)))
    for (const error of ends) if (!isClosed(error)) throw error
    await told.put(got.count)
  }
})

/** Roles of the two, and whether the pipe has two directions. Who blocks cannot do two things at once. */
const ROLES = [
  ['receive', 'send', false],
  ['send and receive', 'send and receive', true],
  ['converse first', 'converse', true],
]

async function round(random, pool, folder, number, failures) {
  const told = new Queue()
  const [one, other, duplex] = ROLES[Math.floor(random() * ROLES.length)]
  const ends = duplex ? Pipe() : Pipe({ duplex: false })
  const form = one.includes(' and ') || random() < 0.5 ? 'await' : 'sync'
  const files = [0, 1].map((side) => path.join(folder, `${number}-${side}`))
  const pair = [one, other].map((role, side) => {
    const hand = pool.take()
    const ids = [side, 1 - side]
    hand.send({ pipe: ends[side], ids, role, form, file: files[side], told })
    return { hand, role, file: files[side] }
  })
  await delay(random() * 20)
  const dead = random() < 0.5 ? 0 : 1
  const [victim, survivor] = [pair[dead], pair[1 - dead]]
  pool.doom(victim.hand)
  victim.hand.kill()
  let count
  while (count === undefined && failures.length === 0)
    count = await told.get({ timeout: 1000 }).catch(ifEmpty)
  await victim.hand.join()
  pool.giveBack(survivor.hand)
  told[Symbol.dispose]()
  if (survivor.role === 'send' || failures.length > 0) return 0
  const noted = notedIn(victim.file)
  if (count < noted) failures.push(`lost: ${noted} sent, ${count} received`)
  if (count > noted + 1) failures.push(`more: ${noted} sent, ${count} received`)
  return count
}

main(import.meta, async () => {
  const kills = argument('kills', 40)
  const seed = argument('seed', Date.now() % 2 ** 31)
  const random = seeded(seed)
  const folder = mkdtempSync(path.join(tmpdir(), 'troupe-proof-'))
  const failures = []
  const counts = { kills: 0, items: 0 }
  const pool = new Pool(hand, 'process', failures)
  while (counts.kills < kills && failures.length === 0 && !timeIsUp()) {
    if (pool.size < 2) await pool.fill()
    const hung = delay(HANG_MS, 'hung', { ref: false })
    const items = await Promise.race([round(random, pool, folder, counts.kills, failures), hung])
    if (items === 'hung') failures.push('hung')
    else counts.items += items
    counts.kills++
  }
  if (failures.length === 0) await pool.end()
  rmSync(folder, { recursive: true })
  report('kill-pipe', seed, counts, failures)
  // What hung would keep this process.
  if (failures.length > 0) process.exit(1)
})
