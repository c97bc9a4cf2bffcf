/**
 * Marks of a thread at the sides of an object. Several waits of one thread stand behind its one bit, which
 * the last to leave clears.
 */
import type { Arena } from './arena.js'
import { D_GETTERS, D_GETTERS_SUMMARY, D_PUTTERS, D_PUTTERS_SUMMARY } from './layout.js'
import type { Ring } from './ring.js'
import { self } from './thread.js'
import { mark, unmark } from './waiters.js'

/** An object with sides. */
interface Sided {
  readonly arena: Arena
  readonly words: Int32Array
}

/** How many waits of this thread stand at one side of one object. */
export class SideMarks {
  readonly #of: Sided
  readonly #bits: number
  readonly #summary: number
  #count = 0

  constructor(of: Sided, bits: number, summary: number) {
    this.#of = of
    this.#bits = bits
    this.#summary = summary
  }

  enter(): void {
    this.#count++
  }

  mark(): void {
    mark(this.#of.words, this.#bits, this.#summary, self().seat)
  }

  leave(): void {
    if (--this.#count > 0) return
    unmark(this.#of.arena, this.#of.words, this.#bits, this.#summary, self().seat)
  }
}

const getters = new WeakMap<Ring, SideMarks>()
const putters = new WeakMap<Ring, SideMarks>()

/** A wait's mark at one side. Marked any number of times, left once. */
export class SideMark {
  readonly #side: SideMarks
  #entered = false

  constructor(side: SideMarks) {
    this.#side = side
  }

  mark(): void {
    if (!this.#entered) {
      this.#entered = true
      this.#side.enter()
    }
    this.#side.mark()
  }

  leave(): void {
    if (!this.#entered) return
    this.#entered = false
    this.#side.leave()
  }
}

/** A mark among those who wait for a message. */
export function gettersMark(ring: Ring): SideMark {
  let side = getters.get(ring)
  if (!side) getters.set(ring, (side = new SideMarks(ring, D_GETTERS, D_GETTERS_SUMMARY)))
  return new SideMark(side)
}

/** A mark among those who wait for room, or for everything to be done. */
export function puttersMark(ring: Ring): SideMark {
  let side = putters.get(ring)
  if (!side) putters.set(ring, (side = new SideMarks(ring, D_PUTTERS, D_PUTTERS_SUMMARY)))
  return new SideMark(side)
}
