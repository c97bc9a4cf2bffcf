/** Errors of shared state: a stable `code`, what was wrong, the value, and the cure. */
import { TroupeError } from '@troupe/runtime'

/** Something was released that this actor does not hold. */
export class NotHeldError extends TroupeError {
  constructor(what: string, cure: string) {
    super('ERR_TROUPE_NOT_HELD', `This actor does not hold the ${what}; ${cure}`)
  }
}

/** A blocking wait that nobody but the thread which waits could end. */
export class DeadlockError extends TroupeError {
  constructor(what: string) {
    super(
      'ERR_TROUPE_DEADLOCK',
      `This thread blocks for the ${what}, which it holds itself: nobody else can release it. Release it first, or ` +
        `await acquire() where another actor of this thread holds it${what === 'lock' ? '; an RLock may be taken again' : ''}`,
    )
  }
}

/** The barrier is broken: a party died, timed out, or aborted it. */
export class BrokenBarrierError extends TroupeError {
  constructor(why: string) {
    super('ERR_TROUPE_BROKEN_BARRIER', `The barrier is broken: ${why}; reset() makes it whole`)
  }
}

/** A number does not fit its type. */
export class OutOfRangeError extends RangeError {
  readonly code = 'ERR_TROUPE_OUT_OF_RANGE'

  constructor(message: string) {
    super(message)
    this.name = 'OutOfRangeError'
  }
}
