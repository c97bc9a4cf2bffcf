import { TroupeError } from '@troupe/memory'

/** A value that cannot be sent, or bytes that are no message. `path` says where in the value. */
export class CodecError extends TroupeError {
  /** Where in the message, as one would write it: `items[3].onClick`. Empty for the message itself. */
  readonly path: string

  constructor(problem: string, path = '', options?: ErrorOptions) {
    super('ERR_TROUPE_CODEC', path === '' ? problem : `${path}: ${problem}`, options)
    this.path = path
  }
}

/** Whether an error says that the stack ran out, in the words of V8 and of JavaScriptCore. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.startsWith('Maximum call stack size exceeded')
}
