/**
 * `Condition`: who holds its lock waits until another, who holds it, says that something changed.
 *
 * A row for each thread has how many of its waiters wait, and how many of them were notified: those that came first. A
 * wait begins and a `notify` happens under the user's lock, so no notification is lost in between; who leaves when its
 * actor is over has the block's lock alone, which `notify` takes too. A notification is used up when its waiter holds
 * the lock again. Of who left or died before, it goes to another that waits: its row first, so a death in between wakes
 * one too many and never one too few (rule F35). When nobody waits it is over, as a `notify` is of which nobody knows.
 */
import { add, type Block, load, makeBlock, openBlock, sub, type Wait } from '@troupe/memory'
import { ArgumentError, DisposedError, kind, type Scope, scopeHere } from '@troupe/runtime'
import { Belonging, belongingOf } from './belonging.js'
import { NotHeldError } from './errors.js'
import type { Guard } from './guard.js'
import { Lock, type LockBase } from './lock.js'
import { checkFunction, shown } from './options.js'
import { RLock } from './rlock.js'
import { check, NO_OPTIONS, type SyncOptions, until, untilSync, type WaitOptions } from './waits.js'

const TYPE = 4
/** The row where the last `notify` ended. */
const CURSOR = 0
const ROW_WORDS = 3
const ROW_WAITING = 1
const ROW_NOTIFIED = 2

const parts = new WeakMap<Condition, readonly [Block, Lock | RLock]>()

/**
 * A condition variable with its lock, by default a `Lock`: Python's is an `RLock`, which belongs to the whole actor, so
 * that a `wait` gives up what all its async functions hold. `wait` releases the lock, waits to be notified, and holds
 * the lock again when it returns, also with an error. `notify` never waits: neither for who is notified nor for a dead
 * waiter. A waiter that dies when it was notified passes that on.
 *
 * ```ts
 * const changed = new Condition()
 * await changed.with(() => changed.notifyAll())
 * ```
 */
export class Condition extends Belonging {
  /** For types alone. */
  declare readonly _shared: 'Condition'
  readonly #lock: Lock | RLock
  readonly #local: Local

  constructor(lock?: Lock | RLock)
  constructor(lock?: Lock | RLock, opened?: { block: Block; scope: Scope })
  constructor(
    lock: Lock | RLock = new Lock(),
    { block, scope } = { block: makeCondition(lock), scope: scopeHere() },
  ) {
    super(block, scope, 'condition', 0)
    this.#lock = lock
    this.#local = localOf(block)
    parts.set(this, [block, lock])
  }

  /** Its lock. */
  get lock(): Lock | RLock {
    this.usable()
    return this.#lock
  }

  /** Runs `work` with the lock held: see `Lock`. */
  with: LockBase['with'] = async (work, options) => this.lock.with(work, options)

  /** As `with`, blocking the thread. */
  withSync: LockBase['withSync'] = (work, options) => this.lock.withSync(work, options)

  /**
   * Releases the lock, waits until notified, and takes the lock again. Throws `NotHeldError` when this actor does not
   * hold it: call it in the function that does, since it gives up what the actor holds, whichever function took it.
   * After `timeout` it rejects with `TimeoutError`, holding the lock. An actor that ends meanwhile is not notified:
   * another is.
   */
  async wait(options: WaitOptions = NO_OPTIONS): Promise<void> {
    check(options)
    options.signal?.throwIfAborted()
    const waiter = this.#enter()
    await this.keepOpen(async () => {
      let holds = false
      try {
        await until(waiter.wait, options, 'notification')
      } finally {
        try {
          await this.#lock.resume(waiter.held)
          holds = true
        } finally {
          this.#leave(waiter, holds)
        }
      }
    })
  }

  /** As `wait`, blocking the thread. */
  waitSync(options: SyncOptions = NO_OPTIONS): void {
    check(options)
    const waiter = this.#enter()
    let holds = false
    try {
      untilSync(waiter.wait, options, 'notification')
    } finally {
      try {
        this.#lock.resumeSync(waiter.held)
        holds = true
      } finally {
        this.#leave(waiter, holds)
      }
    }
  }

  /** Waits until `predicate` is true, which is asked with the lock held. */
  async waitFor(predicate: () => boolean, options: WaitOptions = NO_OPTIONS): Promise<void> {
    const end = this.#begin(predicate, options)
    while (!predicate())
      await this.wait(end === undefined ? options : { ...options, timeout: left(end) })
  }

  /** As `waitFor`, blocking the thread. */
  waitForSync(predicate: () => boolean, options: SyncOptions = NO_OPTIONS): void {
    const end = this.#begin(predicate, options)
    while (!predicate()) this.waitSync(end === undefined ? options : { timeout: left(end) })
  }

  /** Wakes up to `n` who wait. Throws `NotHeldError` when this actor does not hold the lock. */
  notify(n = 1): void {
    if (!(n === Number.POSITIVE_INFINITY || (Number.isInteger(n) && n > 0))) {
      throw new ArgumentError(`notify needs a whole number from 1 on: it got ${shown(n)}`)
    }
    const { block } = this
    this.#mustHold('notify')
    if (block.exclusively(() => notify(block, n))) block.ring()
  }

  /** Wakes all who wait. */
  notifyAll(): void {
    this.notify(Number.POSITIVE_INFINITY)
  }

  // When the wait for a predicate ends.
  #begin(predicate: unknown, options: WaitOptions): number | undefined {
    check(options)
    checkFunction('waitFor', predicate)
    this.#mustHold('waitFor')
    const { timeout } = options
    return timeout === undefined ? undefined : performance.now() + timeout
  }

  #mustHold(what: string): void {
    this.usable()
    if (this.#lock.isHeld) return
    throw new NotHeldError('lock of the condition', `call ${what}() inside condition.with(…)`)
  }

  #enter(): Waiter {
    const { block } = this
    this.#mustHold('wait')
    // What the dead were notified of is for those who wait already.
    if (passOnOfDead(block)) block.ring()
    const local = this.#local
    const mark = block.mark()
    const { rows, row } = block
    add(rows, row + ROW_WAITING, 1)
    mark.mark()
    const look = (): boolean => {
      this.usable()
      if (this.#lock.isDisposed) throw new DisposedError('The lock of this condition')
      if (!isNotified(block, local, waiter)) {
        if (!passOnOfDead(block)) return false
        block.ring()
        if (!isNotified(block, local, waiter)) return false
      }
      local.waiting.delete(waiter)
      local.standing++
      waiter.stands = true
      return true
    }
    const waiter: Waiter = {
      block,
      wait: {
        look,
        glance: () => isNotified(block, local, waiter) && look(),
        mark: () => mark.mark(),
        leave: () => mark.leave(),
      },
      held: this.#lock.suspend(),
      stands: false,
    }
    local.waiting.add(waiter)
    return waiter
  }

  // Without the lock, or before it saw it, its notification is for another.
  #leave(waiter: Waiter, holds: boolean): void {
    const { block, stands } = waiter
    const local = this.#local
    const passed = block.exclusively(({ rows, row }) => {
      const wasNotified = stands || isNotified(block, local, waiter)
      if (stands) local.standing--
      local.waiting.delete(waiter)
      sub(rows, row + ROW_WAITING, 1)
      if (!wasNotified) return false
      const isUsed = stands && holds
      // Another of this thread has it by that it stays.
      if (!isUsed && local.waiting.size > load(rows, row + ROW_NOTIFIED) - local.standing - 1) {
        return true
      }
      const some = !isUsed && notify(block, 1)
      sub(rows, row + ROW_NOTIFIED, 1)
      return some
    })
    if (passed) block.ring()
  }
}

/** Whether one of the notifications of this thread's row is for `waiter`: they are for those that came first. */
function isNotified(block: Block, { standing, waiting }: Local, waiter: Waiter): boolean {
  let left = load(block.rows, block.row + ROW_NOTIFIED) - standing
  for (const one of waiting) {
    if (left <= 0) return false
    if (one === waiter) return true
    left--
  }
  return false
}

interface Waiter {
  readonly block: Block
  readonly wait: Wait
  /** What its actor held of the lock. */
  readonly held: readonly Guard[]
  /** It was notified, and takes the lock. */
  stands: boolean
}

/** Waiters of one thread. */
interface Local {
  /** How many were notified and take the lock: they stand for as many notifications of the row. */
  standing: number
  /** The others, in the order in which they came. */
  readonly waiting: Set<Waiter>
}

const locals = new WeakMap<Block, Local>()

// Rows are a thread's, whichever of its actors wait.
function localOf(block: Block): Local {
  let local = locals.get(block)
  if (!local) locals.set(block, (local = { standing: 0, waiting: new Set() }))
  return local
}

function makeCondition(lock: Lock | RLock): Block {
  if (!(lock instanceof Lock || lock instanceof RLock)) {
    throw new ArgumentError(
      `The lock of a condition must be a Lock or an RLock: it is ${shown(lock)}; leave it out for a Lock of its own`,
    )
  }
  scopeHere()
  return openBlock(makeBlock({ type: TYPE, rowWords: ROW_WORDS }), TYPE)
}

// Under the user's lock and the block's. One of each thread at a time, from the row after that of the last one on.
function notify(block: Block, n: number): boolean {
  const { rows, words } = block
  let some = false
  for (let left = n; left > 0; left--) {
    const at = nextWaiting(block, load(words, CURSOR))
    if (at < 0) break
    words[CURSOR] = at
    add(rows, at + ROW_NOTIFIED, 1)
    some = true
  }
  return some
}

function nextWaiting(block: Block, after: number): number {
  const { rows } = block
  let first = -1
  let next = -1
  block.eachRow((at, name) => {
    if (next >= 0 || load(rows, at + ROW_WAITING) <= load(rows, at + ROW_NOTIFIED)) return
    if (block.isDead(name)) return
    if (first < 0) first = at
    if (at > after) next = at
  })
  return next >= 0 ? next : first
}

// Notifications of threads that died with them go to others, or are over. True when somebody got one.
function passOnOfDead(block: Block): boolean {
  const { rows } = block
  const dead = (): number => {
    let found = -1
    block.eachRow((at, name) => {
      if (load(rows, at + ROW_NOTIFIED) > 0 && block.isDead(name)) found = at
    })
    return found
  }
  if (dead() < 0) return false
  return block.exclusively(() => {
    let some = false
    for (let at = dead(); at >= 0; at = dead()) {
      some = notify(block, 1) || some
      sub(rows, at + ROW_NOTIFIED, 1)
    }
    return some
  })
}

const left = (end: number): number => Math.max(0, end - performance.now())

kind<Condition, readonly [Block, Lock | RLock]>(Condition, {
  name: 'Condition',
  from: '@troupe/shared',
  send: (condition) => {
    void condition.lock // Throws when it was disposed of.
    return parts.get(condition)!
  },
  receive: ([block, lock], scope) =>
    belongingOf(block, scope, 0, () => new Condition(lock, { block, scope })),
})
