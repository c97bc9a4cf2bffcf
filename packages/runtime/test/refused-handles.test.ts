// Handles that were closed, disposed or moved, and handles of another system.
import { openRing } from '@troupe/memory'
import { describe, expect, test } from 'vitest'
import {
  BusyEndError,
  type Connection,
  DisposedError,
  ForeignHandleError,
  JoinableQueue,
  MovedError,
  Pipe,
  Queue,
  spawn,
  TaskDoneError,
} from '../dist/index.js'
import { hold } from './fixtures/channels.mjs'
import { refusal } from './fixtures/refusal.js'

type Both = Connection<number, number>
type Form<T> = readonly [string, (handle: T) => unknown]

interface Puts {
  put(item: number): unknown
  putSync(item: number): unknown
  tryPut(item: number): unknown
  putMany(items: number[]): unknown
  putManySync(items: number[]): unknown
}
interface Gets {
  get(): unknown
  getSync(): unknown
  tryGet(): unknown
  getMany(max: number): unknown
  getManySync(max: number): unknown
  batches(max: number): AsyncGenerator<unknown>
  [Symbol.asyncIterator](): AsyncIterator<unknown>
}

const puts: Form<Puts>[] = [
  ['put', (h) => h.put(1)],
  ['putSync', (h) => h.putSync(1)],
  ['tryPut', (h) => h.tryPut(1)],
  ['putMany', (h) => h.putMany([1])],
  ['putManySync', (h) => h.putManySync([1])],
]
const gets: Form<Gets>[] = [
  ['get', (h) => h.get()],
  ['getSync', (h) => h.getSync()],
  ['tryGet', (h) => h.tryGet()],
  ['getMany', (h) => h.getMany(1)],
  ['getManySync', (h) => h.getManySync(1)],
]
const walks: Form<Gets>[] = [
  ['for await', (h) => h[Symbol.asyncIterator]().next()],
  ['batches', (h) => h.batches(1).next()],
]

describe('after close', () => {
  test.each(puts)('%s of a queue is refused, also by its producers', async (_form, put) => {
    const q = new Queue<number>()
    const producer = q.producer()
    q.close()
    q.close()
    for (const handle of [q, producer]) {
      const error = await refusal(() => put(handle))
      expect(error.code).toBe('ERR_TROUPE_QUEUE_CLOSED')
      expect(error.message).toMatch(/accepts no more items: it was closed/)
    }
    expect(await refusal(() => q.producer())).toMatchObject({ code: 'ERR_TROUPE_QUEUE_CLOSED' })
  })

  test.each(gets)('%s of a queue gives what is left, then is refused', async (_form, get) => {
    for (const ends of [false, true]) {
      const q = new Queue<number>()
      const handle = ends ? q.consumer() : q
      await q.put(5)
      q.close()
      expect([await get(handle)].flat()).toContainEqual(_form === 'tryGet' ? { value: 5 } : 5)
      const error = await refusal(() => get(handle))
      expect(error.code).toBe('ERR_TROUPE_QUEUE_CLOSED')
      expect(error.message).toMatch(/No more items will come/)
    }
  })

  test('a walk ends', async () => {
    const q = new Queue<number>()
    q.close()
    for (const [, walk] of walks) expect(await walk(q)).toEqual({ done: true, value: undefined })
  })

  test.each(puts)('%s of a closed producer end says so', async (_form, put) => {
    const q = new Queue<number>()
    const [end, other] = [q.producer(), q.producer()]
    end.close()
    end.close()
    end[Symbol.dispose]()
    const error = await refusal(() => put(end))
    expect(error.code).toBe('ERR_TROUPE_QUEUE_CLOSED')
    expect(error.message).toMatch(/^This producer end was closed; keep it open until its last use/)
    expect([end.closed, other.closed]).toEqual([true, false])
    await put(other)
    expect(q.size).toBe(1)
  })

  test.each(gets)('%s of a closed consumer end says so, and takes nothing', async (_form, get) => {
    const q = new Queue<number>()
    const [end, other] = [q.consumer(), q.consumer()]
    await q.put(1)
    end.close()
    end.close()
    const error = await refusal(() => get(end))
    expect(error.code).toBe('ERR_TROUPE_QUEUE_CLOSED')
    expect(error.message).toMatch(/^This consumer end was closed; keep it open until its last use/)
    expect(await other.get()).toBe(1)
  })

  test('taskDone of a closed end is refused, and what it took counts as done', async () => {
    const q = new JoinableQueue<number>()
    const end = q.consumer()
    await q.put(1)
    await end.get()
    const joined = q.join()
    end.close()
    await joined
    expect(await refusal(() => end.taskDone())).toMatchObject({ code: 'ERR_TROUPE_QUEUE_CLOSED' })
  })

  test.each<Form<readonly [Both, Both]>>([
    ['send', ([a]) => a.send(1)],
    ['sendSync', ([a]) => a.sendSync(1)],
    ['trySend', ([a]) => a.trySend(1)],
    ['recv', ([a]) => a.recv()],
    ['recvSync', ([a]) => a.recvSync()],
    ['tryRecv', ([a]) => a.tryRecv()],
    ['isEmpty', ([a]) => a.isEmpty],
  ])('%s of a pipe says which end was closed', async (_form, use) => {
    const mine = Pipe<number>()
    mine[0].close()
    mine[0].close()
    const error = await refusal(() => use(mine))
    expect(error.code).toBe('ERR_TROUPE_PIPE_CLOSED')
    expect(error.message).toMatch(
      /^This end of the pipe was closed; keep it open until its last use/,
    )
    const theirs = Pipe<number>()
    theirs[1].close()
    if (_form === 'isEmpty') return // A question about what is here needs no other end.
    const other = await refusal(() => use(theirs))
    expect(other.code).toBe('ERR_TROUPE_PIPE_CLOSED')
    expect(other.message).toMatch(/^The other end of the pipe is closed/)
  })
})

describe('after dispose', () => {
  test.each<Form<JoinableQueue<number>>>([
    ...puts,
    ...gets,
    ...walks,
    ['size', (q) => q.size],
    ['isEmpty', (q) => q.isEmpty],
    ['isFull', (q) => q.isFull],
    ['closed', (q) => q.closed],
    ['close', (q) => q.close()],
    ['producer', (q) => q.producer()],
    ['consumer', (q) => q.consumer()],
    ['taskDone', (q) => q.taskDone()],
    ['join', (q) => q.join()],
    ['joinSync', (q) => q.joinSync()],
    ['sending it', (q) => new Queue<unknown>().put(q)],
    ['spawning with it', (q) => spawn(hold, [q as never])],
  ])('%s of a queue is refused', async (_form, use) => {
    const q = new JoinableQueue<number>()
    await q.put(1)
    q[Symbol.dispose]()
    q[Symbol.dispose]()
    const error = await refusal(() => use(q))
    expect(error).toBeInstanceOf(DisposedError)
    expect(error.code).toBe('ERR_TROUPE_DISPOSED')
    expect(error.message).toBe('This queue was disposed here; keep it until its last use')
  })

  test('an end goes on, and so does the handle that another holds', async () => {
    const q = new Queue<number>()
    const [producer, consumer] = [q.producer(), q.consumer()]
    const carrier = new Queue<Queue<number>>()
    await carrier.put(q)
    q[Symbol.dispose]()
    await producer.put(1)
    expect(await consumer.get()).toBe(1)
    const again = await carrier.get()
    await again.put(2)
    expect(await consumer.get()).toBe(2)
  })

  test('what a handle took and has not done counts as done', async () => {
    const q = new JoinableQueue<number>()
    const carrier = new Queue<JoinableQueue<number>>()
    const ready = new Queue<string>()
    const other = spawn(hold, [ready, q], { in: 'here' })
    await ready.get()
    await q.put(1)
    await q.get()
    await carrier.put(q)
    q[Symbol.dispose]()
    await (await carrier.get()).join()
    await other.stop()
  })
})

describe('after it moved', () => {
  const carrier = new Queue<unknown>()

  test.each<Form<ReturnType<Queue<number>['producer']>>>([
    ...puts,
    ['sending it again', (end) => carrier.put(end)],
  ])('%s of a producer is refused', async (_form, use) => {
    const q = new Queue<number>()
    const end = q.producer()
    await carrier.put(end)
    const error = await refusal(() => use(end))
    expect(error).toBeInstanceOf(MovedError)
    expect(error.code).toBe('ERR_TROUPE_MOVED')
    expect(error.message).toMatch(/^This producer end was sent to another actor .*make another end/)
    // Closing it here is nobody's business any more.
    end.close()
    expect(q.closed).toBe(false)
  })

  test.each<Form<ReturnType<JoinableQueue<number>['consumer']>>>([
    ...gets,
    ...walks,
    ['size', (end) => end.size],
    ['isEmpty', (end) => end.isEmpty],
    ['taskDone', (end) => end.taskDone()],
    ['sending it again', (end) => carrier.put(end)],
  ])('%s of a consumer is refused, and takes nothing', async (_form, use) => {
    const q = new JoinableQueue<number>()
    await q.put(1)
    const end = q.consumer()
    await carrier.put(end)
    const error = await refusal(() => use(end))
    expect(error.code).toBe('ERR_TROUPE_MOVED')
    expect(error.message).toMatch(/^This consumer end was sent to another actor/)
    expect(q.size).toBe(1)
  })

  test.each<Form<Both>>([
    ['send', (c) => c.send(1)],
    ['sendSync', (c) => c.sendSync(1)],
    ['trySend', (c) => c.trySend(1)],
    ['recv', (c) => c.recv()],
    ['recvSync', (c) => c.recvSync()],
    ['tryRecv', (c) => c.tryRecv()],
    ['isEmpty', (c) => c.isEmpty],
    ['for await', (c) => c[Symbol.asyncIterator]().next()],
    ['sending it again', (c) => carrier.put(c)],
  ])('%s of a connection is refused', async (_form, use) => {
    const [mine, theirs] = Pipe<number>()
    await carrier.put(theirs)
    const error = await refusal(() => use(theirs))
    expect(error.code).toBe('ERR_TROUPE_MOVED')
    expect(error.message).toMatch(/^This connection was sent to another actor/)
    theirs.close()
    await mine.send(1)
  })
})

test('an end with operations under way cannot be sent, and goes on', async () => {
  const q = new JoinableQueue<number>({ maxsize: 1 })
  const [a, b] = Pipe<number>()
  const [producer, consumer] = [q.producer(), q.consumer()]
  const carrier = new Queue<unknown>()
  const received = b.recv()
  const got = consumer.get()
  const busy = async (end: unknown): Promise<void> => {
    const error = await refusal(() => carrier.put({ end }))
    expect(error).toBeInstanceOf(BusyEndError)
    expect(error.code).toBe('ERR_TROUPE_BUSY_END')
    expect(error.message).toMatch(/has 1 operations that are not done .*await them first/)
  }
  await busy(b)
  await busy(consumer)
  await a.send(1)
  await producer.put(2)
  expect([await received, await got]).toEqual([1, 2])
  // Taken and not done: its taskDone() must come from here.
  await busy(consumer)
  consumer.taskDone()
  await producer.put(3)
  const waiting = producer.put(4)
  await busy(producer)
  expect(carrier.size).toBe(0)
  expect([await consumer.get(), await consumer.get()]).toEqual([3, 4])
  await waiting
  await carrier.put([producer, b])
})

test('taskDone beyond what was taken is refused', async () => {
  const q = new JoinableQueue<number>()
  const end = q.consumer()
  await q.putMany([1, 2])
  for (const handle of [q, end]) {
    const early = await refusal(() => handle.taskDone())
    expect(early).toBeInstanceOf(TaskDoneError)
    expect(early.code).toBe('ERR_TROUPE_TASK_DONE')
    await handle.get()
    handle.taskDone()
    expect(await refusal(() => handle.taskDone())).toBeInstanceOf(TaskDoneError)
  }
  await q.join()
})

test('a handle that names nothing here is refused', async () => {
  void new Queue()
  for (const handle of [
    { index: 0, generation: 12_345 },
    { index: 60_000, generation: 0 },
    { index: -1, generation: 0 },
    { index: 2 ** 30, generation: 0 },
  ]) {
    const error = await refusal(() => openRing(handle))
    expect(error).toBeInstanceOf(ForeignHandleError)
    expect(error.code).toBe('ERR_TROUPE_FOREIGN_HANDLE')
    expect(error.message).toMatch(/it is of another system, or everybody gave the object up$/)
  }
})
