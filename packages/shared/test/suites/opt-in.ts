// Shared state comes to actors that list its kind; elsewhere it is refused where it arrives, and nothing else suffers.
import { countObjects, self } from '@troupe/memory'
import { NotSharedError, Pipe, Queue, spawn } from '@troupe/runtime'
import { describe, expect, test } from 'vitest'
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  Lock,
  RLock,
  Semaphore,
  SharedArray,
  Value,
} from '../../dist/index.js'
import * as actors from '../fixtures/opt-in.mjs'
import { refusal } from '../fixtures/refusal.js'
import type { Mode } from './mode.js'

const kinds: [string, () => object][] = [
  ['Barrier', () => new Barrier(2)],
  ['BoundedSemaphore', () => new BoundedSemaphore(1)],
  ['Condition', () => new Condition()],
  ['Event', () => new Event()],
  ['Lock', () => new Lock()],
  ['RLock', () => new RLock()],
  ['Semaphore', () => new Semaphore(1)],
  ['SharedArray', () => new SharedArray('i', 3)],
  ['Value', () => new Value('i')],
  ['Tally', () => new actors.Tally('ours')],
]

const packageOf = (kind: string): string => (kind === 'Tally' ? 'tally' : '@troupe/shared')
const messageOf = (actor: string, kind: string, path: string): string =>
  `Actor '${actor}' does not share ${kind}, which came at ${path}; import ${kind} of ${packageOf(kind)} ` +
  `and write actor(import.meta, '${actor}', { shares: [${kind}] }, …)`
const told = (kind: string, path: string): actors.Told => ({
  name: 'NotSharedError',
  code: 'ERR_TROUPE_NOT_SHARED',
  actor: 'sharesNothing',
  kind,
  path,
  message: messageOf('sharesNothing', kind, path),
})

/** Places of the object in a message, and what is said of them. */
const deep: [string, (object: object) => unknown][] = [
  ['[0]', (object) => [object]],
  ['[0][1]', (object) => [['before', object]]],
  ['[0].a.b', (object) => [{ a: { b: object } }]],
  ['[0].list[1].get("key").at', (object) => [{ list: [0, new Map([['key', { at: object }]])] }]],
  ['[0]<set item 0>', (object) => [new Set([object])]],
]

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const count = (): number => countObjects(self().arena)

export function optInSuite(mode: Mode): void {
  // An array is memory of its own, which needs the addon.
  const here = kinds.filter(([kind]) => mode.processes || kind !== 'SharedArray')

  describe(`an argument that is not shared ${mode.name}`, () => {
    test.each(here)('of the kind %s is refused at the line of spawn', async (kind, make) => {
      const object = make()
      for (const place of mode.places) {
        for (const [path, wrap] of deep) {
          const error = await refusal(() =>
            spawn(actors.sharesNothing, wrap(object) as never, { in: place }),
          )
          expect(error).toBeInstanceOf(NotSharedError)
          expect(error).toMatchObject({ actor: 'sharesNothing', kind, path })
          expect([error.name, error.code]).toEqual(['NotSharedError', 'ERR_TROUPE_NOT_SHARED'])
          expect(error.message).toBe(messageOf('sharesNothing', kind, path))
        }
      }
    })

    test('is refused beside one that is, and ends in it are here again', async () => {
      const [lock, value] = [new Lock(), new Value('i')]
      const queue = new Queue<number>()
      const end = queue.producer()
      const error = await refusal(() => spawn(actors.sharesALock, [lock, end, { value }] as never))
      expect(error.message).toBe(messageOf('sharesALock', 'Value', '[2].value'))
      await end.put(1)
      expect(await queue.get()).toBe(1)
      expect(await spawn(actors.sharesALock, [lock]).result).toBe('held')
    })

    test('leaves nothing, and starts nothing', async () => {
      const objects = here.map(([, make]) => make())
      const before = count()
      for (const object of objects) {
        await refusal(() => spawn(actors.sharesNothing, [[object]] as never))
      }
      expect(count()).toBe(before)
    })
  })

  describe.each(mode.places)(`an actor that shares nothing, in: %s, ${mode.name}`, (place) => {
    test('is told of each kind in an item, and the next item comes', async () => {
      const items = new Queue<unknown>()
      const names = here.map(([kind]) => kind)
      for (const [kind, make] of here) {
        await items.put({ list: [kind, new Map([['key', { at: make() }]])] })
        await items.put(kind)
      }
      const { result } = spawn(actors.sharesNothing, [items, 2 * names.length], { in: place })
      expect(await result).toEqual(
        names.flatMap((kind) => [told(kind, 'list[1].get("key").at'), kind]),
      )
      expect(items.size).toBe(0)
    })

    test('is told of it in a pipe, and the next message comes', async () => {
      const [receiver, sender] = Pipe<unknown>({ duplex: false })
      await sender.send(new Value('i'))
      await sender.send(['between'].concat())
      await sender.send({ lock: new Lock() })
      await sender.send('after')
      const { result } = spawn(actors.sharesNothing, [receiver, 4], { in: place })
      expect(await result).toEqual(
        [told('Value', ''), 'an object', told('Lock', 'lock'), 'after'].map(bare),
      )
    })

    test('is told of it in its inbox, in order, also of what came before it was loaded', async () => {
      const started = spawn(actors.sharesNothing, ['inbox', 5], { in: place })
      started.send('first')
      started.send([new Event()])
      started.send('second')
      started.send({ deep: { er: new Barrier(2) } })
      started.send('third')
      expect(await started.result).toEqual([
        'first',
        told('Event', 'message[0]'),
        'second',
        told('Barrier', 'message.deep.er'),
        'third',
      ])
    })

    test('gives back what was refused: objects, and ends of queues, which close', async () => {
      const [items, ready] = [new Queue<unknown>(), new Queue<string>()]
      const kept = new Queue<number>()
      const started = spawn(actors.sharesNothing, [items, 2, ready], { in: place })
      await ready.get()
      const before = count()
      const value = new Value('i')
      await items.put({ value, end: kept.producer(), other: new Queue() })
      while (items.size > 0) await turn()
      // Its end is closed: nobody else puts.
      expect((await refusal(() => kept.get())).code).toBe('ERR_TROUPE_QUEUE_CLOSED')
      value[Symbol.dispose]()
      await items.put('after')
      expect(await started.result).toEqual([told('Value', 'value'), 'after'])
      await started.join()
      // Its inbox is gone too.
      expect(count()).toBeLessThanOrEqual(before + 1)
    })
  })

  describe.each(mode.places)(`an actor that shares values, in: %s, ${mode.name}`, (place) => {
    test('has what was sent while it was loaded, in order', async () => {
      const value = new Value('i')
      const started = spawn(actors.sharesValues, [7], { in: place })
      for (let i = 0; i < 3; i++) {
        started.send(value)
        started.send(i)
      }
      started.send('end')
      expect(await started.result).toEqual(['value 0', 0, 'value 1', 1, 'value 2', 2, 'end'])
      expect(value.value).toBe(3)
    })
  })

  describe.each(mode.places)(`a kind of another package, in: %s, ${mode.name}`, (place) => {
    test('comes as argument, in an item and in a result, with its parts', async () => {
      const tally = new actors.Tally('ours')
      const items = new Queue<unknown>()
      await items.put({ deep: [tally] })
      const { same, mine } = await spawn(actors.tallies, [tally, items], { in: place }).result
      expect(await tally.queue.getMany(2)).toEqual(['ours: argument', 'ours: item'])
      // The parts are one object to one actor, however often they came.
      expect([same, tally.count.value]).toEqual([true, 2])
      expect(mine).toBeInstanceOf(actors.Tally)
      await mine.say('result')
      expect([mine.count.value, await tally.queue.get()]).toEqual([1, 'mine: result'])
    })

    test('is refused where an actor starts one that does not list it', async () => {
      const { result } = spawn(actors.startsAnother, [new actors.Tally('ours')], { in: place })
      expect(await result).toEqual(told('Tally', '[0]'))
    })
  })
}

/** What lies at the top of a message has no path. */
const bare = (one: unknown): unknown =>
  typeof one === 'object' && (one as actors.Told).path === ''
    ? { ...(one as actors.Told), message: (one as actors.Told).message.replace(' at ;', ';') }
    : one
