/**
 * Typed arrays and views on shared memory, as values: they travel as the object of shared state whose memory they show,
 * with their range, and never as a copy.
 */
import { viewClasses, viewKind } from './codec/native-classes.js'
import { CodecError } from './codec/codec-error.js'
import type { Scope } from './kind.js'

/** What stands in a message for a view: its class, where it begins, and how many items it has. */
export type Range = readonly [kind: number, offset: number, length: number]

/** A Buffer of Node.js, which is a class of its own. */
const NODE_BUFFER = -2

/** Of a buffer the objects that its views travel as, and the actors whose they are. */
const shown = new WeakMap<ArrayBufferLike, Map<object, Scope>>()
const buffers = new WeakMap<object, SharedArrayBuffer>()
/** What buffers had when they were named: one that grows by its user shows bytes that nobody else has. */
const lengths = new WeakMap<ArrayBufferLike, number>()

/**
 * For packages that add kinds: typed arrays and views of `buffer` can be sent from now on. They travel as `object` does,
 * which is of a kind and belongs to `scope`, and so arrive where its kind is listed. Call it in `receive` too: there the
 * view is made of the buffer that was named last for the object. While the actor goes on, the buffer keeps its object.
 * Returns what ends it.
 */
export function sendsViews(buffer: SharedArrayBuffer, object: object, scope: Scope): () => void {
  let objects = shown.get(buffer)
  if (!objects) shown.set(buffer, (objects = new Map()))
  // Else a buffer that lives long would keep an object for each actor that ever had it.
  for (const [other, { isOver }] of objects) if (isOver) objects.delete(other)
  objects.set(object, scope)
  if (!lengths.has(buffer)) lengths.set(buffer, buffer.byteLength)
  buffers.set(object, buffer)
  const of = objects
  return () => {
    of.delete(object)
  }
}

/** The object whose memory a view shows, if there is one. */
export function sourceOf(value: object): object | undefined {
  if (!ArrayBuffer.isView(value)) return undefined
  const [first] = shown.get(value.buffer)?.keys() ?? []
  return first
}

/** The range of a view. Throws when it goes beyond what the buffer had. */
export function rangeOf(value: object, path: string): Range {
  const view = value as Uint8Array
  const length = lengths.get(view.buffer) ?? 0
  if (view.byteOffset + view.byteLength > length) {
    throw new CodecError(
      `a view ends at byte ${view.byteOffset + view.byteLength} of shared memory that has ${length}; make views with a length, and do not grow the buffer`,
      path,
    )
  }
  const kind = Buffer.isBuffer(view) ? NODE_BUFFER : viewKind(view)
  return [kind, view.byteOffset, kind === 0 ? view.byteLength : view.length]
}

/** The view of that range of the object's memory. */
export function viewOf(object: object, [kind, offset, length]: Range): object {
  const buffer = buffers.get(object)
  if (!buffer) throw new CodecError('a view came of shared state that has no memory here')
  if (kind === NODE_BUFFER) return Buffer.from(buffer as unknown as ArrayBuffer, offset, length)
  const Class = viewClasses[kind]
  if (!Class) throw new CodecError(`views of class ${kind} are not known here`)
  return new Class(buffer as unknown as ArrayBuffer, offset, length)
}
