/**
 * Runs of pages. The map has two words a page: at the start of a run its owner and its length.
 *
 * Invariants, right at every instant, so that the allocator's lock needs no repair
 *   A free page has owner zero. Pages inside a run have owner zero too; a walk jumps over them.
 *   A run exists from the store of its owner on (commit), and is gone with the store of zero.
 *   `H_PAGE_HINT` is the start of a run or a free page, and no page below it is free.
 *
 * An owner is a descriptor, or the name of a thread that fills a run or empties it. The run of a dead
 * name is freed by the reaper, that of a descriptor with the descriptor.
 */
import { and, compareExchange, load, or, store } from '#atomics'
import type { Arena } from './arena.js'
import { ArenaFullError, CorruptError } from './errors.js'
import {
  H_ALLOCATOR,
  H_LOCKERS,
  H_LOCKERS_SUMMARY,
  H_PAGE_HIGH,
  H_PAGE_HINT,
  H_PAGES_USED,
  H_QUOTA,
  P_LENGTH,
  P_OWNER,
} from './layout.js'
import { acquire, type LockPlace, release } from './lock.js'

/** Backed pages that are kept for reuse; longer free stretches above it give their memory back. */
const RESERVE_BYTES = 64 * 1024 ** 2
const STEP_BYTES = 4 * 1024 ** 2

/** Runs `work` under the allocator's lock. */
export function withAllocator<T>(arena: Arena, me: number, work: () => T): T {
  const place: LockPlace = {
    words: arena.header,
    index: H_ALLOCATOR,
    lockers: H_LOCKERS,
    summary: H_LOCKERS_SUMMARY,
  }
  if (acquire(arena, place, me)) recount(arena)
  try {
    return work()
  } finally {
    release(arena, place)
  }
}

let reapBeforeFull: () => boolean = () => false

/** For `system.ts`: what is tried before the arena is said to be full. */
export function setReapBeforeFull(reap: () => boolean): void {
  reapBeforeFull = reap
}

/** Runs `work`; when the arena is full, cleans up after the dead and runs it once more. */
export function retryWhenFull<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ArenaFullError) || !reapBeforeFull()) throw error
    return work()
  }
}

/**
 * Takes a run of `pages` for `owner`; its bytes are what the last owner left. `before` sees the page
 * before the run exists.
 */
export function takeRun(
  arena: Arena,
  me: number,
  pages: number,
  owner: number,
  before?: (page: number) => void,
): number {
  return withAllocator(arena, me, () => {
    const { header, map, shape } = arena
    const used = load(header, H_PAGES_USED)
    if (used + pages > load(header, H_QUOTA)) throw full(arena, pages)
    const page = findRun(arena, pages)
    if (page < 0) throw full(arena, pages)
    try {
      backRun(arena, page, pages)
    } catch (error) {
      throw new ArenaFullError(
        `The machine has no memory for ${pages * shape.pageBytes} more bytes (${String(error)})`,
      )
    }
    before?.(page)
    if (page + pages > load(header, H_PAGE_HIGH)) store(header, H_PAGE_HIGH, page + pages)
    store(header, H_PAGES_USED, used + pages)
    store(map, page * 2 + P_LENGTH, pages)
    store(map, page * 2 + P_OWNER, owner) // Commit: the run exists.
    if (page === load(header, H_PAGE_HINT)) store(header, H_PAGE_HINT, page + pages)
    return page
  })
}

/** Frees the run that starts at `page` if `owner` owns it. */
export function freeRun(arena: Arena, me: number, page: number, owner: number): boolean {
  return withAllocator(arena, me, () => {
    const { header, map } = arena
    if (ownerOf(arena, page) !== owner) return false
    const pages = lengthOf(arena, page)
    if (page < load(header, H_PAGE_HINT)) store(header, H_PAGE_HINT, page)
    if (compareExchange(map, page * 2 + P_OWNER, owner, 0) !== owner) return false
    const used = load(header, H_PAGES_USED) - pages
    store(header, H_PAGES_USED, used)
    if (pages * arena.shape.pageBytes >= 65_536 && backedFree(arena, used) > RESERVE_BYTES) {
      giveBack(arena, page, pages)
    }
    return true
  })
}

/** Frees every run of `owner`. */
export function freeRunsOf(arena: Arena, me: number, owner: number): void {
  const pages: number[] = []
  eachRun(arena, me, (page, of) => {
    if (of === owner) pages.push(page)
  })
  for (const page of pages) freeRun(arena, me, page, owner)
}

/** Calls `visit` for each run, under the allocator's lock. */
export function eachRun(
  arena: Arena,
  me: number,
  visit: (page: number, owner: number, pages: number) => void,
): void {
  withAllocator(arena, me, () => walk(arena, arena.shape.firstPage, visit))
}

/** Pages in runs. */
export function pagesUsed(arena: Arena): number {
  return load(arena.header, H_PAGES_USED)
}

/** Owner of the run that starts at `page`; zero when none starts there. */
export function ownerOf(arena: Arena, page: number): number {
  const { firstPage, pages } = arena.shape
  if (!(page >= firstPage && page < pages)) {
    throw new CorruptError(`it names page ${page}, and pages go from ${firstPage} to ${pages}`)
  }
  return load(arena.map, page * 2 + P_OWNER)
}

/** Pages of the run that starts at `page`. */
export function lengthOf(arena: Arena, page: number): number {
  const length = load(arena.map, page * 2 + P_LENGTH)
  if (length < 1 || page + length > highPage(arena)) {
    throw new CorruptError(`the run at page ${page} claims ${length} pages`)
  }
  return length
}

// Pages at or above this were never part of a run.
function highPage(arena: Arena): number {
  const { firstPage, pages } = arena.shape
  const high = load(arena.header, H_PAGE_HIGH)
  if (high < firstPage || high > pages) throw new CorruptError(`its highest page is ${high}`)
  return high
}

function walk(
  arena: Arena,
  from: number,
  visit: (page: number, owner: number, pages: number) => unknown,
): void {
  const high = highPage(arena)
  for (let page = from; page < high; ) {
    const owner = load(arena.map, page * 2 + P_OWNER)
    const length = owner === 0 ? 1 : load(arena.map, page * 2 + P_LENGTH)
    if (owner !== 0 && visit(page, owner, length) === true) return
    page += length > 0 ? length : 1
  }
}

// First fit from the hint. The stretch may reach beyond the highest page ever used.
function findRun(arena: Arena, pages: number): number {
  const high = highPage(arena)
  let start = load(arena.header, H_PAGE_HINT)
  if (start < arena.shape.firstPage) throw new CorruptError(`its first free page is ${start}`)
  for (let page = start; page < high; ) {
    const owner = load(arena.map, page * 2 + P_OWNER)
    if (owner === 0) {
      page++
      if (page - start >= pages) return start
    } else {
      const length = load(arena.map, page * 2 + P_LENGTH)
      page += length > 0 ? length : 1
      start = page
    }
  }
  return start + pages <= arena.shape.pages ? start : -1
}

// Backs the pages that are not, in steps of 4 MiB: small enough not to pause, large enough to be rare.
function backRun(arena: Arena, page: number, pages: number): void {
  const { backed, shape, substrate } = arena
  let from = page
  while (from < page + pages) {
    if ((load(backed, from >>> 5) & (1 << (from & 31))) !== 0) {
      from++
      continue
    }
    const step = STEP_BYTES / shape.pageBytes
    const end = Math.min(shape.pages, Math.ceil((from + 1) / step) * step)
    let to = from
    while (to < end && (load(backed, to >>> 5) & (1 << (to & 31))) === 0) to++
    substrate.reserve(shape.mapOffset + from * 8, (to - from) * 8)
    substrate.reserve(from * shape.pageBytes, (to - from) * shape.pageBytes)
    for (let p = from; p < to; p++) or(backed, p >>> 5, 1 << (p & 31))
    from = to
  }
}

// Bits first: a kill in between leaves backed pages that are backed again at their next use.
function giveBack(arena: Arena, page: number, pages: number): void {
  for (let p = page; p < page + pages; p++) and(arena.backed, p >>> 5, ~(1 << (p & 31)))
  arena.substrate.punch(page * arena.shape.pageBytes, pages * arena.shape.pageBytes)
}

function backedFree(arena: Arena, used: number): number {
  let pages = 0
  const last = (highPage(arena) - 1) >>> 5
  for (let i = arena.shape.firstPage >>> 5; i <= last; i++) pages += ones(load(arena.backed, i))
  return (pages - used) * arena.shape.pageBytes
}

function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x5555_5555)
  x = (x & 0x3333_3333) + ((x >>> 2) & 0x3333_3333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}

// A dead owner of the lock may have stored the count and not the run, or the other way round.
function recount(arena: Arena): void {
  let used = 0
  walk(arena, arena.shape.firstPage, (_page, _owner, pages) => {
    used += pages
  })
  store(arena.header, H_PAGES_USED, used)
}

function full(arena: Arena, pages: number): ArenaFullError {
  const { pageBytes } = arena.shape
  const largest: { owner: number; pages: number }[] = []
  walk(arena, arena.shape.firstPage, (_page, owner, length) => {
    largest.push({ owner, pages: length })
  })
  largest.sort((a, b) => b.pages - a.pages)
  const holders = largest
    .slice(0, 3)
    .map(({ owner, pages: held }) =>
      owner < 0
        ? `object ${owner & 0xffff} with ${held * pageBytes}`
        : `a message with ${held * pageBytes}`,
    )
    .join(', ')
  return new ArenaFullError(
    `No room for ${pages * pageBytes} bytes: ${load(arena.header, H_PAGES_USED) * pageBytes} of ` +
      `${load(arena.header, H_QUOTA) * pageBytes} are used. Dispose of queues and pipes that are no longer needed` +
      (holders ? `; the largest holders: ${holders}` : ''),
  )
}
