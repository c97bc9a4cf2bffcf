// Many messages from 4 producers to 4 consumers, in threads and processes, with maxsize 1 and with mixed
// sizes from 0 B to 3 MiB. Oracle: each exactly once, in order a producer for each consumer.
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { argument, report, timeIsUp } from '../random.mjs'

const PARTIES = 4

const produce = actor(import.meta, 'produce', async (_ctx, out, id, count, mixed) => {
  for (let i = 0; i < count; i++) {
    const size = !mixed ? 0 : i % 9973 === 9972 ? 3 * 2 ** 20 : (i * 37) % 3000
    const item = size === 0 ? id * 1e7 + i : { id, i, bytes: new Uint8Array(size).fill(i & 255) }
    if (i % 3 === 0) await out.put(item)
    else out.putSync(item)
  }
})

const consume = actor(import.meta, 'consume', async (_ctx, items, count) => {
  const seen = Array.from({ length: PARTIES }, () => new Uint8Array(count))
  const last = Array.from({ length: PARTIES }, () => -1)
  for await (const item of items) {
    const [id, i] =
      typeof item === 'number' ? [Math.floor(item / 1e7), item % 1e7] : [item.id, item.i]
    if (typeof item !== 'number' && !item.bytes.every((b) => b === (i & 255)))
      throw new Error(`torn ${id} ${i}`)
    if (i <= last[id]) throw new Error(`order: ${i} of ${id} after ${last[id]}`)
    last[id] = i
    seen[id][i]++
  }
  return seen
})

async function round(count, options, mixed, failures) {
  const queue = new Queue(options)
  const place = (i) => ({ in: i % 2 === 0 ? 'process' : 'thread' })
  for (let id = 0; id < PARTIES; id++)
    spawn(produce, [queue.producer(), id, count, mixed], place(id))
  const parts = await Promise.all(
    Array.from(
      { length: PARTIES },
      (_, i) => spawn(consume, [queue.consumer(), count], place(i)).result,
    ),
  )
  for (let id = 0; id < PARTIES; id++) {
    for (let i = 0; i < count; i++) {
      const times = parts.reduce((sum, seen) => sum + seen[id][i], 0)
      if (times !== 1) failures.push(`item ${i} of producer ${id}: ${times} times`)
    }
  }
}

/** Messages of a round, in each of the two forms. */
const ROUND = 200_000

main(import.meta, async () => {
  const wanted = argument('items', 20_000)
  const failures = []
  let items = 0
  while (items < wanted && failures.length === 0 && !timeIsUp()) {
    const count = Math.ceil(Math.min(ROUND, (wanted - items) / 2) / PARTIES)
    await round(count, { maxsize: 1 }, false, failures)
    await round(count, {}, true, failures)
    items += count * 2 * PARTIES
  }
  report('volume', undefined, { items }, failures.slice(0, 20))
})
