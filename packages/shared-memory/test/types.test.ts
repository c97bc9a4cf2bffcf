// Types of named memory, for each TypeScript that users may have. Each snippet is a file of its own.
import { type Accepted, type Refused, typesSuite } from '../../runtime/test/types/suite.js'

const PRELUDE = `
import { actor, type Context, Queue, spawn } from '@troupe/runtime'
import { type Shows, SharedMemory, type View } from '@troupe/shared-memory'
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<A, B>(_yes: Same<A, B>): void {}
declare const memory: SharedMemory
`

const accepted: Accepted = [
  [
    'memory is made and attached to',
    `const made = SharedMemory.create({ size: 8 })
     same<typeof made, SharedMemory>(true)
     same<ReturnType<typeof SharedMemory.attach>, SharedMemory>(true)
     SharedMemory.create({ name: 'x', size: 8 })
     const parts: [string, number, SharedArrayBuffer, Uint8Array] = [made.name, made.size, made.buffer, made.bytes]`,
  ],
  [
    'a view is the typed array of its type',
    `const floats: Float64Array = memory.view('float64')
     const some: Int32Array = memory.view('int32', 3, { offset: 8 })
     const big: BigInt64Array = memory.view('int64')
     const one: Uint16Array = memory.view('uint16', [3])
     const first: bigint = memory.view('uint64')[0]
     same<View<'float64', undefined>, Float64Array & Shows>(true)`,
  ],
  [
    'a view of more dimensions has get and set',
    `const grid = memory.view('float64', [2, 3], { order: 'F' })
     grid.set(1, 2, grid.get(0, 0) + 1)
     const shape: number[] = grid.shape
     const data: Float64Array = grid.data
     memory.view('int64', [2, 2, 2]).data[0] = 1n`,
  ],
  [
    'actors that list it take it, and views of it',
    `export const takes = actor(import.meta, 'takes', { shares: [SharedMemory] }, (_ctx, m: SharedMemory, f: Float64Array, ...more: unknown[]) => m.size)
     spawn(takes, [memory, memory.view('float64'), memory.bytes, [memory]])
     export const takesItems = actor(import.meta, 'takesItems', { shares: [SharedMemory] }, (ctx: Context<SharedMemory>, items: Queue<SharedMemory>) => 1)
     export const shows = actor(import.meta, 'shows', { shares: [SharedMemory] }, (_ctx, view: Float64Array & Shows) => 1)`,
  ],
]

const refused: Refused = [
  [
    'memory that a definition does not list',
    `actor(import.meta, 'x', (_ctx, m: SharedMemory) => 1)`,
    /add \{ shares: \[SharedMemory\] \}/,
  ],
  [
    'memory in a queue that a definition does not list',
    `actor(import.meta, 'x', (_ctx, items: Queue<{ m: SharedMemory }>) => 1)`,
    /add \{ shares: \[SharedMemory\] \}/,
  ],
  [
    'a view by its type that a definition does not list',
    `actor(import.meta, 'x', (_ctx, view: Float64Array & Shows) => 1)`,
    /add \{ shares: \[SharedMemory\] \}/,
  ],
  ...(
    [
      ['a view', `memory.view('float64')`],
      ['a view of some items', `memory.view('float64', 3)`],
    ] as const
  ).map(
    ([what, text]) =>
      [
        `${what} as a typed array, to an actor that does not list it`,
        `const sums = actor(import.meta, 'sums', (_ctx, all: Float64Array) => all.length)
         spawn(sums, [${text}])`,
        /add \{ shares: \[SharedMemory\] \}/,
      ] as const,
  ),
  [
    'the bytes as anything, to an actor that does not list it',
    `spawn(actor(import.meta, 'x', (_ctx, any: unknown) => 1), [memory.bytes])`,
    /add \{ shares: \[SharedMemory\] \}/,
  ],
  ['no size', `SharedMemory.create({ name: 'x' })`, /'size' is missing/],
  ['a size that is no number', `SharedMemory.create({ size: '8' })`, /'string' is not assignable/],
  ['a constructor', `new SharedMemory({ size: 8 })`, /is private/],
  ['an unknown type', `memory.view('f8')`, /'"f8"' is not assignable/],
  ['an unknown order', `memory.view('int8', [2, 2], { order: 'K' })`, /'"K"' is not assignable/],
  ['a bigint for a number', `memory.view('int32')[0] = 1n`, /'bigint' is not assignable/],
]

typesSuite(PRELUDE, accepted, refused)
