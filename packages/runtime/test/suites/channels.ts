import { describe, expect, test } from 'vitest'
import {
  type Consumer,
  JoinableQueue,
  MovedError,
  Pipe,
  Queue,
  QueueClosedError,
  QueueEmptyError,
  QueueFullError,
  spawn,
} from '../../dist/index.js'
import * as actors from '../fixtures/channels.mjs'
import type { Mode } from './mode.js'
import * as life from '../fixtures/life.mjs'

const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'resolved',
    (error: { code?: unknown }) => error.code ?? error,
  )

/** Queues and pipes between places. */
export function channelSuite(mode: Mode): void {
  describe(`channels ${mode.name}`, () => {
    describe.each(mode.places)('queue to and from a place: %s', (place) => {
      test('items arrive once, in order, and the queue ends with its last producer', async () => {
        const q = new Queue<number>()
        const items = Array.from({ length: 500 }, (_, i) => i)
        spawn(actors.produce, [q.producer(), items], { in: place })
        expect(await spawn(actors.collect, [q.consumer()], { in: place }).result).toEqual(items)
        expect(q.closed).toBe(true)
      })

      test('values go round trip as structured clones', async () => {
        const values: unknown[] = [
          undefined,
          null,
          true,
          -0,
          Number.NaN,
          1.5,
          2 ** 40,
          'text',
          'ü\ud800',
          12345678901234567890n,
          { a: [1, { b: 2 }] },
          new Map([[1, new Set(['x'])]]),
          new Date(5),
          /a/gi,
          new Uint8Array([1, 2]),
          new Float64Array([1.5]),
          [, 1], // oxlint-disable-line no-sparse-arrays
        ]
        const q = new Queue<unknown>()
        spawn(actors.produce, [q.producer(), values], { in: place })
        const back = await spawn(actors.collect, [q.consumer()], { in: place }).result
        expect(back).toEqual(structuredClone(values))
        expect(Object.is(back[3], -0)).toBe(true)
      })

      test('a queue made by an actor outlives it', async () => {
        const inner = await spawn(actors.giveQueue, [], { in: place }).result
        expect(await inner.get()).toBe('inside')
      })

      test('a pipe carries messages both ways, and ends when an end closes', async () => {
        const [mine, theirs] = Pipe<unknown, unknown>()
        const other = spawn(actors.echo, [theirs], { in: place })
        expect(() => theirs.trySend(1)).toThrow(MovedError)
        for (const item of [1, 'two', { three: 3 }]) {
          await mine.send(item)
          expect(await mine.recv()).toEqual(item)
        }
        mine.close()
        expect((await other.join()).reason).toBe('normal')
      })
    })

    describe.each(mode.apart)('death in a place: %s', (place) => {
      test('an end sent to an actor that dies before it takes it, or is dead, closes', async () => {
        const ready = new Queue<string>()
        const busy = spawn(life.deafTo, [ready], { in: place })
        await ready.get()
        for (const alive of [true, false]) {
          const q = new Queue<number>()
          const [mine, theirs] = Pipe<number, number>()
          // They wait before the end closes.
          const waits = [codeOf(q.get()), codeOf(mine.recv())]
          busy.send([q.producer(), theirs])
          if (alive) busy.kill()
          expect(await Promise.all(waits)).toEqual([
            'ERR_TROUPE_QUEUE_CLOSED',
            'ERR_TROUPE_PIPE_CLOSED',
          ])
        }
      })

      test('a killed producer ends the queue, and what it put is there', async () => {
        const q = new Queue<string>()
        const ready = new Queue<string>()
        const out = q.producer()
        await out.put('before')
        const victim = spawn(actors.hold, [ready, out], { in: place })
        await ready.get()
        victim.kill()
        expect(await q.get()).toBe('before')
        expect(await codeOf(q.get())).toBe('ERR_TROUPE_QUEUE_CLOSED')
        expect((await victim.join()).reason).toBe('killed')
      })

      test('a blocked get of the starter ends when the last producer is killed', async () => {
        const q = new Queue<string>()
        const ready = new Queue<string>()
        const victim = spawn(actors.hold, [ready, q.producer()], { in: place })
        ready.getSync()
        victim.kill()
        // A thread dies in the event loop's time, a process at once: both without this thread's help.
        if (place === 'process') expect(() => q.getSync()).toThrow(QueueClosedError)
        else expect(await codeOf(q.get())).toBe('ERR_TROUPE_QUEUE_CLOSED')
        await victim.join()
      })

      test('puts reject after the last consumer was killed', async () => {
        const q = new Queue<number>({ maxsize: 1 })
        const ready = new Queue<string>()
        const victim = spawn(actors.hold, [ready, q.consumer()], { in: place })
        await ready.get()
        await q.put(1)
        const waiting = codeOf(q.put(2))
        victim.kill()
        expect(await waiting).toBe('ERR_TROUPE_QUEUE_CLOSED')
        await victim.join()
      })

      test('what was pending in a pipe is received after the other end died, then it is closed', async () => {
        const [mine, theirs] = Pipe<string>()
        await theirs.send('last words')
        const ready = new Queue<string>()
        const victim = spawn(actors.hold, [ready, theirs], { in: place })
        await ready.get()
        victim.kill()
        expect(await mine.recv()).toBe('last words')
        expect(await codeOf(mine.recv())).toBe('ERR_TROUPE_PIPE_CLOSED')
        expect(await codeOf(mine.send('x'))).toBe('ERR_TROUPE_PIPE_CLOSED')
        await victim.join()
      })

      test('an actor that is blocked in getSync stops when asked', async () => {
        const ready = new Queue<string>()
        const victim = spawn(actors.blockInGet, [ready, new Queue<number>()], { in: place })
        await ready.get()
        expect((await victim.stop()).reason).toBe('shutdown')
      })
    })

    test.each(mode.apart)('join does not wait for a consumer that died in a %s', async (place) => {
      const q = new JoinableQueue<number>()
      await q.putMany([1, 2, 3])
      const ready = new Queue<string>()
      const victim = spawn(actors.takeAndHold, [q, 2, ready], { in: place })
      await ready.get()
      victim.kill()
      await victim.join()
      await q.get()
      const joined = q.join()
      q.taskDone()
      await joined
      expect(() => q.taskDone()).toThrow('taskDone() was called more often')
    })

    test('maxsize bounds the queue, and the try forms say so', async () => {
      const q = new Queue<number>({ maxsize: 2 })
      expect([q.tryPut(1), q.tryPut(2), q.tryPut(3)]).toEqual([true, true, false])
      expect([q.size, q.isFull, q.isEmpty]).toEqual([2, true, false])
      expect(await codeOf(q.put(3, { timeout: 5 }))).toBe('ERR_TROUPE_QUEUE_FULL')
      expect(() => q.putSync(3, { timeout: 5 })).toThrow(QueueFullError)
      expect(q.tryGet()).toEqual({ value: 1 })
      expect(await q.getMany(10)).toEqual([2])
      expect(q.tryGet()).toBeUndefined()
    })

    test('waits end by timeout, abort, and close', async () => {
      const q = new Queue<number>()
      expect(() => q.getSync({ timeout: 5 })).toThrow(QueueEmptyError)
      expect(await codeOf(q.get({ timeout: 5 }))).toBe('ERR_TROUPE_QUEUE_EMPTY')
      const controller = new AbortController()
      const aborted = codeOf(q.get({ signal: controller.signal }))
      controller.abort('enough')
      expect(await aborted).toBe('enough')
      const closed = codeOf(q.get())
      q.close()
      expect(await closed).toBe('ERR_TROUPE_QUEUE_CLOSED')
      expect(await codeOf(q.put(1))).toBe('ERR_TROUPE_QUEUE_CLOSED')
    })

    test('an aborted get takes nothing', async () => {
      const q = new Queue<number>()
      const controller = new AbortController()
      const aborted = codeOf(q.get({ signal: controller.signal }))
      controller.abort('no')
      await q.put(7)
      expect(await aborted).toBe('no')
      expect(await q.get()).toBe(7)
    })

    test('puts of one thread keep their order among the forms', async () => {
      const q = new Queue<number>({ maxsize: 1 })
      await q.put(1)
      const second = q.put(2)
      expect(q.tryPut(3)).toBe(false)
      const third = q.put(3)
      expect([await q.get(), await q.get(), await q.get()]).toEqual([1, 2, 3])
      await Promise.all([second, third])
    })

    test('a message larger than the queue goes through, alone', async () => {
      const q = new Queue<Uint8Array>({ bytes: 1024 })
      const large = new Uint8Array(3_000_000).fill(9)
      await q.put(large)
      expect(q.tryPut(new Uint8Array(1))).toBe(false)
      expect((await q.get()).every((byte) => byte === 9)).toBe(true)
    })

    test('an item that cannot be sent names its path, and the queue stays usable', async () => {
      const q = new Queue<unknown>()
      const bad = { items: [1, { onClick: () => {} }] }
      await expect(q.put(bad)).rejects.toThrow('items[1].onClick')
      expect(() => q.putSync(bad)).toThrow('items[1].onClick')
      await q.put(1)
      expect(await q.get()).toBe(1)
    })

    test('an end is given back when its message cannot be put', async () => {
      const q = new Queue<number>()
      const end: Consumer<number> = q.consumer()
      const carrier = new Queue<unknown>({ maxsize: 1 })
      await carrier.put(0)
      expect(carrier.tryPut(end)).toBe(false)
      await expect(carrier.put([end, () => {}])).rejects.toThrow('[1]')
      await q.put(5)
      expect(await end.get()).toBe(5)
    })

    test('an end that was sent and never received closes when its queue is gone', async () => {
      const q = new Queue<number>()
      const carrier = new Queue<unknown>()
      await carrier.put(q.producer())
      carrier[Symbol.dispose]()
      expect(await codeOf(q.get())).toBe('ERR_TROUPE_QUEUE_CLOSED')
    })

    test('the same handle arrives as the same object', async () => {
      const q = new Queue<unknown>()
      const inner = new Queue<number>()
      await q.putMany([inner, { inner }])
      const first = await q.get()
      const second = (await q.get()) as { inner: unknown }
      expect(second.inner).toBe(first)
    })

    test('a disposed queue refuses use, and its waits end', async () => {
      const q = new Queue<number>()
      const waiting = codeOf(q.get())
      q[Symbol.dispose]()
      expect(await waiting).toBe('ERR_TROUPE_DISPOSED')
      expect(() => q.putSync(1)).toThrow('disposed')
    })

    test('gets of a thread are served in their order, whenever they came', async () => {
      const q = new Queue<number>()
      const first = q.get()
      await spawn(actors.giveQueue, [], { in: 'thread' }).result // The first one is parked by now.
      const second = q.get()
      await expect(q.get({ timeout: 1 })).rejects.toThrow(QueueEmptyError)
      const fourth = q.get()
      spawn(actors.produce, [q.producer(), [1, 2, 3]], { in: 'thread' })
      expect(await Promise.all([first, second, fourth])).toEqual([1, 2, 3])
    })

    test('many to many: nothing lost, nothing twice, in order a producer', async () => {
      const q = new Queue<number>({ maxsize: 1 })
      const part = 2000
      for (let p = 0; p < 3; p++) {
        spawn(actors.produceSync, [q.producer(), p * part, (p + 1) * part], {
          in: mode.apart[p % mode.apart.length]!,
        })
      }
      const getters = [0, 1].map((g) => {
        const place = mode.apart[g % mode.apart.length]!
        return spawn(actors.collectSync, [q.consumer()], { in: place }).result
      })
      const lists = await Promise.all(getters)
      const all = lists.flat().sort((a, b) => a - b)
      expect(all).toEqual(Array.from({ length: 3 * part }, (_, i) => i))
      for (const list of lists) {
        for (let p = 0; p < 3; p++) {
          const mine = list.filter((item) => Math.floor(item / part) === p)
          expect(mine).toEqual([...mine].sort((a, b) => a - b))
        }
      }
    })
  })
}
