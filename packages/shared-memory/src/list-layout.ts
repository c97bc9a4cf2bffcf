/**
 * Where things lie in the memory of a list of N items, as in Python's `ShareableList`. All words are little-endian.
 *
 *   offset       bytes      what
 *   0            8          N, int64
 *   8            8 (N + 1)  where slots begin, int64, counted from the first one; last: where the slots end
 *   8 (N + 2)    K          slots, each of whole words
 *   … + K        8 N        formats, ASCII, zeros to 8
 *   … + 8 N      N          codes, int8
 *
 * Slots never move. Nothing beyond the bytes given is read or written, whatever they say: see `readLayout`.
 */
import { MOST_ROOM, type Item, type Packed, roomOf, unpack, WORD } from './item.js'

/** Where things lie, in bytes from the first one. */
export interface Layout {
  /** Of each slot its begin; last: where the slots end and the formats begin. */
  readonly starts: readonly number[]
  readonly codes: number
  /** All bytes. */
  readonly size: number
}

/** The layout for items. Throws for one that is too long. */
export function layoutOf(items: readonly Packed[]): Layout {
  const starts = [WORD * (items.length + 2)]
  for (const [i, item] of items.entries()) starts.push(starts[i]! + roomOf(item, i))
  return layoutAt(starts)
}

/** The layout that the bytes say; or in words why they are none. */
export function readLayout(bytes: Uint8Array): Layout | string {
  const view = viewOf(bytes)
  if (bytes.length < 2 * WORD) return `it has ${bytes.length} bytes, and the shortest list 16`
  const count = view.getBigInt64(0, true)
  // The least for an item: its offset, a word, its format and its code.
  const most = Math.floor((bytes.length - 2 * WORD) / (3 * WORD + 1))
  if (count < 0n || count > BigInt(most)) {
    return `it would be of ${count} items, and ${bytes.length} bytes have room for ${most}`
  }
  const length = Number(count)
  const first = WORD * (length + 2)
  const starts: number[] = []
  for (let i = 0; i <= length; i++) {
    const start = first + Number(view.getBigInt64(WORD * (i + 1), true))
    const room = i === 0 ? start - first : start - starts[i - 1]!
    const fits = i === 0 ? room === 0 : room >= WORD && room <= MOST_ROOM && room % WORD === 0
    if (!fits) return i === 0 ? 'its items begin nowhere' : `item ${i - 1} would have ${room} bytes`
    starts.push(start)
  }
  const layout = layoutAt(starts)
  if (layout.size === bytes.length) return layout
  return `its ${length} items would take ${layout.size} bytes, and it has ${bytes.length}`
}

/** Writes a whole list. Its length comes last: who attaches before sees no list. */
export function writeList(bytes: Uint8Array, layout: Layout, items: readonly Packed[]): void {
  const view = viewOf(bytes)
  const { starts } = layout
  for (const [i, start] of starts.entries()) {
    view.setBigInt64(WORD * (i + 1), BigInt(start - starts[0]!), true)
  }
  for (const [i, item] of items.entries()) writeItem(bytes, layout, i, item)
  view.setBigInt64(0, BigInt(items.length), true)
}

/** The bytes of a slot. */
export function roomAt({ starts }: Layout, index: number): number {
  return starts[index + 1]! - starts[index]!
}

/** The format of an item, without zeros at its end. */
export function readFormat(bytes: Uint8Array, { starts }: Layout, index: number): string {
  const at = starts.at(-1)! + WORD * index
  let length = WORD
  while (length > 0 && bytes[at + length - 1] === 0) length -= 1
  let format = ''
  for (let i = 0; i < length; i++) format += String.fromCharCode(bytes[at + i]!)
  return format
}

/** The value of an item. Throws when there is none. */
export function readItem(bytes: Uint8Array, layout: Layout, index: number): Item {
  const { starts, codes } = layout
  const format = readFormat(bytes, layout, index)
  const isLong = format.endsWith('s')
  const start = starts[index]!
  // A copy: others may write meanwhile, and a decoder takes no shared memory.
  const slot = bytes.slice(start, isLong ? starts[index + 1]! : start + WORD)
  return unpack(format, bytes[codes + index]!, slot, index)
}

/** Writes an item that its slot has room for, in Python's order: format, code, value. */
export function writeItem(bytes: Uint8Array, layout: Layout, index: number, item: Packed): void {
  const { starts, codes } = layout
  const format = item.format === 's' ? `${roomAt(layout, index)}s` : item.format
  const at = starts.at(-1)! + WORD * index
  for (let i = 0; i < WORD; i++) bytes[at + i] = format.charCodeAt(i) // NaN is 0
  bytes[codes + index] = item.code
  bytes.set(item.bytes, starts[index]!)
  if (item.format === 's') bytes.fill(0, starts[index]! + item.bytes.length, starts[index + 1]!)
}

function layoutAt(starts: readonly number[]): Layout {
  const length = starts.length - 1
  const codes = starts[length]! + WORD * length
  return { starts, codes, size: codes + length }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
