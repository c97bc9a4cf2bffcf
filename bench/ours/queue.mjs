// Queue: n producer and m consumer actors, in threads or processes, in one of five forms:
//   sync        putSync, getSync
//   await       await put, for await
//   many-sync   putManySync, getManySync
//   many        await putMany, await getMany
//   batches     await putMany, for await over batches
// Main says go to everybody, and stops the clock when every consumer has reported its share. (A
// consumer that began the next phase unasked would take what another one still waits for.)

import { performance } from 'node:perf_hooks'
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { assertEqual, itemKind, weightOf } from '../items.mjs'
import { phasesOf, programArguments, report } from '../program.mjs'

const BATCH = 1000

function batchOf(make, from, to) {
  const batch = []
  for (let index = from; index < to; index++) batch.push(make(index))
  return batch
}

function weightOfBatch(weigh, batch) {
  let sum = 0
  for (let index = 0; index < batch.length; index++) sum += weigh(batch[index])
  return sum
}

const producers = {
  sync: actor(import.meta, 'produce-sync', (_ctx, out, go, kind, shares) => {
    const { make } = itemKind(kind)
    for (const share of shares) {
      go.getSync()
      for (let index = 0; index < share; index++) out.putSync(make(index))
    }
  }),

  await: actor(import.meta, 'produce-await', async (_ctx, out, go, kind, shares) => {
    const { make } = itemKind(kind)
    for (const share of shares) {
      await go.get()
      for (let index = 0; index < share; index++) await out.put(make(index))
    }
  }),

  'many-sync': actor(import.meta, 'produce-many-sync', (_ctx, out, go, kind, shares) => {
    const { make } = itemKind(kind)
    for (const share of shares) {
      go.getSync()
      for (let index = 0; index < share; index += BATCH)
        out.putManySync(batchOf(make, index, Math.min(index + BATCH, share)))
    }
  }),

  many: actor(import.meta, 'produce-many', async (_ctx, out, go, kind, shares) => {
    const { make } = itemKind(kind)
    for (const share of shares) {
      await go.get()
      for (let index = 0; index < share; index += BATCH)
        await out.putMany(batchOf(make, index, Math.min(index + BATCH, share)))
    }
  }),
}
producers.batches = producers.many

const consumers = {
  sync: actor(import.meta, 'consume-sync', (_ctx, items, go, kind, shares, reports) => {
    const { weigh } = itemKind(kind)
    for (const share of shares) {
      go.getSync()
      let sum = 0
      for (let taken = 0; taken < share; taken++) sum += weigh(items.getSync())
      reports.putSync(sum)
    }
  }),

  await: actor(import.meta, 'consume-await', async (_ctx, items, go, kind, shares, reports) => {
    const { weigh } = itemKind(kind)
    for (const share of shares) {
      await go.get()
      let sum = 0
      let taken = 0
      for await (const item of items) {
        sum += weigh(item)
        if (++taken === share) break
      }
      await reports.put(sum)
    }
  }),

  'many-sync': actor(import.meta, 'consume-many-sync', (_ctx, items, go, kind, shares, reports) => {
    const { weigh } = itemKind(kind)
    for (const share of shares) {
      go.getSync()
      let sum = 0
      for (let taken = 0; taken < share; ) {
        const batch = items.getManySync(Math.min(BATCH, share - taken))
        taken += batch.length
        sum += weightOfBatch(weigh, batch)
      }
      reports.putSync(sum)
    }
  }),

  many: actor(import.meta, 'consume-many', async (_ctx, items, go, kind, shares, reports) => {
    const { weigh } = itemKind(kind)
    for (const share of shares) {
      await go.get()
      let sum = 0
      for (let taken = 0; taken < share; ) {
        const batch = await items.getMany(Math.min(BATCH, share - taken))
        taken += batch.length
        sum += weightOfBatch(weigh, batch)
      }
      await reports.put(sum)
    }
  }),

  // For one consumer only: a batch may be larger than what is left of its share of several.
  batches: actor(import.meta, 'consume-batches', async (_ctx, items, go, kind, shares, reports) => {
    const { weigh } = itemKind(kind)
    for (const share of shares) {
      await go.get()
      let sum = 0
      let taken = 0
      for await (const batch of items.batches(BATCH)) {
        taken += batch.length
        sum += weightOfBatch(weigh, batch)
        if (taken === share) break
      }
      await reports.put(sum)
    }
  }),
}

main(import.meta, async () => {
  const given = programArguments({
    form: 'sync',
    in: 'process',
    item: 'int',
    producers: 1,
    consumers: 1,
    amount: 10_000,
  })
  const phases = phasesOf(given.amount, given.producers * given.consumers)
  const place = { in: given.in }
  const items = new Queue()
  const reports = new Queue()
  const gos = Array.from({ length: given.producers + given.consumers }, () => new Queue())
  const actors = [
    ...gos.slice(0, given.producers).map((go) => {
      const shares = phases.map((phase) => phase / given.producers)
      const args = [items.producer(), go.consumer(), given.item, shares]
      return spawn(producers[given.form], args, place)
    }),
    ...gos.slice(given.producers).map((go) => {
      const shares = phases.map((phase) => phase / given.consumers)
      const args = [items.consumer(), go.consumer(), given.item, shares, reports.producer()]
      return spawn(consumers[given.form], args, place)
    }),
  ]

  let milliseconds = 0
  for (const phase of phases) {
    let sum = 0
    const start = performance.now()
    for (const go of gos) await go.put(true)
    for (let count = 0; count < given.consumers; count++) sum += await reports.get()
    milliseconds = performance.now() - start
    const expected = weightOf(given.item, phase / given.producers) * given.producers
    assertEqual('weight', sum, expected)
  }
  await Promise.all(actors.map((ref) => ref.result))
  report(phases.at(-1), milliseconds)
})
