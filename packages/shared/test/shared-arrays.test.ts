// Arrays that actors share: one memory in all places, and nothing is lost under their lock.
import { Queue } from '@troupe/runtime'
import { describe, expect, test } from 'vitest'
import { SharedArray } from '../dist/index.js'
import { refusal } from './fixtures/refusal.js'
import { withAddon } from './suites/mode.js'
import { Company, fourOf, Party } from './suites/party.js'
import { CODES, numberOf } from './suites/types.js'

const four = new Company(fourOf(withAddon.apart))
const others = new Company(withAddon.places)
const { places } = withAddon

describe.each(CODES)('an array of %s', (name) => {
  const type = name === 'char' ? 'uint8' : name
  const items = [1, 2, 3].map((n) => numberOf(type, n))
  const seven = numberOf(type, 7)

  test.each(places)('is the same memory here and in: %s', async (place) => {
    const array = new SharedArray(name as 'int32', items as number[])
    expect(await others.in(place, array, 'list')).toEqual({ value: items })
    expect(await others.in(place, array, 'names')).toEqual({
      value: [array.constructor.name, 3, array.byteLength],
    })
    array[1] = seven as number
    expect(await others.in(place, array, 'index', 1)).toEqual({ value: seven })
    expect(await others.in(place, array, 'index', 2, seven)).toEqual({ value: seven })
    expect([...array]).toEqual([items[0], seven, seven])
  })
})

test.each(places)('a long one is whole in: %s', async (place) => {
  const array = new SharedArray('float64', 100_000)
  array[99_999] = 0.5
  expect(await others.in(place, array, 'index', 99_999)).toEqual({ value: 0.5 })
  await others.in(place, array, 'fill', 2, 1)
  expect(array.reduce((sum, n) => sum + n)).toBe(2 * 99_999)
  array[Symbol.dispose]()
})

test.each(places)('one without items works in: %s', async (place) => {
  const array = new SharedArray('int32', 0)
  expect(await others.in(place, array, 'names')).toEqual({ value: ['SharedInt32Array', 0, 0] })
  expect(await others.in(place, array, 'fillLocked', 1)).toEqual({ value: undefined })
})

test('nothing is lost that four add with the lock held', async () => {
  const array = new SharedArray('uint32', 50)
  await four.all(array, 'fillLocked', 500)
  expect([...array]).toEqual(Array(50).fill(2000))
})

test.each(places)('its lock is one for all that have it, in: %s', async (place) => {
  const array = new SharedArray('int32', 1)
  const guard = array.getLock().acquireSync()
  const other = await Party.start(place, array.getLock())
  expect(await other.do('tryAcquire')).toEqual({ value: undefined })
  guard.release()
  expect(await other.do('tryAcquire')).toEqual({ value: { ownerDied: false } })
  expect(array.getLock().tryAcquire()).toBeUndefined()
  await other.kill()
  expect(array.getLock().tryAcquire()?.ownerDied).toBe(true)
})

test.each(places)('without a lock it has none in: %s', async (place) => {
  const array = new SharedArray('int32', 1, { lock: false })
  expect(await others.in(place, array, 'getLock')).toEqual({ ended: 'ERR_TROUPE_NO_LOCK' })
})

test.each(places)('it is one object to one actor, however often it came to: %s', async (place) => {
  const array = new SharedArray('int32', 1)
  expect(await others.in(place, array, 'isSame', array, { deep: [array] })).toEqual({ value: true })
  const queue = new Queue<SharedArray<'int32'>>()
  await queue.put(array)
  expect(await queue.get()).toBe(array)
})

test.each(places)('one that an actor made outlives it, in: %s', async (place) => {
  const other = await Party.start(place, {})
  const outcome = await other.do('makeArray', 'h', [5, 6])
  const { value: made } = outcome as { value: SharedArray<'h'> }
  await other.kill()
  expect(made).toBeInstanceOf(SharedArray)
  made[0]! += 1
  expect([made.constructor.name, ...made]).toEqual(['SharedInt16Array', 6, 6])
  expect(made.getLock().tryAcquire()?.isHeld).toBe(true)
})

test.each(places)('disposed of here it goes on in: %s', async (place) => {
  const array = new SharedArray('int32', [1, 2])
  const other = await Party.start(place, array)
  array[Symbol.dispose]()
  const error = await refusal(() => new Queue<object>().put(array))
  expect(error.code).toBe('ERR_TROUPE_DISPOSED')
  expect(error.message).toMatch(/^This array was disposed here; keep it until its last use$/)
  // Both are one thread, and its memory is mapped once.
  if (place !== 'here') expect(await other.do('list')).toEqual({ value: [1, 2] })
  expect(await other.do('getLock')).toMatchObject({ value: expect.anything() })
  await other.end()
})

test.each(places)('disposed of in: %s it goes on here', async (place) => {
  const array = new SharedArray('int32', [1, 2])
  const other = await Party.start(place, array)
  expect(await other.do('dispose')).toEqual({ value: undefined })
  expect(await other.do('getLock')).toEqual({ ended: 'ERR_TROUPE_DISPOSED' })
  if (place !== 'here') expect(await other.do('list')).toEqual({ value: [0, 0] })
  array[0]! += 1
  expect([...array]).toEqual([2, 2])
  expect(array.getLock().tryAcquire()?.isHeld).toBe(true)
  await other.end()
})

test('a plain view of it arrives as a view of the same memory', () => {
  const array = new SharedArray('int32', [1, 2, 3, 4])
  const queue = new Queue<unknown>()
  queue.putSync({ view: array.subarray(1, 3), bytes: new Uint8Array(array.buffer, 4, 2), array })
  queue.putSync([new DataView(array.buffer, 12, 4), Buffer.from(array.buffer as never, 8, 4)])
  const first = queue.getSync() as { view: Int32Array; bytes: Uint8Array; array: SharedArray }
  const [data, buffer] = queue.getSync() as [DataView, Buffer]
  expect(first.view.constructor).toBe(Int32Array)
  expect([[...first.view], [...first.bytes], first.array]).toEqual([[2, 3], [2, 0], array])
  first.view[0] = 513
  data.setInt32(0, 77, true)
  expect(Buffer.isBuffer(buffer)).toBe(true)
  buffer[0] = 9
  expect([...array]).toEqual([1, 513, 9, 77])
})

test('a plain view of one that is disposed of cannot be sent', async () => {
  const array = new SharedArray('int32', 3)
  const view = array.subarray(1)
  array[Symbol.dispose]()
  const error = await refusal(() => new Queue<object>().put([view]))
  expect(error.code).toBe('ERR_TROUPE_CODEC')
  expect(error.message).toMatch(/^\[0\]: a view of shared memory .* use SharedArray/)
})

test('nor one of shared memory that is no kind', async () => {
  const view = new Int32Array(new SharedArrayBuffer(8))
  const error = await refusal(() => new Queue<object>().put([view]))
  expect(error.code).toBe('ERR_TROUPE_CODEC')
})
