/**
 * Segments are files of the machine's shared memory, which has names that outlive everybody. So that each is removed
 * once, and by nobody else than who may, their system leaves two kinds of notes beside them:
 *
 *   .troupe-UID-SYSTEM               the claim: locked as long as any process of the system lives
 *   .troupe-UID-SYSTEM-INODE-OWNER   a note: holds the segment's name; the owner is the name of a thread's seat
 *
 * The claim is opened without a name by the root, locked, and inherited by its processes as one open file: so the kernel
 * lets the lock go with the last of them, and a lock that can be had says that they are all dead. It gets its name with
 * the first segment.
 *
 * Order of the steps
 *   make     claim named, note written, segment named      A death in between leaves a note of nothing.
 *   remove   segment's name, note                          A segment is removed if its inode is that of the note.
 *
 * The system removes the segments of owners that died when it hears of a death, and all of them at its end. What a
 * system leaves that was killed as a whole is removed by the next one of the same user.
 *
 * At its end the root says in the arena that it is over, and then sweeps. Who makes a segment meanwhile looks at that word
 * when the segment has its name, and removes it again: so one of the two sees the other. Who is killed between leaves it
 * to the next system.
 */
import { compareExchange, exchange, load } from '#atomics'
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import type { Arena } from './arena.js'
import { StoppedError, TroupeError } from './errors.js'
import { H_ID, H_SEGMENTS } from './layout.js'
import type { Addon } from './native.js'
import { isDead } from './seats.js'
import { Steps } from './steps.js'
import { requireAddon } from './substrate.js'

/** Where shared memory has its names. */
export const SEGMENTS = '/dev/shm'

const { O_RDWR, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants
/** A file without a name, as Linux has it on every machine that Node runs on; Node does not name it. */
const O_TMPFILE = 0o20_000_000 | O_DIRECTORY

/** Opens a file in the shared memory that has no name yet, for its user alone. */
export function openNameless(): number {
  const fd = openSync(SEGMENTS, O_TMPFILE | O_RDWR, 0o600)
  // Whatever the user's mask takes away: it is read later.
  fchmodSync(fd, 0o600)
  return fd
}

/** The claim of a new system; -1 where there is no shared memory with names. */
export function openClaim(addon: Addon): number {
  let fd = -1
  try {
    fd = openNameless()
    addon.lockFile(fd)
    return fd
  } catch {
    // Who makes no segment needs none of it.
    if (fd >= 0) closeSync(fd)
    return -1
  }
}

const prefix = (): string => `.troupe-${process.geteuid!()}-`
const pathOf = (name: string): string => `${SEGMENTS}/${name}`

/** How the claim of the system is called. */
function claimName(arena: Arena): string {
  const hex = [arena.header[H_ID]!, arena.header[H_ID + 1]!].map((half) =>
    (half >>> 0).toString(16).padStart(8, '0'),
  )
  return prefix() + hex.join('')
}

/** What `H_SEGMENTS` says. */
const NONE = 0
const SOME = 1
const OVER = 2

/** What a note says. */
export interface Note {
  readonly path: string
  readonly inode: bigint
}

/** Notes that `owner`, a thread, is about to give the segment its name. */
export function writeNote(
  arena: Arena,
  claim: number,
  owner: number,
  name: string,
  inode: bigint,
): Note {
  if (compareExchange(arena.header, H_SEGMENTS, NONE, SOME) === OVER) throw new SystemOver()
  const mine = claimName(arena)
  try {
    requireAddon('A segment').publish(claim, pathOf(mine))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw whyNoClaim(arena, error)
  }
  const path = pathOf(`${mine}-${inode}-${owner}`)
  try {
    writeFileSync(path, name, { flag: 'wx', mode: 0o600 })
    chmodSync(path, 0o600)
  } catch (error) {
    // It may be there, and empty: there is no memory for it.
    if (codeOf(error) !== 'EEXIST') unlinkIfThere(path)
    throw error
  }
  return { path, inode }
}

/** The segment has its name. Throws, and removes it, when the root ends meanwhile and may not have seen it. */
export function confirmNote(arena: Arena, note: Note, name: string): void {
  if (!isSwept(arena)) return
  unlinkSegment(name, note.inode)
  removeNote(note)
  unlinkIfThere(pathOf(claimName(arena)))
  throw new SystemOver()
}

class SystemOver extends StoppedError {
  constructor() {
    super('No shared memory can be made any more: the program that this actor belongs to ends')
  }
}

// A file gets a name once, from its owner alone: not when the name was removed, or the user is another by now.
function whyNoClaim(arena: Arena, error: unknown): unknown {
  if (isSwept(arena)) return new SystemOver()
  if (!['ENOENT', 'EPERM', 'EACCES'].includes(codeOf(error) ?? '')) return error
  return new TroupeError(
    'ERR_TROUPE_NO_SHARED_MEMORY',
    `Shared memory with names needs the file ${pathOf(claimName(arena))}, which was removed, or cannot be named by the ` +
      'user that this program has by now; start the program again, as that user, and leave such files alone',
    { cause: error },
  )
}

/**
 * From now on the segment, of that name, is `owner`'s. When the root ends meanwhile it may have seen neither name of the
 * note, so the segment is removed here too.
 */
export function renameNote(arena: Arena, note: Note, name: string, owner: number): Note {
  const path = note.path.replace(/-\d+$/, `-${owner}`)
  try {
    renameSync(note.path, path)
  } catch (error) {
    if (!isSwept(arena)) throw error
  }
  if (isSwept(arena)) {
    unlinkSegment(name, note.inode)
    unlinkIfThere(path)
  }
  return { ...note, path }
}

export function removeNote(note: Note): void {
  unlinkIfThere(note.path)
}

/**
 * Removes the name if it is that of the inode; whether it was. Inodes of shared memory are numbered in turn, so none comes
 * again while anybody remembers it.
 */
export function unlinkSegment(name: string, inode: bigint): boolean {
  const path = pathOf(name)
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return found?.ino === inode && unlinkIfThere(path)
}

function unlinkIfThere(path: string): boolean {
  try {
    unlinkSync(path)
    return true
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return false
  }
}

/** Whether the root ended, and removed all segments. */
export function isSwept(arena: Arena): boolean {
  return load(arena.header, H_SEGMENTS) === OVER
}

/** Removes the segments of the system's dead. For the root, after a death. */
export function sweepDead(arena: Arena): void {
  if (load(arena.header, H_SEGMENTS) === NONE) return
  sweep(claimName(arena), readdirSync(SEGMENTS), (owner) => isDead(arena, owner))
}

/** Removes all segments of the system, and its claim. For the root, at its end. */
export function sweepSystem(arena: Arena, claim: number): void {
  const before = exchange(arena.header, H_SEGMENTS, OVER)
  closeSync(claim)
  if (before === NONE) return
  const mine = claimName(arena)
  sweep(mine, readdirSync(SEGMENTS), () => true)
  unlinkIfThere(pathOf(mine))
}

/**
 * Removes what systems of this user left that were killed as a whole. A note whose claim is gone is that of a thread
 * which was killed while it made a segment and its root ended.
 */
export function sweepLost(): void {
  const pattern = new RegExp(`^${prefix()}[0-9a-f]{16}(?=(?:-[0-9]+-[0-9]+)?$)`)
  const names = readdirSync(SEGMENTS).filter((name) => pattern.test(name))
  const claims = new Set(names.map((name) => pattern.exec(name)![0]))
  const steps = new Steps()
  for (const claim of claims) {
    if (isThere(claim)) steps.do(() => sweepClaim(claim))
    else steps.do(() => sweep(claim, names, () => true))
  }
  steps.done()
}

const isThere = (name: string): boolean =>
  lstatSync(pathOf(name), { throwIfNoEntry: false }) !== undefined

// Whoever has the lock is the only one that sweeps.
function sweepClaim(claim: string): void {
  const fd = openOurs(claim)
  if (fd < 0) return
  try {
    // A lock that can be had: its system is over, and nobody adds a note now.
    if (!requireAddon('A segment').lockFile(fd)) return
    sweep(claim, readdirSync(SEGMENTS), () => true)
    unlinkIfThere(pathOf(claim))
  } finally {
    closeSync(fd)
  }
}

function sweep(claim: string, names: readonly string[], isOver: (owner: number) => boolean): void {
  const pattern = new RegExp(`^${claim}-([0-9]+)-([0-9]+)$`)
  const steps = new Steps()
  for (const name of names) {
    const [, inode, owner] = pattern.exec(name) ?? []
    if (inode === undefined || !isOver(Number(owner))) continue
    steps.do(() => sweepNote(name, BigInt(inode)))
  }
  steps.done()
}

// Empty when its writer died before it wrote.
function sweepNote(note: string, inode: bigint): void {
  const fd = openOurs(note)
  if (fd < 0) return
  try {
    const segment = readFileSync(fd, 'utf8')
    if (segment !== '') unlinkSegment(segment, inode)
    unlinkIfThere(pathOf(note))
  } finally {
    closeSync(fd)
  }
}

// Anybody may make files there, so one that another user made says nothing. -1 for those, and when it is gone.
function openOurs(name: string): number {
  let fd: number
  try {
    fd = openSync(pathOf(name), O_RDWR | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    if (NOT_OURS.has(codeOf(error) ?? '')) return -1
    throw error
  }
  const file = fstatSync(fd)
  if (file.isFile() && file.uid === process.geteuid!()) return fd
  closeSync(fd)
  return -1
}

/** Gone; another user's; a link, a folder, a device. */
const NOT_OURS = new Set(['ENOENT', 'EACCES', 'ELOOP', 'EISDIR', 'ENXIO'])

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
