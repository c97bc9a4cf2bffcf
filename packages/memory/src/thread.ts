/** This thread in its system: its arena, its seat, its name. One system a thread. */
import { load } from '#atomics'
import type { Arena, Ticket } from './arena.js'
import { TroupeError } from './errors.js'
import { H_ROOT, S_STOP, SEAT_WORDS, seatOf } from './layout.js'
import { isMainThread } from './main-thread.js'

/** The thread's place in the system. */
export interface Self {
  readonly arena: Arena
  readonly seat: number
  readonly name: number
  /** Children's end of the guard: says who runs, and ends with the root. -1 without the addon. */
  readonly guard: number
  /** The file that is locked while the system lives: see `claim.ts`. -1 without the addon. */
  readonly claim: number
  /** Whether signals end this thread's blocks: the main thread of the root's process. */
  readonly interruptible: boolean
}

let current: Self | undefined

/** The thread's place; throws when it has not joined a system. */
export function self(): Self {
  if (!current) {
    throw new TroupeError(
      'ERR_TROUPE_NO_SYSTEM',
      'This thread has not joined a system, or has left it; join or create one first',
    )
  }
  return current
}

/** Whether this thread has a system. */
export function hasSelf(): boolean {
  return current !== undefined
}

/** For `system.ts` alone. */
export function setSelf(arena: Arena, name: number, guard: number, claim: number): Self {
  const isRoot = load(arena.header, H_ROOT) === name
  current = {
    arena,
    seat: seatOf(name),
    name,
    guard,
    claim,
    interruptible: isRoot && isMainThread(),
  }
  return current
}

/** For `system.ts` alone. */
export function clearSelf(): void {
  current = undefined
}

/** Whether this thread is the root of its system. */
export function isRoot(): boolean {
  const me = self()
  return load(me.arena.header, H_ROOT) === me.name
}

/** Whether this thread was asked to stop. */
export function isStopping(): boolean {
  const me = self()
  return load(me.arena.seats, me.seat * SEAT_WORDS + S_STOP) !== 0
}

export type { Ticket }
