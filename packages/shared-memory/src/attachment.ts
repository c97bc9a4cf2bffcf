/**
 * A segment that is mapped in this thread, and the handles that show it. With the last handle that is closed its views
 * read zeros. A handle that arrives in a message finds the mapping that is there; `create` and `attach` make their own.
 */
import { blankBuffer, type OwnSegment, openSegment, type Segment } from '@troupe/memory'
import type { Scope } from '@troupe/runtime'
import {
  NoSpaceError,
  SegmentAccessError,
  SegmentEmptyError,
  SegmentNotFoundError,
} from './errors.js'

export class Attachment {
  readonly segment: Segment | OwnSegment
  /** The handles that are open, and the actors whose they are. */
  readonly #handles = new Map<object, Scope>()

  constructor(segment: Segment | OwnSegment) {
    this.segment = segment
    if (!mappingOf(segment.inode)) here.set(segment.inode, new WeakRef(this))
    collected.register(this, segment.inode)
  }

  add(handle: object, scope: Scope): void {
    this.#forgetOver()
    this.#handles.set(handle, scope)
  }

  delete(handle: object): void {
    this.#handles.delete(handle)
    if (this.isOpen) return
    if (here.get(this.segment.inode)?.deref() === this) here.delete(this.segment.inode)
    blankBuffer(this.segment.buffer)
  }

  get isOpen(): boolean {
    this.#forgetOver()
    return this.#handles.size > 0
  }

  // Actors that are over have given up what they had.
  #forgetOver(): void {
    for (const [handle, { isOver }] of this.#handles) if (isOver) this.#handles.delete(handle)
  }
}

/** By inode: a name may be another segment's by now. */
const here = new Map<bigint, WeakRef<Attachment>>()
const collected = new FinalizationRegistry<bigint>((inode) => {
  if (!here.get(inode)?.deref()) here.delete(inode)
})

function mappingOf(inode: bigint): Attachment | undefined {
  const known = here.get(inode)?.deref()
  return known?.isOpen ? known : undefined
}

/** Maps the segment of that name for one more handle. */
export function attach(name: string): Attachment {
  return new Attachment(open(name))
}

/** The mapping of this thread, or a new one; throws when the name is gone or another segment's. */
export function attachTo(name: string, inode: bigint): Attachment {
  const known = mappingOf(inode)
  if (known) return known
  const made = attach(name)
  if (made.segment.inode === inode) return made
  made.delete(made)
  throw new SegmentNotFoundError(name, 'the name is that of another one by now')
}

function open(name: string): Segment {
  try {
    return openSegment(name)
  } catch (error) {
    const { code, bytes = 0 } = error as NodeJS.ErrnoException & { readonly bytes?: number }
    if (error instanceof RangeError) throw new NoSpaceError(bytes, error)
    switch (code) {
      case 'ENOENT':
        throw new SegmentNotFoundError(name)
      case 'EACCES':
      case 'EPERM':
      case 'ELOOP':
      case 'EINVAL':
      case 'EISDIR':
      case 'ENXIO':
        throw new SegmentAccessError(name, error)
      case 'ENODATA':
        throw new SegmentEmptyError(name)
      case 'ENOSPC':
      case 'ENOMEM':
        throw new NoSpaceError(bytes, error)
      default:
        throw error
    }
  }
}
