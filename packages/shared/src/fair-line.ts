/**
 * First come, first served: a line of tickets at a block, one row a thread. A thread's row holds the ticket of the
 * first of its waiters; who has the smallest of all living rows is first. The dead are skipped, nobody removes them.
 *
 * A ticket is drawn and then shown: who draws earlier and shows later is passed by those who show in between.
 *
 * A waiter that blocks its thread stands before the others of it, which cannot run meanwhile, with its own ticket.
 */
import { add, type Block, load, store } from '@troupe/memory'

/** Second word of a row: a ticket, or zero. */
const ROW_TICKET = 1
export const FAIR_ROW_WORDS = 2

/** One waiter's place in the line. */
export interface Place {
  ticket: number
}

const lines = new WeakMap<Block, FairLine>()

export class FairLine {
  readonly #block: Block
  /** The word that counts tickets. */
  readonly #counter: number
  readonly #places = new Set<Place>()
  #blocking: Place | undefined

  private constructor(block: Block, counter: number) {
    this.#block = block
    this.#counter = counter
  }

  /** The line of this thread at the block: its row is the thread's, whichever of its actors wait. */
  static of(block: Block, counter: number): FairLine {
    let line = lines.get(block)
    if (!line) lines.set(block, (line = new FairLine(block, counter)))
    return line
  }

  enter(blocks: boolean): Place {
    // Odd: zero is no ticket.
    const ticket = add(this.#block.words, this.#counter, 2) | 1
    const place = { ticket }
    if (blocks) this.#blocking = place
    else this.#places.add(place)
    this.#show()
    // Those of other threads between our first and the one that blocks look again.
    if (blocks && this.#places.size > 0) this.#block.ring()
    return place
  }

  /** Leaves the line; those behind look again. */
  leave(place: Place): void {
    if (this.#blocking === place) this.#blocking = undefined
    else if (!this.#places.delete(place)) return
    this.#show()
    this.#block.ring()
  }

  get #first(): Place | undefined {
    if (this.#blocking) return this.#blocking
    const [first] = this.#places
    return first
  }

  /** Whether nobody stands before `place`; without one, whether nobody stands in the line. */
  isFirst(place?: Place): boolean {
    if (this.#first !== place) return false
    const { rows, self } = this.#block
    let isFirst = true
    this.#block.eachRow((at, name) => {
      const ticket = load(rows, at + ROW_TICKET)
      if (!isFirst || ticket === 0 || name === self.name) return
      if (place && ((ticket - place.ticket) | 0) > 0) return
      if (!this.#block.isDead(name)) isFirst = false
    })
    return isFirst
  }

  #show(): void {
    store(this.#block.rows, this.#block.row + ROW_TICKET, this.#first?.ticket ?? 0)
  }
}
