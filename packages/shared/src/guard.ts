/** What an acquire gives: it says how the lock was found, and releases it once. */
import type { Holding, Scope } from '@troupe/runtime'

/** What a guard is of. */
export interface Guarded {
  /** The guard was released; `died` when its actor ended with it. */
  released(guard: Guard, died: boolean): void
}

/**
 * A lock, or a permit, that is held. It is released once: by `release()`, by disposing of it, or at its actor's end.
 */
export class Guard implements Holding {
  readonly #of: Guarded
  /** Who releases it when the actor ends; nobody where that cannot be before it is released. */
  readonly #scope: Scope | undefined
  readonly #ticket: number
  #ownerDied: boolean
  #isHeld = true

  /** For this package. */
  constructor(of: Guarded, scope: Scope | undefined, ownerDied: boolean) {
    this.#of = of
    this.#scope = scope
    this.#ownerDied = ownerDied
    this.#ticket = scope ? scope.add(this) : 0
  }

  /**
   * The last owner died with the lock, or ended without releasing it: what it guards may be half done. One is told,
   * once. Inside a `Condition` it says so of the last time that the lock was taken.
   */
  get ownerDied(): boolean {
    return this.#ownerDied
  }

  /** For this package: the lock was taken again. */
  takenAgain(ownerDied: boolean): void {
    this.#ownerDied = ownerDied
  }

  /** Whether it was not released yet. */
  get isHeld(): boolean {
    return this.#isHeld
  }

  /** Releases what it stands for. A second time it does nothing. */
  release(): void {
    this.#end(false)
  }

  [Symbol.dispose](): void {
    this.#end(false)
  }

  /** For the runtime: the actor ended. */
  end(): void {
    this.#end(true)
  }

  #end(died: boolean): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#scope?.delete(this.#ticket)
    this.#of.released(this, died)
  }
}

/** Runs `work` with what `guard` holds, and releases it. */
export async function holding<T>(guard: Guard, work: (guard: Guard) => T | Promise<T>): Promise<T> {
  try {
    return await work(guard)
  } finally {
    guard.release()
  }
}
