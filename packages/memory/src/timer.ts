const { hrtime } = process

/**
 * Milliseconds of a clock that only goes on. `performance.now()` tells the same, and loads eleven modules of Node
 * at its first use, which a place would do before its first message.
 */
export function now(): number {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}

/** Timers of any length. Node's end at 24.8 days and fire at once beyond that: a longer one never fires. */
const LONGEST = 2 ** 31 - 1

/** Calls `run` after `ms` milliseconds. */
export function startTimer(ms: number, run: () => void): NodeJS.Timeout | undefined {
  return ms > LONGEST ? undefined : setTimeout(run, ms)
}
