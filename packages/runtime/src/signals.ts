/** SIGINT and SIGTERM of the root stop its children, in order; a second signal kills them. */
import { isMainThread, takeSignal } from '@troupe/memory'
import { cellHere } from './cells.js'
import { isPlace } from './place-data.js'

const STOP_TIMEOUT = 500
const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const

let installed = false
let stopping = false
let signals = 0

/** Installs the handlers, in the main thread of a root. */
export function stopOnSignals(): void {
  if (installed || isPlace() || !isMainThread()) return
  installed = true
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // First of all listeners, so that those that listen once are counted.
    process.prependListener(signal, () => void stop(signal))
  }
  // From now on a signal is noted as it comes, also between two blocks.
  takeSignal()
}

/** Whether a signal is being obeyed: what fails because of it is no failure. */
export function isObeyingSignal(): boolean {
  return stopping
}

async function stop(signal: keyof typeof NUMBERS): Promise<void> {
  takeSignal()
  const cell = cellHere()
  const again = signals++ > 0
  const isAlone = process.listenerCount(signal) === 1
  stopping = true
  cell.stop(signal)
  await cell.stopChildren(again ? 0 : STOP_TIMEOUT)
  // Who listens besides us decides about the end of the process, at the first signal.
  if (again || isAlone) process.exit(128 + NUMBERS[signal])
  stopping = false
}
