/** Typed arrays and arrays of more dimensions on the bytes of a segment. */
import { ArgumentError } from '@troupe/runtime'
import ndarray, { type NdArray } from 'ndarray'
import { arrayClass, type ArrayOf, type DType } from './dtypes.js'
import { shown } from './errors.js'

/** How the items of a view lie. */
export interface ViewOptions {
  /** Bytes before the first item; 0 unless said. A multiple of an item's size. */
  readonly offset?: number
  /** `C` (unless said): items of the last dimension lie side by side. `F`: those of the first, as in Fortran. */
  readonly order?: 'C' | 'F'
}

/** What a view says to the compiler: it shows shared memory, which its receiver must list. */
export interface Shows {
  /** For types alone. */
  readonly _shared: 'SharedMemory'
}

// The types of the package know no 64-bit arrays on shared memory.
type Grid<Type extends DType> = Type extends 'int64'
  ? NdArray<BigInt64Array<ArrayBuffer> & Shows>
  : Type extends 'uint64'
    ? NdArray<BigUint64Array<ArrayBuffer> & Shows>
    : NdArray<Exclude<ArrayOf<Type>, BigInt64Array | BigUint64Array> & Shows>

/** A view: a typed array, with a shape of several dimensions an array of the package `ndarray`. */
export type View<Type extends DType, Shape> = Shape extends readonly [number, number, ...number[]]
  ? Grid<Type>
  : Shape extends number | readonly [number] | undefined
    ? ArrayOf<Type> & Shows
    : (ArrayOf<Type> & Shows) | Grid<Type>

/** Makes the view; throws for what lies beyond the end or on no border of items. */
export function makeView(
  buffer: SharedArrayBuffer,
  bytes: number,
  type: DType,
  shape: unknown,
  options: ViewOptions,
): object {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(
      `The options of a view are an object such as { offset: 8 }: it got ${shown(options)}`,
    )
  }
  const Class = arrayClass(type)
  const size = Class.BYTES_PER_ELEMENT
  const offset = offsetOf(options.offset ?? 0, size, bytes, type)
  const order = orderOf(options.order ?? 'C')
  const dimensions = shape === undefined ? [restOf(bytes - offset, size, type)] : shapeOf(shape)
  const length = dimensions.reduce((product, one) => product * one, 1)
  if (length * size > bytes - offset) {
    throw new ArgumentError(
      `A view of ${dimensions.join(' × ')} ${type} at offset ${offset} takes ${length * size} bytes: there are ${bytes - offset}; ask for fewer items, or make the memory larger`,
    )
  }
  const items = new Class(buffer, offset, length)
  if (dimensions.length === 1) return items
  return ndarray(items as Uint8Array, dimensions, order === 'F' ? stridesOf(dimensions) : undefined)
}

function offsetOf(offset: unknown, size: number, bytes: number, type: DType): number {
  if (!Number.isSafeInteger(offset) || (offset as number) < 0 || (offset as number) > bytes) {
    throw new ArgumentError(
      `The offset of a view is a whole number from 0 to ${bytes}, in bytes: it got ${shown(offset)}`,
    )
  }
  if ((offset as number) % size === 0) return offset as number
  throw new ArgumentError(
    `A view of ${type} begins at a multiple of ${size} bytes: ${shown(offset)} is none; the next is ${Math.ceil((offset as number) / size) * size}`,
  )
}

function orderOf(order: unknown): 'C' | 'F' {
  if (order === 'C' || order === 'F') return order
  throw new ArgumentError(`The order of a view is 'C' or 'F': it got ${shown(order)}`)
}

function restOf(bytes: number, size: number, type: DType): number {
  if (bytes % size === 0) return bytes / size
  throw new ArgumentError(
    `${bytes} bytes are no whole number of ${type}; say how many: view('${type}', ${Math.floor(bytes / size)})`,
  )
}

function shapeOf(shape: unknown): number[] {
  const dimensions: unknown[] =
    typeof shape === 'number' ? [shape] : Array.isArray(shape) ? shape : []
  const isShape =
    dimensions.length > 0 &&
    dimensions.every((one) => Number.isSafeInteger(one) && (one as number) >= 0)
  if (isShape) return dimensions as number[]
  throw new ArgumentError(
    `The shape of a view is a number of items, or an array of them: it got ${Array.isArray(shape) ? `[${shape.map(shown).join(', ')}]` : shown(shape)}`,
  )
}

// Items from one to the next, a dimension: the first lies closest.
function stridesOf(dimensions: readonly number[]): number[] {
  let stride = 1
  return dimensions.map((one) => {
    const mine = stride
    stride *= one
    return mine
  })
}
