/**
 * Counting words and lines of a piece of text.
 *
 * A word is a run of a-z after lower-casing A-Z: what `tr A-Z a-z | tr -cs a-z '\n'` prints. All else,
 * digits and accented letters included, lies between words.
 */
export type Counts = Map<string, number>

const WORD = /[a-z]+/gi
const LINE_END = 10

/** Adds the words of `text` to `counts`; returns how many there were. */
export function countWords(text: string, counts: Counts): number {
  const words = text.match(WORD) ?? []
  for (const found of words) {
    const word = found.toLowerCase()
    const count = counts.get(word)
    if (count === undefined) counts.set(copyOf(word), 1)
    else counts.set(word, count + 1)
  }
  return words.length
}

/** How many line ends are in `text`. */
export function countLines(text: string): number {
  let lines = 0
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) === LINE_END) lines += 1
  }
  return lines
}

/** Adds `more` to `counts`. */
export function mergeCounts(counts: Counts, more: Counts): void {
  for (const [word, count] of more) counts.set(word, (counts.get(word) ?? 0) + count)
}

/** The `top` most frequent words; equal ones by the alphabet. */
export function mostFrequent(counts: Counts, top: number): [word: string, count: number][] {
  const byCount = ([a, m]: [string, number], [b, n]: [string, number]): number =>
    n - m || (a < b ? -1 : 1)
  return [...counts].sort(byCount).slice(0, top)
}

// A word cut from a text may keep the whole text alive; a map of words must not.
function copyOf(word: string): string {
  return Buffer.from(word, 'latin1').toString('latin1')
}
