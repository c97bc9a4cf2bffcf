/** A picture to filter, and pictures as PNG files. */
import { writeFileSync } from 'node:fs'
import { PNG } from 'pngjs'

/** Red, green, blue and opacity. */
export const CHANNELS = 4

type Color = readonly [red: number, green: number, blue: number]

const HILLS: readonly Color[] = [
  [96, 108, 148],
  [72, 92, 120],
  [52, 82, 84],
  [36, 62, 56],
  [18, 36, 34],
]

/** What can be written to, pixel by pixel. */
export interface Canvas {
  readonly shape: readonly number[]
  set(row: number, column: number, channel: number, value: number): unknown
}

/** Draws hills at dusk, with the grain of a film. The same each time. */
export function draw(canvas: Canvas): void {
  const [height = 0, width = 0] = canvas.shape
  let seed = 1
  const grain = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return ((seed >>> 16) % 41) - 20
  }
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const color = colorAt(row / height, column / width)
      const noise = grain()
      for (let i = 0; i < 3; i += 1) {
        canvas.set(row, column, i, Math.max(0, Math.min(255, Math.round(color[i]! + noise))))
      }
      canvas.set(row, column, 3, 255)
    }
  }
}

function colorAt(y: number, x: number): Color {
  for (let i = HILLS.length - 1; i >= 0; i -= 1) {
    const ridge =
      0.5 + 0.11 * i + 0.06 * Math.sin(x * (5 + 2 * i) + i * 2) + 0.02 * Math.sin(x * 23 + i * 5)
    if (y > ridge) return HILLS[i]!
  }
  if (Math.hypot((x - 0.68) * 1.5, y - 0.4) < 0.09) return [255, 236, 190]
  return [240 - 90 * (0.6 - y), 150 - 40 * (0.6 - y) + 30 * y, 120 + 160 * (0.6 - y)]
}

/** Writes pixels as a PNG file. */
export function writePng(file: string, pixels: Uint8Array, width: number, height: number): void {
  const png = new PNG({ width, height })
  png.data = Buffer.from(pixels)
  writeFileSync(file, PNG.sync.write(png))
}
