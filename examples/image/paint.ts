/**
 * The filter of Kuwahara, Hachimura, Eiho and Kinoshita (1976): a pixel becomes the mean of that one of the four squares
 * beside it whose brightness varies least. Grain goes, edges stay, and a photograph looks painted.
 */

/** Pixels by row, column and channel. */
export interface Pixels {
  readonly shape: readonly number[]
  get(row: number, column: number, channel: number): number
  set(row: number, column: number, channel: number, value: number): unknown
}

const SIDE = 4

/** Paints rows `from` to `end` of `target`; it reads `source` alone, also beside those rows. */
export function paint(source: Pixels, target: Pixels, from: number, end: number): void {
  const [height = 0, width = 0] = source.shape
  const best = new Float64Array(3)
  for (let row = from; row < end; row += 1) {
    for (let column = 0; column < width; column += 1) {
      let least = Infinity
      for (let square = 0; square < 4; square += 1) {
        const top = row - (square < 2 ? SIDE : 0)
        const left = column - (square % 2 === 0 ? SIDE : 0)
        least = look(source, height, width, top, left, least, best)
      }
      for (let i = 0; i < 3; i += 1) target.set(row, column, i, Math.round(best[i]!))
      target.set(row, column, 3, 255)
    }
  }
}

// Puts the square's mean into `best` when its brightness varies less than `least`; gives the lesser of both.
function look(
  source: Pixels,
  height: number,
  width: number,
  top: number,
  left: number,
  least: number,
  best: Float64Array,
): number {
  const y0 = Math.max(0, top)
  const y1 = Math.min(height - 1, top + SIDE)
  const x0 = Math.max(0, left)
  const x1 = Math.min(width - 1, left + SIDE)
  let red = 0
  let green = 0
  let blue = 0
  let sum = 0
  let squares = 0
  for (let y = y0; y <= y1; y += 1) {
    for (let x = x0; x <= x1; x += 1) {
      const r = source.get(y, x, 0)
      const g = source.get(y, x, 1)
      const b = source.get(y, x, 2)
      const brightness = r + g + b
      red += r
      green += g
      blue += b
      sum += brightness
      squares += brightness * brightness
    }
  }
  const count = (y1 - y0 + 1) * (x1 - x0 + 1)
  const variance = squares / count - (sum / count) ** 2
  if (variance >= least) return least
  best[0] = red / count
  best[1] = green / count
  best[2] = blue / count
  return variance
}
