/**
 * Bytes that users see: a page run mapped a second time as a SharedArrayBuffer of its own, so that
 * `.buffer` of a user's array holds nothing but itself.
 *
 * `blank` maps zero pages over it: views read zeros from then on. A buffer that is left to the collector
 * is not reused while the process lives: a finaliser must never map, V8 may have given the address away.
 */
import { add, load, store } from '#atomics'
import type { Arena } from './arena.js'
import { ArenaFullError, CorruptError } from './errors.js'
import {
  D_BYTES,
  D_KIND,
  D_RUN,
  D_RUN_PAGES,
  LIVES_BYTES,
  OWNED_BY,
  S_MAPPINGS,
  SEAT_WORDS,
} from './layout.js'
import { type Handle, makeObject, wordsOf } from './objects.js'
import { BUFFER } from './open.js'
import { lengthOf, ownerOf, retryWhenFull, takeRun } from './pages.js'
import { requireAddon } from './substrate.js'
import { countMappings } from './seats.js'
import { hasSelf, self } from './thread.js'
import { closeObject, openObject } from './wrappers.js'

/** A process aborts beyond some 65,000 mappings; other code needs some too. */
const MOST_MAPPINGS = 16_384

/** Mapped by this thread and not blanked. What the collector took counts no more. */
const mapped = new WeakSet<SharedArrayBuffer>()
const collected = new FinalizationRegistry<Arena>((arena) => count(arena, -1))

/** Makes a run of `bytes`, zeroed. */
export function makeBuffer(bytes: number): Handle {
  const me = self()
  const { arena } = me
  const pages = Math.max(1, Math.ceil(bytes / arena.shape.pageBytes))
  return retryWhenFull(() =>
    makeObject(arena, me.name, me.seat, BUFFER, (index, words) => {
      const page = takeRun(arena, me.name, pages, OWNED_BY | index, (found) => {
        store(words, D_RUN, found)
        store(words, D_RUN_PAGES, pages)
        store(words, D_BYTES, bytes)
      })
      // Not under the allocator's lock: until it is made the object, and so its run, is known to its maker alone.
      const { pageBytes } = arena.shape
      new Uint8Array(arena.buffer, page * pageBytes, pages * pageBytes).fill(0)
    }),
  )
}

/** Maps the run as a buffer of its own, of exactly the bytes asked for. */
export function mapBuffer(handle: Handle): SharedArrayBuffer {
  const { arena } = self()
  const words = wordsOf(arena, handle)
  const { pageBytes } = arena.shape
  const page = load(words, D_RUN)
  const size = load(words, D_RUN_PAGES) * pageBytes
  const bytes = load(words, D_BYTES)
  // Beyond the run lies what belongs to others; beyond the file, the end of the process.
  const isWhole =
    load(words, D_KIND) === BUFFER &&
    ownerOf(arena, page) === (OWNED_BY | handle.index) &&
    lengthOf(arena, page) * pageBytes === size &&
    bytes >= 0 &&
    bytes <= size
  if (!isWhole) {
    throw new CorruptError(
      `object ${handle.index} claims ${bytes} of ${size} bytes at page ${page}`,
    )
  }
  return mapFile(arena, arena.fd, LIVES_BYTES + page * pageBytes, bytes)
}

/** Maps `bytes` of a file, from a page's border on, as a buffer of its own. */
export function mapFile(
  arena: Arena,
  fd: number,
  offset: number,
  bytes: number,
): SharedArrayBuffer {
  const addon = requireAddon('A buffer of its own')
  const mappings = countMappings(arena)
  if (mappings >= MOST_MAPPINGS) {
    throw new ArenaFullError(
      `This process has ${mappings} shared buffers mapped, the most allowed; dispose of some, or use one larger buffer`,
    )
  }
  const { pageBytes } = arena.shape
  const size = Math.max(1, Math.ceil(bytes / pageBytes)) * pageBytes
  const buffer = new SharedArrayBuffer(Math.min(bytes, pageBytes), { maxByteLength: size })
  addon.overlay(new Uint8Array(buffer), fd, offset, size)
  if (bytes > buffer.byteLength) buffer.grow(bytes)
  mapped.add(buffer)
  collected.register(buffer, arena, buffer)
  count(arena, 1)
  return buffer
}

/** A run that this thread has mapped. */
export class Bytes {
  readonly handle: Handle
  readonly buffer: SharedArrayBuffer

  constructor(handle: Handle) {
    this.handle = handle
    this.buffer = mapBuffer(handle)
  }
}

/** Opens the run for one more wrapper of this thread, which holds it already. A thread maps it once. */
export function openBytes(handle: Handle): Bytes {
  return openObject(handle, () => new Bytes(handle))
}

/** One wrapper is gone. With the last one of this thread views read zeros. */
export function closeBytes({ handle, buffer }: Bytes): void {
  closeObject(handle, () => blankBuffer(buffer))
}

/** Maps zero pages over the buffer: views read zeros afterwards, and the run may be reused. Once. */
export function blankBuffer(buffer: SharedArrayBuffer): void {
  if (!mapped.delete(buffer)) return
  requireAddon('A buffer of its own').blank(new Uint8Array(buffer), buffer.maxByteLength)
  collected.unregister(buffer)
  count(self().arena, -1)
}

function count(arena: Arena, change: number): void {
  if (!hasSelf() || self().arena !== arena) return
  add(arena.seats, self().seat * SEAT_WORDS + S_MAPPINGS, change)
}
