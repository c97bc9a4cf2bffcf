import types from 'node:util/types'
import { CodecError } from './codec-error.ts'
import type { Encoder } from './encoder.ts'
import { viewKind } from './native-classes.ts'
import { refuseObject } from './refuse.ts'
import * as tag from './tags.ts'

type Binary = ArrayBufferView | ArrayBufferLike

/**
 * Buffers and views. A view carries its whole buffer as structured clone does, so that two views of one
 * buffer still share it afterwards. A Buffer of Node.js carries its range alone: its memory is often a slice
 * of a pool that it shares with strangers.
 */
export function encodeBinary(encoder: Encoder, value: Binary): void {
  const { writer } = encoder
  if (!ArrayBuffer.isView(value)) return encodeArrayBuffer(encoder, value)
  const { buffer } = value
  if (!types.isArrayBuffer(buffer)) refuseShared(encoder, 'a view of shared memory')
  if (Buffer.isBuffer(value)) {
    if (Object.getPrototypeOf(value) !== Buffer.prototype) refuseObject(value, encoder.path.text())
    refuseDetached(encoder, buffer)
    writer.byte(tag.BUFFER)
    return writer.raw(value)
  }
  const kind = viewKind(value)
  if (kind === -1 || !isOfLanguage(value, kind)) refuseObject(value, encoder.path.text())
  refuseDetached(encoder, buffer)
  writer.byte(tag.VIEW)
  writer.byte(kind)
  writer.varint(value.byteOffset)
  writer.varint(kind === 0 ? value.byteLength : (value as Uint8Array).length)
  encoder.value(buffer)
}

function encodeArrayBuffer(encoder: Encoder, buffer: ArrayBufferLike): void {
  if (!types.isArrayBuffer(buffer)) refuseShared(encoder, 'shared memory')
  if (Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf(buffer))) !== null) {
    refuseObject(buffer, encoder.path.text())
  }
  refuseDetached(encoder, buffer)
  encoder.writer.byte(tag.ARRAY_BUFFER)
  encoder.writer.raw(new Uint8Array(buffer))
}

/** A class of the language lies two steps below Object's prototype (DataView one), a class made from it deeper. */
function isOfLanguage(view: ArrayBufferView, kind: number): boolean {
  let prototype: object | null = Object.getPrototypeOf(view)
  for (let steps = kind === 0 ? 2 : 3; steps > 0 && prototype !== null; steps--) {
    prototype = Object.getPrototypeOf(prototype)
  }
  return prototype === null
}

function refuseDetached(encoder: Encoder, buffer: ArrayBuffer): void {
  if (buffer.byteLength !== 0) return
  try {
    // Node.js 20 has no `detached`; a view of a detached buffer cannot be made in any.
    void new Uint8Array(buffer)
  } catch (error) {
    throw new CodecError(
      'a buffer that was transferred away has no data to send',
      encoder.path.text(),
      {
        cause: error,
      },
    )
  }
}

function refuseShared(encoder: Encoder, what: string): never {
  throw new CodecError(
    `${what} of your own making cannot be sent; use SharedArray of @troupe/shared, or SharedMemory of @troupe/shared-memory, whose views can`,
    encoder.path.text(),
  )
}
