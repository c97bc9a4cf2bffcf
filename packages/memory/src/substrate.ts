/**
 * What the arena stands on: lives, bells and pages. Two of them exist: the addon (threads and
 * processes), and plain JavaScript (threads of one process). No policy here.
 *
 * In plain JavaScript a life is an ordinary word: nobody marks it when a thread is terminated, so the
 * one who started the thread does it (`announce`), from its event loop. Where that is blocked, Linux still
 * tells whether a thread is there, and blocks look again after each slice.
 */
import { add, compareExchange, load, notify, store, wait, waitAsync } from '#atomics'
import { existsSync, readlinkSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { type Addon, addonProblem, loadAddon } from './native.js'
import { NoAddonError } from './errors.js'
import {
  FREE,
  H_DEATHS,
  LIFE_BYTES,
  LIVES_BYTES,
  S_BELL,
  S_PID,
  S_STATE,
  S_WATCHED,
  SEAT_BYTES,
  SEAT_WORDS,
  SEATS,
  SEATS_OFFSET,
  SLEEPERS,
} from './layout.js'

/** The outcome of taking a life. */
export const BUSY = 0
export const TAKEN = 1
export const TAKEN_AFTER_DEATH = 2

/** Why a block returned. */
export const WOKEN = 0
export const TIMED_OUT = 1
export const SIGNALLED = 2

export interface Substrate {
  /** Whether processes can join. */
  readonly native: boolean
  lifeTry(seat: number): number
  lifeDrop(seat: number): void
  lifeHeld(seat: number): boolean
  /** This thread holds the seat from now on; `onBell` runs in its event loop when the helper hears the bell. */
  enter(seat: number, onBell: () => void): void
  /** Gives the seat up, announces it and rings all bells. */
  leave(): void
  /** Wakes who sleeps on the seat's bell: bit 1 a blocked thread, bit 2 its helper. */
  wake(seat: number, bits: number): void
  /** Bumps and wakes the bells of all seats in use. */
  ringAll(): void
  /** Sleeps while the bell is `value`. */
  block(seat: number, value: number, ms: number, interruptible: boolean): number
  /** The signal that ended a block. */
  takeSignal(): NodeJS.Signals
  /** From now on a signal that comes a second after one that nobody took ends the process. */
  endDeaf(): void
  /** Whether a pending wait holds the event loop open. */
  hear(on: boolean): void
  /** Starts to listen to the bell, without holding the event loop open. */
  listen(): void
  /** The seat's thread is gone: for the starter of a thread. Does nothing where the kernel tells. */
  announce(seat: number): void
  /** Backs bytes of the arena by memory; throws when the machine has none. */
  reserve(offset: number, bytes: number): void
  /** Gives backed bytes back. */
  punch(offset: number, bytes: number): void
}

/** The addon of this thread; throws `NoAddonError` naming `need` when it did not load. */
export function requireAddon(need: string): Addon {
  const addon = loadAddon()
  if (!addon) throw new NoAddonError(need, addonProblem())
  return addon
}

/** The arena's file as the addon sees it. */
export class NativeSubstrate implements Substrate {
  readonly native = true
  readonly #addon: Addon
  readonly #fd: number
  readonly #id: number

  constructor(fd: number, fresh: boolean) {
    const addon = requireAddon('A system with processes')
    this.#addon = addon
    this.#fd = fd
    this.#id = addon.open(fd, {
      controlBytes: LIVES_BYTES + SEATS_OFFSET + (SEATS + 1) * SEAT_BYTES,
      seats: SEATS,
      lifeBytes: LIFE_BYTES,
      seatsOffset: LIVES_BYTES + SEATS_OFFSET,
      seatBytes: SEAT_BYTES,
      bell: S_BELL * 4,
      state: S_STATE * 4,
      pid: S_PID * 4,
      watched: S_WATCHED * 4,
      deaths: LIVES_BYTES + H_DEATHS * 4,
    })
    if (fresh) addon.initLives(this.#id)
  }

  get id(): number {
    return this.#id
  }

  lifeTry(seat: number): number {
    return this.#addon.lifeTry(this.#id, seat)
  }

  lifeDrop(seat: number): void {
    this.#addon.lifeDrop(this.#id, seat)
  }

  lifeHeld(seat: number): boolean {
    return this.#addon.lifeHeld(this.#id, seat)
  }

  enter(seat: number, onBell: () => void): void {
    this.#addon.enter(this.#id, seat, onBell)
  }

  leave(): void {
    this.#addon.leave(this.#id)
  }

  wake(seat: number, bits: number): void {
    this.#addon.wake(this.#id, seat, bits)
  }

  ringAll(): void {
    this.#addon.ringAll(this.#id)
  }

  // A function call a slice: V8 looks for a termination at function entry.
  block(seat: number, value: number, ms: number, interruptible: boolean): number {
    return this.#addon.block(this.#id, seat, value, ms, interruptible)
  }

  takeSignal(): NodeJS.Signals {
    return this.#addon.takeSignal() === constants.signals.SIGTERM ? 'SIGTERM' : 'SIGINT'
  }

  endDeaf(): void {
    this.#addon.endDeaf()
  }

  hear(on: boolean): void {
    this.#addon.hear(on)
  }

  listen(): void {
    this.#addon.listen()
  }

  announce(_seat: number): void {}

  reserve(offset: number, bytes: number): void {
    this.#addon.reserve(this.#fd, LIVES_BYTES + offset, bytes)
  }

  punch(offset: number, bytes: number): void {
    this.#addon.punch(this.#fd, LIVES_BYTES + offset, bytes)
  }
}

/** Where the word of a life lies in a seat, without the addon. */
const S_LIFE = 8
/** The kernel's number of the thread that holds the life; zero where it cannot be told. */
const S_THREAD = 10

// Asked synchronously, so by the calling thread itself.
function threadNumber(): number {
  try {
    return Number(path.basename(readlinkSync('/proc/thread-self'))) || 0
  } catch {
    return 0
  }
}

/** Threads of one process over an ordinary shared buffer. */
export class PlainSubstrate implements Substrate {
  readonly native = false
  readonly #header: Int32Array
  readonly #seats: Int32Array
  #seat = -1
  #onBell: (() => void) | undefined
  #listening = false
  #hold: MessagePort | undefined

  constructor(header: Int32Array, seats: Int32Array) {
    this.#header = header
    this.#seats = seats
  }

  lifeTry(seat: number): number {
    const word = seat * SEAT_WORDS + S_LIFE
    return compareExchange(this.#seats, word, 0, 1) === 0 ? TAKEN : BUSY
  }

  lifeDrop(seat: number): void {
    const base = seat * SEAT_WORDS
    store(this.#seats, base + S_THREAD, 0)
    store(this.#seats, base + S_LIFE, 0)
  }

  lifeHeld(seat: number): boolean {
    const base = seat * SEAT_WORDS
    if (load(this.#seats, base + S_LIFE) === 0) return false
    const thread = load(this.#seats, base + S_THREAD)
    return thread === 0 || existsSync(`/proc/self/task/${thread}`)
  }

  enter(seat: number, onBell: () => void): void {
    this.#seat = seat
    this.#onBell = onBell
    store(this.#seats, seat * SEAT_WORDS + S_THREAD, threadNumber())
  }

  leave(): void {
    const seat = this.#seat
    if (seat < 0) return
    this.#seat = -1
    this.#listening = false
    this.hear(false)
    this.announce(seat)
  }

  wake(seat: number, _bits: number): void {
    notify(this.#seats, seat * SEAT_WORDS + S_BELL)
  }

  ringAll(): void {
    for (let seat = 0; seat < SEATS; seat++) {
      const base = seat * SEAT_WORDS
      if (load(this.#seats, base + S_STATE) === FREE) continue
      add(this.#seats, base + S_BELL, SLEEPERS + 1)
      notify(this.#seats, base + S_BELL)
    }
  }

  block(seat: number, value: number, ms: number, _interruptible: boolean): number {
    const end = wait(this.#seats, seat * SEAT_WORDS + S_BELL, value, ms)
    return end === 'timed-out' ? TIMED_OUT : WOKEN
  }

  takeSignal(): NodeJS.Signals {
    return 'SIGINT'
  }

  endDeaf(): void {}

  hear(on: boolean): void {
    if (on) {
      this.listen()
      // A pending waitAsync does not hold the process open, so a port does.
      if (!this.#hold) {
        const { MessageChannel } = process.getBuiltinModule('node:worker_threads')
        const { port1 } = new MessageChannel()
        port1.on('message', () => {})
        this.#hold = port1
      }
      this.#hold.ref()
    } else {
      this.#hold?.unref()
    }
  }

  listen(): void {
    if (this.#listening) return
    this.#listening = true
    this.#listenOn()
  }

  #listenOn(): void {
    if (!this.#listening) return
    const word = this.#seat * SEAT_WORDS + S_BELL
    const waited = waitAsync(this.#seats, word, load(this.#seats, word))
    const heard = (): void => {
      if (!this.#listening) return
      this.#listenOn()
      this.#onBell?.()
    }
    if (waited.async) void waited.value.then(heard)
    else setImmediate(heard)
  }

  announce(seat: number): void {
    const base = seat * SEAT_WORDS
    store(this.#seats, base + S_STATE, FREE)
    this.lifeDrop(seat)
    add(this.#header, H_DEATHS, 1)
    this.ringAll()
  }

  reserve(_offset: number, _bytes: number): void {}

  punch(_offset: number, _bytes: number): void {}
}
