const LINEAR = 64

/**
 * The objects of the message under way, numbered in the order in which they begin, so that the second
 * meeting becomes a reference. Small messages are searched in a list, which is faster than any Map.
 */
export class IdentityTable {
  size = 0
  #mapped = 0
  readonly #first: (object | undefined)[] = Array.from({ length: LINEAR }, () => undefined)
  readonly #rest = new Map<object, number>()

  /** The number of an object that is in the table, or -1 and it gets the next number. */
  add(value: object): number {
    const size = this.size
    const first = this.#first
    if (size < LINEAR) {
      for (let index = 0; index < size; index++) if (first[index] === value) return index
      first[size] = value
      this.size = size + 1
      return -1
    }
    return this.#addMapped(value)
  }

  #addMapped(value: object): number {
    const rest = this.#rest
    if (this.#mapped === 0) {
      for (let index = 0; index < LINEAR; index++) rest.set(this.#first[index]!, index)
      this.#mapped = LINEAR
    }
    const known = rest.get(value)
    if (known !== undefined) return known
    rest.set(value, this.size++)
    return -1
  }

  /** Forgets the objects from `size` on: what they were part of is not sent. */
  shrink(size: number): void {
    if (this.#mapped !== 0) {
      for (const [value, index] of this.#rest) if (index >= size) this.#rest.delete(value)
      if (size < LINEAR) this.#clearMapped()
    }
    for (let index = size; index < LINEAR; index++) this.#first[index] = undefined
    this.size = size
  }

  /** Forgets everything, so that the table keeps nobody's objects alive. */
  clear(): void {
    const used = Math.min(this.size, LINEAR)
    for (let index = 0; index < used; index++) this.#first[index] = undefined
    if (this.#mapped !== 0) this.#clearMapped()
    this.size = 0
  }

  #clearMapped(): void {
    this.#rest.clear()
    this.#mapped = 0
  }
}
