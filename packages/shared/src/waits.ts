/** How the forms of all shared objects wait. */
import { breathe, now, type Wait, waitAsync, waitSync } from '@troupe/memory'
import { ArgumentError, TimeoutError } from '@troupe/runtime'
import { checkObject, shown } from './options.js'

/** How an awaited form may end early. */
export interface WaitOptions {
  /** Milliseconds; without it the wait has no end of its own. Then it rejects with `TimeoutError`. */
  readonly timeout?: number | undefined
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** How a blocking form may end early. */
export interface SyncOptions {
  /** Milliseconds; without it the wait has no end of its own. Then it throws `TimeoutError`. */
  readonly timeout?: number | undefined
}

/** Lets the event loop turn now and then: forms that never wait would starve it. */
export function turn(): Promise<void> | undefined {
  return breathe()
}

/** Waits in the event loop for `what`. */
export async function until(wait: Wait, options: WaitOptions, what: string): Promise<void> {
  check(options)
  if (await waitAsync(wait, options)) return
  throw tooLate(what, options.timeout)
}

/** Blocks the thread for `what`; a stop of its actor ends that, unless it is not `stoppable`. */
export function untilSync(wait: Wait, options: SyncOptions, what: string, stoppable = true): void {
  check(options)
  const { timeout = Number.POSITIVE_INFINITY } = options
  try {
    if (!waitSync(wait, now() + timeout, stoppable)) throw tooLate(what, timeout)
  } finally {
    // One that ended before it slept was not left.
    wait.leave()
  }
}

function tooLate(what: string, timeout: number | undefined): TimeoutError {
  return new TimeoutError(`The ${what} did not come within ${timeout} ms`)
}

/** Throws unless `options` are options of a wait. */
export function check(options: WaitOptions): void {
  if (options === NO_OPTIONS) return
  checkObject('wait', options, '{ timeout: 1000 }')
  const { timeout, signal } = options
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
    throw new ArgumentError(
      `timeout must be a number of milliseconds from 0 on: it is ${shown(timeout)}; leave it out to wait without end`,
    )
  }
  if (signal !== undefined) checkSignal(signal)
}

function checkSignal(signal: unknown): void {
  if (typeof (signal as Partial<AbortSignal> | null)?.throwIfAborted === 'function') return
  throw new ArgumentError(
    `signal must be an AbortSignal: it is ${shown(signal)}; give the signal of an AbortController`,
  )
}

export const NO_OPTIONS: WaitOptions = Object.freeze({})
