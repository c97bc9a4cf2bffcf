/**
 * A segment that is mapped in this thread, and the handles that show it. With the last handle that is closed its views
 * read zeros. A handle that arrives in a message finds the mapping that is there; `create` and `attach` make their own.
 */
import { blankBuffer, type OwnSegment, openSegment, type Segment } from '@troupe/memory'
import {
  NoSpaceError,
  SegmentAccessError,
  SegmentEmptyError,
  SegmentNotFoundError,
} from './errors.js'

export class Attachment {
  readonly segment: Segment | OwnSegment
  /** The handles that are open. */
  readonly #handles = new Set<object>()

  constructor(segment: Segment | OwnSegment) {
    this.segment = segment
    here.set(segment.inode, new WeakRef(this))
    collected.register(this, segment.inode)
  }

  add(handle: object): void {
    this.#handles.add(handle)
  }

  delete(handle: object): void {
    this.#handles.delete(handle)
    if (this.#handles.size > 0) return
    if (here.get(this.segment.inode)?.deref() === this) here.delete(this.segment.inode)
    blankBuffer(this.segment.buffer)
  }

  get isOpen(): boolean {
    return this.#handles.size > 0
  }
}

/** By inode: a name may be another segment's by now. */
const here = new Map<bigint, WeakRef<Attachment>>()
const collected = new FinalizationRegistry<bigint>((inode) => {
  if (!here.get(inode)?.deref()) here.delete(inode)
})

/** Maps the segment of that name for one more handle. */
export function attach(name: string): Attachment {
  return new Attachment(open(name))
}

/** The mapping of this thread, or a new one; throws when the name is gone or another segment's. */
export function attachTo(name: string, inode: bigint): Attachment {
  const known = here.get(inode)?.deref()
  if (known?.isOpen) return known
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
