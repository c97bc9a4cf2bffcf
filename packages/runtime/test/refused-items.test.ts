// Items that cannot be sent: refused at the sender with the path, and nothing else suffers.
import { describe, expect, test } from 'vitest'
import { CodecError, type Consumer, MovedError, Pipe, Queue, spawn } from '../dist/index.js'
import { refusal } from './fixtures/refusal.js'
import { collect } from './fixtures/channels.mjs'
import { untilStopped } from './fixtures/life.mjs'

class Account {
  balance = 1
}
const unsendable: [string, unknown, RegExp][] = [
  ['a function', () => {}, /function.*cannot be sent; send data/],
  ['a symbol', Symbol('s'), /Symbol\(s\) cannot be sent; send a string/],
  ['an instance', new Account(), /an instance of Account cannot be sent; send a plain object/],
  ['a promise', Promise.resolve(), /a Promise cannot be sent; await it/],
  [
    'foreign shared memory',
    new SharedArrayBuffer(8),
    /shared memory .*use SharedArray of @troupe\/shared/,
  ],
  [
    'a view of it',
    new Int32Array(new SharedArrayBuffer(8)),
    /shared memory .*use SharedArray of @troupe\/shared/,
  ],
]

type Put = (channel: Queue<unknown>, item: unknown) => unknown

const puts: [string, Put][] = [
  ['put', (q, item) => q.put(item)],
  ['putSync', (q, item) => q.putSync(item)],
  ['tryPut', (q, item) => q.tryPut(item)],
  ['putMany', (q, item) => q.putMany([item])],
  ['putManySync', (q, item) => q.putManySync([item])],
  ['put of a producer', (q, item) => q.producer().put(item)],
]

describe.each(puts)('%s', (_form, put) => {
  test.each(unsendable)('refuses %s, and the queue stays usable', async (_what, value, message) => {
    const q = new Queue<unknown>()
    await q.put('before')
    const error = await refusal(() => put(q, { items: [0, { value }] }))
    expect(error).toBeInstanceOf(CodecError)
    expect(error.code).toBe('ERR_TROUPE_CODEC')
    expect((error as CodecError).path).toBe('items[1].value')
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(/^items\[1\]\.value: /)
    await q.put('after')
    expect([await q.get(), await q.get(), q.tryGet()]).toEqual(['before', 'after', undefined])
  })

  test('refuses it also while others wait for room, and those go through', async () => {
    const q = new Queue<unknown>({ maxsize: 1 })
    await q.put(1)
    const waiting = q.put(2)
    // The one form that does not wait in line says that there is no room.
    if (_form === 'tryPut') expect(q.tryPut({ f: () => {} })).toBe(false)
    else expect((await refusal(() => put(q, { f: () => {} }))).code).toBe('ERR_TROUPE_CODEC')
    expect([await q.get(), await q.get(), q.tryGet()]).toEqual([1, 2, undefined])
    await waiting
  })
})

test('putMany says how many items were put before the one that cannot be', async () => {
  const q = new Queue<unknown>()
  const items = [1, 2, () => {}, 4]
  for (const put of [() => q.putMany(items), () => q.putManySync(items)]) {
    expect(await refusal(put)).toMatchObject({ code: 'ERR_TROUPE_CODEC', put: 2 })
    expect(await q.getMany(10)).toEqual([1, 2])
  }
})

test('all forms of a pipe refuse it, and the pipe stays usable', async () => {
  const [a, b] = Pipe<unknown>()
  const bad = { items: [() => {}] }
  for (const send of [() => a.send(bad), () => a.sendSync(bad), () => a.trySend(bad)]) {
    expect(await refusal(send)).toMatchObject({ code: 'ERR_TROUPE_CODEC', path: 'items[0]' })
  }
  await a.send('after')
  expect(await b.recv()).toBe('after')
})

test('an argument, and a message to an actor, are refused at the caller', async () => {
  const ready = new Queue<string>()
  const bad = { f: () => {} }
  const error = await refusal(() => spawn(untilStopped, [bad as never]))
  expect(error).toMatchObject({ code: 'ERR_TROUPE_CODEC', path: 'args[0].f' })
  const started = spawn(untilStopped, [ready])
  expect(await refusal(() => (started.send as (m: unknown) => void)(bad))).toMatchObject({
    code: 'ERR_TROUPE_CODEC',
    path: 'message.f',
  })
  await ready.get()
  expect((await started.stop()).reason).toBe('shutdown')
})

test('handles beside an item that cannot be sent are here again', async () => {
  const q = new Queue<number>()
  const [mine, theirs] = Pipe<number>()
  const end: Consumer<number> = q.consumer()
  const carrier = new Queue<unknown>()
  const bad = { end, inner: { q, theirs }, f: () => {} }
  for (const [, put] of puts) await refusal(() => put(carrier, bad))
  await refusal(() => spawn(collect, [end, bad] as never))
  await q.put(1)
  expect(await end.get()).toBe(1)
  await mine.send(2)
  expect(await theirs.recv()).toBe(2)
})

test('an end twice in one item arrives as one, and is moved', async () => {
  const q = new Queue<number>()
  const end = q.consumer()
  const carrier = new Queue<unknown>()
  await carrier.put({ end, again: [end] })
  expect(await refusal(() => end.get())).toBeInstanceOf(MovedError)
  const item = (await carrier.get()) as { end: Consumer<number>; again: Consumer<number>[] }
  expect(item.again[0]).toBe(item.end)
  await q.put(1)
  expect(await item.end.get()).toBe(1)
})
