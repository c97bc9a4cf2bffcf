// Handles inside of items: they arrive, they move, they come back, and they close when nobody takes them.
import { countObjects, self } from '@troupe/memory'
import { describe, expect, test } from 'vitest'
import {
  type Consumer,
  JoinableQueue,
  MovedError,
  Pipe,
  type Producer,
  Queue,
  QueueClosedError,
  spawn,
} from '../../dist/index.js'
import * as actors from '../fixtures/handles.mjs'
import type { Mode } from './mode.js'

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'resolved',
    (error: { code?: unknown }) => error.code ?? error,
  )
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export function handleSuite(mode: Mode): void {
  describe.each(mode.places)(`handles in items, to and from: %s, ${mode.name}`, (place) => {
    test('of every kind work at any depth of an item', async () => {
      const items = new Queue<unknown>()
      const queue = new Queue<string>()
      const joinable = new JoinableQueue<string>()
      const forProducer = new Queue<string>()
      const forConsumer = new Queue<string>()
      const [mine, theirs] = Pipe<string>()
      const [receiver, sender] = Pipe<string>({ duplex: false })
      const [otherReceiver, otherSender] = Pipe<string>({ duplex: false })
      const target = spawn(actors.receives, [], { in: place })
      await joinable.put('to do')
      await forConsumer.put('from a consumer')
      await otherSender.send('from a receiver')
      await items.put({
        deep: { er: { queue } },
        map: new Map<string, unknown>([
          ['producer', forProducer.producer()],
          ['joinable', joinable],
        ]),
        set: new Set([forConsumer.consumer()]),
        list: [target, { connection: theirs, sender, receiver: otherReceiver }],
      })
      const used = spawn(actors.usesAll, [items], { in: place })
      expect(await used.result).toEqual(['from a consumer', 'from a receiver'])
      expect(await queue.get()).toBe('to a queue')
      expect(await forProducer.get()).toBe('to a producer')
      expect(await target.result).toBe('to a ref')
      expect(await mine.recv()).toBe('to a connection')
      expect(await receiver.recv()).toBe('to a sender')
      await joinable.join()
      // The actor is over, and with it the ends that it had.
      expect(await codeOf(forProducer.get())).toBe('ERR_TROUPE_QUEUE_CLOSED')
      expect(await codeOf(mine.recv())).toBe('ERR_TROUPE_PIPE_CLOSED')
    })

    test('travel through queues of queues', async () => {
      const innermost = new Queue<unknown>()
      let outer = innermost
      for (let i = 0; i < 4; i++) {
        const around = new Queue<unknown>()
        await around.put(outer)
        outer = around
      }
      spawn(actors.opens, [outer, 4], { in: place })
      expect(await innermost.get()).toBe('innermost')
    })

    test('pass from actor to actor, ends too', async () => {
      const chain = [new Queue<unknown>(), new Queue<unknown>(), new Queue<unknown>()]
      const q = new Queue<number>()
      const first = chain[0]!.producer()
      spawn(actors.passesOn, [chain[0]!.consumer(), chain[1]!.producer()], { in: place })
      spawn(actors.passesOn, [chain[1]!.consumer(), chain[2]!.producer()], { in: mode.apart[0]! })
      const end = q.producer()
      await first.put([end])
      expect(() => end.tryPut(1)).toThrow(MovedError)
      const [back] = (await chain[2]!.get()) as [Producer<number>]
      await back.put(1)
      expect(await q.get()).toBe(1)
      back.close()
      expect(await codeOf(q.get())).toBe('ERR_TROUPE_QUEUE_CLOSED')
      first.close()
      expect(await codeOf(chain[2]!.get())).toBe('ERR_TROUPE_QUEUE_CLOSED')
    })

    test('in a result are the starter’s', async () => {
      const { consumer, nested, mine } = await spawn(actors.givesEnds, [], { in: place }).result
      const [{ producer }, theirs] = nested
      await producer.put('more')
      expect([await consumer.get(), await consumer.get()]).toEqual(['in the queue', 'more'])
      expect(await theirs.recv()).toBe('in the pipe')
      await theirs.send('back')
      expect(await mine.recv()).toBe('back')
      producer.close()
      expect(await codeOf(consumer.get())).toBe('ERR_TROUPE_QUEUE_CLOSED')
    })

    test('in a message to an actor are the actor’s', async () => {
      const q = new Queue<number>()
      const end = q.producer()
      const started = spawn(actors.receives, [], { in: place })
      started.send({ nested: [end] })
      expect(() => end.tryPut(1)).toThrow(MovedError)
      const { nested } = (await started.result) as { nested: [Producer<number>] }
      await nested[0].put(1)
      expect(await q.get()).toBe(1)
    })

    test('in a message to an actor that is gone close', async () => {
      const q = new Queue<number>()
      const started = spawn(actors.receives, [], { in: place })
      started.send('the last one')
      await started.join()
      started.send({ nested: [q.producer()] })
      expect(await codeOf(q.get())).toBe('ERR_TROUPE_QUEUE_CLOSED')
    })

    test('that were sent by an actor that ended in order are there for who takes them', async () => {
      const carrier = new Queue<unknown>()
      const q = new Queue<number>()
      await spawn(actors.sendsEnd, [carrier, q, 'ends'], { in: place }).result
      expect(q.closed).toBe(false)
      const { end } = (await carrier.get()) as { end: Producer<number> }
      await end.put(1)
      expect(await q.get()).toBe(1)
    })

    test('that were sent by an actor that was killed are closed unless they arrived', async () => {
      const carrier = new Queue<unknown>()
      const [taken, left] = [new Queue<number>(), new Queue<number>()]
      const first = spawn(actors.sendsEnd, [carrier, taken, 'waits'], { in: place })
      const { end } = (await carrier.get()) as { end: Producer<number> }
      const second = spawn(actors.sendsEnd, [carrier, left, 'waits'], { in: place })
      while (carrier.size === 0) await turn()
      first.kill()
      second.kill()
      await Promise.all([first.join(), second.join()])
      await end.put(1)
      expect(await taken.get()).toBe(1)
      expect(await codeOf(left.get())).toBe('ERR_TROUPE_QUEUE_CLOSED')
      const late = (await carrier.get()) as { end: Producer<number> }
      expect(await codeOf(late.end.put(1))).toBe('ERR_TROUPE_QUEUE_CLOSED')
    })

    test.each(place === 'here' ? (['put'] as const) : (['put', 'putSync'] as const))(
      'in a %s that is ended by a stop are back with their owner',
      async (form) => {
        const full = new Queue<unknown>({ maxsize: 1 })
        await full.put(1)
        const q = new Queue<string>()
        const ready = new Queue<string>()
        const started = spawn(actors.keepsEnd, [ready, full, q.producer(), form], { in: place })
        await ready.get()
        void started.stop({ timeout: Infinity })
        expect(await q.get()).toBe(form === 'put' ? 'StopRequest' : 'ERR_TROUPE_STOPPED')
        expect(full.size).toBe(1)
        await started.join()
      },
    )
  })

  describe.each(mode.apart)(`handles in items, with a %s that ends, ${mode.name}`, (place) => {
    test.each(['ends', 'is killed'])(
      'that lie in a queue which goes with its actor close: it %s',
      async (how) => {
        const q = new Queue<number>()
        const other = new Queue<number>({ maxsize: 1 })
        const [mine, theirs] = Pipe<number>()
        await other.put(1)
        const ready = new Queue<string>()
        const ends = [q.producer(), other.consumer(), theirs]
        const started = spawn(actors.buries, [ready, ...ends], { in: place })
        await ready.get()
        const waits = [codeOf(q.get()), codeOf(other.put(2)), codeOf(mine.recv())]
        if (how === 'ends') started.send('end')
        else started.kill()
        await started.join()
        expect(await Promise.all(waits)).toEqual([
          'ERR_TROUPE_QUEUE_CLOSED',
          'ERR_TROUPE_QUEUE_CLOSED',
          'ERR_TROUPE_PIPE_CLOSED',
        ])
      },
    )

    test('leave nothing behind', async () => {
      const { arena } = self()
      await spawn(actors.drops, [new Queue(), 0], { in: place }).join()
      const before = countObjects(arena)
      const items = new Queue<unknown>()
      const started = spawn(actors.drops, [items, 3], { in: place })
      for (let i = 0; i < 3; i++) {
        const [a, b] = Pipe<number>()
        const inner = new Queue<number>()
        const item = { a, inner: [inner, inner.producer(), inner.consumer()], b: { b } }
        await items.put(item)
        inner[Symbol.dispose]()
      }
      await started.join()
      items[Symbol.dispose]()
      while (countObjects(arena) > before) await turn()
    })
  })

  describe(`an end in an item that was not put, ${mode.name}`, () => {
    const full = async (): Promise<Queue<unknown>> => {
      const q = new Queue<unknown>({ maxsize: 1 })
      await q.put('full')
      return q
    }
    const controller = new AbortController()
    type Try = (q: Queue<unknown>, item: unknown) => unknown

    test.each<[string, Try, string]>([
      ['put, timeout', (q, item) => q.put(item, { timeout: 1 }), 'ERR_TROUPE_QUEUE_FULL'],
      ['putSync, timeout', (q, item) => q.putSync(item, { timeout: 1 }), 'ERR_TROUPE_QUEUE_FULL'],
      ['putMany, timeout', (q, item) => q.putMany([item], { timeout: 1 }), 'ERR_TROUPE_QUEUE_FULL'],
      [
        'putManySync, timeout',
        (q, item) => q.putManySync([item], { timeout: 1 }),
        'ERR_TROUPE_QUEUE_FULL',
      ],
      [
        'put, abort',
        (q, item) => {
          const work = q.put(item, { signal: controller.signal })
          controller.abort({ code: 'aborted' })
          return work
        },
        'aborted',
      ],
      [
        'put, close',
        (q, item) => {
          const work = q.put(item)
          q.close()
          return work
        },
        'ERR_TROUPE_QUEUE_CLOSED',
      ],
      [
        'put, dispose',
        (q, item) => {
          const work = q.put(item)
          q[Symbol.dispose]()
          return work
        },
        'ERR_TROUPE_DISPOSED',
      ],
      [
        'put, its last consumer',
        (q, item) => {
          const consumer = q.consumer()
          const work = q.put(item)
          consumer.close()
          return work
        },
        'ERR_TROUPE_QUEUE_CLOSED',
      ],
    ])('is back with its owner: %s', async (_what, attempt, code) => {
      const q = new Queue<number>()
      const [a, b] = Pipe<number>()
      const [producer, consumer] = [q.producer(), q.consumer()]
      const refused = codeOf((async () => attempt(await full(), { producer, in: [consumer, b] }))())
      expect(await refused).toBe(code)
      await producer.put(1)
      expect(await consumer.get()).toBe(1)
      await a.send(2)
      expect(await b.recv()).toBe(2)
    })

    test('cannot be used while the put waits, and can be after', async () => {
      const q = new Queue<number>()
      const end: Consumer<number> = q.consumer()
      const carrier = await full()
      const waiting = codeOf(carrier.put(end, { timeout: 5 }))
      expect(() => end.tryGet()).toThrow(MovedError)
      expect(await waiting).toBe('ERR_TROUPE_QUEUE_FULL')
      expect(end.tryGet()).toBeUndefined()
    })

    test('a refused trySend and tryPut give it back', async () => {
      const q = new Queue<number>()
      const end = q.consumer()
      const [a] = Pipe<unknown>()
      while (a.trySend(new Uint8Array(50_000)));
      while (a.trySend(0));
      expect(a.trySend({ end })).toBe(false)
      expect((await full()).tryPut([[end]])).toBe(false)
      await q.put(1)
      expect(await end.get()).toBe(1)
    })
  })

  describe(`a message that is never taken, ${mode.name}`, () => {
    test('closes its ends when the last handle of its queue is disposed', async () => {
      const [q, other] = [new Queue<number>(), new Queue<number>()]
      const inner = new Queue<unknown>()
      const outer = new Queue<unknown>()
      await inner.put([{ end: q.producer() }])
      await outer.put({ inner, end: other.producer() })
      inner[Symbol.dispose]()
      expect([q.closed, other.closed]).toEqual([false, false])
      const waits = [codeOf(q.get()), codeOf(other.get())]
      outer[Symbol.dispose]()
      expect(await Promise.all(waits)).toEqual([
        'ERR_TROUPE_QUEUE_CLOSED',
        'ERR_TROUPE_QUEUE_CLOSED',
      ])
    })

    test('closes its ends when both ends of its pipe are closed', async () => {
      const q = new Queue<number>()
      const [a, b] = Pipe<unknown>()
      await a.send({ end: q.producer() })
      a.close()
      expect(q.closed).toBe(false)
      b.close()
      await expect(q.get()).rejects.toThrow(QueueClosedError)
    })

    test('gives back the handles in it', async () => {
      const { arena } = self()
      const outer = new Queue<unknown>()
      const before = countObjects(arena)
      for (let i = 0; i < 10; i++) {
        const inner = new Queue<unknown>()
        const [a, b] = Pipe<unknown>()
        await inner.put(b)
        await outer.put([inner, a])
        inner[Symbol.dispose]()
      }
      expect(countObjects(arena)).toBeGreaterThan(before)
      outer[Symbol.dispose]()
      expect(countObjects(arena)).toBe(before - 1)
    })
  })
}
