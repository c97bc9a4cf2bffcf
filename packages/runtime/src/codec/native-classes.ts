import types from 'node:util/types'

/**
 * The classes of the language that a message may carry, by number. The numbers are part of the format: only
 * ever append. The receiver looks a number up here; no name in a message ever finds a class.
 */
type ViewClass = new (buffer: ArrayBuffer, offset?: number, length?: number) => ArrayBufferView

const VIEW_NAMES = [
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array',
]
const ERROR_NAMES = [
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'ReferenceError',
  'EvalError',
  'URIError',
  'AggregateError',
]

/** Read once, when the module is loaded. A platform without Float16Array has undefined there. */
function classesOf<Class>(names: string[]): (Class | undefined)[] {
  return names.map((name) => (globalThis as Record<string, unknown>)[name] as Class | undefined)
}

export const viewClasses: readonly (ViewClass | undefined)[] = classesOf<ViewClass>(VIEW_NAMES)
export const errorClasses: readonly ErrorConstructor[] = classesOf<ErrorConstructor>(
  ERROR_NAMES,
) as ErrorConstructor[]

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object

/** The number of a view's class, by what it is and not by what it says it is; -1 if this list lacks it. */
export function viewKind(view: ArrayBufferView): number {
  const name = Reflect.get(typedArrayPrototype, Symbol.toStringTag, view) as string | undefined
  return name === undefined ? 0 : VIEW_NAMES.indexOf(name)
}

/** The number of the native class that an error is of or extends. Errors of another realm are told by name. */
export function errorKind(error: Error): number {
  let prototype: object | null = Object.getPrototypeOf(error)
  for (; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
    if (typeof constructor !== 'function') continue
    const kind = errorClasses.indexOf(constructor as ErrorConstructor)
    if (kind !== -1) return kind
    const named = ERROR_NAMES.indexOf(constructor.name)
    if (named !== -1 && types.isNativeError(error)) return named
  }
  return 0
}
