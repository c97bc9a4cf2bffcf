// Shared state: some workers do an amount of one operation each. Between the phases they meet at a barrier.
// The one that counts measures; what the others did is in the sum that is checked.

import { performance } from 'node:perf_hooks'
import { actor, main, spawn } from '@troupe/runtime'
import { Barrier, Condition, Lock, Semaphore, Value } from '@troupe/shared'
import { assertEqual } from '../items.mjs'
import { phasesOf, programArguments, report } from '../program.mjs'

const SHARES = [Barrier, Condition, Lock, Semaphore, Value]

/** One operation, `times` over. */
const work = {
  add: ({ counter }, times) => {
    for (let i = 0; i < times; i++) counter.add(1)
  },
  locked: ({ counter }, times) => {
    const lock = counter.getLock()
    const addOne = () => {
      counter.value += 1
    }
    for (let i = 0; i < times; i++) lock.withSync(addOne)
  },
  // Two workers, who take turns.
  turns: ({ counter, condition, workers }, times, me) => {
    const isMine = () => counter.value % workers === me
    for (let i = 0; i < times; i++) {
      condition.withSync(() => {
        condition.waitForSync(isMine)
        counter.value += 1
        condition.notify()
      })
    }
  },
  barrier: ({ counter, meeting }, times) => {
    for (let i = 0; i < times; i++) meeting.waitSync()
    counter.add(times)
  },
  semaphore: ({ counter, semaphore }, times) => {
    for (let i = 0; i < times; i++) semaphore.withSync(() => {})
    counter.add(times)
  },
}

const worker = actor(import.meta, 'worker', { shares: SHARES }, (_ctx, form, all, shares, me) => {
  let milliseconds = 0
  for (const share of shares) {
    all.start.waitSync()
    const start = performance.now()
    work[form](all, share, me)
    all.start.waitSync()
    milliseconds = performance.now() - start
  }
  return milliseconds
})

main(import.meta, async () => {
  const given = programArguments({ form: 'add', workers: 1, in: 'process', amount: 10_000 })
  const { workers } = given
  const phases = phasesOf(given.amount, workers)
  const all = {
    counter: new Value('int32', 0),
    condition: new Condition(),
    meeting: new Barrier(workers),
    semaphore: new Semaphore(2),
    start: new Barrier(workers),
    workers,
  }
  const shares = phases.map((phase) => phase / workers)
  const started = Array.from({ length: workers }, (_, me) =>
    spawn(worker, [given.form, all, shares, me], { in: given.in }),
  )
  const [milliseconds] = await Promise.all(started.map(({ result }) => result))
  const total = phases.reduce((sum, phase) => sum + phase)
  assertEqual('counter', all.counter.value, total)
  report(given.form === 'barrier' ? phases.at(-1) / workers : phases.at(-1), milliseconds)
})
