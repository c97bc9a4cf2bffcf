/** This thread's system: made at first use in a thread that Troupe did not start. */
import { createSystem, hasSelf } from '@troupe/memory'
import { DefinitionError } from './errors.js'
import { isPlace } from './place-data.js'

/** Makes this thread a root unless it has a system. */
export function ensureSystem(): void {
  if (hasSelf()) return
  if (isPlace()) {
    throw new DefinitionError(
      'ERR_TROUPE_TOO_EARLY',
      'A queue, pipe or actor cannot be made while a place is starting; make it inside an actor or main()',
    )
  }
  createSystem()
}
