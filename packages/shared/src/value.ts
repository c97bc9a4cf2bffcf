/** `Value`: one number, or one character, that actors share. */
import { type Block, makeBlock, openBlock } from '@troupe/memory'
import { ArgumentError, kind, type Scope, scopeHere } from '@troupe/runtime'
import { Belonging, belongingOf } from './belonging.js'
import { type Cell, cellAt } from './cells.js'
import { type GivenLock, lockOf, lockOptionOf, NoLock } from './given-lock.js'
import type { Lock } from './lock.js'
import { type ItemOf, type NameOf, NAMES, nameOf, type TypeCode, type TypeName } from './types.js'
import { shown } from './options.js'

const TYPE = 6
/** Word of the built-in lock. */
const LOCK = 0
/** Number of the type. */
const ITEM_TYPE = 1
/** Where the number lies, on a line of its own, in bytes from the block's first word. */
const ITEM_AT = 128

/** How a value is made. */
export interface ValueOptions {
  /** A lock of its own (default), a lock that was made before, or none. */
  readonly lock?: boolean | Lock
}

/** What a new value has when nothing is said. */
function zeroOf(name: TypeName): unknown {
  if (name === 'char') return '\0'
  return name === 'int64' || name === 'uint64' ? 0n : 0
}

const parts = new WeakMap<object, readonly [Block, GivenLock]>()

/** What `Value` makes. */
export class SharedValue<Name extends TypeName> extends Belonging {
  /** For types alone. */
  declare readonly _shared: 'Value'
  /** The name of its type. */
  readonly type: Name
  readonly #lock: Lock | undefined
  readonly #cell: Cell<ItemOf<Name>>

  /** For this package: of a block that was opened, or a new one. */
  constructor(
    type: unknown,
    initial: unknown,
    options: ValueOptions = {},
    { block, scope, given }: Opened = makeValue(type, initial, options),
  ) {
    super(block, scope, 'value', VALUE_PLACE)
    const name = nameOf(type)
    this.type = name as Name
    const { buffer } = block.words
    this.#cell = cellAt(name, buffer as SharedArrayBuffer, block.offset + ITEM_AT) as Cell<
      ItemOf<Name>
    >
    this.#lock = lockOf(block, scope, LOCK, given)
    parts.set(this, [block, given])
  }

  /** The number. What does not fit throws `OutOfRangeError`. */
  get value(): ItemOf<Name> {
    this.usable()
    return this.#cell.get()
  }

  set value(value: ItemOf<Name>) {
    this.usable()
    this.#cell.set(this.#cell.check(value, 'value'))
  }

  /** Adds `n` in one step; returns the value before. */
  add(n: ItemOf<Name>): ItemOf<Name> {
    this.usable()
    return this.#cell.add(n, 1)
  }

  /** Subtracts `n` in one step; returns the value before. */
  sub(n: ItemOf<Name>): ItemOf<Name> {
    this.usable()
    return this.#cell.add(n, -1)
  }

  /** Writes `value` in one step; returns the value before. */
  exchange(value: ItemOf<Name>): ItemOf<Name> {
    this.usable()
    const cell = this.#cell
    const next = cell.check(value, 'value')
    for (;;) {
      const before = cell.get()
      if (cell.same(cell.compareExchange(before, next), before)) return before
    }
  }

  /** Writes `value` if the number is `expected`, in one step; returns the value before. */
  compareExchange(expected: ItemOf<Name>, value: ItemOf<Name>): ItemOf<Name> {
    this.usable()
    const cell = this.#cell
    return cell.compareExchange(cell.check(expected, 'expected'), cell.check(value, 'value'))
  }

  /** Writes what `fn` makes of the number, as one step: `fn` is called again when another wrote meanwhile. Returns it. */
  update(fn: (value: ItemOf<Name>) => ItemOf<Name>): ItemOf<Name> {
    this.usable()
    if (typeof fn !== 'function') {
      throw new ArgumentError(`update needs a function: it got ${shown(fn)}`)
    }
    const cell = this.#cell
    for (;;) {
      const before = cell.get()
      const next = cell.check(fn(before), 'What the function of update returns')
      if (cell.same(cell.compareExchange(before, next), before)) return next
    }
  }

  // A lock of its own is a part of it.
  protected override letGo(): void {
    const [, given] = parts.get(this)!
    if (given === true) this.#lock?.[Symbol.dispose]()
  }

  /** Its lock. Throws when it was made without one. */
  getLock(): Lock {
    this.usable()
    if (this.#lock) return this.#lock
    throw new NoLock('value')
  }
}

/** Types whose values are numbers. */
type NumberName = Exclude<TypeName, 'char' | 'int64' | 'uint64'>

/** A shared number of a type, by name or code: alone it means any whose values are numbers. */
export type Value<Type extends TypeCode = NumberName> = SharedValue<NameOf<Type>>

interface ValueConstructor {
  /**
   * A number that all actors see which have it, of one of Python's types, by name or code. Reading and writing it is one
   * step each; `value += 1` is two, between which others may write. Use `add`, or hold the lock.
   *
   * What does not fit the type throws `OutOfRangeError` and changes nothing: nothing wraps around, and no finite number
   * becomes Infinity in a float32. A sum of float64 may be Infinity, as everywhere in JavaScript. 64-bit integers are
   * bigints. An actor that dies leaves the value as it is.
   *
   * ```ts
   * const counter = new Value('int32', 40)
   * counter.add(1)   // 40, the value before
   * counter.getLock().withSync(() => { counter.value += 1 })
   * counter.value   // 42
   * ```
   */
  new <Type extends TypeCode>(
    type: Type,
    initial?: ItemOf<NameOf<Type>>,
    options?: ValueOptions,
  ): Value<NameOf<Type>>
  readonly prototype: Value<TypeName>
}

/** A number that actors share: see its constructor. */
export const Value: ValueConstructor = SharedValue as unknown as ValueConstructor

Object.defineProperty(SharedValue, 'name', { value: 'Value' })

/** Where a value lies among what is opened of its block; its lock lies at the lock's word. */
const VALUE_PLACE = -1

interface Opened {
  readonly block: Block
  readonly scope: Scope
  readonly given: GivenLock
}

function makeValue(type: unknown, initial: unknown, options: ValueOptions): Opened {
  const name = nameOf(type)
  const given = lockOptionOf(options, 'value')
  const scope = scopeHere()
  const handle = makeBlock({
    type: TYPE,
    fill: (words) => {
      words[ITEM_TYPE] = NAMES.indexOf(name)
      const cell = cellAt(name, words.buffer as SharedArrayBuffer, words.byteOffset + ITEM_AT)
      cell.set(cell.check(initial === undefined ? zeroOf(name) : initial, 'The initial value'))
    },
  })
  return { block: openBlock(handle, TYPE), scope, given }
}

kind<Value<TypeName>, readonly [Block, GivenLock]>(Value, {
  name: 'Value',
  from: '@troupe/shared',
  send: (value) => {
    void value.value // Throws when it was disposed of.
    return parts.get(value)!
  },
  receive: ([block, given], scope) =>
    belongingOf(block, scope, VALUE_PLACE, () => {
      const name = NAMES[block.words[ITEM_TYPE]!] as NumberName
      return new SharedValue<NumberName>(name, undefined, {}, { block, scope, given })
    }),
})
