/** Errors of the memory layer: a stable `code`, what was wrong, the value, and the cure. */

/** Base of every error that Troupe throws. `code` is stable; recognise errors by it across places. */
export class TroupeError extends Error {
  /** Stable name of the kind of error, `ERR_TROUPE_…`. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    Object.defineProperty(this, 'name', {
      value: new.target.name,
      configurable: true,
      writable: true,
    })
  }
}

/** The arena's quota, its descriptors or its seats are used up. */
export class ArenaFullError extends TroupeError {
  constructor(message: string) {
    super('ERR_TROUPE_ARENA_FULL', message)
  }
}

/** A wait ran out. */
export class TimeoutError extends TroupeError {
  constructor(message: string) {
    super('ERR_TROUPE_TIMEOUT', message)
  }
}

/** A blocking wait ended because its actor was asked to stop. */
export class StoppedError extends TroupeError {
  constructor(
    message = 'The wait was ended because this actor was asked to stop; let the error pass, or clean up and return',
  ) {
    super('ERR_TROUPE_STOPPED', message)
  }
}

/** A blocking wait of a root ended because of a signal; its handlers run at the next turn of the event loop. */
export class InterruptedError extends TroupeError {
  /** The signal, `SIGINT` or `SIGTERM`. */
  readonly signal: NodeJS.Signals

  constructor(signal: NodeJS.Signals) {
    super(
      'ERR_TROUPE_INTERRUPTED',
      `The wait was ended by ${signal}; return to the event loop so that its handlers run`,
    )
    this.signal = signal
  }
}

/** Words of the arena are not what the protocol allows. */
export class CorruptError extends TroupeError {
  constructor(what: string) {
    super(
      'ERR_TROUPE_CORRUPT',
      `The arena is corrupt: ${what}; some code wrote to memory that is not its own. Start the system again`,
    )
  }
}

/** A handle names an object of another system, or one that is gone. */
export class ForeignHandleError extends TroupeError {
  constructor(what: string) {
    super('ERR_TROUPE_FOREIGN_HANDLE', what)
  }
}

/** An object was used after its `[Symbol.dispose]()`. */
export class DisposedError extends TroupeError {
  constructor(what: string) {
    super('ERR_TROUPE_DISPOSED', `${what} was disposed here; keep it until its last use`)
  }
}

/** The addon is needed and could not be loaded. */
export class NoAddonError extends TroupeError {
  constructor(need: string, tried: string) {
    super(
      'ERR_TROUPE_NO_ADDON',
      `${need} needs the addon of @troupe/memory, which did not load. Install a C compiler and run ` +
        `"npm rebuild @troupe/memory", or use { in: 'thread' }. Tried:\n${tried}`,
    )
  }
}
