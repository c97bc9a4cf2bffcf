/** Errors of shared memory: a stable `code`, what was wrong, the value, and the cure. */
import { TroupeError } from '@troupe/runtime'

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
      `Shared memory named ${shown(name)} cannot be attached to: it belongs to another user or is no shared memory; run both programs as one user`,
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

/** The machine's shared memory is full. */
export class NoSpaceError extends TroupeError {
  constructor(bytes: number, cause: unknown) {
    super(
      'ERR_TROUPE_NO_SPACE',
      `There is no room for ${bytes} bytes of shared memory; unlink what is not used, or make /dev/shm larger (docker run --shm-size)`,
      { cause },
    )
  }
}

/** Reads a value as a person writes it. */
export function shown(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'symbol' || typeof value === 'function'
    ? `a ${typeof value}`
    : String(value)
}
