/** Errors of shared memory: a stable `code`, what was wrong, the value, and the cure. */
import { types } from 'node:util'
import { TroupeError } from '@troupe/runtime'
import { constants } from 'node:buffer'

/** The name is taken. */
export class SegmentExistsError extends TroupeError {
  constructor(name: string) {
    super(
      'ERR_TROUPE_SEGMENT_EXISTS',
      `There is shared memory named ${shown(name)} already; attach to it, choose another name, or leave the name out to get a fresh one`,
    )
  }
}

/** There is no segment of that name, or no more. */
export class SegmentNotFoundError extends TroupeError {
  constructor(name: string, why = 'create it first, and keep it until everybody has attached') {
    super('ERR_TROUPE_SEGMENT_NOT_FOUND', `There is no shared memory named ${shown(name)}; ${why}`)
  }
}

/** The segment is another user's, or no segment at all. */
export class SegmentAccessError extends TroupeError {
  constructor(name: string, cause: unknown) {
    super(
      'ERR_TROUPE_SEGMENT_ACCESS',
      `Shared memory named ${shown(name)} cannot be attached to or removed: it belongs to another user or is no shared memory; run both programs as one user`,
      { cause },
    )
  }
}

/** The segment has no bytes: whoever makes it has not given it a size yet. */
export class SegmentEmptyError extends TroupeError {
  constructor(name: string) {
    super(
      'ERR_TROUPE_SEGMENT_EMPTY',
      `Shared memory named ${shown(name)} is empty; attach when its maker has given it a size`,
    )
  }
}

/** The machine's shared memory is full, or a buffer of this Node has no room for so much. */
export class NoSpaceError extends TroupeError {
  constructor(bytes: number, cause: unknown) {
    const cure =
      bytes > constants.MAX_LENGTH
        ? `a buffer of this Node has at most ${constants.MAX_LENGTH}; use several segments, or a newer Node`
        : 'unlink what is not used, or make /dev/shm larger (docker run --shm-size)'
    super('ERR_TROUPE_NO_SPACE', `There is no room for ${bytes} bytes of shared memory; ${cure}`, {
      cause,
    })
  }
}

/** The segment holds no list, or one that is damaged or not written yet. */
export class NotAListError extends TroupeError {
  constructor(name: string, why: string) {
    super(
      'ERR_TROUPE_NOT_A_LIST',
      `Shared memory named ${shown(name)} holds no ShareableList: ${why}; attach to one that ShareableList made, here or in Python, when it is made, or use SharedMemory.attach for other bytes`,
    )
  }
}

/** A list has no item at that index: `IndexError` in Python. */
export class ListIndexError extends RangeError {
  readonly code = 'ERR_TROUPE_LIST_INDEX'

  constructor(index: unknown, length: number) {
    const range =
      length === 0
        ? 'this list is empty'
        : `give a whole number from 0 to ${length - 1}, or from -1, the last item, to ${-length}`
    super(`The list has no item at ${shown(index)}; ${range}`)
    this.name = 'ListIndexError'
  }
}

/** A text or bytes have no room where an item of a list lies: each keeps the room that it was made with. */
export class ItemTooLongError extends TroupeError {
  constructor(index: number, bytes: number, room: number) {
    super(
      'ERR_TROUPE_ITEM_TOO_LONG',
      `Item ${index} has room for ${room} bytes: the value has ${bytes}; make the list with a longer one there, or set a shorter one`,
    )
  }
}

/** No item of the list equals the value: `ValueError` in Python. */
export class ItemNotFoundError extends TroupeError {
  constructor(value: unknown) {
    super(
      'ERR_TROUPE_ITEM_NOT_FOUND',
      `No item of the list is ${shown(value)}; ask count(value) first`,
    )
  }
}

/** What lies in memory for an item is no value. */
export class ItemUnreadableError extends TroupeError {
  constructor(index: number, why: string) {
    super('ERR_TROUPE_ITEM_UNREADABLE', `Item ${index} of the list cannot be read: ${why}`)
  }
}

/** Reads a value as a person writes it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value))
  if (typeof value === 'bigint') return shortened(`${value}n`)
  if (types.isUint8Array(value)) return shownBytes(value)
  if (typeof value === 'object' && value !== null) return shownObject(value)
  return typeof value === 'symbol' || typeof value === 'function'
    ? `a ${typeof value}`
    : String(value)
}

function shownBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, 16)).toString('hex')
  const count = bytes.length === 1 ? '1 byte' : `${bytes.length} bytes`
  return bytes.length === 0 ? count : `${count}, 0x${hex}${bytes.length > 16 ? '…' : ''}`
}

function shownObject(value: object): string {
  try {
    if (Array.isArray(value)) return 'an array'
    const name: unknown = (Object.getPrototypeOf(value) as object | null)?.constructor?.name
    if (typeof name !== 'string' || name === 'Object' || name === '') return 'an object'
    return `an object (${shortened(name)})`
  } catch {
    return 'an object' // a proxy that refuses to tell
  }
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
