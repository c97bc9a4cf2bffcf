// What each thread of a search stands on: an arena that the scheduler sees, with lives and bells as the addon has them.
import { add, compareExchange, load, store } from '../../packages/memory/src/atomics.js'
import { block, wake } from './scheduler.js'
import { Arena } from '../../packages/memory/src/arena.js'
import {
  H_DEATHS,
  S_BELL,
  SEAT_WORDS,
  SEATS_OFFSET,
  SLEEPERS,
} from '../../packages/memory/src/layout.js'
import { seatsUsed, takeSeat } from '../../packages/memory/src/seats.js'
import { setSelf } from '../../packages/memory/src/thread.js'

/** Word of a seat that says whether its life is held. */
const S_LIFE = 8

class Substrate {
  readonly native = true
  readonly #arena: Arena

  constructor(arena: Arena) {
    this.#arena = arena
  }

  lifeTry(seat: number): number {
    return compareExchange(this.#arena.seats, seat * SEAT_WORDS + S_LIFE, 0, 1) === 0 ? 1 : 0
  }

  lifeDrop(seat: number): void {
    store(this.#arena.seats, seat * SEAT_WORDS + S_LIFE, 0)
  }

  lifeHeld(seat: number): boolean {
    return load(this.#arena.seats, seat * SEAT_WORDS + S_LIFE) !== 0
  }

  wake(seat: number): void {
    wake(seat)
  }

  block(seat: number, value: number, ms: number): number {
    return block(this.#arena.seats, seat * SEAT_WORDS + S_BELL, value, ms)
  }

  ringAll(): void {
    for (let seat = 0; seat < seatsUsed(this.#arena); seat++) {
      add(this.#arena.seats, seat * SEAT_WORDS + S_BELL, SLEEPERS + 1)
      wake(seat)
    }
  }

  reserve(): void {}
}

function stand(arena: Arena): Arena {
  return Object.assign(arena, { substrate: new Substrate(arena) })
}

/** Makes an arena with seats for so many threads: its buffer, and their names. */
export function makeArena(threads: number): { buffer: SharedArrayBuffer; names: number[] } {
  const arena = stand(Arena.create())
  const names: number[] = []
  for (let i = 0; i < threads; i++) names.push(takeSeat(arena, undefined))
  return { buffer: arena.buffer, names }
}

/** This thread has the seat with that name from now on. */
export function sit(buffer: SharedArrayBuffer, name: number): void {
  setSelf(stand(Arena.join({ bytes: buffer.byteLength, fd: -1, buffer })), name, -1, -1)
}

/** Where the words lie that a death changes, in words of the arena. */
export const words = {
  deaths: H_DEATHS,
  life: (seat: number): number => SEATS_OFFSET / 4 + seat * SEAT_WORDS + S_LIFE,
  bell: (seat: number): number => SEATS_OFFSET / 4 + seat * SEAT_WORDS + S_BELL,
  sleepers: SLEEPERS,
}
