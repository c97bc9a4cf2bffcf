// Any list comes back, any sequence of changes does what it does to a model, and any bytes are read or refused.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Item, ShareableList } from '../dist/index.js'
import { bytesOf, GOLDEN_BYTES, memoryOf, same } from './fixtures/lists.js'

const endsInZero = (item: string | Uint8Array): boolean =>
  typeof item === 'string' ? item.endsWith('\0') : item.at(-1) === 0

const itemOf: fc.Arbitrary<Item> = fc.oneof(
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, 1, NaN, 2 ** 53),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.boolean(),
  fc.string({ unit: 'binary', maxLength: 24 }).filter((item) => !endsInZero(item)),
  fc.uint8Array({ maxLength: 24 }).filter((item) => !endsInZero(item)),
  fc.constant(null),
)

/** What is read of what was written. */
const readOf = (item: Item): Item =>
  typeof item === 'bigint' && Number.isSafeInteger(Number(item)) ? Number(item) : item

const sizeOf = (item: Item): number =>
  typeof item === 'string' ? Buffer.byteLength(item) : item instanceof Uint8Array ? item.length : -1

/** An item of the model: the value, the room of its slot and its format. */
class Slot {
  value: Item
  format: string
  readonly room: number

  constructor(value: Item) {
    const size = sizeOf(value)
    this.room = size < 0 ? 8 : Math.ceil((size + 1) / 8) * 8
    this.value = readOf(value)
    this.format = this.#formatOf(value, '')
  }

  /** The code of the refusal; nothing when it was set. */
  set(value: Item): string | undefined {
    if (sizeOf(value) > this.room) return 'ERR_TROUPE_ITEM_TOO_LONG'
    this.format = this.#formatOf(value, this.format)
    this.value = readOf(value)
    return undefined
  }

  #formatOf(value: Item, before: string): string {
    if (sizeOf(value) >= 0) return `${this.room}s`
    if (value === null) return 'xxxxxx?x'
    if (typeof value === 'boolean') return 'xxxxxxx?'
    if (typeof value === 'bigint') return 'q'
    const isInt = Number.isSafeInteger(value) && !Object.is(value, -0)
    return isInt && before !== 'd' ? 'q' : 'd'
  }
}

const codeOf = (work: () => void): string | undefined => {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

const withList = (items: Item[], work: (list: ShareableList, other: ShareableList) => void) => {
  const list = ShareableList.create(items)
  const other = ShareableList.attach(list.name)
  try {
    work(list, other)
  } finally {
    other.close()
    list[Symbol.dispose]()
  }
}

test('any list comes back, here and for who attaches', () => {
  fc.assert(
    fc.property(fc.array(itemOf), (items) => {
      withList(items, (list, other) => {
        const slots = items.map((item) => new Slot(item))
        same(list, items.map(readOf))
        same(other, items.map(readOf))
        expect(other.format).toBe(slots.map(({ format }) => format).join(''))
        const size = slots.reduce((sum, { room }) => sum + room + 17, 16)
        expect(bytesOf(list.name)).toHaveLength(size)
      })
    }),
    { numRuns: 100 },
  )
})

test('any sequence of sets does what it does to a model', () => {
  const change = fc.tuple(fc.integer({ min: -7, max: 7 }), itemOf, fc.boolean())
  fc.assert(
    fc.property(fc.array(itemOf, { maxLength: 6 }), fc.array(change), (items, changes) => {
      withList(items, (list, other) => {
        const slots = items.map((item) => new Slot(item))
        for (const [index, value, byOther] of changes) {
          const slot = slots.at(index)
          const wanted = slot ? slot.set(value) : 'ERR_TROUPE_LIST_INDEX'
          const before = bytesOf(list.name)
          expect(codeOf(() => (byOther ? other : list).set(index, value))).toBe(wanted)
          if (wanted !== undefined) expect(bytesOf(list.name)).toEqual(before)
        }
        same(
          list,
          slots.map(({ value }) => value),
        )
        same(
          other,
          slots.map(({ value }) => value),
        )
        expect(list.format).toBe(slots.map(({ format }) => format).join(''))
      })
    }),
    { numRuns: 100 },
  )
})

const isTyped = (error: unknown): boolean => {
  const { code } = error as { code?: string }
  return code === 'ERR_TROUPE_NOT_A_LIST' || code === 'ERR_TROUPE_ITEM_UNREADABLE'
}

/** Reads and sets everything: values, or the errors of what is damaged. */
const useAll = (list: ShareableList): void => {
  for (let i = 0; i < list.length; i++) {
    for (const work of [() => list.get(i), () => list.set(i, 'x'), () => list.get(i)]) {
      try {
        work()
      } catch (error) {
        if (!isTyped(error)) throw error
      }
    }
  }
}

test('any bytes are a list or refused, and what is no value is refused when it is read', () => {
  const damage = fc.array(fc.tuple(fc.nat(GOLDEN_BYTES.length - 1), fc.nat(255)), { maxLength: 4 })
  const some = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    damage.map((all) => {
      const bytes = Uint8Array.from(GOLDEN_BYTES)
      for (const [at, byte] of all) bytes[at] = byte
      return bytes
    }),
  )
  fc.assert(
    fc.property(some, (bytes) => {
      const memory = memoryOf(bytes)
      try {
        const list = ShareableList.attach(memory.name)
        useAll(list)
        list.close()
      } catch (error) {
        if (!isTyped(error)) throw error
      } finally {
        memory[Symbol.dispose]()
      }
    }),
    { numRuns: 500 },
  )
})

test('bytes that change under a list never lead it astray', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 191, maxLength: 191 }), (bytes) => {
      const memory = memoryOf(GOLDEN_BYTES)
      const list = ShareableList.attach(memory.name)
      memory.bytes.set(bytes)
      useAll(list)
      expect(list.length).toBe(7)
      expect(bytesOf(memory.name).subarray(0, 72)).toEqual(Buffer.from(bytes.subarray(0, 72)))
      list.close()
      memory[Symbol.dispose]()
    }),
    { numRuns: 100 },
  )
})
