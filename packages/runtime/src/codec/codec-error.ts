/** A value that cannot be sent, or bytes that are no message. `path` says where in the value. */
export class CodecError extends Error {
  readonly code = 'ERR_TROUPE_CODEC'
  /** Where in the message, as one would write it: `items[3].onClick`. Empty for the message itself. */
  readonly path: string

  constructor(problem: string, path = '', options?: ErrorOptions) {
    super(path === '' ? problem : `${path}: ${problem}`, options)
    this.name = 'CodecError'
    this.path = path
  }
}

/** Whether an error says that the stack ran out, in the words of V8 and of JavaScriptCore. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.startsWith('Maximum call stack size exceeded')
}
