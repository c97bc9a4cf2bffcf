/**
 * Rows of a joinable ring: what each seat took and has done. A row carries its seat's epoch and reads as
 * zero under another, or when its thread is dead.
 *
 * Invariant: `unfinished` is never too low. `taken` is raised before the store of head, and `unfinished`
 * reads head and tail before the rows.
 */
import { add, load, store } from '#atomics'
import type { Arena } from './arena.js'
import { epochOf, nameOf, ROW_DONE, ROW_EPOCH, ROW_TAKEN, ROW_WORDS, ROWS_BYTES } from './layout.js'
import { isDead, seatsUsed } from './seats.js'
import type { Self } from './thread.js'

export class Rows {
  readonly #arena: Arena
  readonly #rows: Int32Array
  readonly #base: number
  readonly #epoch: number

  constructor(self: Self, offset: number) {
    this.#arena = self.arena
    this.#rows = new Int32Array(self.arena.buffer, offset, ROWS_BYTES / 4)
    this.#base = self.seat * ROW_WORDS
    this.#epoch = epochOf(self.name)
  }

  /** This thread is about to take `count`. Under the consumers' lock, before the store of head. */
  raiseTaken(count: number): void {
    const rows = this.#rows
    const base = this.#base
    if (load(rows, base + ROW_EPOCH) !== this.#epoch) {
      store(rows, base + ROW_EPOCH, 0)
      store(rows, base + ROW_TAKEN, 0)
      store(rows, base + ROW_DONE, 0)
      store(rows, base + ROW_EPOCH, this.#epoch)
    }
    add(rows, base + ROW_TAKEN, count)
  }

  /** One that this thread took is done. */
  raiseDone(): void {
    add(this.#rows, this.#base + ROW_DONE, 1)
  }

  /** What living threads took and have not done. */
  get open(): number {
    const high = seatsUsed(this.#arena)
    let open = 0
    for (let seat = 0; seat < high; seat++) {
      const base = seat * ROW_WORDS
      const epoch = load(this.#rows, base + ROW_EPOCH)
      if (epoch === 0) continue
      const done = load(this.#rows, base + ROW_DONE)
      const took = load(this.#rows, base + ROW_TAKEN)
      if (took !== done && !isDead(this.#arena, nameOf(seat, epoch))) open += took - done
    }
    return open
  }
}
