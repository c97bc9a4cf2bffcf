// Memory and views of it in messages: they arrive as the same bytes, where they are listed and still there.
import { DisposedError, NotSharedError, Pipe, Queue, spawn } from '@troupe/runtime'
import { describe, expect, test } from 'vitest'
import { refusal } from '../../shared/test/fixtures/refusal.js'
import { SharedMemory } from '../dist/index.js'
import { freshName, inodeOf, isThere, mappings } from './fixtures/names.js'
import * as actors from './fixtures/passing.mjs'

const places = ['thread', 'process', 'here'] as const
const make = (size = 64): SharedMemory => SharedMemory.create({ name: freshName(), size })

type Sent = (memory: SharedMemory) => object
const sent: [string, Sent, actors.Touched][] = [
  ['the handle', (memory) => memory, { class: 'SharedMemory', offset: 0, length: 64 }],
  ['its bytes', (memory) => memory.bytes, { class: 'Uint8Array', offset: 0, length: 64 }],
  [
    'a part of its bytes',
    (memory) => memory.bytes.subarray(5, 9),
    { class: 'Uint8Array', offset: 5, length: 4 },
  ],
  [
    'a DataView',
    (memory) => new DataView(memory.buffer, 3, 7),
    { class: 'DataView', offset: 3, length: 7 },
  ],
  [
    'a Buffer',
    (memory) => Buffer.from(memory.buffer as unknown as ArrayBuffer, 2, 6),
    { class: 'Buffer', offset: 2, length: 6 },
  ],
  [
    'a Uint8ClampedArray',
    (memory) => new Uint8ClampedArray(memory.buffer, 1, 3),
    { class: 'Uint8ClampedArray', offset: 1, length: 3 },
  ],
  ...(
    [
      ['int8', 'Int8Array', 1],
      ['uint8', 'Uint8Array', 1],
      ['int16', 'Int16Array', 2],
      ['uint16', 'Uint16Array', 2],
      ['int32', 'Int32Array', 4],
      ['uint32', 'Uint32Array', 4],
      ['int64', 'BigInt64Array', 8],
      ['uint64', 'BigUint64Array', 8],
      ['float32', 'Float32Array', 4],
      ['float64', 'Float64Array', 8],
    ] as const
  ).map(([type, name, size]): [string, Sent, actors.Touched] => [
    `a view of ${type}`,
    (memory) => memory.view(type, 3, { offset: 16 }),
    { class: name, offset: 16, length: 3 * size },
  ]),
]

describe.each(places)('in: %s,', (place) => {
  test('handles and views come as arguments, in a queue, a pipe and an inbox', async () => {
    const all = sent.map(([what, of, wanted]) => {
      const memory = make()
      return { what, memory, object: of(memory), wanted }
    })
    const [objects, wanted] = [all.map(({ object }) => object), all.map((one) => one.wanted)]
    const items = new Queue<unknown>()
    const [receiver, sender] = Pipe<unknown>({ duplex: false })
    const args = [objects[0], { deep: [objects] }, items, receiver] as const
    const started = spawn(actors.touchesAll, args as never, { in: place })
    await items.put(objects)
    await sender.send(objects)
    started.send({ all: objects })
    expect(await started.result).toEqual([[wanted[0]], wanted, wanted, wanted, wanted])
    // What they wrote is in the bytes that were sent, and in no copy.
    const written = all.map(({ what, memory, wanted: { offset } }) => [what, memory.bytes[offset]])
    expect(written).toEqual(all.map(({ what }, i) => [what, i === 0 ? 5 : 4]))
    for (const { memory } of all) memory[Symbol.dispose]()
  })

  test('a result brings memory and views of it, which stay when their maker has ended', async () => {
    const name = freshName()
    const started = spawn(actors.makes, [name], { in: place })
    const { memory, numbers } = await started.result
    await started.join()
    expect(memory).toBeInstanceOf(SharedMemory)
    expect([memory.name, memory.size, [...numbers]]).toEqual([name, 16, [42, 0]])
    expect(numbers.buffer).toBe(memory.buffer)
    memory.view('int32')[3] = 7
    expect(numbers[1]).toBe(7)
    memory.unlink()
    memory.close()
  })

  test('an actor that gets it twice has one object, and its place one mapping', async () => {
    const memory = make()
    const inode = inodeOf(memory.name)
    const items = new Queue<unknown>()
    const started = spawn(actors.compares, [memory, memory.bytes, items, inode], { in: place })
    await items.put(memory)
    started.send({ deep: [memory] })
    // Threads of a process map each for themselves: this one too.
    const mapped = place === 'thread' ? 2 : 1
    expect(await started.result).toEqual({ same: true, sameBuffer: true, mappings: mapped })
    memory[Symbol.dispose]()
  })

  test('two actors of a place have one mapping, until both closed', async () => {
    const memory = make()
    const inode = inodeOf(memory.name)
    const others = place === 'process' ? 0 : 1
    const mine = place === 'here' ? 0 : 1
    expect(await spawn(actors.passesOn, [memory, inode], { in: place }).result).toEqual({
      during: mine + others,
      first: mine + others,
      after: others,
    })
    expect(mappings(inode)).toBe(1)
    memory[Symbol.dispose]()
  })

  test('it is refused to who does not list it, with its path, and the next item comes', async () => {
    const memory = make()
    const items = new Queue<unknown>()
    await items.put({ list: [0, memory] })
    await items.put({ deep: new Map([['key', memory.view('int32', 2)]]) })
    await items.put('after')
    const { result } = spawn(actors.sharesNothing, [items, 3], { in: place })
    const told = (path: string): object => ({
      name: 'NotSharedError',
      code: 'ERR_TROUPE_NOT_SHARED',
      path,
      message: `Actor 'sharesNothing' does not share SharedMemory, which came at ${path}; import SharedMemory of @troupe/shared-memory and write actor(import.meta, 'sharesNothing', { shares: [SharedMemory] }, …)`,
    })
    expect(await result).toEqual([told('list[1]'), told('deep.get("key")'), 'after'])
    const error = await refusal(() =>
      spawn(actors.sharesNothing, [memory.bytes, 1] as never, { in: place }),
    )
    expect(error).toBeInstanceOf(NotSharedError)
    expect(error).toMatchObject({ kind: 'SharedMemory', path: '[0]' })
    memory[Symbol.dispose]()
  })

  test('what was unlinked on its way is not found, and the rest of the queue comes', async () => {
    const [one, two, three] = [make(), make(), make()]
    const items = new Queue<unknown>()
    for (const item of [one, 'between', [two.bytes], three, 'end']) await items.put(item)
    one.unlink()
    two[Symbol.dispose]()
    three.bytes[0] = 3
    const told = await tellsOf(items, 5)
    const gone = (name: string): object => ({
      name: 'SegmentNotFoundError',
      code: 'ERR_TROUPE_SEGMENT_NOT_FOUND',
      message: `There is no shared memory named "${name}"; create it first, and keep it until everybody has attached`,
    })
    // Here it is in this thread still, though it has no name any more.
    const first = place === 'here' ? 'memory 0' : gone(one.name)
    expect(told).toEqual([first, 'between', gone(two.name), 'memory 3', 'end'])
    one.close()
    three[Symbol.dispose]()
  })

  test('what was unlinked is not taken for another of its name', async () => {
    const one = make()
    const items = new Queue<unknown>()
    await items.put(one)
    await items.put('end')
    one[Symbol.dispose]()
    const another = SharedMemory.create({ name: one.name, size: 64 })
    another.bytes[0] = 9
    expect(await tellsOf(items, 2)).toEqual([
      {
        name: 'SegmentNotFoundError',
        code: 'ERR_TROUPE_SEGMENT_NOT_FOUND',
        message: `There is no shared memory named "${one.name}"; the name is that of another one by now`,
      },
      'end',
    ])
    expect([isThere(another.name), another.bytes[0]]).toEqual([true, 9])
    another[Symbol.dispose]()
  })

  test('who closed it is told so, and its views read zeros', async () => {
    const memory = make()
    memory.bytes.fill(1)
    const items = new Queue<unknown>()
    const told = await spawn(actors.usesClosed, [memory, items], { in: place }).result
    const closed: unknown = expect.objectContaining({
      name: 'DisposedError',
      code: 'ERR_TROUPE_DISPOSED',
    })
    // Here the bytes are this actor's too.
    expect(told).toEqual([closed, closed, place !== 'here'])
    expect(items.size).toBe(0)
    expect(memory.bytes[0]).toBe(1)
    memory[Symbol.dispose]()
  })

  test('who closed it has it again when it comes again', async () => {
    const memory = make()
    memory.bytes[0] = 5
    const items = new Queue<unknown>()
    await items.put(memory)
    const told = await spawn(actors.closesAndGets, [memory, items], { in: place }).result
    expect(told).toEqual([5, false, 5])
    memory[Symbol.dispose]()
  })

  /** What an actor there says of so many items. */
  const tellsOf = (items: Queue<unknown>, times: number): Promise<unknown[]> =>
    spawn(actors.tells, [items, times], { in: place }).result
})

test.each(['thread', 'process'] as const)(
  'what is unlinked before its receiver starts is told as its failure, in: %s',
  async (place) => {
    const memory = make()
    const items = new Queue<unknown>()
    const started = spawn(actors.closesAndGets, [memory, items], { in: place })
    memory[Symbol.dispose]()
    const { name, code } = await refusal(() => started.result)
    expect([name, code]).toEqual(['SegmentNotFoundError', 'ERR_TROUPE_SEGMENT_NOT_FOUND'])
  },
)

describe('a handle that is closed', () => {
  test.each<[string, (memory: SharedMemory) => object]>([
    ['itself', (memory) => memory],
    ['its bytes', (memory) => memory.bytes],
  ])('is refused to be sent: %s', async (what, of) => {
    const memory = make()
    const object = of(memory)
    memory.close()
    const items = new Queue<unknown>()
    const error = await refusal(() => items.put(object))
    if (what === 'itself') expect(error).toBeInstanceOf(DisposedError)
    expect(items.size).toBe(0)
    memory.unlink()
  })

  test('lets views go on that another handle has open', async () => {
    const memory = make()
    const other = SharedMemory.attach(memory.name)
    const items = new Queue<unknown>()
    memory.close()
    await items.put(other.bytes)
    expect(await items.get()).toEqual(other.bytes)
    other.unlink()
    other.close()
  })
})

test('actors here that ended keep nothing open', async () => {
  const memory = make()
  const view = memory.bytes.fill(1)
  const inode = inodeOf(memory.name)
  const items = new Queue<unknown>()
  for (const item of [memory, view]) await items.put(item)
  await spawn(actors.tells, [items, 2], { in: 'here' }).join()
  memory[Symbol.dispose]()
  expect([mappings(inode), view[0]]).toEqual([0, 0])
})

test('an actor that gets what it made has the handle that made it, whatever it attached too', async () => {
  const memory = make()
  const other = SharedMemory.attach(memory.name)
  const items = new Queue<unknown>()
  for (const item of [memory, memory.bytes]) await items.put(item)
  expect(await items.get()).toBe(memory)
  const view = (await items.get()) as Uint8Array
  expect(view.buffer).toBe(memory.buffer)
  other.close()
  memory.bytes[0] = 9
  expect(view[0]).toBe(9)
  memory[Symbol.dispose]()
})

test('a view of what its user made the buffer grow by is refused, and the queue stays usable', async () => {
  const memory = SharedMemory.create({ size: 100 })
  const queue = new Queue<unknown>()
  memory.buffer.grow(200)
  expect(memory.bytes.length).toBe(100)
  const error = await refusal(() => queue.put([new Uint8Array(memory.buffer, 90, 20)]))
  expect(error).toMatchObject({ code: 'ERR_TROUPE_CODEC' })
  expect(error.message).toMatch(/^\[0\]: a view ends at byte 110 of shared memory that has 100; /)
  queue.putSync(memory.view('uint8', 10, { offset: 90 }))
  expect(queue.getSync()).toHaveLength(10)
  memory[Symbol.dispose]()
})
