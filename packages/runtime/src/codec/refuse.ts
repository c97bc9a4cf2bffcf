import types from 'node:util/types'
import { CodecError } from './codec-error.ts'

/** What cannot be sent, said with its name and the cure. */
export function refuseFunction(value: object, path: string): never {
  const { name: own } = value as { name?: unknown }
  const name = typeof own === 'string' && own !== '' ? ` ${own}` : ''
  throw new CodecError(
    `the function${name} cannot be sent; send data, and call a function that the receiver has`,
    path,
  )
}

export function refuseSymbol(value: symbol, path: string): never {
  throw new CodecError(`${String(value)} cannot be sent; send a string`, path)
}

export function refuseObject(value: object, path: string): never {
  if (types.isPromise(value)) {
    throw new CodecError('a Promise cannot be sent; await it, and send what it gives', path)
  }
  if (types.isGeneratorObject(value)) {
    throw new CodecError('a generator cannot be sent; send an array of what it yields', path)
  }
  const name = className(value)
  if (name === 'WeakMap' || name === 'WeakSet' || name === 'WeakRef') {
    throw new CodecError(`a ${name} cannot be sent; what it holds cannot be listed`, path)
  }
  if (name === 'Object') {
    throw new CodecError(
      'an object whose prototype is another object cannot be sent; send a plain object, or its data',
      path,
    )
  }
  throw new CodecError(
    `an instance of ${name} cannot be sent; send a plain object, or its data`,
    path,
  )
}

/** The name of a value's class, whatever its getters do. */
export function className(value: object): string {
  try {
    const { constructor } = value as { constructor?: { name?: unknown } }
    if (typeof constructor?.name === 'string' && constructor.name !== '') return constructor.name
    return Object.prototype.toString.call(value).slice(8, -1)
  } catch {
    return 'an unknown class'
  }
}
