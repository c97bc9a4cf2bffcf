/**
 * `Condition`: who holds its lock waits until another, who holds it, says that something changed.
 *
 * A row for each thread has how many of its waiters wait, and how many of them were notified. A wait begins and a
 * `notify` happens under the user's lock, so no notification is lost in between; who leaves when its actor is over has
 * the block's lock alone, which `notify` takes too. A
 * notification is used up when its waiter holds the lock again. Of who died before, another waiter takes it over: its
 * own row first, so a death in between wakes one too many and never one too few (rule F35).
 */
import { add, type Block, load, makeBlock, openBlock, sub, type Wait } from '@troupe/memory'
import { ArgumentError, DisposedError, kind, type Scope, scopeHere } from '@troupe/runtime'
import { Belonging, belongingOf } from './belonging.js'
import { NotHeldError } from './errors.js'
import type { Guard } from './guard.js'
import { Lock, type LockBase } from './lock.js'
import { checkFunction } from './options.js'
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
  /** Waiters of this thread that stand for a notification of its row already. */
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
   * hold it. After `timeout` it rejects with `TimeoutError`, holding the lock.
   */
  async wait(options: WaitOptions = NO_OPTIONS): Promise<void> {
    check(options)
    options.signal?.throwIfAborted()
    const waiter = this.#enter()
    await this.keepOpen(async () => {
      try {
        await until(waiter.wait, options, 'notification')
      } finally {
        await this.#lock.resume(waiter.held).finally(() => this.#leave(waiter))
      }
    })
  }

  /** As `wait`, blocking the thread. */
  waitSync(options: SyncOptions = NO_OPTIONS): void {
    check(options)
    const waiter = this.#enter()
    try {
      untilSync(waiter.wait, options, 'notification')
    } finally {
      try {
        this.#lock.resumeSync(waiter.held)
      } finally {
        this.#leave(waiter)
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
      throw new ArgumentError(`notify needs a whole number from 1 on: it got ${String(n)}`)
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
    const local = this.#local
    const mark = block.mark()
    const { rows, row } = block
    add(rows, row + ROW_WAITING, 1)
    mark.mark()
    const look = (): boolean => {
      this.usable()
      if (this.#lock.isDisposed) throw new DisposedError('The lock of this condition')
      if (load(rows, row + ROW_NOTIFIED) <= local.standing && !takeOver(block)) return false
      local.standing++
      waiter.isNotified = true
      return true
    }
    const waiter: Waiter = {
      block,
      wait: {
        look,
        glance: () => load(rows, row + ROW_NOTIFIED) > local.standing && look(),
        mark: () => mark.mark(),
        leave: () => mark.leave(),
      },
      held: this.#lock.suspend(),
      isNotified: false,
    }
    return waiter
  }

  // The lock is held again, or the actor is over. A notification that nobody of this thread waits for is passed on.
  #leave({ block, isNotified }: Waiter): void {
    const { rows, row } = block
    const passed = block.exclusively(() => {
      sub(rows, row + ROW_WAITING, 1)
      if (isNotified) {
        this.#local.standing--
        sub(rows, row + ROW_NOTIFIED, 1)
      }
      let some = false
      while (load(rows, row + ROW_NOTIFIED) > load(rows, row + ROW_WAITING)) {
        sub(rows, row + ROW_NOTIFIED, 1)
        some = notify(block, 1) || some
      }
      return some
    })
    if (passed) block.ring()
  }
}

interface Waiter {
  readonly block: Block
  readonly wait: Wait
  /** What its actor held of the lock. */
  readonly held: readonly Guard[]
  isNotified: boolean
}

interface Local {
  standing: number
}

const locals = new WeakMap<Block, Local>()

// Rows are a thread's, whichever of its actors wait.
function localOf(block: Block): Local {
  let local = locals.get(block)
  if (!local) locals.set(block, (local = { standing: 0 }))
  return local
}

function makeCondition(lock: Lock | RLock): Block {
  if (!(lock instanceof Lock || lock instanceof RLock)) {
    throw new ArgumentError(
      `The lock of a condition must be a Lock or an RLock: it is ${String(lock)}; leave it out for a Lock of its own`,
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

// Takes a notification of a thread that died with it.
function takeOver(block: Block): boolean {
  const dead = (): number => {
    let found = -1
    block.eachRow((at, name) => {
      if (load(block.rows, at + ROW_NOTIFIED) > 0 && block.isDead(name)) found = at
    })
    return found
  }
  if (dead() < 0) return false
  return block.exclusively(() => {
    const at = dead()
    if (at < 0) return false
    add(block.rows, block.row + ROW_NOTIFIED, 1)
    sub(block.rows, at + ROW_NOTIFIED, 1)
    return true
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
