/** Timers of any length. Node's end at 24.8 days and fire at once beyond that: a longer one never fires. */
const LONGEST = 2 ** 31 - 1

/** Calls `run` after `ms` milliseconds. */
export function startTimer(ms: number, run: () => void): NodeJS.Timeout | undefined {
  return ms > LONGEST ? undefined : setTimeout(run, ms)
}
