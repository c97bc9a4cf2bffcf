/**
 * The rounds of a barrier, as they lie in its block.
 *
 * One word says which generation is under way: it changes by one store, under the block's lock. One that was reset is
 * remembered before that, so who waits reads how its own generation ended. Arrivals are counts in a row for each
 * thread, of the generation that the row names.
 *
 * A barrier is broken when a party died: who holds the barrier and is dead, or was counted as lost since the last
 * reset (rule F35). Also when a wait timed out or was aborted, and by `abort()`: a flag.
 */
import { type Block, load, makeBlock, openBlock, pause, reapDead, store } from '@troupe/memory'
import { ArgumentError, scopeHere } from '@troupe/runtime'
import { BrokenBarrierError } from './errors.js'
import { shown } from './options.js'

const TYPE = 5
export const PARTIES = 0
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

/** How an arrival went; of no index, when the generation was full and its action runs. */
export interface Arrival {
  readonly generation: number
  readonly index: number
  readonly isLast: boolean
}

export const NO_INDEX = -1

export const broken = (): BrokenBarrierError =>
  new BrokenBarrierError('a party died, timed out, or aborted it')

export const wasReset = (): BrokenBarrierError => new BrokenBarrierError('it was reset')

/** Makes the block of a barrier. */
export function makeRounds(parties: number, timeout: number | undefined): Block {
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
      words[TIMEOUT] = timeout === undefined || timeout >= MOST ? 0 : Math.ceil(timeout) + 1
    },
  })
  return openBlock(handle, TYPE)
}

/** Milliseconds of waits that name none. */
export function timeoutOf(block: Block): number | undefined {
  const timeout = load(block.words, TIMEOUT)
  return timeout === 0 ? undefined : timeout - 1
}

export const generationOf = (block: Block): number => load(block.words, GENERATION)

/** Arrives, unless the generation is full already. */
export function arrive(block: Block): Arrival {
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
export function arrived(block: Block): number {
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

/** How a generation ended, or that it did not. */
export function outcomeOf(block: Block, generation: number): 'open' | 'passed' | 'reset' {
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

/** Whether nobody gets through. First the dead, then those who were counted: see `block.ts`. */
export function isBroken(block: Block): boolean {
  if (load(block.words, BROKEN) !== 0) return true
  return block.hasDeadHolder() || block.lost !== load(block.words, LOST)
}

/** Breaks whichever generation is under way. */
export function breakIt(block: Block): void {
  store(block.words, BROKEN, 1)
  block.ring()
}

/** Breaks the generation; one that is over it leaves, and says so. */
export function breakOpen(block: Block, generation: number): boolean {
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

/** The last party lets all go, unless somebody was told meanwhile that the generation is over. */
export function pass(block: Block, generation: number): void {
  block.exclusively(() => {
    if (generationOf(block) !== generation) throw wasReset()
    if (isBroken(block)) throw broken()
    advance(block, false)
  })
  block.ring()
}

/** Makes the barrier empty and whole. */
export function reset(block: Block): void {
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
