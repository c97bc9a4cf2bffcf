/** A line in which the first is served and anybody may leave, each at the same cost however long it is. */
export class Line<T> {
  #items: (T | undefined)[] = []
  #first = 0

  /** Who is served next. */
  get first(): T | undefined {
    return this.#items[this.#first]
  }

  get length(): number {
    return this.#items.length - this.#first
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    const item = this.#items[this.#first]
    if (this.#first < this.#items.length) this.#items[this.#first++] = undefined
    if (this.#first > 1024 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
    return item
  }

  /** Takes `item` out; false when it is not in the line. */
  remove(item: T): boolean {
    if (this.first === item) {
      this.shift()
      return true
    }
    const at = this.#items.indexOf(item, this.#first)
    if (at < 0) return false
    this.#items.splice(at, 1)
    return true
  }

  /** Empties the line; returns who stood in it. */
  clear(): T[] {
    const left = this.#items.slice(this.#first) as T[]
    this.#items = []
    this.#first = 0
    return left
  }
}
