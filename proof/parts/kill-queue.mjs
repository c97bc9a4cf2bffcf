// SIGKILL of producers and consumers of one Queue at random moments.
//
// Oracle. A producer notes how many puts returned, in a file, after each. A consumer tells each item that
// it took, after it took it. With K consumers killed: nothing seen twice, nothing torn, in order a producer
// for each consumer, and of what a producer had put at most K items in all are unseen. Nobody hangs: the
// runner's watchdog can only fail the part.
import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { argument, report, seeded } from '../random.mjs'

const SIZES = [0, 1, 7, 64, 300, 1000, 5000, 100_000]
const byteOf = (id, i) => (id * 31 + i) & 255

const produce = actor(import.meta, 'produce', async (_ctx, out, id, file, waits) => {
  const fd = openSync(file, 'w')
  const note = new Int32Array(1)
  for (let i = 0; ; i++) {
    const size = i % 997 === 996 ? 1_500_000 : SIZES[(i * 7 + id) % SIZES.length]
    const item =
      size === 0 ? id * 1e6 + i : { id, i, bytes: new Uint8Array(size).fill(byteOf(id, i)) }
    if (waits) await out.put(item)
    else out.putSync(item)
    note[0] = i + 1
    writeSync(fd, note, 0, 4, 0)
  }
})

const consume = actor(import.meta, 'consume', async (_ctx, items, seen, waits) => {
  try {
    for (;;) {
      const item = waits ? await items.get() : items.getSync()
      if (typeof item === 'number') await seen.put([Math.floor(item / 1e6), item % 1e6, true])
      else await seen.put([item.id, item.i, item.bytes.every((b) => b === byteOf(item.id, item.i))])
    }
  } catch (error) {
    if (error.code !== 'ERR_TROUPE_QUEUE_CLOSED') throw error
  }
})

let rounds = 0

async function round(random, folder, failures) {
  const queue = new Queue({ bytes: random() < 0.5 ? 2 ** 20 : 4096 })
  const waits = random() < 0.5
  const seenQueues = [new Queue(), new Queue()]
  // Fresh files a round: a producer that is killed before it begins leaves none.
  const files = [0, 1].map((id) => path.join(folder, `${rounds++}-${id}`))
  const producers = files.map((file, id) =>
    spawn(produce, [queue.producer(), id, file, waits], { in: 'process' }),
  )
  const consumers = seenQueues.map((seen) =>
    spawn(consume, [queue.consumer(), seen.producer(), waits], { in: 'process' }),
  )
  for (const one of [...producers, ...consumers]) one.result.catch(() => {})
  const begun = []
  const lists = seenQueues.map(async (seen) => {
    const list = []
    let begin
    begun.push(new Promise((resolve) => (begin = resolve)))
    for await (const one of seen) {
      list.push(one)
      begin()
    }
    begin()
    return list
  })
  // The first is killed while all work, then the producers: what is left drains.
  await Promise.all(begun)
  const victims = [consumers[0], consumers[1], ...producers]
  const first = victims[Math.floor(random() * 4)]
  await first.join({ timeout: random() * 25 })
  first.kill()
  await first.join()
  await producers[0].join({ timeout: random() * 5 })
  for (const one of producers) one.kill()
  const [a, b] = await Promise.all(lists)
  for (const one of consumers) {
    const exit = await one.join()
    if (one !== first && exit.reason !== 'normal') {
      failures.push(
        `survivor ended by ${exit.reason}: ${exit.error?.stack ?? exit.signal ?? exit.code}`,
      )
    }
  }
  queue[Symbol.dispose]()
  const consumerKills = consumers.includes(first) ? 1 : 0
  check([a, b], files, consumerKills, failures)
  return { kills: consumerKills ? 3 : 2, items: a.length + b.length }
}

function check(lists, files, consumerKills, failures) {
  const seen = [new Set(), new Set()]
  for (const list of lists) {
    const last = [-1, -1]
    for (const [id, i, whole] of list) {
      if (!whole) failures.push(`torn: producer ${id}, item ${i}`)
      if (seen[id].has(i)) failures.push(`twice: producer ${id}, item ${i}`)
      if (i <= last[id]) failures.push(`order: producer ${id}, item ${i} after ${last[id]}`)
      seen[id].add(i)
      last[id] = i
    }
  }
  let missing = 0
  for (const [id, file] of files.entries()) {
    let accepted = 0
    try {
      const bytes = readFileSync(file)
      if (bytes.length >= 4) accepted = bytes.readInt32LE(0)
    } catch {
      continue // Killed before it began.
    }
    for (let i = 0; i < accepted; i++) if (!seen[id].has(i)) missing++
  }
  if (missing > consumerKills)
    failures.push(`lost: ${missing} items, ${consumerKills} consumers killed`)
}

main(import.meta, async () => {
  const kills = argument('kills', 60)
  const seed = argument('seed', Date.now() % 2 ** 31)
  const random = seeded(seed)
  const folder = mkdtempSync(path.join(tmpdir(), 'troupe-proof-'))
  const failures = []
  const counts = { kills: 0, rounds: 0, items: 0 }
  while (counts.kills < kills && failures.length === 0) {
    const done = await round(random, folder, failures)
    counts.kills += done.kills
    counts.items += done.items
    counts.rounds++
  }
  rmSync(folder, { recursive: true })
  report('kill-queue', seed, counts, failures)
})
