import { inspect } from '../inspect.ts'
import type { Encoder } from './encoder.ts'
import { errorClasses, errorKind } from './native-classes.ts'
import { PROPERTY } from './path.ts'
import { className } from './refuse.ts'
import * as tag from './tags.ts'

const TEXT_MAX = 1000

/**
 * An error, with what structured clone loses: name, code and own properties. Telling of a failure must not
 * fail, so nothing in an error throws: a property that cannot be sent becomes text, a function or symbol and
 * a property that cannot be read are left out.
 */
export function encodeError(encoder: Encoder, error: Error): void {
  const { writer, path } = encoder
  const kind = errorKind(error)
  writer.byte(tag.ERROR)
  writer.byte(kind)
  writer.string(nameOf(error, errorClasses[kind]!.name))
  encodeText(encoder, error, 'message')
  encodeText(encoder, error, 'stack')
  const depth = encoder.enter(PROPERTY)
  for (const key of propertiesOf(error)) {
    path.at(depth, key)
    encodeProperty(encoder, error, key)
  }
  path.depth = depth
  writer.byte(tag.KEY_END)
}

function encodeProperty(encoder: Encoder, error: Error, key: string): void {
  let value: unknown
  try {
    value = (error as unknown as Record<string, unknown>)[key]
  } catch {
    return
  }
  const sent = encoder.attempt(() => {
    encoder.writer.key(key)
    encoder.value(value)
  })
  if (sent || typeof value === 'function' || typeof value === 'symbol') return
  let text: string
  try {
    text = inspect(value, { depth: 0 })
  } catch {
    return
  }
  encoder.writer.key(key)
  encoder.writer.string(text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text)
}

/** The name that an error has; a class that did not set one is told by the name of the class. */
function nameOf(error: Error, native: string): string {
  try {
    const { name } = error
    if (typeof name === 'string' && name !== native && name !== '') return name
    return className(error)
  } catch {
    return native
  }
}

function encodeText(encoder: Encoder, error: Error, key: 'message' | 'stack'): void {
  let text: unknown
  try {
    text = error[key]
  } catch {
    text = undefined
  }
  if (typeof text === 'string') encoder.writer.string(text)
  else encoder.writer.byte(tag.UNDEFINED)
}

/** Own enumerable properties, and those that errors keep hidden. */
function propertiesOf(error: Error): Set<string> {
  const keys = new Set<string>()
  try {
    for (const key of Object.keys(error)) keys.add(key)
    for (const key of ['cause', 'errors']) if (Object.hasOwn(error, key)) keys.add(key)
    const { code } = error as { code?: unknown }
    if (code !== undefined) keys.add('code')
  } catch {
    // A proxy or a getter in the way: what was found so far is told.
  }
  for (const key of ['name', 'message', 'stack']) keys.delete(key)
  return keys
}
