/** What queues and their ends share: options, and the errors of their waits. */
import type { Handle } from '@troupe/memory'
import { checkObject, describe } from './arguments.js'
import { ArgumentError, QueueClosedError, QueueEmptyError, QueueFullError } from './errors.js'
import type { Owner } from './owner.js'

/** How much a queue holds. */
export interface QueueOptions {
  /** Items that it may hold; 0 or absent: as many as `bytes` allows. */
  readonly maxsize?: number
  /** What its items may cost in all, 16 bytes and the payload each. Default 1 MiB. */
  readonly bytes?: number
}

/** What blocking forms take. */
export interface SyncOptions {
  /** Milliseconds. Without it the wait has no end of its own. */
  readonly timeout?: number | undefined
}

const KNOWN = ['maxsize', 'bytes']
const DEFAULT_BYTES = 2 ** 20
const LEAST_BYTES = 64
const MOST_BYTES = 2 ** 30

export const putErrors = {
  full: (timeout: number): Error => new QueueFullError(timeout),
  closed: (): Error =>
    new QueueClosedError(
      'The queue accepts no more items: it was closed, or the last holder of a consumer end is gone',
    ),
}

export const getErrors = {
  empty: (timeout: number): Error => new QueueEmptyError(timeout),
  closed: (): Error =>
    new QueueClosedError(
      'No more items will come: the queue was closed, or the last holder of a producer end is gone, and it is empty',
    ),
}

/** Checks and completes options. */
export function ringOptions(options: QueueOptions = {}): { maxsize: number; bytes: number } {
  checkObject('The options of a queue', options, 'new Queue({ maxsize: 100 })', KNOWN)
  const { maxsize = 0, bytes } = options
  if (!Number.isSafeInteger(maxsize) || maxsize < 0 || maxsize > MOST_BYTES / 16) {
    throw new ArgumentError(
      `maxsize must be a whole number of items from 0 to ${MOST_BYTES / 16}: it is ${describe(maxsize)}`,
    )
  }
  if (bytes === undefined) return { maxsize, bytes: Math.max(DEFAULT_BYTES, maxsize * 16) }
  if (!Number.isSafeInteger(bytes) || bytes < LEAST_BYTES || bytes > MOST_BYTES) {
    throw new ArgumentError(
      `bytes must be a whole number from ${LEAST_BYTES} to ${MOST_BYTES}: it is ${describe(bytes)}`,
    )
  }
  return { maxsize, bytes }
}

/** A queue of somebody else that arrived here. */
export interface Opened {
  readonly handle: Handle
  readonly owner: Owner
}
