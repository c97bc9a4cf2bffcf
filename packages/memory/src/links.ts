/**
 * The table of links at the head of a message: the handles and ends that it carries, so that it can be
 * dropped without being decoded.
 *
 *   words[0] >>> 16   count
 *   words[1 + 5 i]    tag, index, generation, end, generation of the end
 *
 * Of a tag the memory layer knows two bits; the rest is for the layer above.
 */

/** The link names an object, (a, b) = (index, generation), and counts in it. */
export const NAMES_OBJECT = 1
/** The link is an end of the object too, (c, d) = (end, generation). */
export const NAMES_END = 2

/** One link of a message. */
export interface Link {
  readonly tag: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

const LINK_WORDS = 5

/** Reads the table from the words of a message of `length` bytes. */
export function readLinks(words: Int32Array, length: number): Link[] {
  const count = words[0]! >>> 16
  const links: Link[] = []
  if (4 + count * LINK_WORDS * 4 > length) return links
  for (let i = 0; i < count; i++) {
    const at = 1 + i * LINK_WORDS
    links.push({
      tag: words[at]!,
      a: words[at + 1]!,
      b: words[at + 2]!,
      c: words[at + 3]!,
      d: words[at + 4]!,
    })
  }
  return links
}
