import { CodecError } from './codec-error.ts'
import { FLAG_LINKS, FLAG_REFERENCES, VERSION } from './tags.ts'

/** How a handle travels: what it is, and four words that its kind understands. All are unsigned 32-bit integers. */
export interface Link {
  readonly tag: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

/** What the codec asks of whoever knows the handles: queues, ends, refs, shared state. */
export interface HandleCodec {
  /**
   * The link of a handle, or undefined for any other object. Asked once for each object of a message that is
   * neither a plain object nor an array, and for each function. What it throws comes through as it is.
   * `detail` is what the words cannot say: a value that is encoded beside the link, handles included.
   */
  encode(value: object, path: () => string): (Link & { readonly detail?: unknown }) | undefined
  /** What follows, until `leave`, is the detail of the link that `encode` gave last. */
  enter?(): void
  leave?(): void
  /** The handle of a link. Asked at most once for each link of a message, when the value is reached. */
  decode(link: Link, index: number, detail: unknown): unknown
  /**
   * A link that `encode` gave and that will not be in the message after all, because it lay beside
   * something that cannot be sent in a property of an Error, which is then sent as text.
   */
  discard?(link: Link): void
}

/** For messages without handles. */
export const noHandles: HandleCodec = {
  encode: () => undefined,
  decode: () => {
    throw new CodecError('the message holds a handle, and nothing here understands handles')
  },
}

/** Bytes before the first link: header, zero, count. The links are words, so this is a multiple of four. */
export const LINK_TABLE_START = 4
export const LINK_BYTES = 20
export const LINKS_MAX = 0xffff
export const NO_LINKS: readonly Link[] = Object.freeze([])

/** Length of header and table, where the body of a message with that many links begins. */
export function bodyStart(links: number): number {
  return links === 0 ? 1 : LINK_TABLE_START + links * LINK_BYTES
}

/** The handles of a message, without decoding it. */
export function readLinks(bytes: Uint8Array, length: number): Link[] {
  const end = Math.min(length, bytes.length)
  if (end < 1) throw new CodecError('the message is empty')
  const header = bytes[0]!
  if (header >> 4 !== VERSION) {
    throw new CodecError(`the message is of version ${header >> 4}, this is version ${VERSION}`)
  }
  if ((header & 0xf & ~(FLAG_LINKS | FLAG_REFERENCES)) !== 0) {
    throw new CodecError('the message has flags that this version does not know')
  }
  const links: Link[] = []
  if ((header & FLAG_LINKS) === 0) return links
  const count = end < LINK_TABLE_START ? 0 : bytes[2]! | (bytes[3]! << 8)
  if (count === 0 || bodyStart(count) > end) {
    throw new CodecError('the table of handles does not fit in the message')
  }
  for (let at = LINK_TABLE_START; links.length < count; at += LINK_BYTES) {
    links.push({
      tag: readWord(bytes, at),
      a: readWord(bytes, at + 4),
      b: readWord(bytes, at + 8),
      c: readWord(bytes, at + 12),
      d: readWord(bytes, at + 16),
    })
  }
  return links
}

function readWord(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  )
}
