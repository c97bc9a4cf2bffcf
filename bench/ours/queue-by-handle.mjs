// Queue: one producer and one consumer, 1 MiB an item, as queue.mjs does it with `--form sync --item mib`. Here the items
// lie in shared memory: what travels is a view, and nothing is copied. The consumer weighs what it sees.

import { performance } from 'node:perf_hooks'
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { SharedMemory } from '@troupe/shared-memory'
import { assertEqual, itemKind, weightOf } from '../items.mjs'
import { phasesOf, programArguments, report } from '../program.mjs'

const KIND = 'mib'
const ITEM_BYTES = 2 ** 20
const DIFFERENT = 8
const OPTIONS = { shares: [SharedMemory] }

const produce = actor(import.meta, 'produce', OPTIONS, (_ctx, out, go, memory, phases) => {
  const { make } = itemKind(KIND)
  const items = Array.from({ length: DIFFERENT }, (_, index) => {
    const item = memory.bytes.subarray(index * ITEM_BYTES, (index + 1) * ITEM_BYTES)
    item.set(make(index))
    return item
  })
  for (const phase of phases) {
    go.getSync()
    for (let index = 0; index < phase; index++) out.putSync(items[index % DIFFERENT])
  }
})

const consume = actor(import.meta, 'consume', OPTIONS, (_ctx, items, phases, reports) => {
  const { weigh } = itemKind(KIND)
  for (const phase of phases) {
    let sum = 0
    for (let taken = 0; taken < phase; taken++) sum += weigh(items.getSync())
    reports.putSync(sum)
  }
})

main(import.meta, async () => {
  const given = programArguments({ in: 'process', amount: 10_000 })
  const phases = phasesOf(given.amount)
  const place = { in: given.in }
  const memory = SharedMemory.create({ size: DIFFERENT * ITEM_BYTES })
  const items = new Queue()
  const reports = new Queue()
  const go = new Queue()
  const actors = [
    spawn(produce, [items.producer(), go.consumer(), memory, phases], place),
    spawn(consume, [items.consumer(), phases, reports.producer()], place),
  ]
  let milliseconds = 0
  for (const phase of phases) {
    const start = performance.now()
    await go.put(true)
    const sum = await reports.get()
    milliseconds = performance.now() - start
    assertEqual('weight', sum, weightOf(KIND, phase))
  }
  await Promise.all(actors.map((ref) => ref.result))
  memory[Symbol.dispose]()
  report(phases.at(-1), milliseconds)
})
