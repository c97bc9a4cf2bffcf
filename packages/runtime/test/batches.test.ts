import { deepStrictEqual } from 'node:assert/strict'
import { describe, expect, test } from 'vitest'
import { JoinableQueue, Queue, QueueClosedError, QueueFullError } from '../dist/index.js'

/** Every form of item: inline, encoded, bytes, large, with handles. */
function itemsOfAllForms(count: number): unknown[] {
  return Array.from({ length: count }, (_, i) => {
    switch (i % 9) {
      case 0:
        return i
      case 1:
        return i + 0.5
      case 2:
        return { i, tags: ['a', 'b'], nested: { value: `text ${i}` } }
      case 3:
        return new Uint8Array(i % 300).fill(i)
      case 4:
        return `string ${i} ü€`
      case 5:
        return [null, undefined, true, false][((i / 9) % 4) | 0]
      case 6:
        return Buffer.from(`buffer ${i}`)
      case 7:
        return i % 90 === 7 ? new Uint8Array(200_000).fill(i) : new Date(i)
      default:
        return i % 90 === 8 ? 'x'.repeat(150_000) : new Map([[i, new Set([i])]])
    }
  })
}

describe('arrays of items', () => {
  test.each([0, 1, 7, 256, 1000])('of %i items come back whole, in order', async (count) => {
    const q = new Queue<unknown>({ bytes: 2 ** 24 })
    const items = itemsOfAllForms(count)
    await q.putMany(items)
    const back: unknown[] = []
    while (back.length < count) back.push(...(await q.getMany(100)))
    deepStrictEqual(back, items)
    q.putManySync(items)
    const again: unknown[] = []
    while (again.length < count) again.push(...q.getManySync(333))
    deepStrictEqual(again, items)
    expect(q.size).toBe(0)
  })

  test('pass a queue that is much smaller than they are', async () => {
    const q = new Queue<unknown>({ bytes: 4096, maxsize: 5 })
    const items = itemsOfAllForms(700)
    const put = q.putMany(items)
    const back: unknown[] = []
    while (back.length < items.length) back.push(...(await q.getMany(50)))
    await put
    deepStrictEqual(back, items)
  })

  test('carry handles, which are the same objects here', async () => {
    const q = new Queue<unknown>()
    const other = new Queue<number>()
    await q.putMany([1, { other }, 2, [other], 3])
    expect(await q.getMany(10)).toEqual([1, { other }, 2, [other], 3])
  })

  test.each([10, 100_000])(
    'read each item once, also one of %i characters with a handle',
    async (length) => {
      const q = new Queue<unknown>({ bytes: 2 ** 16 })
      const other = new Queue<number>()
      let reads = 0
      const item = (handle: unknown): object => ({
        get text(): string {
          reads++
          return 'x'.repeat(length)
        },
        handle,
      })
      const put = q.putMany([1, item(null), item(other), 2])
      const back: unknown[] = []
      while (back.length < 4) back.push(...(await q.getMany(4)))
      await put
      expect(reads).toBe(2)
      expect(back).toEqual([
        1,
        { text: 'x'.repeat(length), handle: null },
        { text: 'x'.repeat(length), handle: other },
        2,
      ])
    },
  )

  test('that did not go leave the handles behind them to their sender', async () => {
    const q = new Queue<unknown>({ maxsize: 1 })
    const other = new Queue<number>()
    const end = other.producer()
    await expect(q.putMany([1, 2, { end }], { timeout: 1 })).rejects.toMatchObject({ put: 1 })
    await end.put(7)
    q.close()
    await expect(q.putMany([3, { end }])).rejects.toThrow(QueueClosedError)
    expect(() => q.putManySync([3, { end }])).toThrow(QueueClosedError)
    await end.put(8)
    expect(await other.getMany(2)).toEqual([7, 8])
  })

  test('stop at the first item that cannot be sent, and tell how many were put', async () => {
    const q = new Queue<unknown>()
    const items = [1, { a: 2 }, 'three', { on: () => {} }, 5]
    await expect(q.putMany(items)).rejects.toMatchObject({ code: 'ERR_TROUPE_CODEC', put: 3 })
    expect(() => q.putManySync(items)).toThrow(expect.objectContaining({ put: 3 }))
    expect(await q.getMany(10)).toEqual([1, { a: 2 }, 'three', 1, { a: 2 }, 'three'])
  })

  test('end with the timeout when there is no room, and tell how many were put', async () => {
    const q = new Queue<number>({ maxsize: 4 })
    const error = await q.putMany([1, 2, 3, 4, 5, 6], { timeout: 5 }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(QueueFullError)
    expect(error).toMatchObject({ put: 4 })
    expect(() => q.putManySync([9], { timeout: 1 })).toThrow(QueueFullError)
    expect(await q.getMany(10)).toEqual([1, 2, 3, 4])
  })

  test('reject after the close', async () => {
    const q = new Queue<number>()
    await q.putMany([1, 2])
    q.close()
    await expect(q.putMany([3])).rejects.toThrow(QueueClosedError)
    expect(() => q.putManySync([3])).toThrow(QueueClosedError)
    expect(await q.getMany(10)).toEqual([1, 2])
    await expect(q.getMany(10)).rejects.toThrow(QueueClosedError)
  })

  test('may be sent while an array is sent: a getter of an item puts another array', () => {
    const inner = new Queue<number>()
    const outer = new Queue<unknown>()
    const item = {
      get n(): number {
        inner.putManySync([7, 8, 9])
        return 1
      },
    }
    expect(() => outer.putManySync([0, item, 2])).not.toThrow()
    expect(inner.getManySync(10)).toEqual([7, 8, 9])
    expect(outer.getManySync(10)).toEqual([0, { n: 1 }, 2])
  })

  test('an iterable is put item by item, as it comes', () => {
    const q = new Queue<number>()
    const seen: number[] = []
    function* items(): Generator<number> {
      for (let i = 0; i < 3; i++) {
        yield i
        seen.push(q.size)
      }
    }
    q.putManySync(items())
    expect(seen).toEqual([1, 2, 3])
  })

  test('count as taken, each, in a joinable queue', async () => {
    const q = new JoinableQueue<number>()
    await q.putMany(Array.from({ length: 600 }, (_, i) => i))
    let done = 0
    while (done < 600) {
      for (const _ of await q.getMany(256)) {
        if (done % 100 === 0) await expect(q.join({ timeout: 0 })).rejects.toThrow(/not done/)
        q.taskDone()
        done++
      }
    }
    await q.join()
    expect(() => q.taskDone()).toThrow()
  })
})
