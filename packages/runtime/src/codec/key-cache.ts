import { isAssignable } from './own-property.ts'

const SLOTS = 1024
/** Longer keys are read as plain strings. */
export const CACHED_KEY_MAX = 32

/** A key that was read before, as the engine keeps it, and the key that followed it the last time. */
export interface KnownKey {
  readonly text: string
  readonly bytes: Uint8Array
  /** Whether `object[text] = value` does what a message means. */
  readonly assignable: boolean
  next: KnownKey | undefined
}

/**
 * The property keys that messages repeat. Objects of one kind follow another, so the key that followed the
 * last time is compared first; then one slot of a table by hash. A hit costs a look at each byte and makes no string.
 */
export class KeyCache {
  readonly start: KnownKey = {
    text: '',
    bytes: new Uint8Array(0),
    assignable: true,
    next: undefined,
  }
  readonly #slots: (KnownKey | undefined)[] = Array.from({ length: SLOTS }, () => undefined)

  find(after: KnownKey, bytes: Uint8Array, at: number, length: number): KnownKey {
    const { next } = after
    if (next !== undefined && isSame(next.bytes, bytes, at, length)) return next
    const key = this.#lookUp(bytes, at, length)
    after.next = key
    return key
  }

  #lookUp(bytes: Uint8Array, at: number, length: number): KnownKey {
    let hash = length
    for (let index = 0; index < length; index++)
      hash = (Math.imul(hash, 31) + bytes[at + index]!) | 0
    const slot = (hash ^ (hash >>> 10)) & (SLOTS - 1)
    const known = this.#slots[slot]
    if (known !== undefined && isSame(known.bytes, bytes, at, length)) return known
    const own = new Uint8Array(length)
    let text = ''
    for (let index = 0; index < length; index++) {
      const unit = bytes[at + index]!
      own[index] = unit
      text += String.fromCharCode(unit)
    }
    // The keys of an object are the engine's unique strings, which property access is fastest with.
    const key: KnownKey = {
      text: Object.keys({ [text]: 0 })[0]!,
      bytes: own,
      assignable: isAssignable(text),
      next: undefined,
    }
    this.#slots[slot] = key
    return key
  }
}

function isSame(known: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  if (known.length !== length) return false
  for (let index = 0; index < length; index++) if (known[index] !== bytes[at + index]) return false
  return true
}
