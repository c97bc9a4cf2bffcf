/** Errors of the runtime: a stable `code`, what was wrong, the value, and the cure. */
import { TroupeError } from '@troupe/memory'
import { inspect } from './inspect.js'
import type { Exit } from './exit.js'

export {
  ArenaFullError,
  CorruptError,
  DisposedError,
  ForeignHandleError,
  InterruptedError,
  NoAddonError,
  StoppedError,
  TimeoutError,
  TroupeError,
} from '@troupe/memory'
export { CodecError } from './codec/codec-error.js'

/** No item came in time. */
export class QueueEmptyError extends TroupeError {
  constructor(timeout: number) {
    super('ERR_TROUPE_QUEUE_EMPTY', `No item came within ${timeout} ms`)
  }
}

/** There was no room in time. */
export class QueueFullError extends TroupeError {
  /** For `putMany`: how many items were put before. */
  put = 0

  constructor(timeout: number) {
    super(
      'ERR_TROUPE_QUEUE_FULL',
      `There was no room within ${timeout} ms; get items faster, or make bytes or maxsize larger`,
    )
  }
}

/** The queue is closed: nothing more is accepted, and for a getter nothing is left. */
export class QueueClosedError extends TroupeError {
  /** For `putMany`: how many items were put before. */
  put = 0

  constructor(what: string) {
    super('ERR_TROUPE_QUEUE_CLOSED', what)
  }
}

/** The other end of the pipe is closed, or its holder died, and nothing is left to receive. */
export class PipeClosedError extends TroupeError {
  constructor(what: string) {
    super('ERR_TROUPE_PIPE_CLOSED', what)
  }
}

/** An end was used after it was sent to somebody else. */
export class MovedError extends TroupeError {
  constructor(what: string) {
    super(
      'ERR_TROUPE_MOVED',
      `This ${what} was sent to another actor and is its own since; make another end to keep one here`,
    )
  }
}

/** An end with operations under way cannot be sent. */
export class BusyEndError extends TroupeError {
  constructor(what: string, count: number) {
    super(
      'ERR_TROUPE_BUSY_END',
      `This ${what} has ${count} operations that are not done and cannot be sent; await them first, and call taskDone() for what was taken`,
    )
  }
}

/** `taskDone` was called more often than this actor took items. */
export class TaskDoneError extends TroupeError {
  constructor() {
    super(
      'ERR_TROUPE_TASK_DONE',
      'taskDone() was called more often than this actor took items; call it once for each item',
    )
  }
}

/** Shared state arrived at an actor whose definition does not list its kind. */
export class NotSharedError extends TroupeError {
  /** The actor that did not take it, and the kind. */
  readonly actor: string
  readonly kind: string
  /** Where it lies in the message. */
  readonly path: string

  constructor(actor: string, kind: string, from: string, path: string) {
    super(
      'ERR_TROUPE_NOT_SHARED',
      `Actor '${actor}' does not share ${kind}, which came${path === '' ? '' : ` at ${path}`}; ` +
        `import ${kind} of ${from} and write actor(import.meta, '${actor}', { shares: [${kind}] }, …)`,
    )
    this.actor = actor
    this.kind = kind
    this.path = path
  }
}

/** An argument is of the wrong kind. */
export class ArgumentError extends TroupeError {
  constructor(what: string) {
    super('ERR_TROUPE_ARGUMENT', what)
  }
}

/** A definition, or a spawn, is wrong. */
export class DefinitionError extends TroupeError {}

/** The place could not load the actor's module, or the module lacks the key. */
export class LoadError extends TroupeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_TROUPE_LOAD', message, options)
  }
}

/** The actor ended without a result. */
export class ActorDiedError extends TroupeError {
  /** How it ended. */
  readonly exit: Exit

  constructor(name: string, exit: Exit) {
    const how = [
      exit.reason,
      exit.code === undefined ? '' : `code ${exit.code}`,
      exit.signal ?? '',
      typeof exit.detail === 'string' ? exit.detail : '',
    ]
    super(
      'ERR_TROUPE_ACTOR_DIED',
      `Actor ${name} ended without a result: ${how.filter(Boolean).join(', ')}`,
      exit.error === undefined ? undefined : { cause: exit.error },
    )
    this.exit = exit
  }
}

/** Stands for an error that cannot be sent, because of `cause`. */
export function unsendable(error: unknown, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause)
  const what = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error)
  const stand = new Error(`${what} (it was sent as its text: ${why})`)
  if (error instanceof Error && error.stack !== undefined) stand.stack = error.stack
  return stand
}
