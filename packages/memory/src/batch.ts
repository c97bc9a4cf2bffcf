/** Messages that are put, or were taken, under one lock: slots as a ring has them, and their payloads. */
import { IN_BYTES, SLOT_A, SLOT_B, SLOT_START, SLOT_TAG, SLOT_WORDS } from './layout.js'

/** Messages of a batch at most: a lock is held for a few microseconds. */
export const BATCH_ITEMS = 256
export const BATCH_BYTES = 65_536

export class Batch {
  readonly slots: Int32Array = new Int32Array(BATCH_ITEMS * SLOT_WORDS)
  readonly bytes: Uint8Array
  readonly words: Int32Array
  /** Messages in it. */
  count = 0
  /** Bytes of their payloads, each rounded up to whole words. */
  used = 0

  constructor() {
    const buffer = new ArrayBuffer(BATCH_BYTES)
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer)
  }

  clear(): void {
    this.count = 0
    this.used = 0
  }

  /** Whether one more message of `length` bytes fits. */
  fits(length: number): boolean {
    return this.count < BATCH_ITEMS && this.used + length + 3 <= BATCH_BYTES
  }

  addInline(tag: number, a: number, b: number): void {
    const at = this.count++ * SLOT_WORDS
    const { slots } = this
    slots[at + SLOT_TAG] = tag
    slots[at + SLOT_START] = this.used
    slots[at + SLOT_A] = a
    slots[at + SLOT_B] = b
  }

  /** Adds a copy of the first `length` bytes of `source`. */
  addBytes(tag: number, source: Uint8Array, length: number): void {
    const at = this.count++ * SLOT_WORDS
    const { slots, used } = this
    slots[at + SLOT_TAG] = tag | IN_BYTES
    slots[at + SLOT_START] = used
    slots[at + SLOT_A] = length
    if (length <= 64) for (let i = 0; i < length; i++) this.bytes[used + i] = source[i]!
    else this.bytes.set(source.length === length ? source : source.subarray(0, length), used)
    this.used = used + ((length + 3) & ~3)
  }

  /** Tag of message `i`, as it was put. */
  tagOf(i: number): number {
    return this.slots[i * SLOT_WORDS + SLOT_TAG]! & 0xff
  }

  /** Whether message `i` is two words, and no bytes. */
  isInline(i: number): boolean {
    return (this.slots[i * SLOT_WORDS + SLOT_TAG]! & IN_BYTES) === 0
  }

  /** First word of an inline message; length in bytes of another. */
  firstOf(i: number): number {
    return this.slots[i * SLOT_WORDS + SLOT_A]!
  }

  /** Second word of an inline message. */
  secondOf(i: number): number {
    return this.slots[i * SLOT_WORDS + SLOT_B]!
  }

  /** Where the payload of message `i` begins; for the one past the last, where it would. */
  offset(i: number): number {
    return i < this.count ? this.slots[i * SLOT_WORDS + SLOT_START]! : this.used
  }
}
