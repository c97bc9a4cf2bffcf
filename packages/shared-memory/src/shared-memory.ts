/** `SharedMemory`: a named segment of the machine's memory, that Python programs open too. */
import {
  keepSegment,
  makeSegment,
  type OwnSegment,
  removeSegment,
  unlinkSegment,
} from '@troupe/memory'
import {
  ArgumentError,
  DisposedError,
  kind,
  type Scope,
  scopeHere,
  sendsViews,
} from '@troupe/runtime'
import { attach, Attachment, attachTo } from './attachment.js'
import type { DType } from './dtypes.js'
import {
  NoSpaceError,
  SegmentAccessError,
  SegmentExistsError,
  SegmentNotFoundError,
  shown,
} from './errors.js'
import { checkName, checkNewName, freshName } from './names.js'
import { makeView, type Shows, type View, type ViewOptions } from './view.js'

/** How a segment is made. */
export interface SharedMemoryOptions {
  /** Its bytes, all zero: a whole number from 1 on. */
  readonly size: number
  /** Its name; a fresh one, `troupe_` and 12 digits, unless said. A slash before it is left out, as Python does. */
  readonly name?: string
}

/** A name is taken again by chance once in 2^48. */
const TRIES = 8

const made = Symbol('made by create or attach')

/**
 * Memory with a name, that actors and other programs of the same user have in common, byte for byte.
 *
 * `create` makes it, `attach` opens what is there, made by Troupe or by Python. In Python it is
 * `SharedMemory(name=…, track=False)` of `multiprocessing.shared_memory`, with the same bytes.
 *
 * Who made a segment removes it: `[Symbol.dispose]()` of the creator's handle closes and unlinks, that of another handle
 * closes. What is left is removed by the system: at once when the actor that made it fails or is killed, else when the
 * system ends; when all of it was killed, by the next Troupe program of that user.
 *
 * A handle can be sent to actors that list `SharedMemory`, also as a view of it; they attach when it arrives, and get a
 * `SegmentNotFoundError` when the name is gone by then. Nothing here locks: give actors a `Lock` of `@troupe/shared`, or
 * a part each.
 *
 * ```ts
 * const memory = SharedMemory.create({ size: 80 })
 * const numbers = memory.view('float64')
 * numbers[0] = 1.5
 * SharedMemory.attach(memory.name).view('float64')[0]   // 1.5
 * ```
 */
export class SharedMemory {
  declare readonly _shared: 'SharedMemory'
  /** The name without slash, as other programs attach by it. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly #attachment: Attachment
  readonly #endViews: () => void
  readonly #scope: Scope
  #own: OwnSegment | undefined
  #ticket: number | undefined
  #closed = false

  /** For the package: use `create` or `attach`. */
  private constructor(
    key: symbol,
    attachment: Attachment,
    own: OwnSegment | undefined,
    scope: Scope,
  ) {
    if (key !== made) {
      throw new ArgumentError(
        'SharedMemory has no constructor: write SharedMemory.create({ size }) or SharedMemory.attach(name)',
      )
    }
    const { segment } = attachment
    this.name = segment.name
    this.size = segment.buffer.byteLength
    this.#attachment = attachment
    this.#own = own
    this.#scope = scope
    attachment.add(this, scope)
    this.#endViews = sendsViews(segment.buffer, this, scope)
    if (own) this.#ticket = scope.add({ end: (normal) => this.#ownerEnded(normal) })
  }

  /**
   * Makes a segment of `size` zeros. Throws `SegmentExistsError` when the name is taken, `NoSpaceError` when the machine
   * has no room for it.
   */
  static create(options: SharedMemoryOptions): SharedMemory {
    const { size, name } = checkOptions(options)
    const scope = scopeHere()
    const own = make(name, size)
    return remember(new SharedMemory(made, new Attachment(own), own, scope), own.inode, scope)
  }

  /**
   * Opens the segment of that name, whoever made it. Throws `SegmentNotFoundError` when there is none,
   * `SegmentEmptyError` when its maker has not given it a size yet, `SegmentAccessError` when it is another user's.
   */
  static attach(name: string): SharedMemory {
    const bare = checkName(name)
    const scope = scopeHere()
    return new SharedMemory(made, attach(bare), undefined, scope)
  }

  /** All bytes, and nothing else. */
  get buffer(): SharedArrayBuffer {
    if (this.#closed) throw new DisposedError(`Shared memory ${this.name}`)
    return this.#attachment.segment.buffer
  }

  /** All bytes, as NumPy's `uint8`. */
  get bytes(): Uint8Array & Shows {
    return this.view('uint8')
  }

  /**
   * The bytes as items of `dtype`, by NumPy's names, with no copy: a typed array; with a shape of several dimensions an
   * array of the package `ndarray`, whose `data` is the typed array. Without a shape it goes to the end.
   *
   * ```ts
   * memory.view('float64')                               // all of it
   * memory.view('int32', 10, { offset: 8 })              // ten items
   * memory.view('uint8', [480, 640, 3]).get(0, 0, 2)     // an image; its first blue
   * ```
   */
  view<Type extends DType, const Shape extends number | readonly number[] | undefined = undefined>(
    dtype: Type,
    shape?: Shape,
    options: ViewOptions = {},
  ): View<Type, Shape> {
    return makeView(this.buffer, this.size, dtype, shape, options) as View<Type, Shape>
  }

  /**
   * Gives the handle up. Never fails; twice is once. When all handles of this thread that share its mapping are closed,
   * views read zeros, and what is written to them reaches nobody. The segment stays, until it is unlinked.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#endViews()
    forget(this, this.#attachment.segment.inode, this.#scope)
    this.#attachment.delete(this)
  }

  /**
   * Removes the name, before `close` or after it, through any handle: nobody can attach any more, and the memory goes
   * with the last program that has it. Throws `SegmentNotFoundError` when it was removed before.
   */
  unlink(): void {
    if (this.#remove()) return
    throw new SegmentNotFoundError(this.name, 'it was unlinked before; exactly one owner unlinks')
  }

  /** Closes; the creator's handle unlinks too. Never fails. */
  [Symbol.dispose](): void {
    this.close()
    if (!this.#own) return
    try {
      this.#remove()
    } catch (error) {
      process.emitWarning(error as Error)
    }
  }

  #remove(): boolean {
    const own = this.#own
    this.#own = undefined
    if (this.#ticket !== undefined) this.#scope.delete(this.#ticket)
    this.#ticket = undefined
    if (own) return removeSegment(own)
    try {
      return unlinkSegment(this.name, this.#attachment.segment.inode)
    } catch (error) {
      throw new SegmentAccessError(this.name, error)
    }
  }

  // It may have told the name to others.
  #ownerEnded(normal: boolean): void {
    if (!this.#own) return
    this.#ticket = undefined
    if (normal) this.#own = keepSegment(this.#own)
    else this.#remove()
  }

  static {
    // The bundler renames a class that names itself.
    Object.defineProperty(this, 'name', { value: 'SharedMemory' })
    kind<SharedMemory, readonly [name: string, inode: bigint]>(SharedMemory, {
      name: 'SharedMemory',
      from: '@troupe/shared-memory',
      send: (memory) => {
        if (memory.#closed) throw new DisposedError(`Shared memory ${memory.name}`)
        return [memory.name, memory.#attachment.segment.inode]
      },
      receive: ([name, inode], scope) => {
        const there = recall(inode, scope)
        if (there && !there.#closed) return there
        const memory = new SharedMemory(made, attachTo(name, inode), undefined, scope)
        return remember(memory, inode, scope)
      },
    })
  }
}

type Handles = Map<bigint, WeakRef<SharedMemory>>

/** By actor and inode: the same handle that arrives twice is the same object. What was attached by name is one's own. */
const known = new WeakMap<Scope, Handles>()
const collected = new FinalizationRegistry<{ mine: Handles; inode: bigint }>(({ mine, inode }) => {
  if (!mine.get(inode)?.deref()) mine.delete(inode)
})

function remember(memory: SharedMemory, inode: bigint, scope: Scope): SharedMemory {
  let mine = known.get(scope)
  if (!mine) known.set(scope, (mine = new Map()))
  mine.set(inode, new WeakRef(memory))
  collected.register(memory, { mine, inode })
  return memory
}

function recall(inode: bigint, scope: Scope): SharedMemory | undefined {
  return known.get(scope)?.get(inode)?.deref()
}

function forget(memory: SharedMemory, inode: bigint, scope: Scope): void {
  if (recall(inode, scope) === memory) known.get(scope)?.delete(inode)
}

function checkOptions(options: unknown): { size: number; name: string | undefined } {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(
      `SharedMemory.create needs options: write SharedMemory.create({ size: 1024 }); it got ${shown(options)}`,
    )
  }
  const { size, name } = options as { size?: unknown; name?: unknown }
  if (!Number.isSafeInteger(size) || (size as number) < 1) {
    throw new ArgumentError(
      `The size of shared memory is a whole number of bytes from 1 on: it got ${shown(size)}`,
    )
  }
  return { size: size as number, name: name === undefined ? undefined : checkNewName(name) }
}

function make(name: string | undefined, size: number): OwnSegment {
  for (let tries = 1; ; tries++) {
    const wanted = name ?? freshName()
    try {
      return makeSegment(wanted, size)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') {
        if (name === undefined && tries < TRIES) continue
        throw new SegmentExistsError(wanted)
      }
      const isFull =
        code === 'ENOSPC' || code === 'ENOMEM' || code === 'EFBIG' || error instanceof RangeError
      throw isFull ? new NoSpaceError(size, error) : error
    }
  }
}
