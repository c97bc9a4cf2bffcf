/**
 * What all shared objects are: a block of the arena that an actor has open. Opened twice by one actor it is the same
 * object; disposed of, it is given up, and every use of it throws.
 */
import { type Block, closeObject, type Handle, hear } from '@troupe/memory'
import { DisposedError, type Scope, StoppedError } from '@troupe/runtime'

const finaliser = new FinalizationRegistry<Handle>((handle) => closeObject(handle))

export abstract class Belonging {
  /** The actor that made it, or received it. */
  protected readonly scope: Scope
  readonly #block: Block
  readonly #what: string
  #disposed = false
  /** Waits of the event loop that go on through this object. */
  #waits = 0

  constructor(block: Block, scope: Scope, what: string, place: number) {
    this.#block = block
    this.scope = scope
    this.#what = what
    objectsOf(block, scope).set(place, new WeakRef(this))
    finaliser.register(this, block.handle, this)
  }

  /** Its block; throws when it was disposed of, or its actor has ended. */
  protected get block(): Block {
    this.usable()
    return this.#block
  }

  protected usable(): void {
    if (this.#disposed) throw new DisposedError(`This ${this.#what}`)
    if (this.scope.isOver) throw new StoppedError('This actor has ended')
  }

  /** For this package: whether it was disposed of. */
  get isDisposed(): boolean {
    return this.#disposed
  }

  /** Gives this handle up, and releases what is held through it. What others hold goes on. */
  [Symbol.dispose](): void {
    if (this.#disposed) return
    this.letGo()
    this.#disposed = true
    finaliser.unregister(this)
    if (this.#waits === 0) closeObject(this.#block.handle)
    // Waits end with an error: through this object, and of a condition whose lock it was.
    setImmediate(hear)
  }

  /** Keeps the block open while `wait` goes on: it has marks and places to leave, also after this was disposed of. */
  protected async keepOpen<T>(wait: () => Promise<T>): Promise<T> {
    this.#waits++
    try {
      return await wait()
    } finally {
      if (--this.#waits === 0 && this.#disposed) closeObject(this.#block.handle)
    }
  }

  /** Releases what is held. */
  protected letGo(): void {}
}

/** Objects by block, by actor, and by where they lie in the block. */
const known = new WeakMap<Block, WeakMap<Scope, Map<number, WeakRef<Belonging>>>>()

function objectsOf(block: Block, scope: Scope): Map<number, WeakRef<Belonging>> {
  let scopes = known.get(block)
  if (!scopes) known.set(block, (scopes = new WeakMap()))
  let objects = scopes.get(scope)
  if (!objects) scopes.set(scope, (objects = new Map()))
  return objects
}

/**
 * The object of `scope` at `place` in the block, made if there is none. The caller's wrapper of the block becomes the
 * object's, or is closed.
 */
export function belongingOf<T extends Belonging>(
  block: Block,
  scope: Scope,
  place: number,
  make: () => T,
): T {
  const there = objectsOf(block, scope).get(place)?.deref()
  if (!there || there.isDisposed) return make()
  closeObject(block.handle)
  return there as T
}
