/** `Barrier`: so many parties wait until all of them do. Its rounds are in `barrier-rounds.ts`. */
import { type Block, load, type Wait } from '@troupe/memory'
import {
  ArgumentError,
  type Holding,
  kind,
  type Scope,
  scopeHere,
  TimeoutError,
} from '@troupe/runtime'
import {
  type Arrival,
  arrive,
  arrived,
  breakIt,
  breakOpen,
  broken,
  generationOf,
  isBroken,
  makeRounds,
  NO_INDEX,
  outcomeOf,
  PARTIES,
  pass,
  reset,
  timeoutOf,
  wasReset,
} from './barrier-rounds.js'
import { Belonging, belongingOf } from './belonging.js'
import { checkObject, shown } from './options.js'
import { check, NO_OPTIONS, type SyncOptions, until, untilSync, type WaitOptions } from './waits.js'

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
    this.#action = options.action
    this.#timeout = timeoutOf(block)
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
    reset(this.block)
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
    pass(block, generation)
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

function makeBarrier(parties: number, options: BarrierOptions): Block {
  checkObject('barrier', options, '{ timeout: 1000 }')
  const { action, timeout } = options
  if (action !== undefined && typeof action !== 'function') {
    throw new ArgumentError(`action must be a function: it is ${shown(action)}`)
  }
  check({ timeout })
  return makeRounds(parties, timeout)
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
