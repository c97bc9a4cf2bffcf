/**
 * Segments: files of the machine's shared memory, mapped as buffers of their own. Other programs may have them too.
 *
 * A segment that is made here gets its name when it has its size and its memory, so nobody sees one that is unfinished,
 * and touching it never fails. What of a segment others left without memory is allocated when it is opened.
 */
import { load } from '#atomics'
import { constants as constantsOfBuffers } from 'node:buffer'
import { closeSync, constants, fstatSync, ftruncateSync, openSync } from 'node:fs'
import { blankBuffer, mapFile } from './buffers.js'
import {
  confirmNote,
  isSwept,
  type Note,
  openNameless,
  removeNote,
  renameNote,
  SEGMENTS,
  unlinkSegment,
  writeNote,
} from './claim.js'
import { TroupeError } from './errors.js'
import { H_ROOT } from './layout.js'
import { requireAddon } from './substrate.js'
import { self } from './thread.js'

const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants

/** The unit in which the kernel counts a file's memory. */
const BLOCK_BYTES = 512n

/** What the addon takes: buffers of later versions of Node may be longer than any file. */
const MOST_BYTES = 2 ** 46

/** A segment that this thread has mapped. */
export interface Segment {
  readonly name: string
  readonly inode: bigint
  /** Exactly as long as the segment. */
  readonly buffer: SharedArrayBuffer
}

/** A segment that this thread made. Its system removes it: see `claim.ts`. */
export interface OwnSegment extends Segment {
  readonly note: Note
}

/**
 * Makes a segment of `bytes` zeros that belongs to this thread. Throws what the system calls say: `EEXIST` when the name
 * is taken, `ENOSPC` when there is no memory for it.
 */
export function makeSegment(name: string, bytes: number): OwnSegment {
  const { arena, name: owner, claim } = self()
  const addon = requireAddon('A segment')
  if (claim < 0) {
    throw new TroupeError(
      'ERR_TROUPE_NO_SHARED_MEMORY',
      `Shared memory with names needs a folder ${SEGMENTS} that this program may write to; mount a tmpfs there`,
    )
  }
  checkLength(bytes)
  if (bytes > MOST_BYTES) throw errno('EFBIG', `${bytes} bytes are more than a file may have`)
  const fd = openNameless()
  try {
    ftruncateSync(fd, bytes)
    addon.reserve(fd, 0, bytes)
    const { ino: inode } = fstatSync(fd, { bigint: true })
    const buffer = mapFile(arena, fd, 0, bytes)
    let note: Note | undefined
    try {
      note = writeNote(arena, claim, owner, name, inode)
      addon.publish(fd, `${SEGMENTS}/${name}`)
      confirmNote(arena, note, name)
    } catch (error) {
      // The mapping would keep the memory until it is collected.
      blankBuffer(buffer)
      if (note) removeNote(note)
      throw error
    }
    return { name, inode, buffer, note }
  } finally {
    closeSync(fd)
  }
}

/**
 * Opens the segment of that name. Throws what the system calls say: `ENOENT` when there is none, `EACCES` when it is
 * another user's, `ENODATA` when it has no size; an error beyond that has the segment's `bytes`.
 */
export function openSegment(name: string): Segment {
  const { arena } = self()
  const addon = requireAddon('A segment')
  const fd = openSync(`${SEGMENTS}/${name}`, O_RDWR | O_NOFOLLOW | O_NONBLOCK)
  try {
    const file = fstatSync(fd, { bigint: true })
    if (!file.isFile()) throw errno('EINVAL', `${name} is no file`)
    if (file.size === 0n) throw errno('ENODATA', `${name} is empty`)
    const bytes = Number(file.size)
    try {
      checkLength(bytes)
      // Its maker may have left it without memory, which to touch may be the end of the process.
      if (file.blocks * BLOCK_BYTES < file.size) addon.reserve(fd, 0, bytes)
      return { name, inode: file.ino, buffer: mapFile(arena, fd, 0, bytes) }
    } catch (error) {
      throw Object.assign(error as Error, { bytes })
    }
  } finally {
    closeSync(fd)
  }
}

// What cannot be mapped gets no memory.
function checkLength(bytes: number): void {
  const most = constantsOfBuffers.MAX_LENGTH
  if (bytes > most) throw new RangeError(`${bytes} bytes are more than the ${most} of a buffer`)
}

function errno(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

/**
 * Removes the name of a segment of this thread's; false when it is gone, or another segment's by now. What the root removed
 * at its end is removed as it should be.
 */
export function removeSegment({ name, inode, note }: OwnSegment): boolean {
  const wasThere = unlinkSegment(name, inode)
  removeNote(note)
  return wasThere || isSwept(self().arena)
}

/** The segment is the root's from now on, and so removed at the end of the system. */
export function keepSegment<S extends OwnSegment>(segment: S): S {
  const { arena } = self()
  const { name, note } = segment
  return { ...segment, note: renameNote(arena, note, name, load(arena.header, H_ROOT)) }
}

export { unlinkSegment }
