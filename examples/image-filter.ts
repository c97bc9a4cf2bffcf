// Four actors paint a large picture, a band each: they share it as an array of rows, columns and channels.
// Usage: node image-filter.js [process|thread] [folder for before.png and after.png]
//
// Expected output:
// 1200 × 800 pixels, 4 bands
// Same as by one actor: true
// 4 actors # ms, 1 actor # ms
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { actor, main, spawn } from '@troupe/runtime'
import { SharedMemory } from '@troupe/shared-memory'
import { paint } from './image/paint.ts'
import { CHANNELS, draw, writePng } from './image/picture.ts'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'
const folder = process.argv[3] ?? path.join(tmpdir(), `troupe-image-${process.pid}`)
const [height, width] = [800, 1200]
const shape = [height, width, CHANNELS] as const

const band = actor(
  import.meta,
  'band',
  { shares: [SharedMemory] },
  (_ctx, before: SharedMemory, after: SharedMemory, from: number, end: number) =>
    paint(before.view('uint8', shape), after.view('uint8', shape), from, end),
)

async function filter(before: SharedMemory, after: SharedMemory, actors: number): Promise<number> {
  const start = performance.now()
  const bands = Array.from({ length: actors }, (_, i) => {
    const [from, end] = [i, i + 1].map((n) => Math.round((n * height) / actors)) as [number, number]
    return spawn(band, [before, after, from, end], { in: place }).result
  })
  await Promise.all(bands)
  return Math.round(performance.now() - start)
}

main(import.meta, async () => {
  const size = height * width * CHANNELS
  const [before, after, byOne] = [1, 2, 3].map(() => SharedMemory.create({ size })) as [
    SharedMemory,
    SharedMemory,
    SharedMemory,
  ]
  draw(before.view('uint8', shape))
  const four = await filter(before, after, 4)
  const one = await filter(before, byOne, 1)
  mkdirSync(folder, { recursive: true })
  writePng(path.join(folder, 'before.png'), before.bytes, width, height)
  writePng(path.join(folder, 'after.png'), after.bytes, width, height)
  console.log(`${width} × ${height} pixels, 4 bands`)
  console.log(`Same as by one actor: ${Buffer.compare(after.bytes, byOne.bytes) === 0}`)
  console.log(`4 actors ${four} ms, 1 actor ${one} ms`)
  for (const memory of [before, after, byOne]) memory[Symbol.dispose]()
})
