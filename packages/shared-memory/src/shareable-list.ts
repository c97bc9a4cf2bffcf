/** `ShareableList`: a list of plain values in named shared memory, that Python programs open too. */
import { ArgumentError, kind } from '@troupe/runtime'
import {
  ItemNotFoundError,
  ItemTooLongError,
  ListIndexError,
  NotAListError,
  shown,
} from './errors.js'
import { isEqual, type Item, pack } from './item.js'
import {
  type Layout,
  layoutOf,
  readFormat,
  readItem,
  readLayout,
  roomAt,
  writeItem,
  writeList,
} from './list-layout.js'
import { SharedMemory } from './shared-memory.js'

/** How a list is made. */
export interface ShareableListOptions {
  /** The name of its memory; a fresh one unless said: see `SharedMemory.create`. */
  readonly name?: string
}

const made = Symbol('made by create or attach')

/**
 * A list of numbers, bigints, booleans, strings, bytes and nulls, that actors and other programs of the same user have
 * in common. In Python it is `ShareableList(name=…)` of `multiprocessing.shared_memory`, with the same bytes.
 *
 * Its length is fixed, and so is the room of each item: a number, a boolean or `null` fits everywhere, a string or bytes
 * where as many bytes were when the list was made, rounded up to the next multiple of 8 that is larger.
 *
 * - A whole number is an `int` of Python's, except -0 and what `Number.isSafeInteger` denies; another number is a
 *   `float`. Where a float is, a whole number that is set becomes one too: an item that is a float in Python stays one.
 *   A bigint is an `int`, from -2^63 to 2^63 - 1. An `int` is read as a number when it is safe, else as a bigint.
 * - A string takes as many bytes as its UTF-8; one with half a surrogate pair is refused. Bytes are read as a
 *   `Uint8Array` of their own. Python leaves out zeros at the end of both when it reads, so such values are refused.
 *
 * Nothing here locks. Who reads while another sets the same item may see a mixture of both: the old value under the new
 * type, half a text, or an `ItemUnreadableError`; other items are not touched. Hold a `Lock` of `@troupe/shared` for
 * both. Who is killed while it sets leaves that mixture behind until the item is set again; the lock tells that its
 * owner died.
 *
 * The memory belongs to who made the list, and ends as a `SharedMemory` does: `[Symbol.dispose]()` of the creator's list
 * closes and unlinks, that of another closes; what is left goes with the actor that made it, when that fails or is
 * killed, else with the system. A list can be sent to actors that list `ShareableList`; they attach when it arrives, and
 * get a `SegmentNotFoundError` when the name is gone by then. Sent twice to the same actor it is the same object there.
 *
 * ```ts
 * const list = ShareableList.create(['howdy', 273.154, 42, null, true])
 * list.set(0, 'hi')
 * ShareableList.attach(list.name).get(0)   // 'hi'
 * ;[...list]                               // ['hi', 273.154, 42, null, true]
 * ```
 */
export class ShareableList implements Iterable<Item> {
  declare readonly _shared: 'ShareableList'
  /** How many items it has. */
  readonly length: number
  readonly #memory: SharedMemory
  readonly #bytes: Uint8Array
  readonly #layout: Layout

  /** For the package: use `create` or `attach`. */
  private constructor(key: symbol, memory: SharedMemory) {
    if (key !== made) {
      throw new ArgumentError(
        'ShareableList has no constructor: write ShareableList.create(items) or ShareableList.attach(name)',
      )
    }
    const layout = readLayout(memory.bytes)
    if (typeof layout === 'string') throw new NotAListError(memory.name, layout)
    this.length = layout.starts.length - 1
    this.#memory = memory
    this.#bytes = memory.bytes
    this.#layout = layout
    known.set(memory, this)
    // What is written to `list[0]`, as in Python, is an error and not lost.
    Object.preventExtensions(this)
  }

  /**
   * Makes a list of `items`, any iterable but a string. Throws `ArgumentError` for an item that no list can hold,
   * `SegmentExistsError` when the name is taken, `NoSpaceError` when the machine has no room for it; then nothing was
   * made.
   */
  static create(items: Iterable<Item>, options: ShareableListOptions = {}): ShareableList {
    const packed = itemsOf(items).map((item, i) => pack(item, i))
    const layout = layoutOf(packed)
    const memory = SharedMemory.create({ ...nameOf(options), size: layout.size })
    try {
      writeList(memory.bytes, layout, packed)
      return new ShareableList(made, memory)
    } catch (error) {
      memory[Symbol.dispose]()
      throw error
    }
  }

  /**
   * Opens the list of that name, whoever made it. Throws `NotAListError` when its memory holds something else, or its
   * maker has not written it yet; and what `SharedMemory.attach` throws.
   */
  static attach(name: string): ShareableList {
    const memory = SharedMemory.attach(name)
    try {
      return new ShareableList(made, memory)
    } catch (error) {
      memory.close()
      throw error
    }
  }

  /** The name of its memory, without slash: other programs attach by it. */
  get name(): string {
    return this.#memory.name
  }

  /** The formats of all items in one string, as Python's `struct` reads them: `8sdqxxxxxx?x`. */
  get format(): string {
    const bytes = this.#open()
    return Array.from({ length: this.length }, (_, i) => readFormat(bytes, this.#layout, i)).join(
      '',
    )
  }

  /**
   * The item at `index`; a negative one counts from the end, -1 is the last. Throws `ListIndexError` when there is none,
   * `ItemUnreadableError` for what is no value: a mixture, or a text that a Python list has cut in the middle of a
   * character.
   */
  get(index: number): Item {
    const at = this.#indexOf(index)
    return readItem(this.#open(), this.#layout, at)
  }

  /**
   * Sets the item at `index`; a negative one counts from the end. Throws `ItemTooLongError` for a string or bytes that
   * have no room there, `ArgumentError` for what no list can hold, `ListIndexError`; then nothing was changed.
   */
  set(index: number, value: Item): void {
    const at = this.#indexOf(index)
    const bytes = this.#open()
    const packed = pack(value, at, readFormat(bytes, this.#layout, at))
    const room = roomAt(this.#layout, at)
    if (packed.bytes.length > room) throw new ItemTooLongError(at, packed.bytes.length, room)
    writeItem(bytes, this.#layout, at, packed)
  }

  /**
   * How many items equal `value`. Numbers and bigints are equal by what they count, and NaN is NaN; bytes are equal by
   * content. Unlike in Python `true` is not 1.
   */
  count(value: Item): number {
    let found = 0
    for (const item of this) if (isEqual(item, value)) found += 1
    return found
  }

  /**
   * The index of the first item that equals `value`, as in `count`. Throws `ItemNotFoundError` when there is none, as
   * Python does; it is not -1, since that is the index of the last item.
   */
  index(value: Item): number {
    let at = 0
    for (const item of this) {
      if (isEqual(item, value)) return at
      at += 1
    }
    throw new ItemNotFoundError(value)
  }

  /** The items in order, each as it is when its turn comes. */
  *[Symbol.iterator](): IterableIterator<Item> {
    for (let i = 0; i < this.length; i++) yield this.get(i)
  }

  /** Gives the list up: to use it throws `DisposedError` then. Never fails; twice is once. Its memory stays. */
  close(): void {
    this.#memory.close()
  }

  /**
   * Removes the name, before `close` or after it: nobody can attach any more, and the memory goes with the last program
   * that has it. Throws `SegmentNotFoundError` when it was removed before.
   */
  unlink(): void {
    this.#memory.unlink()
  }

  /** Closes; the creator's list unlinks too. Never fails. */
  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]()
  }

  #open(): Uint8Array {
    void this.#memory.buffer // throws when it is closed
    return this.#bytes
  }

  #indexOf(index: unknown): number {
    const { length } = this
    if (!Number.isInteger(index)) throw new ListIndexError(index, length)
    const at = (index as number) < 0 ? (index as number) + length : (index as number)
    if (at >= 0 && at < length) return at + 0
    throw new ListIndexError(index, length)
  }

  static {
    // The bundler renames a class that names itself.
    Object.defineProperty(this, 'name', { value: 'ShareableList' })
    kind<ShareableList, SharedMemory>(ShareableList, {
      name: 'ShareableList',
      from: '@troupe/shared-memory',
      send: (list) => list.#memory,
      receive: (memory) => known.get(memory) ?? new ShareableList(made, memory),
    })
  }
}

/** By memory: the same list that arrives twice is the same object. */
const known = new WeakMap<SharedMemory, ShareableList>()

function itemsOf(items: unknown): unknown[] {
  const isList =
    typeof items === 'object' &&
    items !== null &&
    typeof (items as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function'
  if (isList) return [...(items as Iterable<unknown>)]
  throw new ArgumentError(
    `A list is made of items: write ShareableList.create([1, 'two']); it got ${shown(items)}`,
  )
}

function nameOf(options: unknown): ShareableListOptions {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(
      `The options of a list are an object: write ShareableList.create(items, { name: 'list' }); it got ${shown(options)}`,
    )
  }
  const { name } = options as ShareableListOptions
  return name === undefined ? {} : { name }
}
