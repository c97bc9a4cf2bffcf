// As much of the runtime as shared objects need: one actor a thread, which does not end.
import { TroupeError } from '../../packages/memory/src/errors.js'

export {
  DisposedError,
  StoppedError,
  TimeoutError,
  TroupeError,
} from '../../packages/memory/src/errors.js'

export class ArgumentError extends TroupeError {
  constructor(message: string) {
    super('ERR_TROUPE_ARGUMENT', message)
  }
}

const scope = { add: () => 0, delete: () => {}, isOver: false }

export const scopeHere = (): unknown => scope
export function kind(): void {}
