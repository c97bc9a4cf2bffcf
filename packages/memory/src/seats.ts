/**
 * The table of living threads. A name is (seat, epoch); an owner is dead when its life is not held or
 * its seat's epoch moved on. Liveness is exact: there are no timeouts here.
 *
 * Taking a seat, in this order (rule A4): take the life; clean what the seat left; move the epoch, also
 * of a fresh seat; ring all bells; only then appear in any object. A waiter that read the old name and
 * found the new holder's life held is rung after the epoch moved, and looks again.
 *
 * A reserved seat waits for the thread of a place: its epoch is moved by who reserves it, so that ends
 * can name the place before it runs. It is alive while its process is watched, or its reserver lives.
 *
 * Pairs
 *   S1  taker stores epoch, then rings -> waiter loads epoch at its next look
 *   S2  watcher stores state LOST, then rings -> waiter loads state
 */
import { add, and, compareExchange, load, store } from '#atomics'
import { ArenaFullError } from './errors.js'
import type { Arena } from './arena.js'
import {
  epochOf,
  FREE,
  H_DEATHS,
  H_SEAT_CURSOR,
  H_SEAT_HIGH,
  LAST_EPOCH,
  LIVE,
  LOST,
  nameOf,
  RESERVED,
  S_BELL,
  S_DEAD,
  S_DIRTY,
  S_EPOCH,
  S_MAPPINGS,
  S_PID,
  S_PROCESS,
  S_RESERVER,
  S_STATE,
  S_STOP,
  S_WATCHED,
  SEAT_WORDS,
  SEATS,
  seatOf,
  SLEEPERS,
} from './layout.js'
import { Steps } from './steps.js'
import { BUSY } from './substrate.js'

/** Clears what a dead holder of the seat left in objects. The caller holds the seat's life. */
export type Clean = (seat: number, name: number) => void

/** The name that this thread cleans up after: its seat's life is held, by us, and yet it is dead. */
let cleaning = 0

/** Whether the holder that `name` names is gone. Zero is nobody, and dead. */
export function isDead(arena: Arena, name: number): boolean {
  const seat = seatOf(name)
  if (seat < 0 || name === cleaning) return true
  const base = seat * SEAT_WORDS
  const { seats, substrate } = arena
  if (load(seats, base + S_EPOCH) !== epochOf(name)) return true
  if (substrate.lifeHeld(seat)) return false
  if (load(seats, base + S_STATE) !== RESERVED) {
    // A reserved seat may have been taken between the two looks.
    return !substrate.lifeHeld(seat) || load(seats, base + S_EPOCH) !== epochOf(name)
  }
  return !isWatched(arena, seat) && !isReserverAlive(arena, seat)
}

/**
 * As `isDead`, also while somebody cleans the seat: who does has its life, and the name seems alive until its epoch
 * moved. Once true it stays so.
 */
export function isKnownDead(arena: Arena, name: number): boolean {
  if (isDead(arena, name)) return true
  return load(arena.seats, seatOf(name) * SEAT_WORDS + S_DEAD) >= epochOf(name)
}

// Whether the last holder of the seat is dead; then it says so, before its life is taken. One that is reserved may be
// taken by its thread yet.
function sayIfDead(arena: Arena, seat: number): boolean {
  const { seats } = arena
  const base = seat * SEAT_WORDS
  const name = sitterOf(arena, seat)
  const state = load(seats, base + S_STATE)
  if (!isDead(arena, name)) return false
  const epoch = epochOf(name)
  let said = load(seats, base + S_DEAD)
  while (state !== RESERVED && said < epoch) {
    compareExchange(seats, base + S_DEAD, said, epoch)
    said = load(seats, base + S_DEAD)
  }
  return true
}

// Its process is there, and its end will be told. Until then the starter speaks for it.
function isWatched(arena: Arena, seat: number): boolean {
  const base = seat * SEAT_WORDS
  const pid = load(arena.seats, base + S_PID)
  return pid !== 0 && load(arena.seats, base + S_WATCHED) === pid
}

// A thread that runs, not a seat that is reserved itself: so two that name each other end here.
function isReserverAlive(arena: Arena, seat: number): boolean {
  const name = load(arena.seats, seat * SEAT_WORDS + S_RESERVER)
  const by = seatOf(name)
  if (by < 0 || by === seat || name === cleaning) return false
  return (
    load(arena.seats, by * SEAT_WORDS + S_EPOCH) === epochOf(name) && arena.substrate.lifeHeld(by)
  )
}

/** The name of the last holder of `seat`. */
export function sitterOf(arena: Arena, seat: number): number {
  return nameOf(seat, load(arena.seats, seat * SEAT_WORDS + S_EPOCH))
}

/** Seats below this were taken at least once. */
export function seatsUsed(arena: Arena): number {
  return Math.min(load(arena.header, H_SEAT_HIGH), SEATS)
}

/**
 * Rings `seat`: counts on and takes the sleepers' bits out, in one step, so that of many rings one wakes.
 * A sleeper says that it sleeps in the same word that it sleeps on, and says it again before each look.
 */
export function ringSeat(arena: Arena, seat: number): void {
  const { seats } = arena
  const word = seat * SEAT_WORDS + S_BELL
  for (;;) {
    const bell = load(seats, word)
    if (compareExchange(seats, word, bell, ((bell | SLEEPERS) + 1) | 0) !== bell) continue
    if ((bell & SLEEPERS) !== 0) arena.substrate.wake(seat, bell & SLEEPERS)
    return
  }
}

/** Takes a free seat for this thread, which then owns its life. Without `clean`, one that nobody left unclean. */
export function takeSeat(arena: Arena, clean: Clean | undefined): number {
  const seat = claim(arena, clean)
  const base = seat * SEAT_WORDS
  store(arena.seats, base + S_PROCESS, process.pid)
  store(arena.seats, base + S_STATE, LIVE)
  arena.substrate.ringAll()
  return nameOf(seat, load(arena.seats, base + S_EPOCH))
}

/** Reserves a seat for a place that is about to be started; returns the name it will have. */
export function reserveSeat(arena: Arena, clean: Clean, reserver: number): number {
  const seat = claim(arena, clean)
  const base = seat * SEAT_WORDS
  store(arena.seats, base + S_PID, 0)
  store(arena.seats, base + S_WATCHED, 0)
  store(arena.seats, base + S_RESERVER, reserver)
  store(arena.seats, base + S_STATE, RESERVED)
  arena.substrate.ringAll()
  arena.substrate.lifeDrop(seat)
  return nameOf(seat, load(arena.seats, base + S_EPOCH))
}

/** The reserved seat waits for the process `pid`, which the watcher announces. */
export function awaitProcess(arena: Arena, name: number, pid: number): void {
  store(arena.seats, seatOf(name) * SEAT_WORDS + S_PID, pid)
}

/** The place came: this thread takes the seat that was reserved for it. False when it was given up. */
export function takeReserved(arena: Arena, name: number): boolean {
  const seat = seatOf(name)
  const base = seat * SEAT_WORDS
  const isOurs = (): boolean =>
    load(arena.seats, base + S_EPOCH) === epochOf(name) &&
    load(arena.seats, base + S_STATE) === RESERVED
  // Somebody who looks at the seat may hold its life for a moment.
  while (arena.substrate.lifeTry(seat) === BUSY) if (!isOurs()) return false
  if (!isOurs()) {
    arena.substrate.lifeDrop(seat)
    return false
  }
  store(arena.seats, base + S_PROCESS, process.pid)
  store(arena.seats, base + S_STATE, LIVE)
  return true
}

/** The place will not come, or is gone: for its starter, when it sees the end first. */
export function giveUpSeat(arena: Arena, name: number): void {
  const seat = seatOf(name)
  const base = seat * SEAT_WORDS
  if (load(arena.seats, base + S_EPOCH) !== epochOf(name)) return
  if (load(arena.seats, base + S_STATE) === RESERVED && !arena.substrate.lifeHeld(seat)) {
    store(arena.seats, base + S_STATE, LOST)
    add(arena.header, H_DEATHS, 1)
    arena.substrate.ringAll()
  } else if (!arena.substrate.native && load(arena.seats, base + S_STATE) !== FREE) {
    arena.substrate.announce(seat)
    // Threads that it started went with it, and nobody else can tell.
    const high = load(arena.header, H_SEAT_HIGH)
    for (let other = 0; other < high; other++) {
      if (load(arena.seats, other * SEAT_WORDS + S_RESERVER) !== name) continue
      giveUpSeat(arena, nameOf(other, load(arena.seats, other * SEAT_WORDS + S_EPOCH)))
    }
  }
}

/** Asks the thread that `name` names to end its blocks with `StoppedError`. */
export function markStop(arena: Arena, name: number): void {
  if (isDead(arena, name)) return
  store(arena.seats, seatOf(name) * SEAT_WORDS + S_STOP, 1)
  ringSeat(arena, seatOf(name))
}

/** Marks every other thread of this process, which is about to end: none may sleep in the addon then. */
export function markProcess(arena: Arena, me: number): void {
  const high = seatsUsed(arena)
  for (let seat = 0; seat < high; seat++) {
    const base = seat * SEAT_WORDS
    if (seat === seatOf(me) || load(arena.seats, base + S_PROCESS) !== process.pid) continue
    if (load(arena.seats, base + S_STATE) !== LIVE) continue
    store(arena.seats, base + S_STOP, 1)
    ringSeat(arena, seat)
  }
}

/** Living process places whose starter is dead, by name, with their process. */
export function orphans(arena: Arena): Map<number, number> {
  const found = new Map<number, number>()
  for (let seat = 0, high = seatsUsed(arena); seat < high; seat++) {
    const base = seat * SEAT_WORDS
    const pid = load(arena.seats, base + S_PID)
    if (load(arena.seats, base + S_STATE) !== LIVE || pid <= 0) continue
    if (isReserverAlive(arena, seat)) continue
    const name = nameOf(seat, load(arena.seats, base + S_EPOCH))
    if (!isDead(arena, name)) found.set(name, pid)
  }
  return found
}

/** Threads of the system that are not parked: a spin pays only while they fit the cores. */
export function countAwake(arena: Arena): number {
  const high = seatsUsed(arena)
  let awake = 0
  for (let seat = 0; seat < high; seat++) {
    const base = seat * SEAT_WORDS
    if (load(arena.seats, base + S_STATE) !== LIVE) continue
    if ((load(arena.seats, base + S_BELL) & SLEEPERS) === 0) awake++
  }
  return awake
}

/** Buffers of their own that all threads of this process have mapped. */
export function countMappings(arena: Arena): number {
  const high = seatsUsed(arena)
  let mappings = 0
  for (let seat = 0; seat < high; seat++) {
    const base = seat * SEAT_WORDS
    if (load(arena.seats, base + S_STATE) !== LIVE) continue
    if (load(arena.seats, base + S_PROCESS) === process.pid) {
      mappings += load(arena.seats, base + S_MAPPINGS)
    }
  }
  return mappings
}

/**
 * Cleans the seats of the dead; returns how many. Anybody may, the root does after each death. One that cannot
 * be cleaned keeps nobody from the others; the first error is thrown in the end.
 */
export function cleanSeats(arena: Arena, clean: Clean): number {
  const high = seatsUsed(arena)
  const steps = new Steps()
  let cleaned = 0
  for (let seat = 0; seat < high; seat++) {
    steps.do(() => {
      if (cleanSeat(arena, seat, clean)) cleaned++
    })
  }
  steps.done()
  return cleaned
}

function cleanSeat(arena: Arena, seat: number, clean: Clean): boolean {
  const base = seat * SEAT_WORDS
  if (load(arena.seats, base + S_DIRTY) === 0) return false
  if (!sayIfDead(arena, seat) || arena.substrate.lifeTry(seat) === BUSY) return false
  if (reserved(arena, seat)) {
    arena.substrate.lifeDrop(seat)
    return false
  }
  renewOrDrop(arena, seat, clean)
  store(arena.seats, base + S_STATE, FREE)
  // Who judged the dead name while we held its life is rung after its epoch moved.
  arena.substrate.ringAll()
  arena.substrate.lifeDrop(seat)
  return true
}

// Takes the life of the next free seat in rotation, cleaned, its epoch moved. Not announced yet.
function claim(arena: Arena, clean: Clean | undefined): number {
  const { header, seats, substrate } = arena
  const first = add(header, H_SEAT_CURSOR, 1) >>> 0
  for (let i = 0; i < SEATS; i++) {
    const seat = (first + i) % SEATS
    const base = seat * SEAT_WORDS
    if (load(seats, base + S_EPOCH) >>> 0 >= LAST_EPOCH) continue
    // A look first: the place that comes must not find its life with somebody who only looks.
    if (reserved(arena, seat) || !sayIfDead(arena, seat)) continue
    if (substrate.lifeTry(seat) === BUSY) continue
    const dirty = load(seats, base + S_DIRTY) !== 0
    if (reserved(arena, seat) || (dirty && !clean)) {
      substrate.lifeDrop(seat)
      continue
    }
    let high = load(header, H_SEAT_HIGH)
    while (high <= seat) {
      compareExchange(header, H_SEAT_HIGH, high, seat + 1)
      high = load(header, H_SEAT_HIGH)
    }
    renewOrDrop(arena, seat, clean)
    store(seats, base + S_STOP, 0)
    store(seats, base + S_MAPPINGS, 0)
    and(seats, base + S_BELL, ~SLEEPERS)
    store(seats, base + S_DIRTY, 1)
    return seat
  }
  throw new ArenaFullError(
    `All ${SEATS} seats of this system are taken by living threads; start fewer actors in threads and processes at a time`,
  )
}

function reserved(arena: Arena, seat: number): boolean {
  const base = seat * SEAT_WORDS
  if (load(arena.seats, base + S_STATE) !== RESERVED) return false
  return isWatched(arena, seat) || isReserverAlive(arena, seat)
}

// A seat that cannot be cleaned stays dirty, and its life goes back: held, it would seem alive for ever.
function renewOrDrop(arena: Arena, seat: number, clean: Clean | undefined): void {
  try {
    renew(arena, seat, clean)
  } catch (error) {
    arena.substrate.lifeDrop(seat)
    arena.substrate.ringAll() // Who judged the name meanwhile saw its life held.
    throw error
  }
}

function renew(arena: Arena, seat: number, clean: Clean | undefined): void {
  const base = seat * SEAT_WORDS
  const epoch = load(arena.seats, base + S_EPOCH)
  if (load(arena.seats, base + S_DIRTY) !== 0) {
    // A lock of the dead may be in the way: of an object that is freed with its last holder, of the pages.
    const before = cleaning
    cleaning = nameOf(seat, epoch)
    try {
      clean?.(seat, cleaning)
    } finally {
      cleaning = before
    }
    store(arena.seats, base + S_DIRTY, 0)
  }
  store(arena.seats, base + S_EPOCH, epoch + 1)
}
