/**
 * A thread's way into a system and out of it. A thread that was not started by Troupe makes a system of
 * its own and is its root; the thread of a place joins with the ticket and the seat that were given to it.
 */
import { load, store } from '#atomics'
import { fstatSync } from 'node:fs'
import { constants } from 'node:os'
import { Arena, type Ticket } from './arena.js'
import { StoppedError, TroupeError } from './errors.js'
import { H_ROOT } from './layout.js'
import { isMainThread, setMainThread } from './main-thread.js'
import { addonFile, loadAddon, useAddon } from './native.js'
import { type Handle, holdFor, wordsOf } from './objects.js'
import { setReapBeforeFull } from './pages.js'
import { cleanerOf, reap } from './reaper.js'
import {
  awaitProcess,
  giveUpSeat,
  isDead,
  markProcess,
  markStop,
  orphans,
  reserveSeat,
  ringSeat,
  takeReserved,
  takeSeat,
} from './seats.js'
import { seatOf } from './layout.js'
import { openClaim, sweepDead, sweepLost, sweepSystem } from './claim.js'
import { doOrWarn, Steps } from './steps.js'
import { requireAddon } from './substrate.js'
import { clearSelf, hasSelf, isRoot, type Self, self, setSelf } from './thread.js'
import { abandonWaits, hear, listenForDeaths } from './waiting.js'
import { BLOCK } from './open.js'
import { forgetObjects, giveUpAll, giveUpFor } from './wrappers.js'

/** What a place needs to join: given to threads as it is, to processes by inherited descriptors. */
export interface Invitation extends Ticket {
  /** Name of the reserved seat. */
  readonly name: number
  /** Descriptor of the guard; -1 without the addon. */
  readonly guard: number
  /** Descriptor of the claim, see `claim.ts`; -1 without one. */
  readonly claim: number
  /** The addon's file as the starter found it. */
  readonly addon?: string | undefined
}

/** For a root: its end. */
let releaseClaim: (() => void) | undefined

/** Makes this thread the root of a new system. `quota` is for tests: bytes that the arena may use. */
export function createSystem(quota?: number): Self {
  if (hasSelf()) return self()
  const arena = Arena.create(quota)
  const name = takeSeat(arena, undefined)
  store(arena.header, H_ROOT, name)
  const guard = enter(arena, name, (native) => native.guardStart(idOf(arena), arena.fd))
  const claim = arena.substrate.native ? openClaim(requireAddon('A system with processes')) : -1
  const me = setSelf(arena, name, guard, claim)
  if (claim >= 0) {
    doOrWarn('Removing the segments of programs that were killed', sweepLost)
    releaseClaim = () => {
      releaseClaim = undefined
      doOrWarn('Removing the segments of this system', () => sweepSystem(arena, claim))
    }
    process.on('exit', () => releaseClaim?.())
  }
  listenForDeaths(() => {
    const steps = new Steps()
    steps.do(() => reap(me))
    steps.do(() => sweepDead(arena))
    steps.do(() => endOrphans(arena))
    steps.done()
  })
  return me
}

/** An orphan stops by itself when it sees that its starter is gone. One that never looks is killed. */
const ORPHAN_MS = 6000
const doomed = new Set<number>()

function endOrphans(arena: Arena): void {
  if (!arena.substrate.native) return
  for (const [name, pid] of orphans(arena)) {
    if (doomed.has(name)) continue
    doomed.add(name)
    const end = (): void => {
      doomed.delete(name)
      doOrWarn('Ending a process whose starter died', () => killOrphan(arena, name, pid))
    }
    setTimeout(end, ORPHAN_MS).unref()
  }
}

// The number may name another process by now, so first a pidfd, then a look: a holder that is alive after it
// was alive before it, and the pidfd is its own. The seat's life may be held by who cleans it, so it must be
// the process's main thread that holds it: its number is the process's.
function killOrphan(arena: Arena, name: number, pid: number): void {
  const addon = requireAddon('A process')
  const pidfd = addon.openProcess(pid)
  if (pidfd < 0) return
  try {
    const isHolder = addon.lifeOwner(idOf(arena), seatOf(name)) === pid
    if (isHolder && orphans(arena).get(name) === pid) {
      addon.signalProcess(pidfd, constants.signals.SIGKILL)
    }
  } finally {
    addon.close(pidfd)
  }
}

/** Joins a system at the seat that was reserved for this thread. */
export function joinSystem(invitation: Invitation): Self {
  if (hasSelf()) {
    throw new TroupeError('ERR_TROUPE_JOINED', 'This thread has joined a system already')
  }
  useAddon(invitation.addon)
  const arena = Arena.join(invitation)
  const { name, guard, claim } = invitation
  if (!takeReserved(arena, name)) {
    throw new TroupeError(
      'ERR_TROUPE_NO_SEAT',
      'The seat that was reserved for this place was given up; its starter died or stopped it',
    )
  }
  enter(arena, name, () => guard)
  return setSelf(arena, name, guard, claim)
}

/** Versions of Node whose V8 knows the flag; others would print that they do not. */
const SWEEPS_HERE = /^2[0-6]\./
/** How V8 names itself in Node; others that embed it may have frozen its flags. */
const IN_NODE = /-node\.\d+$/

/** A child process comes: it ends with the root, and the root's watcher holds its pidfd before user code runs. */
export function guardProcess(invitation: Invitation): void {
  setMainThread()
  useAddon(invitation.addon)
  const addon = requireAddon('A process')
  addon.closeOnExec(invitation.fd, true)
  addon.closeOnExec(invitation.guard, true)
  if (invitation.claim >= 0) addon.closeOnExec(invitation.claim, true)
  addon.guardJoin(invitation.guard)
  const { node, v8 } = process.versions
  if (SWEEPS_HERE.test(node) && IN_NODE.test(v8)) addon.sweepHere()
  const seat = seatOf(invitation.name)
  addon.register(invitation.guard, process.pid, seat)
}

/** Waits until the root watches this process. */
export function awaitGuard(): void {
  const me = self()
  const addon = requireAddon('A process')
  requirePidfds()
  // The watcher may have had no descriptor left when we told it first.
  while (!addon.awaitWatched(idOf(me.arena), me.seat, process.pid, 250)) {
    addon.register(me.guard, process.pid, me.seat)
  }
}

/** Leaves the system: what the hook does at the thread's end, at once. */
export function leaveSystem(): void {
  if (!hasSelf()) return
  const me = self()
  abandonWaits(new StoppedError('The wait was ended because this thread left its system'))
  giveUpAll(BLOCK)
  me.arena.substrate.leave()
  releaseClaim?.()
  forgetObjects()
  clearSelf()
}

/** Reserves a seat for a place; the name is its own from then on. */
export function reserve(): number {
  const me = self()
  return reserveSeat(me.arena, cleanerOf(me.arena, me.name), me.name)
}

/** What the place with that name needs to join. */
export function invitation(name: number): Invitation {
  const me = self()
  return { ...me.arena.ticket, name, guard: me.guard, claim: me.claim, addon: addonFile() }
}

/** The place with that name holds the object from now on, so that it need not be sent. */
export function reservedHold(name: number, handle: Handle): void {
  holdFor(wordsOf(self().arena, handle), seatOf(name))
}

/** The signal that came since the last call was seen: it ends no later block. */
export function takeSignal(): void {
  self().arena.substrate.takeSignal()
}

/** The reserved seat waits for a process that was started just now. */
export function expectProcess(name: number, pid: number): void {
  const me = self()
  const addon = requireAddon('A process')
  addon.keepChild(name, pid)
  awaitProcess(me.arena, name, pid)
  addon.register(me.guard, pid, seatOf(name))
}

/** The place with that name is gone, as its starter sees. */
export function placeEnded(name: number): void {
  loadAddon()?.forgetChild(name)
  giveUpSeat(self().arena, name)
}

/** The place with that name could not be started: that is no death to those with whom it was to share. */
export function placeNotStarted(name: number): void {
  giveUpFor(seatOf(name), BLOCK)
  placeEnded(name)
}

/** Ends the blocks of the place with that name; it starts no new one. */
export function stopBlocks(name: number): void {
  markStop(self().arena, name)
}

/** Whether the place with that name is gone. */
export function isGone(name: number): boolean {
  return isDead(self().arena, name)
}

/** Rings the bell of the place with that name. */
export function ring(name: number): void {
  ringSeat(self().arena, seatOf(name))
}

/** Name of the root's seat. */
export function rootName(): number {
  return load(self().arena.header, H_ROOT)
}

/** 64 random bits that tell this system from others. */
export function systemId(): string {
  return self().arena.id
}

/**
 * Whether processes can be started here: the addon loaded and the arena has a file. Throws where the operating
 * system refuses what it takes to tell a process's end.
 */
export function hasProcesses(): boolean {
  if (!loadAddon()) return false
  if (hasSelf()) {
    const { fd } = self().arena
    if (fd < 0 || fstatSync(fd).size === 0) return false
  }
  requirePidfds()
  return true
}

/** What a system call fails with where a kernel is too old for it, or a filter of system calls refuses it. */
const REFUSALS = new Set(['ENOSYS', 'EPERM', 'EACCES'])

// The root's watcher waits for a pidfd again and again, since it may lack descriptors for a while. What is refused
// for good is refused in every process of the system: filters are inherited.
function requirePidfds(): void {
  const addon = requireAddon('A process')
  try {
    addon.close(addon.openProcess(process.pid))
  } catch (error) {
    if (!REFUSALS.has((error as NodeJS.ErrnoException).code ?? '')) return
    throw new TroupeError(
      'ERR_TROUPE_NO_PIDFD',
      `Processes need the system call pidfd_open, which is refused here (${String(error)}). Allow it in the ` +
        "seccomp filter of the container, run on Linux 5.4 or newer, or use { in: 'thread' }",
      { cause: error },
    )
  }
}

/** Cleans up after the dead; the root does it by itself after each death. */
export function reapDead(): boolean {
  return reap(self())
}

setReapBeforeFull(() => reap(self()))

function enter(
  arena: Arena,
  name: number,
  guard: (native: ReturnType<typeof requireAddon>) => number,
): number {
  arena.substrate.enter(seatOf(name), hear)
  // Threads that sleep in the addon would keep this process from ending.
  const isRootHere = load(arena.header, H_ROOT) === name
  if (isRootHere || isMainThread()) process.on('exit', () => markProcess(arena, name))
  return arena.substrate.native ? guard(requireAddon('A system with processes')) : -1
}

function idOf(arena: Arena): number {
  return (arena.substrate as unknown as { id: number }).id
}

export { isRoot }
