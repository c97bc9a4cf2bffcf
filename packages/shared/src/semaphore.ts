/**
 * `Semaphore` and `BoundedSemaphore`. What is held stands in a row for each thread; what is free is what there is less
 * the rows of the living. So permits of the dead are back by themselves (rule F35).
 *
 * Counting walks the rows, so the sum is kept beside them, under the lock that guards both: these words are read and
 * written as they are. At every instant the sum is at least what the living hold, so it is counted anew where none
 * seems free, and nowhere else.
 */
import { type Block, load, makeBlock, openBlock, type Wait } from '@troupe/memory'
import { ArgumentError, kind, type Scope, scopeHere } from '@troupe/runtime'
import { Belonging, belongingOf } from './belonging.js'
import { DeadlockError, NotHeldError } from './errors.js'
import { FairLine } from './fair-line.js'
import { Guard, type Guarded, holding } from './guard.js'
import { type LockOptions, type NotAPromise, refusePromise } from './lock.js'
import { checkFunction, fairOf, shown } from './options.js'
import {
  check,
  NO_OPTIONS,
  type SyncOptions,
  turn,
  until,
  untilSync,
  type WaitOptions,
} from './waits.js'

const TYPE = 2
/** Permits that there are. */
const PERMITS = 0
const TICKETS = 1
const FAIR = 2
/** Permits that threads hold, the dead ones too until they are counted anew. */
const HELD = 3
/** A row: epoch, ticket, permits held. */
const ROW_WORDS = 3
const ROW_HELD = 2
const MOST = 2 ** 31 - 1

const blocks = new WeakMap<Semaphore, Block>()

/**
 * A number of permits, for any mix of threads and processes. `acquire` takes one, or waits for one.
 *
 * `release()` without a permit of this actor adds one, as in Python, where that serves as a signal. A permit that was
 * acquired belongs to its actor until it is released: when the actor dies, it is back.
 *
 * ```ts
 * const two = new Semaphore(2)
 * await two.with(() => two.value)   // 1
 * ```
 */
export class Semaphore extends Belonging implements Guarded {
  /** For types alone. */
  declare readonly _shared: 'Semaphore' | 'BoundedSemaphore'
  readonly #line: FairLine | undefined
  readonly #guards: Guard[] = []
  readonly #opened: Block

  constructor(value?: number, options?: LockOptions)
  constructor(value?: number, options?: LockOptions, opened?: { block: Block; scope: Scope })
  constructor(
    value = 1,
    options: LockOptions = {},
    { block, scope } = { block: makeSemaphore(value, options), scope: scopeHere() },
  ) {
    super(block, scope, 'semaphore', 0)
    this.#opened = block
    blocks.set(this, block)
    if (block.words[FAIR] === 1) this.#line = FairLine.of(block, TICKETS)
  }

  /** Takes a permit, waiting for one. Rejects with `TimeoutError` after `timeout`, and with the signal's reason. */
  async acquire(options: WaitOptions = NO_OPTIONS): Promise<Guard> {
    check(options)
    const pause = turn()
    if (pause) await pause
    options.signal?.throwIfAborted()
    const guard = this.tryAcquire()
    if (guard) return guard
    const { wait, taken } = this.#waitFor(false)
    await this.keepOpen(() => until(wait, options, 'permit'))
    return taken()
  }

  /** Takes a permit if one is free now. */
  tryAcquire(): Guard | undefined {
    const { block } = this
    if (this.#line?.isFirst() === false) return undefined
    return take(block) ? this.#hold(this.scope) : undefined
  }

  /** As `acquire`, blocking the thread. Of a `BoundedSemaphore` it throws `DeadlockError` when this thread holds all permits. */
  acquireSync(options: SyncOptions = NO_OPTIONS): Guard {
    check(options)
    const guard = this.tryAcquire()
    if (guard) return guard
    const { wait, taken } = this.#waitFor(true)
    untilSync(wait, options, 'permit')
    return taken()
  }

  /** Runs `work` with a permit, and releases it however `work` ends. */
  async with<T>(work: (guard: Guard) => T | Promise<T>, options?: WaitOptions): Promise<T> {
    checkFunction('with', work)
    return holding(await this.acquire(options), work)
  }

  /** As `with`, blocking the thread. `work` must not be async: the permit is released when it returns. */
  withSync<T>(work: (guard: Guard) => NotAPromise<T>, options: SyncOptions = NO_OPTIONS): T {
    checkFunction('withSync', work)
    check(options)
    // Released before its actor can end.
    const isFree = !this.#line && take(this.block)
    const guard = isFree ? this.#hold(undefined) : this.acquireSync(options)
    let result: T
    try {
      result = work(guard)
    } finally {
      guard.release()
    }
    return refusePromise(result, 'permit')
  }

  /** Releases a permit that this actor holds; if it holds none, there is one more. */
  release(): void {
    const { block } = this
    const guard = this.#guards.at(-1)
    if (guard) guard.release()
    else this.addPermit(block)
  }

  /** Permits that are free at some moment of the call. */
  get value(): number {
    const { block } = this
    return block.exclusively(free)
  }

  protected addPermit(block: Block): void {
    block.exclusively(({ words }) => {
      if (words[PERMITS] === MOST) {
        throw new ArgumentError(
          `A semaphore has at most ${MOST} permits: release() is called too often`,
        )
      }
      words[PERMITS]!++
    })
    block.ring()
  }

  /** Whether nobody but a holder can give a permit back. */
  protected get isBounded(): boolean {
    return false
  }

  protected override letGo(): void {
    while (this.#guards.length > 0) this.#guards.at(-1)!.release()
  }

  #hold(scope: Scope | undefined): Guard {
    const guard = new Guard(this, scope, false)
    this.#guards.push(guard)
    return guard
  }

  /** For this package: a guard was released. */
  released(guard: Guard): void {
    const guards = this.#guards
    if (guards.at(-1) === guard) guards.pop()
    else guards.splice(guards.lastIndexOf(guard), 1)
    giveBack(this.#opened)
  }

  #waitFor(blocks: boolean): { readonly wait: Wait; readonly taken: () => Guard } {
    const { block } = this
    const mark = block.mark()
    const line = this.#line
    const place = line?.enter(blocks)
    let guard: Guard | undefined
    const look = (): boolean => {
      this.usable()
      const isFirst = !place || line!.isFirst(place)
      if (!isFirst || !take(block)) {
        if (blocks && this.isBounded && isOursAlone(block)) throw new DeadlockError('permit')
        return false
      }
      guard = this.#hold(this.scope)
      return true
    }
    const wait: Wait = {
      look,
      // A spin takes no lock to see that nothing is free.
      glance: () => load(block.words, HELD) < load(block.words, PERMITS) && look(),
      mark: () => mark.mark(),
      leave: () => {
        if (place && line) line.leave(place)
        mark.leave()
      },
    }
    return { wait, taken: () => guard! }
  }
}

/**
 * A semaphore that has never more permits than at first: `release()` without a permit of this actor throws
 * `NotHeldError`.
 *
 * ```ts
 * const slots = new BoundedSemaphore(2)
 * slots.withSync(() => slots.value)   // 1
 * ```
 */
export class BoundedSemaphore extends Semaphore {
  /** For types alone. */
  declare readonly _shared: 'BoundedSemaphore'

  protected override get isBounded(): boolean {
    return true
  }

  protected override addPermit(_block: Block): void {
    throw new NotHeldError('permit', 'release what acquire() gave, once')
  }
}

function makeSemaphore(value: number, options: LockOptions): Block {
  if (!Number.isInteger(value) || value < 0 || value > MOST) {
    throw new ArgumentError(
      `A semaphore's value must be a whole number from 0 to ${MOST}: it is ${shown(value)}`,
    )
  }
  const fair = fairOf(options, 'semaphore')
  scopeHere()
  const handle = makeBlock({
    type: TYPE,
    rowWords: ROW_WORDS,
    fill: (words) => {
      words[PERMITS] = value
      words[FAIR] = fair ? 1 : 0
    },
  })
  return openBlock(handle, TYPE)
}

const take = (block: Block): boolean => block.exclusively(takeOne)

function takeOne(block: Block): boolean {
  const { words, rows, row } = block
  if (words[HELD]! >= words[PERMITS]! && free(block) <= 0) return false
  // The sum first: cut off in between it is too high.
  words[HELD]!++
  rows[row + ROW_HELD]!++
  return true
}

function giveBack(block: Block): void {
  block.exclusively(giveOneBack)
  block.ring()
}

function giveOneBack({ words, rows, row }: Block): void {
  rows[row + ROW_HELD]!--
  words[HELD]!--
}

// Under the lock: counted anew.
function free(block: Block): number {
  const { words, rows } = block
  let held = 0
  block.eachRow((at, name) => {
    const mine = rows[at + ROW_HELD]!
    if (mine > 0 && !block.isDead(name)) held += mine
  })
  words[HELD] = held
  return words[PERMITS]! - held
}

// Nobody else can release one.
function isOursAlone(block: Block): boolean {
  const mine = load(block.rows, block.row + ROW_HELD)
  return mine > 0 && mine >= load(block.words, PERMITS)
}

for (const Class of [Semaphore, BoundedSemaphore]) {
  kind<Semaphore, Block>(Class, {
    name: Class.name,
    from: '@troupe/shared',
    send: (semaphore) => {
      void semaphore.value // Throws when it was disposed of.
      return blocks.get(semaphore)!
    },
    receive: (block, scope) =>
      belongingOf(block, scope, 0, () => new Class(undefined, undefined, { block, scope })),
  })
}
