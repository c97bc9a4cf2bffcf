/** Steps that must not keep each other from being done, and what becomes of their errors. */
import { TroupeError } from './errors.js'

/** Runs steps one after the other, whatever they throw; `done` throws the first error. */
export class Steps {
  #failed = false
  #error: unknown

  do(step: () => void): void {
    try {
      step()
    } catch (error) {
      if (!this.#failed) this.#error = error
      this.#failed = true
    }
  }

  done(): void {
    if (this.#failed) throw this.#error
  }
}

const warned = new Set<string>()

/**
 * Runs what nobody called who could be told of an error: an error is a warning of the process, once a kind.
 * Uncaught it would end a thread for what another one left.
 */
export function doOrWarn(what: string, step: () => void): void {
  try {
    step()
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    const code = error instanceof TroupeError ? error.code : name
    const kind = `${what} ${code}`
    if (warned.has(kind)) return
    warned.add(kind)
    process.emitWarning(`${what} failed, and goes on with the rest: ${message}`, {
      type: 'TroupeWarning',
      code,
    })
  }
}
