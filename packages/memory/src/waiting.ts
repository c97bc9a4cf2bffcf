/**
 * How a thread waits: it looks, spins a little, then sleeps on its bell; or its helper listens to the
 * bell for the event loop.
 *
 * Order of a wait (rule B9): say in the bell's own word that we sleep, which reads it too; mark the object;
 * look once more; and only then sleep while the bell has that value. A waker commits first and rings
 * afterwards, so it either is seen by the last look or changes the word. A ring takes the bit out: of many
 * rings one wakes, and who looks again says again that it sleeps.
 *
 * A thread has one bell for all its waits. A ring makes it look at all of them, in order of arrival.
 *
 * Blocks of worker threads return through a JavaScript function every 250 ms, because V8 cannot interrupt
 * a system call.
 */
import { and, load, or, wait as sleep } from '#atomics'
import { availableParallelism } from 'node:os'
import { InterruptedError, StoppedError } from './errors.js'
import { BLOCKED, H_DEATHS, LISTENING, S_BELL, S_STOP, SEAT_WORDS, SLEEPERS } from './layout.js'
import { isMainThread } from './main-thread.js'
import { countAwake } from './seats.js'
import { doOrWarn } from './steps.js'
import { SIGNALLED, TIMED_OUT } from './substrate.js'
import { now, startTimer } from './timer.js'
import { hasSelf, isStopping, type Self, self } from './thread.js'

/** Something a thread can wait for. */
export interface Wait {
  /** Tries; true when the wait is over. May throw, which ends the wait too. */
  look(): boolean
  /** As `look`, in a spin: may hold out for more than the least. */
  glance(): boolean
  /** Changes while the other side works: a spin goes on as long as it does. */
  progress?(): number
  /** Runs when a block lasted `LATE` without a ring. */
  late?(): void
  /** Marks the objects so that a commit rings this thread. */
  mark(): void
  /** Takes the marks away. */
  leave(): void
}

/**
 * The net for a `worker.terminate()` that nobody told us of. The main thread of a process cannot be
 * terminated, only killed or signalled, so it sleeps long.
 */
const sliceMs = (): number => (isMainThread() ? 30_000 : 250)
const LATE = 250
/** Looks of a spin, some 0.1 µs each with its pause. */
const MOST_SPINS = 2400
/** A spin that is shorter never pays again. */
const LEAST_SPINS = 480
const MORE_SPINS = 192
const PAUSE = 6
const CORES: number = availableParallelism()

let spins = MOST_SPINS
let noise = 2.5

/**
 * Uses up some 50 ns, `times` over, without touching shared lines: a tight loop drags them across cores. Roots take
 * long and keep few units of a core busy, of which another thread may be using the rest.
 */
export function pause(times = 1): void {
  let x = noise
  for (let i = 0; i < PAUSE * times; i++) x = Math.sqrt(x + 3.7)
  noise = x
}

const bed = new Int32Array(new SharedArrayBuffer(4))

/** Sleeps; nothing wakes it. */
export function nap(ms: number): void {
  sleep(bed, 0, 0, ms)
}

/** Who is awake is counted now and then: it takes a look at every seat. */
const COUNTED = 32
let uncounted = 0
let crowded = false

function isCrowded(me: Self): boolean {
  if (--uncounted < 0) {
    uncounted = COUNTED
    crowded = countAwake(me.arena) > CORES
  }
  return crowded
}

/** Looks for a while without sleeping. The budget shrinks where it does not pay. */
function spin(wait: Wait, me: Self, deadline: number): boolean {
  if (isCrowded(me)) return wait.look()
  let seen = wait.progress?.()
  for (let i = 0; i < spins; i++) {
    if (wait.glance()) {
      spins = Math.min(MOST_SPINS, spins + MORE_SPINS)
      return true
    }
    pause()
    if (seen === undefined) continue
    const there = wait.progress?.()
    if (there === seen) continue
    seen = there
    // The other side may work for ever: a deadline and a stop count all the same.
    if (now() >= deadline || isStopping()) break
    i = 0
  }
  spins = Math.max(LEAST_SPINS, spins - (spins >>> 3))
  uncounted = 0
  return wait.look()
}

/** Blocks this thread until the wait is over; false when `deadline` (of `now`) passed. */
export function waitSync(wait: Wait, deadline: number, stoppable = true): boolean {
  const me = self()
  if (spin(wait, me, deadline)) return true
  const { seats, substrate } = me.arena
  const base = me.seat * SEAT_WORDS
  // The event loop does not run meanwhile: a ring need not wake the helper too.
  if (parked) and(seats, base + S_BELL, ~LISTENING)
  try {
    for (;;) {
      const bell = or(seats, base + S_BELL, BLOCKED) | BLOCKED
      wait.mark()
      if (wait.look()) return true
      if (stoppable && load(seats, base + S_STOP) !== 0) throw new StoppedError()
      // A slice that runs out saw no ring: nothing can have changed, so it sleeps on without a look. Without
      // the addon a death may not have been announced.
      let end = TIMED_OUT
      while (end === TIMED_OUT) {
        const left = deadline - now()
        if (left <= 0) return false
        const slice = Math.min(left, wait.late || !substrate.native ? LATE : sliceMs())
        end = substrate.block(me.seat, bell, slice, me.interruptible && stoppable)
        if (end === TIMED_OUT) wait.late?.()
        if (!substrate.native) break
      }
      if (end === SIGNALLED && stoppable) throw new InterruptedError(substrate.takeSignal())
    }
  } finally {
    wait.leave()
    and(seats, base + S_BELL, ~SLEEPERS)
    if (waits.size > 0) setImmediate(hear)
  }
}

interface Parked {
  readonly wait: Wait
  settle(error?: unknown, timedOut?: boolean): void
}

/** The waits of this thread's event loop, in order of arrival. */
const waits = new Set<Parked>()
/** Those of them that are not marked yet: they are looked at by `setImmediate`. */
const polled = new Set<Parked>()
/** The helper listens to the bell for the others. */
let parked = false
let heldWaits = 0
let holding = false
let deaths = 0
let onDeath: (() => void) | undefined

/** Runs `listener` in this thread's event loop after deaths were announced. The root's reaper. */
export function listenForDeaths(listener: () => void): void {
  const me = self()
  onDeath = listener
  deaths = load(me.arena.header, H_DEATHS)
  me.arena.substrate.listen()
  if (me.interruptible) me.arena.substrate.endDeaf()
}

/** Looks at all that this thread waits for, and parks what is left: after a bell, and after a block. */
export function hear(): void {
  let me: Self
  try {
    me = self()
  } catch {
    return // The thread left its system; its waits were ended then.
  }
  for (const recover of recovers) doOrWarn('Ending an operation that was cut off', recover)
  if (waits.size > 0) park(me, waits)
  // Last: no wait has to wait for it.
  if (!onDeath) return
  const count = load(me.arena.header, H_DEATHS)
  if (count === deaths) return
  deaths = count
  doOrWarn('Cleaning up after the dead', onDeath)
}

const recovers: (() => void)[] = []

/** Runs in the event loop before this thread looks at its waits: what was cut off is put right. */
export function onHear(listener: () => void): void {
  recovers.push(listener)
}

// From now on a ring wakes this thread's event loop for `entries`.
function park(me: Self, entries: Iterable<Parked>): void {
  const { substrate, seats } = me.arena
  if (!parked) substrate.listen()
  parked = true
  hold(me)
  or(seats, me.seat * SEAT_WORDS + S_BELL, LISTENING)
  for (const entry of entries) lookAgain(entry)
}

// Whether a wait that is parked holds the event loop open. One that is looked at by `setImmediate` does anyway.
function hold(me: Self): void {
  const wanted = parked && heldWaits > 0
  if (wanted === holding) return
  holding = wanted
  me.arena.substrate.hear(wanted)
}

function lookAgain(entry: Parked): void {
  polled.delete(entry)
  try {
    entry.wait.mark()
    if (entry.wait.look()) entry.settle()
  } catch (error) {
    entry.settle(error)
  }
}

/** How an awaited wait may end early. */
export interface WaitOptions {
  /** Milliseconds; without it the wait has no end of its own. */
  readonly timeout?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** False: the wait does not hold the event loop open. */
  readonly hold?: boolean | undefined
}

/** Waits in the event loop; false when the timeout passed. Rejects with the signal's reason on an abort. */
export function waitAsync(wait: Wait, options: WaitOptions = {}): Promise<boolean> {
  const { timeout, signal, hold: held = true } = options
  return new Promise((resolve, reject) => {
    const me = self()
    let timer: NodeJS.Timeout | undefined
    const entry: Parked = {
      wait,
      settle(error, timedOut = false) {
        if (!waits.delete(entry)) return
        polled.delete(entry)
        if (held) heldWaits--
        if (timer) clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        wait.leave()
        if (parked) leaveParked(me)
        if (error === undefined) resolve(!timedOut)
        else reject(error)
      },
    }
    const abort = (): void => entry.settle(signal?.reason)
    if (signal?.aborted) {
      reject(signal.reason)
      return
    }
    waits.add(entry)
    if (held) heldWaits++
    signal?.addEventListener('abort', abort)
    if (timeout !== undefined) {
      timer = startTimer(timeout, () => entry.settle(undefined, true))
      if (!held) timer?.unref()
    }
    if (!pollBriefly(me, entry)) park(me, [entry])
  })
}

function leaveParked(me: Self): void {
  hold(me)
  if (waits.size > 0) return
  parked = false
  and(me.arena.seats, me.seat * SEAT_WORDS + S_BELL, ~LISTENING)
}

/**
 * Before a wait of the event loop parks it is looked at by `setImmediate` for up to 100 µs, where that
 * pays. It is not marked meanwhile, so a commit that comes in time costs nobody a ring. The time is longer
 * than a parked peer needs to wake and answer: two that both parked find each other again.
 */
const POLL_MS = 0.1
/** So many that did not pay in a row, and only one wait of 64 is polled, until one pays. */
const MOST_POLLS = 8
/** Looks in one turn of the event loop, which costs more than all of them. */
const GLANCES = 70
let polls = MOST_POLLS
let pollEnd = 0
let unpolled = 0

function pollBriefly(me: Self, entry: Parked): boolean {
  if (polls === 0 && ++unpolled % 64 === 0) polls = 1
  if (polls === 0 || isCrowded(me)) return false
  pollEnd = now() + POLL_MS
  polled.add(entry)
  pollSoon()
  return true
}

let polling = false

function pollSoon(): void {
  if (!polling) setImmediate(poll)
  polling = true
}

function poll(): void {
  polling = false
  const before = polled.size
  for (const entry of polled) {
    try {
      if (entry.wait.look() || (before === 1 && glance(entry.wait))) entry.settle()
    } catch (error) {
      entry.settle(error)
    }
  }
  if (polled.size === 0) {
    if (before > 0) polls = MOST_POLLS
  } else if (now() < pollEnd) {
    pollSoon()
  } else {
    polls = Math.max(0, polls - 1)
    uncounted = 0
    if (hasSelf()) park(self(), [...polled])
  }
}

function glance(wait: Wait): boolean {
  for (let i = 0; i < GLANCES; i++) {
    if (wait.glance()) return true
    pause()
  }
  return false
}

/** Ends every wait of this thread's event loop with `error`: the thread leaves its system. */
export function abandonWaits(error: unknown): void {
  for (const entry of waits) entry.settle(error)
}

/**
 * Lets the event loop turn now and then: operations that never wait would starve timers, signals and
 * messages. Returns a promise when it is time, at most every 5 ms of uninterrupted operations.
 */
const TURN_MS = 5
let lastTurn = 0
let operations = 0

export function breathe(count = 1): Promise<void> | undefined {
  operations += count
  if (operations < 256) return undefined
  operations = 0
  const time = now()
  if (lastTurn === 0) {
    lastTurn = time
    setImmediate(() => {
      lastTurn = 0
    })
    return undefined
  }
  if (time - lastTurn < TURN_MS) return undefined
  return new Promise((resolve) => {
    setImmediate(() => {
      lastTurn = 0
      resolve()
    })
  })
}
