// Arguments of the wrong kind: refused at once with the value and the cure; nothing is taken, put or started.
import { describe, expect, test } from 'vitest'
import {
  actor,
  ArgumentError,
  DefinitionError,
  JoinableQueue,
  main,
  Pipe,
  Queue,
  spawn,
} from '../dist/index.js'
import * as life from './fixtures/life.mjs'
import { refusal } from './fixtures/refusal.js'

// Plain JavaScript calls with anything.
type Options = never

/** The waiting forms on one queue and on pipes. All find what they need: nothing but the options is wrong. */
function waitingForms(): { q: Queue<number>; forms: [string, (options: Options) => unknown][] } {
  const q = new JoinableQueue<number>()
  q.putSync(1)
  const producer = q.producer()
  const consumer = q.consumer()
  const [a, b] = Pipe<number>()
  const [receiver, sender] = Pipe<number>({ duplex: false })
  b.sendSync(1)
  sender.sendSync(1)
  return {
    q,
    forms: [
      ['put', (o) => q.put(2, o)],
      ['putSync', (o) => q.putSync(2, o)],
      ['putMany', (o) => q.putMany([2], o)],
      ['putMany of nothing', (o) => q.putMany([], o)],
      ['putManySync', (o) => q.putManySync([2], o)],
      ['get', (o) => q.get(o)],
      ['getSync', (o) => q.getSync(o)],
      ['getMany', (o) => q.getMany(5, o)],
      ['getManySync', (o) => q.getManySync(5, o)],
      ['join', (o) => q.join(o)],
      ['joinSync', (o) => q.joinSync(o)],
      ['put of a producer', (o) => producer.put(2, o)],
      ['putSync of a producer', (o) => producer.putSync(2, o)],
      ['putMany of a producer', (o) => producer.putMany([2], o)],
      ['putManySync of a producer', (o) => producer.putManySync([2], o)],
      ['get of a consumer', (o) => consumer.get(o)],
      ['getSync of a consumer', (o) => consumer.getSync(o)],
      ['getMany of a consumer', (o) => consumer.getMany(5, o)],
      ['getManySync of a consumer', (o) => consumer.getManySync(5, o)],
      ['send', (o) => a.send(2, o)],
      ['sendSync', (o) => a.sendSync(2, o)],
      ['recv', (o) => a.recv(o)],
      ['recvSync', (o) => a.recvSync(o)],
      ['send of a sender', (o) => sender.send(2, o)],
      ['sendSync of a sender', (o) => sender.sendSync(2, o)],
      ['recv of a receiver', (o) => receiver.recv(o)],
      ['recvSync of a receiver', (o) => receiver.recvSync(o)],
    ],
  }
}

const { q: full, forms } = waitingForms()
const awaited = forms.filter(([name]) => !/Sync/.test(name))

const wrongTimeouts: [unknown, string][] = [
  [Number.NaN, 'NaN'],
  [-1, '-1'],
  [-Infinity, '-Infinity'],
  ['5', "'5'"],
  [null, 'null'],
  [{}, 'an object'],
  [5n, '5'],
]

describe.each(forms)('%s', (_name, call) => {
  test.each(wrongTimeouts)('refuses the timeout %o', async (timeout, said) => {
    const error = await refusal(() => call({ timeout } as Options))
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.code).toBe('ERR_TROUPE_ARGUMENT')
    expect(error.message).toBe(
      `timeout must be a number of milliseconds from 0 on: it is ${said}; leave it out to wait without end`,
    )
    expect(full.size).toBe(1)
  })

  test.each([5, 'soon', null, true, [5]])('refuses %o as options', async (options) => {
    const error = await refusal(() => call(options as Options))
    expect(error.code).toBe('ERR_TROUPE_ARGUMENT')
    expect(error.message).toMatch(
      /^The options of a wait must be an object: .*write \{ timeout: 1000 \}$/,
    )
    expect(full.size).toBe(1)
  })
})

describe.each(awaited)('%s', (_name, call) => {
  test.each([{}, 'now', null, new AbortController()])('refuses the signal %o', async (signal) => {
    const error = await refusal(() => call({ signal } as Options))
    expect(error.code).toBe('ERR_TROUPE_ARGUMENT')
    expect(error.message).toMatch(/^signal must be an AbortSignal: .*signal of an AbortController$/)
    expect(full.size).toBe(1)
  })

  test('with an aborted signal rejects with its reason, and does nothing', async () => {
    const reason = Object.freeze({ why: 'before it began' })
    const options = { signal: AbortSignal.abort(reason) } as Options
    await expect(call(options)).rejects.toBe(reason)
    expect(full.size).toBe(1)
  })
})

describe.each([0, -1, 1.5, Number.NaN, '5', undefined, null])('%o as the most items', (max) => {
  const most = max as number
  test.each([
    ['getMany', (q: Queue<number>) => q.getMany(most)],
    ['getManySync', (q: Queue<number>) => q.getManySync(most)],
    ['batches', (q: Queue<number>) => q.batches(most)],
    ['getMany of a consumer', (q: Queue<number>) => q.consumer().getMany(most)],
    ['getManySync of a consumer', (q: Queue<number>) => q.consumer().getManySync(most)],
    ['batches of a consumer', (q: Queue<number>) => q.consumer().batches(most)],
  ])('is refused by %s', async (_form, call) => {
    const q = new Queue<number>()
    await q.put(1)
    const error = await refusal(() => call(q))
    expect(error.code).toBe('ERR_TROUPE_ARGUMENT')
    expect(error.message).toMatch(/whole number from 1 on: it is .*; give Infinity/)
    expect(q.tryGet()).toEqual({ value: 1 })
  })
})

test('Infinity as the most items takes all that are there', async () => {
  const q = new Queue<number>()
  await q.putMany([1, 2, 3])
  expect(await q.getMany(Infinity)).toEqual([1, 2, 3])
})

test.each([5, null, undefined, {}, () => {}])('%o as items is refused', async (items) => {
  const q = new Queue<number>()
  for (const put of [() => q.putMany(items as never), () => q.putManySync(items as never)]) {
    const error = await refusal(put)
    expect(error.code).toBe('ERR_TROUPE_ARGUMENT')
    expect(error.message).toMatch(
      /must be an array or another iterable: .*to put one item use put$/,
    )
  }
})

test('async items in a blocking form are refused', async () => {
  const q = new Queue<number>()
  const error = await refusal(() => q.putManySync((async function* () {})() as never))
  expect(error).toMatchObject({ code: 'ERR_TROUPE_ARGUMENT' })
  expect(error.message).toMatch('use putMany')
})

test.each([
  ['maxsize', -1],
  ['maxsize', 1.5],
  ['maxsize', Number.NaN],
  ['maxsize', Infinity],
  ['maxsize', '5'],
  ['maxsize', null],
  ['maxsize', 2 ** 40],
  ['bytes', 0],
  ['bytes', 63],
  ['bytes', -1],
  ['bytes', 1024.5],
  ['bytes', Number.NaN],
  ['bytes', Infinity],
  ['bytes', '1 MiB'],
  ['bytes', null],
  ['bytes', 2 ** 40],
])('%s of %o is refused', async (option, value) => {
  for (const Class of [Queue, JoinableQueue]) {
    const error = await refusal(() => new Class({ [option]: value }))
    expect(error.code).toBe('ERR_TROUPE_ARGUMENT')
    expect(error.message).toMatch(new RegExp(`^${option} must be a whole number .*: it is `))
  }
})

test('options that are not known, or no options, are refused with those that are', async () => {
  const cases: [() => unknown, string][] = [
    [() => new Queue(5 as never), 'must be an object: it is 5; write new Queue({ maxsize: 100 })'],
    [() => new Queue({ maxSize: 5 } as never), "have no 'maxSize'; they have 'maxsize', 'bytes'"],
    [() => Pipe(false as never), 'must be an object: it is false; write Pipe({ duplex: false })'],
    [() => Pipe({ oneWay: true } as never), "have no 'oneWay'; they have 'duplex'"],
    [() => Pipe({ duplex: 0 } as never), 'duplex must be true or false: it is 0'],
    [() => spawn(life.double, [1], 'process' as never), "it is 'process'; write { in: 'process' }"],
    [
      () => spawn(life.double, [1], { place: 'here' } as never),
      "have no 'place'; they have 'in', ",
    ],
  ]
  for (const [call, says] of cases) {
    const error = await refusal(call)
    expect(error.code).toBe('ERR_TROUPE_ARGUMENT')
    expect(error.message).toContain(says)
  }
})

describe('spawn refuses', () => {
  test.each<[string, unknown, string]>([
    ['a function', parseInt, "a function parseInt; write actor(import.meta, 'name', parseInt)"],
    ['nothing', undefined, 'undefined'],
    ['a string', 'double', "'double'"],
    ['an object of the same shape', { key: 'double', url: 'file:///x.mjs' }, 'an object'],
    ['a module', life, 'an object'],
  ])('%s instead of a definition', async (_what, value, says) => {
    const error = await refusal(() => spawn(value as never, []))
    expect(error).toBeInstanceOf(DefinitionError)
    expect(error.code).toBe('ERR_TROUPE_NOT_AN_ACTOR')
    expect(error.message).toContain(says)
  })

  test.each<[string, unknown, unknown, string]>([
    [
      'arguments that are no array',
      5,
      {},
      'must be an array: they are 5; write spawn(double, [argument])',
    ],
    ['arguments that are an object', { n: 1 }, {}, 'must be an array: they are an object'],
    [
      'an unknown place',
      [1],
      { in: 'moon' },
      "in must be 'thread', 'process' or 'here': it is 'moon'",
    ],
    ['a place that is no string', [1], { in: 5 }, 'it is 5'],
    ['an empty name', [1], { name: '' }, "name must be a string that is not empty: it is ''"],
    ['a name that is no string', [1], { name: 7 }, 'it is 7'],
    [
      'limits that are no object',
      [1],
      { resourceLimits: 64 },
      'resourceLimits must be an object: it is 64',
    ],
  ])('%s', async (_what, args, options, says) => {
    const error = await refusal(() => spawn(life.double, args as never, options as never))
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.message).toContain(says)
  })
})

test.each<[string, () => unknown, string, string]>([
  [
    'no import.meta',
    () => actor(undefined as never, 'x', () => 1),
    'ERR_TROUPE_NO_META',
    'must be import.meta',
  ],
  [
    'a string for it',
    () => actor('file:///x' as never, 'x', () => 1),
    'ERR_TROUPE_NO_META',
    'file:///x',
  ],
  [
    'a bundle without it',
    () => actor({} as never, 'x', () => 1),
    'ERR_TROUPE_NO_META',
    'bundle as ESM',
  ],
  ['an empty key', () => actor(import.meta, '', () => 1), 'ERR_TROUPE_KEY', 'not empty'],
  [
    'a key that is no string',
    () => actor(import.meta, 5 as never, () => 1),
    'ERR_TROUPE_KEY',
    'it is 5',
  ],
  [
    'no function',
    () => actor(import.meta, 'x', 5 as never),
    'ERR_TROUPE_ACTOR_FUNCTION',
    'it is number',
  ],
  [
    'no main',
    () => main(import.meta, undefined as never),
    'ERR_TROUPE_MAIN_FUNCTION',
    'it got undefined',
  ],
  [
    'main without meta',
    () => main(undefined as never, () => 1),
    'ERR_TROUPE_NO_META',
    'import.meta',
  ],
])('a definition with %s is refused', async (_what, call, code, says) => {
  const error = await refusal(call)
  expect(error).toBeInstanceOf(DefinitionError)
  expect(error.code).toBe(code)
  expect(error.message).toContain(says)
})

test.each(wrongTimeouts)(
  'join and stop refuse the timeout %o, and the actor goes on',
  async (timeout) => {
    const ready = new Queue<string>()
    const started = spawn(life.untilStopped, [ready], { in: 'here' })
    await ready.get()
    const calls = [(o: never) => started.join(o), (o: never) => started.stop(o)]
    for (const call of calls) {
      const error = await refusal(() => call({ timeout } as never))
      expect(error.message).toMatch(/^timeout must be/)
      expect((await refusal(() => call(5 as never))).message).toMatch('{ timeout: 1000 }')
    }
    expect(started.isAlive).toBe(true)
    await started.stop()
  },
)

const deafToStop = actor(import.meta, 'deafToStop', (_ctx, go: Queue<number>) => go.get())

test('timeouts beyond the longest timer of Node do not run out at once', async () => {
  const q = new Queue<number>()
  const started = spawn(deafToStop, [q], { in: 'here' })
  const summing = spawn(life.sum, [1], { in: 'here' })
  const long = { timeout: 2 ** 32 }
  const waits: Promise<unknown>[] = [
    new Queue().get(long),
    new JoinableQueue().get(long),
    summing.join(long),
    started.stop(long),
  ]
  // Node would make it a timer of 1 ms, which fires before this one.
  const later = new Promise((resolve) => setTimeout(resolve, 5, 'waiting'))
  expect(await Promise.race([...waits, later])).toBe('waiting')
  await q.put(1)
  summing.send(1)
  expect((await started.join()).reason).toBe('shutdown')
  expect((await summing.join()).reason).toBe('normal')
})
