// The native addon: what it offers, and how it is found. One file declares all native functions.
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL, fileURLToPath } from 'node:url'

/** Where the control words of an arena lie. Offsets of the file, unless said otherwise. */
export interface Geometry {
  /** The part of the file, from its beginning, that the addon maps: lives and seats. */
  readonly controlBytes: number
  readonly seats: number
  /** Distance of two lives; the first is at 0. At least 40, a multiple of 8. */
  readonly lifeBytes: number
  readonly seatsOffset: number
  readonly seatBytes: number
  /** The word that counts announced deaths. */
  readonly deaths: number
  /** Futex word of a seat (offset in the seat, as are the next three). */
  readonly bell: number
  /** 0 free, 1 live, 2 reserved for a process, 3 reserved and that process is dead. */
  readonly state: number
  /** The process that a seat is reserved for. */
  readonly pid: number
  /** The process that the root's watcher watches for this seat. */
  readonly watched: number
}

/** `lifeTry`: somebody else, alive, holds it. */
export const LIFE_BUSY = 0
/** `lifeTry`: taken. */
export const LIFE_TAKEN = 1
/** `lifeTry`: taken, and the one before ended without letting go. */
export const LIFE_TAKEN_AFTER_DEATH = 2

/** `block`: the bell moved or was woken, or a signal made the sleep end early. Look again. */
export const BLOCK_WOKEN = 0
export const BLOCK_TIMED_OUT = 1
/** `block`: SIGINT or SIGTERM came, and JavaScript listens for it. */
export const BLOCK_SIGNAL = 2

/** Bit of a sleeper on a bell: a thread inside `block`. */
export const BELL_BLOCKED = 1
/** Bit of a sleeper on a bell: a thread's helper, which wakes its event loop. */
export const BELL_HELPER = 2

/**
 * The native functions. System calls that fail throw an `Error` whose `code` names the errno (`'ENOMEM'`) and whose
 * message names the call; wrong arguments throw a `TypeError`.
 */
export interface Addon {
  pageSize(): number

  /** Makes the file of an arena: close-on-exec, its size sealed. Gives the descriptor. */
  create(bytes: number): number
  /** Closes a descriptor of ours: Node warns of those that it closes in a thread and did not open there. */
  close(fd: number): void
  /** Allocates a range of the file, so that touching it cannot fail later. */
  reserve(fd: number, offset: number, bytes: number): void
  /** Gives a range back; it reads as zeros. */
  punch(fd: number, offset: number, bytes: number): void
  closeOnExec(fd: number, on: boolean): void

  /**
   * Maps a range of the file at the view's first byte. The caller makes sure that the buffer *reserved* `bytes` from
   * there: a growable buffer shows less than it reserved, so nothing can be checked here.
   */
  overlay(view: Uint8Array, fd: number, offset: number, bytes: number): void
  /** Maps zero pages that belong to no file, likewise. */
  blank(view: Uint8Array, bytes: number): void

  /** Maps the control part for the addon, once a process and arena, for good. Gives the arena's id in this process. */
  open(fd: number, geometry: Geometry): number
  /** Makes all lives. Only whoever created the file, before anybody else knows it. */
  initLives(id: number): void
  /** {@link LIFE_BUSY}, {@link LIFE_TAKEN} or {@link LIFE_TAKEN_AFTER_DEATH}. The calling thread holds it. */
  lifeTry(id: number, seat: number): number
  /** Lets a life go. Only the thread that holds it (else EPERM). */
  lifeDrop(id: number, seat: number): void
  /** Whether a living thread holds it. */
  lifeHeld(id: number, seat: number): boolean
  /** The kernel's number of the thread that holds it, which for a main thread is its process's; 0: nobody. */
  lifeOwner(id: number, seat: number): number

  /**
   * From now on this thread holds the seat, whose life it took before (else EPERM); a second seat is refused
   * (EALREADY). However the thread ends, a hook then does what {@link Addon.leave} does. JavaScript sets the seat's state.
   */
  enter(id: number, seat: number, onBell: () => void): void
  /**
   * Stops the helper, ends the guard if this thread is a root, sets the seat's state to 0, lets the life go, counts a
   * death and rings all bells. Once; later calls do nothing.
   */
  leave(id: number): void
  /** Whether rings of the own bell keep the event loop alive. `true` starts the helper, which then calls `onBell` once. */
  hear(on: boolean): void
  /** Starts the helper without keeping the event loop alive. */
  listen(): void

  /** Wakes sleepers on the seat's bell by their bits. Does not move the bell. */
  wake(id: number, seat: number, bits: number): void
  /** Moves the bell of every seat that is not free, and wakes all its sleepers. */
  ringAll(id: number): void
  /**
   * Sleeps at most `ms` while the seat's bell holds `value`. Not to be interrupted by V8: sleep in short slices.
   * `interruptible` lets signals end it; it counts in the process's main thread only.
   */
  block(id: number, seat: number, value: number, ms: number, interruptible: boolean): number
  /**
   * The signal (its number) that came since the last call; 0 if none. Until it is taken, an interruptible `block` ends
   * at once. Sees signals from the first `enter`, `block` or `takeSignal` on that finds a JavaScript listener.
   */
  takeSignal(): number
  /**
   * From now on a signal that comes a second after one that nobody took ends the process: JavaScript is busy and sees
   * none. Counts in the process's main thread only, until it leaves its seat.
   */
  endDeaf(): void
  /** This process frees array buffers in its own collections, not in a thread beside: see docs/decisions/0009. */
  sweepHere(): void

  /**
   * Makes this thread the arena's root, which announces the deaths of processes. Gives the children's end, to be
   * inherited by children; the addon closes it.
   */
  guardStart(id: number, file: number): number
  /** Asks the root to watch the process for this seat. `fd` is the children's end. */
  register(fd: number, pid: number, seat: number): void
  /** Waits until the root watches `pid` for this seat. */
  awaitWatched(id: number, seat: number, pid: number, ms: number): boolean
  /** Ends this process (exit code 113) when the root is gone: at once, if it is gone already. Once a process. */
  guardJoin(fd: number): void

  /**
   * This thread started the process: when it ends first, the addon waits for the process in its place, so that no zombie
   * stays. Before the event loop runs again. `name` is that of its seat.
   */
  keepChild(name: number, pid: number): void
  /** This thread's event loop was told of the process's end. */
  forgetChild(name: number): void

  /** A pidfd of the process, for the caller to close; -1 when no process has that number. */
  openProcess(pid: number): number
  /** Sends a signal (its number) through a pidfd. Nothing happens when that process has ended. */
  signalProcess(pidfd: number, signal: number): void

  /** Gives a name to a file that was opened without one; EEXIST when it is taken. */
  publish(fd: number, path: string): void
  /**
   * Whether nobody else has the file locked. Then this open file has, until the last descriptor of it is closed: those
   * that child processes inherited too.
   */
  lockFile(fd: number): boolean
}

interface Attempt {
  readonly what: string
  readonly error: unknown
}

let addon: Addon | undefined
let tried = false
let file: string | undefined
const attempts: Attempt[] = []

/** The addon, or nothing: see {@link addonProblem}. Looked for once a thread. */
export function loadAddon(): Addon | undefined {
  if (tried) return addon
  tried = true
  const wish = process.env['TROUPE_ADDON']
  if (wish === 'off') attempts.push({ what: 'nothing', error: 'TROUPE_ADDON=off' })
  else if (wish) addon = attempt(wish, () => loadFile(path.resolve(wish)))
  else addon = search()
  return addon
}

/** The file of the addon that was loaded: places are told, so that they need not search. */
export function addonFile(): string | undefined {
  return file
}

/** Loads the addon from where the starter found it, unless the environment says otherwise. */
export function useAddon(known: string | undefined): void {
  if (tried || !known || process.env['TROUPE_ADDON']) return
  addon = attempt(known, () => loadFile(known))
  tried = addon !== undefined
}

/** Why there is no addon: everything that was tried, with its error. Empty when there is one, or nobody asked. */
export function addonProblem(): string {
  if (addon !== undefined || !tried) return ''
  const lines = attempts.map(({ what, error }) => `  ${what}: ${messageOf(error)}`)
  return ['The native addon of @troupe/memory was not loaded. Tried:', ...lines].join('\n')
}

function search(): Addon | undefined {
  const name = '@troupe/memory/package.json'
  const besideUs = fileURLToPath(new URL('..', import.meta.url))
  // A bundle lies elsewhere than the package; then whoever runs it has the package installed.
  const fromCwd = pathToFileURL(path.join(process.cwd(), 'package.json'))
  return (
    attempt(besideUs, () => loadFolder(besideUs)) ??
    attempt(`${name} from this file`, () => loadFolder(folderOf(name, import.meta.url))) ??
    attempt(`${name} from the working directory`, () => loadFolder(folderOf(name, fromCwd)))
  )
}

function attempt(what: string, load: () => Addon): Addon | undefined {
  try {
    return load()
  } catch (error) {
    attempts.push({ what, error })
    return undefined
  }
}

function folderOf(name: string, from: string | URL): string {
  return path.dirname(createRequire(from).resolve(name))
}

function loadFolder(folder: string): Addon {
  const require = createRequire(path.join(folder, 'package.json'))
  const build = require('node-gyp-build') as { resolve(folder: string): string }
  return loadFile(build.resolve(folder))
}

function loadFile(name: string): Addon {
  const loaded = createRequire(import.meta.url)(name) as Addon
  file = name
  return loaded
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}
