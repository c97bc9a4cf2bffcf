/**
 * Messages that do not fit their ring: each lies in a run of pages of its own.
 *
 * The run's owner in the page map is the putter's name from its allocation on; a getter takes it by
 * compare-exchange, under the consumers' lock and before the store of head. The head of the run says
 * which slot of which ring names it. A run of a dead name is freed, unless, under the consumers' lock,
 * that slot is in [head, tail) and names it: then the message was accepted, and a getter will take it.
 */
import { compareExchange } from '#atomics'
import type { Arena } from './arena.js'
import { CorruptError } from './errors.js'
import {
  L_DESCRIPTOR,
  L_GENERATION,
  L_LENGTH,
  L_POSITION,
  LARGE_HEAD_BYTES,
  P_OWNER,
} from './layout.js'
import { freeRun, lengthOf, ownerOf, retryWhenFull, takeRun } from './pages.js'

/** Puts `source` into a run of its own, owned by `me`; returns its page. */
export function writeLarge(arena: Arena, me: number, source: Uint8Array): number {
  const { pageBytes } = arena.shape
  const pages = Math.ceil((LARGE_HEAD_BYTES + source.length) / pageBytes)
  const page = retryWhenFull(() =>
    takeRun(arena, me, pages, me, (fresh) => headOf(arena, fresh).fill(0)),
  )
  headOf(arena, page)[L_LENGTH] = source.length
  new Uint8Array(arena.buffer, page * pageBytes + LARGE_HEAD_BYTES, source.length).set(source)
  return page
}

/** Says which slot names the run: before the slot is committed. */
export function addressLarge(
  arena: Arena,
  page: number,
  descriptor: number,
  generation: number,
  position: number,
): void {
  const head = headOf(arena, page)
  head[L_DESCRIPTOR] = descriptor
  head[L_GENERATION] = generation
  head[L_POSITION] = position
}

/** Takes the run to `me`, under the consumers' lock; its bytes are then the caller's until it is freed. */
export function takeLarge(arena: Arena, me: number, page: number, length: number): Uint8Array {
  const { map, shape } = arena
  for (;;) {
    const owner = ownerOf(arena, page)
    const room = owner > 0 ? lengthOf(arena, page) * shape.pageBytes - LARGE_HEAD_BYTES : 0
    if (length < 0 || length > room) {
      throw new CorruptError(`a slot names page ${page}, owned by ${owner}, with ${length} bytes`)
    }
    if (owner === me || compareExchange(map, page * 2 + P_OWNER, owner, me) === owner) break
  }
  return new Uint8Array(arena.buffer, page * shape.pageBytes + LARGE_HEAD_BYTES, length)
}

/** Frees a run that `me` owns. */
export function freeLarge(arena: Arena, me: number, page: number): void {
  freeRun(arena, me, page, me)
}

/** The words at the head of a large message's run. */
export function headOf(arena: Arena, page: number): Int32Array {
  return new Int32Array(arena.buffer, page * arena.shape.pageBytes, LARGE_HEAD_BYTES / 4)
}
