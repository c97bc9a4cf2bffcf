/** How an actor ended. */

/** One word for the way an actor ended. */
export type ExitReason =
  /** Its function returned. */
  | 'normal'
  /** It was asked to stop and obeyed. */
  | 'shutdown'
  /** It threw, or a promise of it was rejected and nobody cared. */
  | 'error'
  /** It was killed, or did not stop in time. */
  | 'killed'
  /** Its thread or process ended by itself, as by `process.exit()`. */
  | 'exit'
  /** Its process died of a signal. */
  | 'signal'
  /** Its thread ran out of memory. */
  | 'oom'
  /** It was not alive when asked for. */
  | 'noproc'
  /** Its starter is gone, so nobody knows. */
  | 'disconnected'

/** How an actor ended. */
export interface Exit {
  readonly reason: ExitReason
  /** What `stop(reason)` gave. */
  readonly detail?: unknown
  /** What it threw. */
  readonly error?: unknown
  /** Exit code of its thread or process. */
  readonly code?: number
  /** Signal that ended its process. */
  readonly signal?: NodeJS.Signals
}

/** Whether an exit is a failure: neither a return nor an end that was asked for. */
export function isFailure(exit: Exit): boolean {
  switch (exit.reason) {
    case 'normal':
    case 'shutdown':
    case 'killed':
    case 'noproc':
      return false
    case 'exit':
      return exit.code !== 0
    case 'error':
    case 'signal':
    case 'oom':
    case 'disconnected':
      return true
  }
}
