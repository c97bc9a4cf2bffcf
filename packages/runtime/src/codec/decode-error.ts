import { CodecError } from './codec-error.ts'
import type { Decoder } from './decoder.ts'
import { errorClasses } from './native-classes.ts'
import { defineOwn } from './own-property.ts'

/** What errors keep out of their enumerable properties. */
const HIDDEN = ['cause', 'errors']

/** An Error of the native class, with name, message, stack and properties as the sender's had them. */
export function decodeError(decoder: Decoder): Error {
  const kind = decoder.reader.byte()
  const Class = errorClasses[kind]
  if (Class === undefined) throw new CodecError('the message has an error of an unknown class')
  const error = decoder.remember(bare(Class))
  const name = decoder.string()
  const message = decoder.value()
  const stack = decoder.value()
  if (name !== Class.name) defineOwn(error, 'name', name, false)
  if (typeof message === 'string') defineOwn(error, 'message', message, false)
  defineOwn(
    error,
    'stack',
    typeof stack === 'string' ? stack : `${name}: ${String(message)}`,
    false,
  )
  decoder.properties(error as unknown as Record<string, unknown>)
  for (const key of HIDDEN) {
    if (Object.hasOwn(error, key)) Object.defineProperty(error, key, { enumerable: false })
  }
  return error
}

/** A new error without the cost of a stack that would be thrown away. */
function bare(Class: ErrorConstructor): Error {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    // Of all native classes only AggregateError takes its list first.
    return Class.name === 'AggregateError'
      ? new AggregateError([], '')
      : Reflect.construct(Class, [])
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
