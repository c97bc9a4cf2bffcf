/** `SharedArray`: a typed array that actors share. */
import {
  type Block,
  type Bytes,
  closeBytes,
  closeObject,
  dropUnwrapped,
  makeBlock,
  makeBuffer,
  openBlock,
  openBytes,
} from '@troupe/memory'
import {
  ArgumentError,
  DisposedError,
  kind,
  type Scope,
  scopeHere,
  sendsViews,
} from '@troupe/runtime'
import { type GivenLock, lockOf, lockOptionOf, NoLock } from './given-lock.js'
import type { Lock } from './lock.js'
import { type NameOf, nameOf, type TypeCode, type TypeName } from './types.js'
import { shown } from './options.js'

const TYPE = 7
const LOCK = 0
const MOST_BYTES = 2 ** 30

/** How an array is made. */
export interface SharedArrayOptions {
  /** A lock of its own (default), a lock that was made before, or none. */
  readonly lock?: boolean | Lock
}

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
  char: Uint8Array
}

/** The typed array of a type. */
export type ArrayOf<Name extends TypeName> = Arrays[Name]

/** What a shared array has besides those of its typed array. */
export interface SharedArrayMembers {
  /** For types alone. */
  readonly _shared: 'SharedArray'
  /** Its lock. Throws when it was made without one. */
  getLock(): Lock
  /** Gives the array up. It reads zeros from then on, in all of this thread's views, and cannot be sent. */
  [Symbol.dispose](): void
}

/** A shared array: alone it means any. */
export type SharedArray<Type extends TypeCode = NumberName> = ArrayOf<NameOf<Type>> &
  SharedArrayMembers

/** Types whose items are numbers. */
type NumberName = Exclude<TypeName, 'int64' | 'uint64'>

/** The items that an array of a type is made from. */
type ItemsOf<Name extends TypeName> = Name extends 'int64' | 'uint64' ? bigint : number

interface State {
  readonly bytes: Bytes
  readonly block: Block
  readonly given: GivenLock
  readonly lock: Lock | undefined
  readonly type: TypeName
  /** Ends the sending of its views. */
  readonly endViews: () => void
  disposed: boolean
}

const states = new WeakMap<object, State>()

function stateOf(array: object): State {
  const state = states.get(array)
  if (!state || state.disposed) throw new DisposedError('This array')
  return state
}

// oxlint-disable-next-line typescript/no-explicit-any -- a mixin's constructor
type TypedArrayClass = new (...args: any[]) => ArrayBufferView

/** The class of a type's shared arrays; `map` and `slice` give plain arrays, which nobody shares. */
function sharedClass<Class extends TypedArrayClass>(Plain: Class): Class {
  const Shared = class extends Plain {
    static get [Symbol.species](): Class {
      return Plain
    }

    // Their arrays are plain too: a shared one is made by `new SharedArray`.
    static from(...args: unknown[]): unknown {
      return Reflect.apply(Reflect.get(Plain, 'from') as () => unknown, Plain, args)
    }

    static of(...args: unknown[]): unknown {
      return Reflect.apply(Reflect.get(Plain, 'of') as () => unknown, Plain, args)
    }

    getLock(): Lock {
      const { lock } = stateOf(this)
      if (lock) return lock
      throw new NoLock('array')
    }

    [Symbol.dispose](): void {
      const state = states.get(this)
      if (!state || state.disposed) return
      state.disposed = true
      state.endViews()
      closeBytes(state.bytes)
      if (!state.lock?.isDisposed && state.given === true) state.lock?.[Symbol.dispose]()
      closeObject(state.block.handle)
    }
  }
  Object.defineProperty(Shared, 'name', { value: `Shared${Plain.name}` })
  return Shared
}

const PLAIN: Readonly<Record<TypeName, TypedArrayClass>> = {
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
  char: Uint8Array,
}

const CLASSES = Object.fromEntries(
  Object.entries(PLAIN).map(([name, Plain]) => [name, sharedClass(Plain)]),
) as Readonly<Record<TypeName, TypedArrayClass>>

interface SharedArrayConstructor {
  /**
   * An array of `size` zeros, or of the items of an iterable, that all actors see which have it.
   *
   * It is a typed array on memory of its own: indexing, iteration and every method are those of `Int32Array` and its
   * kin, at their speed, and what does not fit is converted as there. `map` and `slice` give plain arrays. One item is
   * read and written in one step; `array[i] += 1` is two: hold the lock.
   *
   * Known to Python users as `Array`. Memory that is not disposed of is given back when its actor's place ends.
   *
   * ```ts
   * const array = new SharedArray('int32', [1, 2, 3])
   * array[0] += 10
   * [...array]   // [11, 2, 3]
   * ```
   */
  new <Type extends TypeCode>(
    type: Type,
    from: number | Iterable<ItemsOf<NameOf<Type>>>,
    options?: SharedArrayOptions,
  ): SharedArray<NameOf<Type>>
  readonly prototype: SharedArray<TypeName>
}

function construct(type: unknown, from: unknown, options: SharedArrayOptions = {}): object {
  const name = nameOf(type)
  const given = lockOptionOf(options, 'shared array')
  const Class = CLASSES[name]
  // What cannot be converted throws before anything is made.
  const items = itemsOf(from, PLAIN[name])
  const length = typeof items === 'number' ? items : items.length
  const size = length * (Class as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT
  if (size > MOST_BYTES) {
    throw new ArgumentError(`A shared array has at most ${MOST_BYTES} bytes: this has ${size}`)
  }
  const scope = scopeHere()
  const bytes = bytesOf(size)
  let block: Block
  try {
    block = openBlock(makeBlock({ type: TYPE }), TYPE)
  } catch (error) {
    closeBytes(bytes)
    throw error
  }
  const array = arrayOf(name, length, bytes, block, given, scope)
  if (typeof items !== 'number') (array as unknown as Uint8Array).set(items as number[])
  return array
}

// Memory that cannot be mapped goes back.
function bytesOf(size: number): Bytes {
  const handle = makeBuffer(size)
  try {
    return openBytes(handle)
  } catch (error) {
    dropUnwrapped(handle)
    throw error
  }
}

// What an iterable throws itself is thrown on.
function plainOf(from: unknown, Plain: TypedArrayClass): ArrayLike<unknown> {
  const items = [...(from as Iterable<unknown>)]
  try {
    return new Plain(items) as unknown as Uint8Array
  } catch (error) {
    throw new ArgumentError(`The items do not fit a shared array: ${String(error)}`)
  }
}

function itemsOf(from: unknown, Plain: TypedArrayClass): number | ArrayLike<unknown> {
  if (typeof from === 'number') {
    if (Number.isInteger(from) && from >= 0) return from
    throw new ArgumentError(
      `The size of a shared array must be a whole number from 0 on: it is ${from}`,
    )
  }
  // A string is none: its characters would all be 0.
  if (
    typeof from !== 'string' &&
    typeof (from as Iterable<unknown> | null)?.[Symbol.iterator] === 'function'
  ) {
    return plainOf(from, Plain)
  }
  throw new ArgumentError(
    `A shared array is made from a size or from items: it got ${shown(from)}; write new SharedArray('int32', [1, 2, 3])`,
  )
}

function arrayOf(
  type: TypeName,
  length: number,
  bytes: Bytes,
  block: Block,
  given: GivenLock,
  scope: Scope,
): object {
  const array = new CLASSES[type](bytes.buffer, 0, length)
  const lock = lockOf(block, scope, LOCK, given)
  const endViews = sendsViews(bytes.buffer, array, scope)
  states.set(array, { bytes, block, given, lock, type, endViews, disposed: false })
  let arrays = known.get(bytes)
  if (!arrays) known.set(bytes, (arrays = new WeakMap()))
  arrays.set(scope, new WeakRef(array))
  return array
}

function SharedArrayFunction(
  this: unknown,
  ...args: [unknown, unknown, SharedArrayOptions?]
): object {
  if (!new.target)
    throw new ArgumentError("SharedArray is a class: write new SharedArray('int32', 10)")
  return construct(...args)
}

/** A typed array that actors share: see its constructor. */
export const SharedArray: SharedArrayConstructor =
  SharedArrayFunction as unknown as SharedArrayConstructor

Object.defineProperty(SharedArray, 'name', { value: 'SharedArray' })
Object.defineProperty(SharedArray, Symbol.hasInstance, {
  value: (object: unknown) => states.has(object as object),
})

type Parts = readonly [type: TypeName, length: number, bytes: Bytes, block: Block, given: GivenLock]

/** By run and actor: opened twice by one actor it is the same array. */
const known = new WeakMap<Bytes, WeakMap<Scope, WeakRef<object>>>()

kind<SharedArray<TypeName>, Parts>(SharedArray, {
  name: 'SharedArray',
  from: '@troupe/shared',
  also: Object.values(CLASSES) as never,
  send: (array) => {
    const { type, bytes, block, given } = stateOf(array)
    return [type, array.length, bytes, block, given]
  },
  receive: ([type, length, bytes, block, given], scope) => {
    const there = known.get(bytes)?.get(scope)?.deref()
    if (there && !states.get(there)!.disposed) {
      closeBytes(bytes)
      closeObject(block.handle)
      return there as SharedArray<TypeName>
    }
    return arrayOf(type, length, bytes, block, given, scope) as SharedArray<TypeName>
  },
})
