/** The types of items, by NumPy's names. */
import { ArgumentError } from '@troupe/runtime'
import { shown } from './errors.js'

interface Arrays {
  int8: Int8Array
  uint8: Uint8Array
  int16: Int16Array
  uint16: Uint16Array
  int32: Int32Array
  uint32: Uint32Array
  int64: BigInt64Array
  uint64: BigUint64Array
  float32: Float32Array
  float64: Float64Array
}

/** A type of items, by NumPy's name. */
export type DType = keyof Arrays

/** The typed array of a type. */
export type ArrayOf<Type extends DType> = Arrays[Type]

/** A class of typed arrays. */
export type ArrayClass<Type extends DType> = {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: SharedArrayBuffer, byteOffset: number, length: number): ArrayOf<Type>
}

const CLASSES: { readonly [Type in DType]: ArrayClass<Type> } = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
}

/** The class of typed arrays whose items are of `type`. */
export function arrayClass<Type extends DType>(type: Type): ArrayClass<Type> {
  if (typeof type === 'string' && Object.hasOwn(CLASSES, type)) return CLASSES[type]
  const names = Object.keys(CLASSES).join(', ')
  throw new ArgumentError(`A view is of one of ${names}: it got ${shown(type)}`)
}
