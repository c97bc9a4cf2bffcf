/**
 * `Barrier`: so many parties wait until all of them do.
 *
 * One word says which generation is under way: it changes by one store, under the block's lock. One that was reset is
 * remembered before that, so who waits reads how its own generation ended. Arrivals are counts in a row for each
 * thread, of the generation that the row names.
 *
 * A barrier is broken when a party died: who holds the barrier and is dead, or was counted as lost since the last
 * reset (rule F35). Also when a wait timed out or was aborted, and by `abort()`: a flag.
 */
import {
  type Block,
  load,
  makeBlock,
  openBlock,
  pause,
  reapDead,
  store,
  type Wait,
} from '@troupe/memory'
import {
  ArgumentError,
  type Holding,
  kind,
  type Scope,
  scopeHere,
  TimeoutError,
} from '@troupe/runtime'
import { Belonging, belongingOf } from './belonging.js'
import { BrokenBarrierError } from './errors.js'
import { checkObject, shown } from './options.js'
import { check, NO_OPTIONS, type SyncOptions, until, untilSync, type WaitOptions } from './waits.js'

const TYPE = 5
const PARTIES = 0
/** Which generation is under way. */
const GENERATION = 1
const BROKEN = 2
/** Holders that were lost at the last reset. */
const LOST = 3
/** Milliseconds of waits that name none, plus one; 0 for no end. */
const TIMEOUT = 4
/** How many generations were reset, and the last of them by number. */
const RESETS = 5
const RESET = 8
const REMEMBERED = 56
const ROW_WORDS = 3
const ROW_GENERATION = 1
const ROW_ARRIVED = 2
const MOST = 2 ** 31 - 1

const blocks = new WeakMap<Barrier, Block>()

/** How a barrier is made. */
export interface BarrierOptions {
  /**
   * Runs when the actor that made the barrier arrives last, before any party goes on. A function does not travel: when
   * another arrives last, nothing runs.
   */
  readonly action?: () => void
  /** Milliseconds of waits that name none, of all parties. */
  readonly timeout?: number
}

function optionsOf(options: BarrierOptions): BarrierOptions {
  checkObject('barrier', options, '{ timeout: 1000 }')
  const { action, timeout } = options
  if (action !== undefined && typeof action !== 'function') {
    throw new ArgumentError(`action must be a function: it is ${shown(action)}`)
  }
  check({ timeout })
  return options
}

/** How an arrival went; of no index, when the generation was full and its action runs. */
interface Arrival {
  readonly generation: number
  readonly index: number
  readonly isLast: boolean
}

const NO_INDEX = -1

/**
 * A meeting of `parties` actors, in any mix of threads and processes, again and again.
 *
 * When anybody who has the barrier dies, it is broken for all at once, who wait and who come: a party that died cannot
 * arrive. So is it by a wait that times out or is aborted. `reset()` makes it whole.
 *
 * ```ts
 * const alone = new Barrier(1)
 * await alone.wait()   // 0
 * ```
 */
export class Barrier extends Belonging {
  /** For types alone. */
  declare readonly _shared: 'Barrier'
  readonly #action: (() => void) | undefined
  readonly #timeout: number | undefined
  readonly #membership: Membership

  constructor(parties: number, options?: BarrierOptions)
  constructor(parties: number, options?: BarrierOptions, opened?: { block: Block; scope: Scope })
  constructor(
    parties: number,
    options: BarrierOptions = {},
    { block, scope } = { block: makeBarrier(parties, options), scope: scopeHere() },
  ) {
    super(block, scope, 'barrier', 0)
    this.#action = optionsOf(options).action
    const timeout = load(block.words, TIMEOUT)
    this.#timeout = timeout === 0 ? undefined : timeout - 1
    blocks.set(this, block)
    this.#membership = new Membership(this, block, scope)
  }

  /** Waits for the others; gives the place in which it arrived, from 0. Rejects with `BrokenBarrierError`. */
  async wait(options: WaitOptions = NO_OPTIONS): Promise<number> {
    check(options)
    options.signal?.throwIfAborted()
    const { arrival, wait } = this.#arrive()
    if (this.#trips(arrival)) return arrival.index
    this.#membership.waiting++
    try {
      const all = { ...options, timeout: options.timeout ?? this.#timeout }
      await this.keepOpen(() =>
        until(wait, all, 'other parties').catch((error: unknown) => wait.giveUp(error)),
      )
    } finally {
      this.#membership.waiting--
    }
    return wait.index()
  }

  /** As `wait`, blocking the thread. */
  waitSync(options: SyncOptions = NO_OPTIONS): number {
    check(options)
    const { arrival, wait } = this.#arrive()
    if (this.#trips(arrival)) return arrival.index
    try {
      untilSync(wait, { timeout: options.timeout ?? this.#timeout }, 'other parties')
    } catch (error) {
      wait.giveUp(error)
    }
    return wait.index()
  }

  /** Makes the barrier empty and whole. Who waits gets `BrokenBarrierError`. */
  reset(): void {
    const { block } = this
    const settled = (): boolean => {
      const { lost } = block
      // Counted already, it would be seen as dead a little longer, and then no more.
      if (block.hasDeadHolder()) return false
      if (arrived(block) > 0) advance(block, true)
      store(block.words, LOST, lost)
      store(block.words, BROKEN, 0)
      return true
    }
    do settleDeaths(block)
    while (!block.exclusively(settled))
    block.ring()
  }

  /** Breaks the barrier, for all who wait and who come. */
  abort(): void {
    breakIt(this.block)
  }

  /** How many it takes. */
  get parties(): number {
    return load(this.block.words, PARTIES)
  }

  /** How many wait at some moment of the call. */
  get nWaiting(): number {
    const { block } = this
    return arrived(block) % this.parties
  }

  get broken(): boolean {
    return isBroken(this.block)
  }

  protected override letGo(): void {
    this.#membership.leave()
  }

  #arrive() {
    const { block } = this
    const mark = block.mark()
    let arrival = arrive(block)
    const wait: Wait & { index(): number; giveUp(error: unknown): void } = {
      look: () => {
        this.usable()
        const ended = outcomeOf(block, arrival.generation)
        if (ended === 'open') {
          if (!isBroken(block)) return false
          // Under the lock, under which the last one looks whether it is broken: all are told, or none.
          if (arrival.index === NO_INDEX || breakOpen(block, arrival.generation)) throw broken()
          return wait.look()
        }
        // The generation that was full, and whose action ran, is over.
        if (arrival.index === NO_INDEX) {
          arrival = arrive(block)
          return this.#trips(arrival)
        }
        if (ended === 'reset') throw wasReset()
        return true
      },
      glance: () => generationOf(block) !== arrival.generation && wait.look(),
      mark: () => mark.mark(),
      leave: () => mark.leave(),
      index: () => arrival.index,
      // It ended early, after it arrived: nobody else can get through, unless all did just now.
      giveUp: (error) => {
        const { index, generation } = arrival
        if (index === NO_INDEX || breakOpen(block, generation)) throw error
        if (!(error instanceof TimeoutError) || outcomeOf(block, generation) !== 'passed')
          throw error
      },
    }
    return { arrival, wait }
  }

  // The last one runs the action and lets all go, unless somebody was told meanwhile that the generation is over.
  #trips({ isLast, generation }: Arrival): boolean {
    if (!isLast) return false
    const { block } = this
    try {
      this.#action?.()
    } catch (error) {
      breakOpen(block, generation)
      throw error
    }
    block.exclusively(() => {
      if (generationOf(block) !== generation) throw wasReset()
      if (isBroken(block)) throw broken()
      advance(block, false)
    })
    block.ring()
    return true
  }
}

const leaver = new FinalizationRegistry<Membership>((membership) => membership.leave())

/**
 * What ends with the actor, for a barrier that it has. It does not keep the barrier: one that was collected is no
 * party any more, whatever becomes of its actor.
 */
class Membership implements Holding {
  waiting = 0
  readonly #barrier: WeakRef<Barrier>
  readonly #block: Block
  readonly #scope: Scope
  readonly #ticket: number

  constructor(barrier: Barrier, block: Block, scope: Scope) {
    this.#barrier = new WeakRef(barrier)
    this.#block = block
    this.#scope = scope
    this.#ticket = scope.add(this)
    leaver.register(barrier, this, this)
  }

  /** A party of a thread that lives on is gone. */
  end(normal: boolean): void {
    const barrier = this.#barrier.deref()
    if (!barrier) return
    if (!normal || this.waiting > 0) {
      this.#block.countLost()
      this.#block.ring()
    }
    if (normal) barrier[Symbol.dispose]()
  }

  leave(): void {
    leaver.unregister(this)
    this.#scope.delete(this.#ticket)
  }
}

const broken = (): BrokenBarrierError =>
  new BrokenBarrierError('a party died, timed out, or aborted it')

const wasReset = (): BrokenBarrierError => new BrokenBarrierError('it was reset')

function makeBarrier(parties: number, options: BarrierOptions): Block {
  const { timeout } = optionsOf(options)
  if (!(Number.isInteger(parties) && parties >= 1 && parties <= MOST)) {
    throw new ArgumentError(
      `A barrier needs a whole number of parties from 1 to ${MOST}: it is ${shown(parties)}`,
    )
  }
  scopeHere()
  const handle = makeBlock({
    type: TYPE,
    rowWords: ROW_WORDS,
    fill: (words) => {
      words[PARTIES] = parties
      words[TIMEOUT] = timeout === undefined ? 0 : Math.min(Math.ceil(timeout) + 1, MOST)
    },
  })
  return openBlock(handle, TYPE)
}

const generationOf = (block: Block): number => load(block.words, GENERATION)

/** Arrives, unless the generation is full already. */
function arrive(block: Block): Arrival {
  return block.exclusively(() => {
    if (isBroken(block)) throw broken()
    const generation = generationOf(block)
    const parties = load(block.words, PARTIES)
    const index = arrived(block)
    if (index >= parties) return { generation, index: NO_INDEX, isLast: false }
    const { rows, row } = block
    if (load(rows, row + ROW_GENERATION) !== generation) {
      store(rows, row + ROW_ARRIVED, 0)
      store(rows, row + ROW_GENERATION, generation)
    }
    store(rows, row + ROW_ARRIVED, load(rows, row + ROW_ARRIVED) + 1)
    return { generation, index, isLast: index + 1 === parties }
  })
}

/** How many arrived in the generation under way. */
function arrived(block: Block): number {
  const { rows } = block
  const generation = generationOf(block)
  let count = 0
  block.eachRow((at) => {
    if (load(rows, at + ROW_GENERATION) === generation) count += load(rows, at + ROW_ARRIVED)
  })
  return count
}

// Under the block's lock: one store ends a generation and begins the next.
function advance(block: Block, wasReset: boolean): void {
  const { words } = block
  const generation = generationOf(block)
  if (wasReset) {
    const resets = load(words, RESETS)
    store(words, RESET + (resets % REMEMBERED), generation)
    store(words, RESETS, (resets + 1) & MOST)
  }
  store(words, GENERATION, (generation + 1) & MOST)
  // Numbers of generations come again.
  block.eachRow((at) => store(block.rows, at + ROW_ARRIVED, 0))
}

function outcomeOf(block: Block, generation: number): 'open' | 'passed' | 'reset' {
  if (generationOf(block) === generation) return 'open'
  const { words } = block
  const known = Math.min(load(words, RESETS), REMEMBERED)
  let isForgotten = known === REMEMBERED
  for (let i = 0; i < known; i++) {
    const reset = load(words, RESET + i)
    if (reset === generation) return 'reset'
    if (((reset - generation) & MOST) > MOST >>> 1) isForgotten = false
  }
  // All resets that are remembered are later, and there were more: nothing was promised to who waited through them.
  return isForgotten ? 'reset' : 'passed'
}

// First the dead, then those who were counted: see `block.ts`.
function isBroken(block: Block): boolean {
  if (load(block.words, BROKEN) !== 0) return true
  return block.hasDeadHolder() || block.lost !== load(block.words, LOST)
}

function breakIt(block: Block): void {
  store(block.words, BROKEN, 1)
  block.ring()
}

// Of a generation that is over it breaks nothing.
function breakOpen(block: Block, generation: number): boolean {
  const isOpen = block.exclusively(() => {
    if (generationOf(block) !== generation) return false
    store(block.words, BROKEN, 1)
    return true
  })
  if (isOpen) block.ring()
  return isOpen
}

// All who died are counted. Another may be at it, and lives or is dead itself.
function settleDeaths(block: Block): void {
  while (block.hasDeadHolder()) {
    reapDead()
    pause(20)
  }
}

kind<Barrier, Block>(Barrier, {
  name: 'Barrier',
  from: '@troupe/shared',
  send: (barrier) => {
    void barrier.parties // Throws when it was disposed of.
    return blocks.get(barrier)!
  },
  receive: (block, scope) =>
    belongingOf(
      block,
      scope,
      0,
      () => new Barrier(load(block.words, PARTIES), {}, { block, scope }),
    ),
})
