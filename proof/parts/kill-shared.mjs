// SIGKILL and terminate() of actors that work with a lock, a semaphore, a condition, a barrier and an event.
//
// Four actors, in processes and in threads, do the primitive's operation without end. Two at a time are killed, wherever
// they are, and replaced. Oracle: after each kill every survivor and the new one says that it has done
// more operations since (nobody hangs), and
//   lock       two numbers change together under it; who finds them apart was told `ownerDied`, and who was not told
//              finds them equal; it is told at most as often as there were kills
//   semaphore  with nobody left, all permits are back
//   condition  a token goes round: who holds the lock and finds it passes it on and notifies one
//   barrier    all who wait and who come are told that it is broken; after a reset they meet again
//   event      who sets it and who waits for it go on
import { actor, main, Queue, spawn } from '@troupe/runtime'
import { Barrier, Condition, Event, Lock, Semaphore, Value } from '@troupe/shared'
import { argument, report, seeded, timeIsUp } from '../random.mjs'

const SHARES = [Barrier, Condition, Event, Lock, Semaphore, Value]
const WORKERS = 4
/** How many die at once, one of which may be about to be told of the other. */
const AT_ONCE = 2
/** Kills of one primitive before the next one's turn. */
const SLICE = 60
const PERMITS = 2
/** Operations between two looks at the round. */
const BATCH = 20

const operate = {
  lock: async ({ lock, one, two, told }, i) => {
    const step = (guard) => {
      const isWhole = one.value === two.value
      if (!isWhole && !guard.ownerDied)
        throw new Error(`torn: ${one.value} ${two.value}, and not told`)
      if (guard.ownerDied) told.add(1)
      one.value = (one.value + 1) % 1000
      two.value = one.value
    }
    if (i % 2 === 0) lock.withSync(step)
    else await lock.with(step)
  },
  semaphore: async ({ semaphore }, i) => {
    if (i % 2 === 0) semaphore.withSync(() => {})
    else await semaphore.with(() => Promise.resolve())
  },
  condition: async ({ condition, one }, i) => {
    const isThere = () => one.value > 0
    const pass = () => {
      one.value -= 1
      one.value += 1
      condition.notify()
    }
    if (i % 2 === 0) {
      condition.withSync(() => {
        condition.waitForSync(isThere)
        pass()
      })
    } else {
      await condition.with(async () => {
        // Somebody else's turn first: only a notification ends this wait.
        condition.notify()
        await condition.wait({ timeout: 20 }).catch(late)
        pass()
      })
    }
  },
  barrier: async ({ barrier }, i) => {
    if (i % 2 === 0) barrier.waitSync()
    else await barrier.wait()
  },
  event: async ({ event }, i) => {
    if (i % 3 === 0) event.set()
    else if (i % 3 === 1) event.clear()
    else await event.wait({ timeout: 5 }).catch(late)
  },
}

function late(error) {
  if (error.code !== 'ERR_TROUPE_TIMEOUT') throw error
}

const worker = actor(import.meta, 'worker', { shares: SHARES }, async (ctx, which, all, me) => {
  let seen = 0
  for (let i = 0; ; i++) {
    try {
      await operate[which](all, i)
    } catch (error) {
      if (error.code !== 'ERR_TROUPE_BROKEN_BARRIER') throw error
      await all.seen.put(['broken', me])
      await ctx.receive()
    }
    if (i % BATCH !== 0) continue
    const round = all.round.value
    if (round === seen) continue
    seen = round
    await all.seen.put([round, me])
  }
})

class Trial {
  #which
  #failures
  #random
  #all = {
    lock: new Lock(),
    semaphore: new Semaphore(PERMITS),
    condition: new Condition(),
    barrier: new Barrier(WORKERS),
    event: new Event(),
    one: new Value('int32', 1),
    two: new Value('int32', 1),
    told: new Value('int32', 0),
    round: new Value('int32', 1),
    seen: new Queue(),
  }
  #workers = new Map()
  #numbers = 0

  constructor(which, failures, random) {
    this.#which = which
    this.#failures = failures
    this.#random = random
  }

  #start() {
    const me = this.#numbers++
    const started = spawn(worker, [this.#which, this.#all, me], {
      in: me % 2 === 0 ? 'thread' : 'process',
    })
    started.result.catch((error) => {
      if (error.code !== 'ERR_TROUPE_ACTOR_DIED')
        this.#failures.push(`${this.#which}: ${error.stack}`)
    })
    this.#workers.set(me, started)
  }

  /** Every worker has done operations in this round. */
  async #allWork() {
    const round = this.#all.round.value
    const missing = new Set(this.#workers.keys())
    while (missing.size > 0 && this.#failures.length === 0) {
      const [what, who] = await this.#all.seen.get()
      if (what === round) missing.delete(who)
    }
  }

  async #kill() {
    const victims = new Map()
    while (victims.size < AT_ONCE) {
      const all = [...this.#workers]
      const [me, victim] = all[Math.floor(this.#random() * all.length)]
      this.#workers.delete(me)
      victims.set(me, victim)
    }
    for (const victim of victims.values()) victim.kill()
    for (const victim of victims.values()) await victim.join()
    if (this.#which === 'barrier') await this.#mend(victims)
    for (let i = 0; i < AT_ONCE; i++) this.#start()
    this.#all.round.add(1)
  }

  // The survivors were all told; they go on when the barrier is whole again.
  async #mend(dead) {
    const missing = new Set(this.#workers.keys())
    while (missing.size > 0) {
      const [what, who] = await this.#all.seen.get()
      if (what === 'broken' && !dead.has(who)) missing.delete(who)
    }
    this.#all.barrier.reset()
    for (const one of this.#workers.values()) one.send('go')
  }

  async run(kills) {
    for (let i = 0; i < WORKERS; i++) this.#start()
    await this.#allWork()
    let done = 0
    while (done < kills && this.#failures.length === 0 && !timeIsUp()) {
      await this.#kill()
      done += AT_ONCE
      await this.#allWork()
    }
    for (const one of this.#workers.values()) one.kill()
    for (const one of this.#workers.values()) await one.join()
    this.#check(done + WORKERS)
    return done
  }

  #check(deaths) {
    const { semaphore, told, lock } = this.#all
    if (semaphore.value !== PERMITS) this.#failures.push(`semaphore: ${semaphore.value} permits`)
    if (told.value > deaths) this.#failures.push(`lock: ${told.value} told of ${deaths} deaths`)
    const guard = lock.tryAcquire()
    if (!guard) this.#failures.push('lock: held by the dead')
    guard?.release()
  }
}

main(import.meta, async () => {
  const seed = argument('seed', Date.now() % 2 ** 31)
  const kills = argument('kills', 20)
  const random = seeded(seed)
  const failures = []
  const counts = Object.fromEntries(Object.keys(operate).map((which) => [which, 0]))
  // In turns, so that each has its share of the time.
  for (let done = 0; done < kills && failures.length === 0 && !timeIsUp(); done += SLICE) {
    for (const which of Object.keys(operate)) {
      if (failures.length > 0) break
      const some = Math.min(SLICE, kills - done)
      counts[which] += await new Trial(which, failures, random).run(some)
    }
  }
  report('kill-shared', seed, counts, failures)
  if (failures.length > 0) process.exit(1)
})
