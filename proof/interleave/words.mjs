// The words of an arena: every step goes through here. It knows which words more than one thread touches, how to go
// back to the first state, and a number that tells states apart.
import { PLAIN_LOAD, PLAIN_STORE } from './calls.mjs'

/** Words became shared that were taken for one thread's own: the search begins anew. */
export class Again extends Error {}

/** Mixes two numbers of 32 bits. */
export function mix(a, b) {
  let h = Math.imul(a ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(b + 0x7f4a_7c15, 0xc2b2_ae35)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b_3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a_2d39)
  return h ^ (h >>> 15)
}

export class Words {
  /** What the words have, in two numbers. */
  h1 = 0
  h2 = 0
  /** Is told of each word that changed: by whom, and which. */
  onChange
  #buffer
  #words
  /** Words that one thread writes and another touches. */
  #shared
  /** By word: a bit for each thread that read it, and one for each that wrote it. */
  #touchedBy
  #undo = []

  /** From now on the arena of `buffer` is watched. */
  watch(buffer) {
    this.#buffer = buffer
    this.#words = new Int32Array(buffer)
    this.#shared = new Uint8Array(this.#words.length)
    this.#touchedBy = new Uint16Array(this.#words.length)
  }

  has(object) {
    return this.#buffer !== undefined && object?.buffer === this.#buffer
  }

  at(index) {
    return this.#words[index]
  }

  /** The state now is the first one; what was touched before does not count. */
  begin() {
    this.#touchedBy.fill(0)
    this.#shared.fill(0)
    this.#undo.length = 0
    this.h1 = this.h2 = 0
  }

  /** Goes back to the first state. */
  rewind() {
    const words = this.#words
    for (let i = this.#undo.length - 2; i >= 0; i -= 2) words[this.#undo[i]] = this.#undo[i + 1]
    this.#undo.length = 0
    this.h1 = this.h2 = 0
  }

  /** Whether another thread could notice the step. */
  isNoticed([, array, index]) {
    return this.has(array) && this.#shared[placeOf(array, index)] === 1
  }

  /** Does a step of the thread `by`. */
  perform([kind, array, index, a, b], by) {
    const before = array[index]
    switch (kind) {
      case 'load':
      case PLAIN_LOAD:
        this.#touch(array, index, by, false)
        return before
      case 'store':
      case 'exchange':
      case PLAIN_STORE:
        return this.#write(array, index, a, by)
      case 'add':
        return this.#write(array, index, before + a, by)
      case 'sub':
        return this.#write(array, index, before - a, by)
      case 'and':
        return this.#write(array, index, before & a, by)
      case 'or':
        return this.#write(array, index, before | a, by)
      case 'compareExchange':
        return this.#write(array, index, before === a ? b : before, by)
      default:
        throw new Error(`The step ${kind} is not known here`)
    }
  }

  store(at, value, by) {
    this.#write(this.#words, at, value, by)
  }

  #write(array, index, value, by) {
    const before = array[index]
    if (!this.has(array)) {
      array[index] = value
      return before
    }
    this.#touch(array, index, by, true)
    const first = placeOf(array, index)
    const last = lastPlaceOf(array, index)
    const old = this.#words[first]
    const oldLast = this.#words[last]
    array[index] = value
    this.#changed(first, old, by)
    if (last !== first) this.#changed(last, oldLast, by)
    return before
  }

  #touch(array, index, by, isWrite) {
    if (!this.has(array)) return
    const last = lastPlaceOf(array, index)
    for (let at = placeOf(array, index); at <= last; at++) {
      const bits = (this.#touchedBy[at] |= 1 << (by + (isWrite ? 8 : 0)))
      if (this.#shared[at] === 1) continue
      const writers = bits >>> 8
      const all = writers | (bits & 0xff)
      if (writers === 0 || (all & (all - 1)) === 0) continue
      this.#shared[at] = 1
      throw new Again()
    }
  }

  #changed(at, old, by) {
    const now = this.#words[at]
    if (now === old) return
    this.#undo.push(at, old)
    this.h1 ^= mix(at, old) ^ mix(at, now)
    this.h2 ^= mix(old, at + 77) ^ mix(now, at + 77)
    this.onChange?.(by, at)
  }
}

const placeOf = (array, index) => (array.byteOffset + index * array.BYTES_PER_ELEMENT) >> 2
const lastPlaceOf = (array, index) =>
  (array.byteOffset + (index + 1) * array.BYTES_PER_ELEMENT - 1) >> 2
