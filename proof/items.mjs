// Messages that tell who made them, which one it is, and whether every byte of them is theirs: of every path
// that an item can take. Byte n of a message depends on its maker, its number and n.
import { seeded } from './random.mjs'

// Its period is prime: a shift by a power of two shows.
const PERIOD = 65_521
const NOISE = new Uint8Array(2 ** 20 + 1_600_000)
const random = seeded(1)
for (let i = 0; i < PERIOD; i++) NOISE[i] = random() * 256
for (let i = PERIOD; i < NOISE.length; i *= 2) NOISE.copyWithin(i, 0, i)

/** The bytes of item `i` of maker `id`. */
export const noise = (id, i, bytes) => {
  const from = (id * 7919 + i * 104_729) & (2 ** 20 - 1)
  return NOISE.subarray(from, from + bytes)
}

const SIZES = [0, 0, 7, 64, 300, 1000, 5000, 100_000]
const sizeOf = (id, i) => (i % 997 === 996 ? 1_500_000 : SIZES[(i * 7 + id) % SIZES.length])

/** Item `i` of maker `id`: a number, text, an object with bytes, or bytes alone. */
export function makeItem(id, i) {
  const size = sizeOf(id, i)
  if (size === 0) return i % 2 === 0 ? id * 1e7 + i : `${id} ${i} ${'ä'.repeat(i % 50)}`
  if (i % 3 === 0) return { id, i, bytes: noise(id, i, size).slice() }
  const bytes = new Uint8Array(8 + size)
  new Int32Array(bytes.buffer, 0, 2).set([id, i])
  bytes.set(noise(id, i, size), 8)
  return bytes
}

/** What the item says: its maker, its number, and whether it is whole. */
export function readItem(item) {
  if (typeof item === 'number') return [Math.floor(item / 1e7), item % 1e7, true]
  if (typeof item === 'string') {
    const [id, i, tail] = item.split(' ')
    return [Number(id), Number(i), tail === 'ä'.repeat(i % 50)]
  }
  if (item instanceof Uint8Array) {
    const [id, i] = new Int32Array(item.slice(0, 8).buffer)
    return [id, i, isWhole(id, i, item.subarray(8))]
  }
  return [item.id, item.i, isWhole(item.id, item.i, item.bytes)]
}

const isWhole = (id, i, bytes) =>
  bytes.length === sizeOf(id, i) && Buffer.compare(bytes, noise(id, i, bytes.length)) === 0

/** Passes items through a queue, so that what is killed later is compiled code. */
export async function heat(queue) {
  for (let i = 0; i < 200; i++) {
    const item = makeItem(1, i % 8 === 6 ? 1 : i)
    if (i % 2 === 0) queue.putSync(item)
    else await queue.put(item)
    readItem(i % 3 === 0 ? await queue.get() : queue.getSync())
  }
}
