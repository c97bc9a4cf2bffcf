/**
 * The bytes that all places of a system see: one sealed memory file, mapped once per process, or an
 * ordinary shared buffer where the addon is missing. A thread belongs to one arena.
 *
 * The mapping: a growable SharedArrayBuffer of one page reserves the whole address range, the file is
 * mapped over it, then it grows: so no memory is claimed twice and the pages are those of the file.
 */
import { load, store } from '#atomics'
import { totalmem } from 'node:os'
import { ArenaFullError, CorruptError } from './errors.js'
import {
  DESCRIPTOR_BYTES,
  DESCRIPTOR_WORDS,
  type Geometry,
  geometry,
  H_DESCRIPTOR_HIGH,
  H_ID,
  H_MAGIC,
  H_PAGE_BYTES,
  H_PAGE_HIGH,
  H_PAGE_HINT,
  H_PAGES,
  H_QUOTA,
  H_VERSION,
  HEADER_BYTES,
  LIVES_BYTES,
  MAGIC,
  SEAT_WORDS,
  SEATS,
  SEATS_OFFSET,
  VERSION,
} from './layout.js'
import { loadAddon } from './native.js'
import { NativeSubstrate, PlainSubstrate, requireAddon, type Substrate } from './substrate.js'

const MOST_BYTES = 4 * 1024 ** 3
const LEAST_BYTES = 64 * 1024 ** 2

/** What a thread or process needs to join an arena. */
export interface Ticket {
  /** Bytes that JavaScript sees. */
  readonly bytes: number
  /** Descriptor of the memory file; -1 without the addon. */
  readonly fd: number
  /** The mapped buffer: for threads of the same process. */
  readonly buffer?: SharedArrayBuffer
}

/** Views and substrate of a joined arena. */
export class Arena {
  readonly buffer: SharedArrayBuffer
  readonly fd: number
  readonly shape: Geometry
  readonly header: Int32Array
  readonly seats: Int32Array
  readonly map: Int32Array
  readonly backed: Int32Array
  readonly substrate: Substrate

  private constructor(buffer: SharedArrayBuffer, fd: number, shape: Geometry, fresh: boolean) {
    this.buffer = buffer
    this.fd = fd
    this.shape = shape
    this.header = new Int32Array(buffer, 0, HEADER_BYTES / 4)
    this.seats = new Int32Array(buffer, SEATS_OFFSET, (SEATS + 1) * SEAT_WORDS)
    this.map = new Int32Array(buffer, shape.mapOffset, shape.pages * 2)
    this.backed = new Int32Array(buffer, shape.backedOffset, Math.ceil(shape.pages / 32))
    this.substrate =
      fd >= 0 ? new NativeSubstrate(fd, fresh) : new PlainSubstrate(this.header, this.seats)
  }

  /** Makes a new arena that may use `quota` bytes (default: the least of 4 GiB and half of the memory). */
  static create(quota: number = defaultQuota()): Arena {
    const made = loadAddon() ? createMapped() : createPlain()
    const arena = new Arena(made.buffer, made.fd, made.shape, true)
    const { header, shape } = arena
    // Loaded here: places, which join, start without it.
    const { randomFillSync } = process.getBuiltinModule('node:crypto')
    const id = randomFillSync(new Int32Array(2))
    header[H_ID] = id[0]!
    header[H_ID + 1] = id[1]!
    header[H_VERSION] = VERSION
    header[H_PAGE_BYTES] = shape.pageBytes
    header[H_PAGES] = shape.pages
    header[H_PAGE_HINT] = shape.firstPage
    header[H_PAGE_HIGH] = shape.firstPage
    header[H_QUOTA] = Math.min(Math.floor(quota / shape.pageBytes), shape.pages - shape.firstPage)
    header[H_DESCRIPTOR_HIGH] = 0
    // Ready: stored last, so that who joins sees all of the above or no magic.
    store(header, H_MAGIC, MAGIC)
    return arena
  }

  /** Joins the arena of `ticket`. */
  static join(ticket: Ticket): Arena {
    const shape = geometry(ticket.bytes, pageBytes(ticket.fd))
    const buffer = ticket.buffer ?? overlay(ticket.fd, shape)
    const arena = new Arena(buffer, ticket.fd, shape, false)
    if (load(arena.header, H_MAGIC) !== MAGIC || load(arena.header, H_VERSION) !== VERSION) {
      throw new CorruptError(
        `magic ${load(arena.header, H_MAGIC)} and layout version ${load(arena.header, H_VERSION)} are not ` +
          `${MAGIC} and ${VERSION}; are two versions of @troupe/memory installed?`,
      )
    }
    return arena
  }

  /** What threads of this process need to join; without the buffer, what processes need. */
  get ticket(): Ticket {
    return { bytes: this.shape.bytes, fd: this.fd, buffer: this.buffer }
  }

  /** 64 random bits that tell this system from others. */
  get id(): string {
    return `${this.header[H_ID]! >>> 0}-${this.header[H_ID + 1]! >>> 0}`
  }

  /** The words of a descriptor. */
  descriptor(index: number): Int32Array {
    if (!(index >= 0 && index < this.shape.descriptors)) {
      throw new CorruptError(`it names object ${index} of ${this.shape.descriptors}`)
    }
    const offset = this.shape.descriptorsOffset + index * DESCRIPTOR_BYTES
    return new Int32Array(this.buffer, offset, DESCRIPTOR_WORDS)
  }
}

/** Half of what this process may use, 4 GiB at most. A container's limit kills without an error, so it counts. */
function defaultQuota(): number {
  const limit = process.constrainedMemory()
  const memory = limit > 0 && limit < totalmem() ? limit : totalmem()
  return Math.min(MOST_BYTES, Math.floor(memory / 2))
}

function pageBytes(fd: number): number {
  return fd < 0 ? 4096 : Math.max(4096, requireAddon('A system with processes').pageSize())
}

interface Made {
  readonly buffer: SharedArrayBuffer
  readonly fd: number
  readonly shape: Geometry
}

// The address space may be limited: halve what is asked for until it is granted.
function createMapped(): Made {
  const addon = requireAddon('A system with processes')
  let refused: unknown
  for (let bytes = MOST_BYTES; bytes >= LEAST_BYTES; bytes /= 2) {
    const shape = geometry(bytes, pageBytes(0))
    let fd = -1
    try {
      fd = addon.create(LIVES_BYTES + bytes)
      addon.reserve(fd, 0, LIVES_BYTES + shape.mapOffset)
      return { buffer: overlay(fd, shape), fd, shape }
    } catch (error) {
      refused = error
      if (fd >= 0) addon.close(fd)
    }
  }
  throw new ArenaFullError(
    `The arena could not be mapped, not even with ${LEAST_BYTES} bytes (${String(refused)}); raise the limit of address space (ulimit -v)`,
  )
}

function createPlain(): Made {
  for (let bytes = MOST_BYTES; bytes >= LEAST_BYTES; bytes /= 2) {
    try {
      return { buffer: new SharedArrayBuffer(bytes), fd: -1, shape: geometry(bytes, 4096) }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  throw new ArenaFullError(
    `The arena could not be made, not even with ${LEAST_BYTES} bytes; raise the limit of address space (ulimit -v)`,
  )
}

function overlay(fd: number, shape: Geometry): SharedArrayBuffer {
  const addon = requireAddon('A process')
  const buffer = new SharedArrayBuffer(shape.pageBytes, { maxByteLength: shape.bytes })
  addon.overlay(new Uint8Array(buffer, 0, shape.pageBytes), fd, LIVES_BYTES, shape.bytes)
  buffer.grow(shape.bytes)
  return buffer
}
