/**
 * Ends: one 64-bit word names the holder of a producer's, consumer's or connection's end.
 *
 *   bit 62    bits 50-61   bits 30-49   bits 10-29   bits 0-9
 *   consumer  generation   actor        epoch        seat + 1      holder zero: closed
 *
 * A word changes by compare-exchange alone, so each race has one winner: a late receiver takes the end
 * from whatever name but closed, and who meets a dead name closes it.
 *
 * "Ended" is derived, never counted: a side is ended when it had ends and all are closed. Who finds that
 * looks at the positions once more, and stores `closed` under the producers' lock.
 */
import { compareExchange64, load, load64, store, store64 } from '#atomics'
import type { Arena } from './arena.js'
import { ArenaFullError, CorruptError } from './errors.js'
import { D_ENDS, D_RUN, OWNED_BY } from './layout.js'
import { freeRun, ownerOf, takeRun } from './pages.js'
import { isDead } from './seats.js'

/** Which side an end is of. */
export const PRODUCER = 0
export const CONSUMER = 1
export type Side = typeof PRODUCER | typeof CONSUMER

const SIDE = 1n << 62n
const GENERATION = 0xfffn << 50n
const HOLDER = (1n << 50n) - 1n
const FRESH = 1n << 50n
/** Of one object, open at a time: a bound for a walk over words that somebody broke. */
const MOST_ENDS = 2 ** 20

/** The holder's part of an end word: a thread's name and an actor of it. */
export function holder(name: number, actor: number): bigint {
  return BigInt(name) | (BigInt(actor & 0xf_ffff) << 30n)
}

const nameIn = (word: bigint): number => Number(word & 0x3fff_ffffn)
const generationIn = (word: bigint): number => Number((word & GENERATION) >> 50n)

/** Names an end of an object. */
export interface EndHandle {
  readonly end: number
  readonly generation: number
}

/** What a walk over the ends of a side found. */
export interface Standing {
  /** There is or was an end of the side. */
  readonly any: boolean
  /** An end of the side has a living holder. */
  readonly open: boolean
}

/** The end words of one object: in its descriptor, or in pages that are chained. */
export class Ends {
  readonly #arena: Arena
  readonly #me: number
  readonly #index: number
  readonly #words: Int32Array
  readonly #perPage: number

  constructor(arena: Arena, me: number, index: number, words: Int32Array) {
    this.#arena = arena
    this.#me = me
    this.#index = index
    this.#words = words
    this.#perPage = arena.shape.pageBytes / 8 - 1
  }

  /** Adds an end of `side` held by `by`. The caller holds the producers' lock. */
  add(side: Side, by: bigint): EndHandle {
    const bit = side === CONSUMER ? SIDE : 0n
    const reused = this.#find((page, at, end) => {
      const word = load64(page, at)
      if ((word & HOLDER) !== 0n || (word & SIDE) !== bit) return undefined
      if ((word & GENERATION) === GENERATION) return undefined // Retired before its generation wraps.
      const next = bit | ((word & GENERATION) + FRESH) | by
      if (compareExchange64(page, at, word, next) !== word) return undefined
      return { end, generation: generationIn(next) }
    })
    if (reused) return reused
    const count = this.#count()
    if (count === MOST_ENDS) {
      throw new ArenaFullError(`This object has ${count} ends, the most allowed; close some`)
    }
    const [page, at] = this.#at(count, true)
    store64(page, at, bit | by)
    store(this.#words, D_ENDS, count + 1)
    return { end: count, generation: 0 }
  }

  /** Takes the end to `by`, from whatever name but closed; false when it is closed. */
  take(handle: EndHandle, by: bigint): boolean {
    return this.#change(handle, (word) => (word & ~HOLDER) | by)
  }

  /** Passes the end from `from` to `to`; false when somebody else has it. */
  pass(handle: EndHandle, from: bigint, to: bigint): boolean {
    return this.#change(handle, (word) =>
      (word & HOLDER) === from ? (word & ~HOLDER) | to : undefined,
    )
  }

  /** Closes the end, if `from` holds it, or whoever does. */
  close(handle: EndHandle, from?: bigint): boolean {
    return this.#change(handle, (word) =>
      from === undefined || (word & HOLDER) === from ? word & ~HOLDER : undefined,
    )
  }

  /** Whether `by` holds the end. */
  isHeld(handle: EndHandle, by: bigint): boolean {
    const [page, at] = this.#at(handle.end)
    const word = load64(page, at)
    return generationIn(word) === handle.generation && (word & HOLDER) === by
  }

  /** Walks the ends of `side`, closes those of the dead, and tells how the side stands. */
  standing(side: Side): Standing {
    const bit = side === CONSUMER ? SIDE : 0n
    let any = false
    let open = false
    this.#find((page, at) => {
      const word = load64(page, at)
      if ((word & SIDE) !== bit) return
      any = true
      if (this.#isOpen(page, at, word)) open = true
    })
    return { any, open }
  }

  /** Whether one end has a living holder; a dead one's is closed. */
  isOpen(end: number): boolean {
    const [page, at] = this.#at(end)
    return this.#isOpen(page, at, load64(page, at))
  }

  /** Frees the pages of the chain after the first, which goes with the object. May be done twice. */
  freeChain(): void {
    if (this.#count() <= this.#perPage) return
    const owner = OWNED_BY | this.#index
    const chain: number[] = []
    for (let page = this.#page(load(this.#words, D_RUN)); ; ) {
      const next = Number(load64(page, 0))
      // Freed before, by who was killed then.
      if (next === 0 || ownerOf(this.#arena, next) !== owner || chain.includes(next)) break
      chain.push(next)
      page = this.#page(next)
    }
    // From the last on, so that a kill leaves no page that nothing leads to.
    for (const page of chain.reverse()) freeRun(this.#arena, this.#me, page, owner)
  }

  #isOpen(page: BigInt64Array, at: number, seen: bigint): boolean {
    for (let word = seen; ; ) {
      if ((word & HOLDER) === 0n) return false
      if (!isDead(this.#arena, nameIn(word))) return true
      const before = compareExchange64(page, at, word, word & ~HOLDER)
      if (before === word) return false
      word = before // A late receiver was faster.
    }
  }

  #change(handle: EndHandle, next: (word: bigint) => bigint | undefined): boolean {
    if (handle.end < 0 || handle.end >= this.#count()) return false
    const [page, at] = this.#at(handle.end)
    for (;;) {
      const word = load64(page, at)
      if (generationIn(word) !== handle.generation || (word & HOLDER) === 0n) return false
      const wanted = next(word)
      if (wanted === undefined) return false
      if (compareExchange64(page, at, word, wanted) === word) return true
    }
  }

  #count(): number {
    const count = load(this.#words, D_ENDS)
    if (count >= 0 && count <= MOST_ENDS) return count
    throw new CorruptError(`object ${this.#index} claims ${count} ends`)
  }

  // Visits the ends in order until one gives something.
  #find<T>(visit: (page: BigInt64Array, at: number, end: number) => T | undefined): T | undefined {
    const count = this.#count()
    if (count === 0) return undefined
    let page = this.#page(load(this.#words, D_RUN))
    for (let end = 0, at = 1; end < count; end++, at++) {
      if (at > this.#perPage) {
        page = this.#page(Number(load64(page, 0)))
        at = 1
      }
      const found = visit(page, at, end)
      if (found !== undefined) return found
    }
    return undefined
  }

  // Page k of the chain holds ends from k × perPage on; its first word is the next page.
  #at(end: number, grow = false): [BigInt64Array, number] {
    let page = this.#page(load(this.#words, D_RUN))
    for (let skip = Math.floor(end / this.#perPage); skip > 0; skip--) {
      let next = Number(load64(page, 0))
      if (next === 0 && grow) next = this.#growChain(page)
      page = this.#page(next)
    }
    return [page, (end % this.#perPage) + 1]
  }

  #page(page: number): BigInt64Array {
    const { buffer, shape } = this.#arena
    if (page < shape.firstPage || page >= shape.pages) {
      throw new CorruptError(`object ${this.#index} has ends at page ${page}`)
    }
    return new BigInt64Array(buffer, page * shape.pageBytes, this.#perPage + 1)
  }

  #growChain(last: BigInt64Array): number {
    const { buffer, shape } = this.#arena
    const page = takeRun(this.#arena, this.#me, 1, OWNED_BY | this.#index, (fresh) => {
      new BigInt64Array(buffer, fresh * shape.pageBytes, this.#perPage + 1).fill(0n)
    })
    store64(last, 0, BigInt(page))
    return page
  }
}
