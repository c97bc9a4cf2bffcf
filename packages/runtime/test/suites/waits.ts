// Every wait ends: by its timeout, by its signal, by a close, by its actor's stop, by its peer's death.
import { afterEach, describe, expect, test } from 'vitest'
import { JoinableQueue, type PlaceKind, Queue, spawn } from '../../dist/index.js'
import * as actors from '../fixtures/waits.mjs'
import type { Mode } from './mode.js'
import { cases, unfinished, type WaitCase, type Waiting } from './wait-cases.js'

type Where = PlaceKind | 'main'

const awaited = cases.filter(({ sync }) => !sync)
const blocking = cases.filter(({ sync }) => sync)
const row = (wait: WaitCase): [string, WaitCase] => [wait.name, wait]

let made: Waiting[] = []
function make(wait: WaitCase): Waiting {
  const waiting = wait.make()
  made.push(waiting)
  return waiting
}

afterEach(() => {
  for (const { handle, peer, queue } of made) {
    for (const one of [handle, peer, queue]) (one as Disposable | undefined)?.[Symbol.dispose]()
  }
  made = []
})

const hosts = new Map<PlaceKind, Queue<actors.Job>>()

/** Starts the wait in a place, or in this thread: how it ends. */
function start(
  where: Where,
  form: string,
  handle: unknown,
  options?: object,
): Promise<actors.Outcome> {
  if (where === 'main') return actors.outcomeOf(form, handle, options)
  let jobs = hosts.get(where)
  if (!jobs) {
    hosts.set(where, (jobs = new Queue()))
    spawn(actors.waiter, [jobs], { in: where })
  }
  const told = new Queue<actors.Outcome>()
  jobs.putSync({ form, handle, options, told })
  return told.get()
}

/** Waits in one actor, all at once. */
function jobsOf(waits: readonly WaitCase[]): [object[], Waiting[]] {
  const all = waits.map(make)
  return [waits.map(({ name, form }, i) => ({ name, form, handle: all[i]!.handle })), all]
}
const expected = (
  waits: readonly WaitCase[],
  what: (wait: WaitCase) => actors.Outcome,
): Record<string, actors.Outcome> =>
  Object.fromEntries(waits.map((wait) => [wait.name, what(wait)]))

/** Starts somebody who holds `held`. */
async function holding(place: PlaceKind, ...held: unknown[]): Promise<{ kill(): void }> {
  const ready = new Queue<actors.Outcome>()
  const victim = spawn(actors.holder, [ready, ...held], { in: place })
  await ready.get()
  return victim
}

export function waitSuite(mode: Mode): void {
  const across = (place: PlaceKind): PlaceKind =>
    mode.apart.find((other) => other !== place) ?? place

  describe.each<Where>(['main', ...mode.places])(`a wait in %s, ${mode.name}`, (where) => {
    const here = where === 'main' || where === 'here'
    const waits = here ? awaited : cases

    test.each(waits.filter(({ bounded }) => bounded).map(row))(
      'ends by its timeout and leaves all as it was: %s',
      async (_name, wait) => {
        const { handle, queue, left } = make(wait)
        // Elsewhere once: an end moves there.
        for (const timeout of where === 'main' ? [0, 3] : [3]) {
          expect(await start(where, wait.form, handle, { timeout })).toEqual(wait.late)
        }
        if (queue) expect(queue.size).toBe(left)
      },
    )

    test.each(waits.map(row))('ends when its queue or pipe is closed: %s', async (_name, wait) => {
      const { handle, peer, queue } = make(wait)
      const ended = start(where, wait.form, handle)
      await actors.whenParked(queue, wait.side)
      if (queue) queue.close()
      else peer.close()
      expect(await ended).toEqual(wait.closed)
    })

    test.each(waits.filter(({ name }) => !/connection|sender|receiver/.test(name)).map(row))(
      'ends when the last end of the other side closes: %s',
      async (_name, wait) => {
        const { handle, peer, queue } = make(wait)
        const ended = start(where, wait.form, handle)
        await actors.whenParked(queue, wait.side)
        peer.close()
        expect(await ended).toEqual(wait.closed)
      },
    )

    test.each(mode.apart)('ends when its peer in a %s dies: all awaited forms', async (place) => {
      const [jobs, all] = jobsOf(awaited)
      const victim = await holding(place, ...all.map(({ peer }) => peer))
      const told = new Queue<actors.Outcome>()
      const started = spawn(actors.waitsForAll, [jobs as never, told, 'plain'], {
        in: where === 'main' ? 'here' : where,
      })
      await told.get()
      victim.kill()
      expect(await started.result).toEqual(expected(awaited, ({ closed }) => closed))
    })

    test.each(mode.apart)('of join ends when who took the items dies in a %s', async (place) => {
      for (const [end, form] of [
        [false, 'join'],
        [true, 'join'],
        [false, 'joinSync'],
        [true, 'joinSync'],
      ] as const) {
        if (here && form === 'joinSync') continue
        const { queue, peer } = unfinished(end)
        const told = new Queue<actors.Outcome>()
        const victim = spawn(actors.taker, [peer, queue, told], { in: place })
        void victim.result.catch(() => {})
        await told.get()
        expect(await start(where, form, queue)).toEqual({ value: undefined })
      }
    })
  })

  describe.each(mode.apart)(`a block in a %s, ${mode.name}`, (place) => {
    test.each(blocking.map(row))('ends when its peer dies: %s', async (_name, wait) => {
      const { handle, peer, queue } = make(wait)
      const victim = await holding(across(place), peer)
      const ended = start(place, wait.form, handle)
      await actors.whenParked(queue, wait.side)
      victim.kill()
      expect(await ended).toEqual(wait.closed)
    })

    test.each(blocking.map(row))('ends when its actor is stopped: %s', async (_name, wait) => {
      const { handle, queue, left } = make(wait)
      const told = new Queue<actors.Outcome>()
      const started = spawn(actors.waitsOnce, [wait.form, handle, told, 'plain'], { in: place })
      await told.get()
      const stopped = started.stop({ timeout: Infinity })
      expect(await told.get()).toEqual({ ended: 'ERR_TROUPE_STOPPED' })
      expect((await stopped).reason).toBe('shutdown')
      if (queue) expect(queue.size).toBe(left)
    })

    test('of joinSync ends when its actor is stopped', async () => {
      const { queue } = unfinished(false)
      const told = new Queue<actors.Outcome>()
      const started = spawn(actors.waitsOnce, ['joinSync', queue, told, 'plain'], { in: place })
      await told.get()
      const stopped = started.stop({ timeout: Infinity })
      expect(await told.get()).toEqual({ ended: 'ERR_TROUPE_STOPPED' })
      await stopped
    })
  })

  describe.each(mode.places)(`an actor in: %s, ${mode.name}`, (place) => {
    test('that is stopped ends all waits that it gave its signal to', async () => {
      const bounded = awaited.filter((wait) => wait.bounded)
      const [jobs, all] = jobsOf(bounded)
      const told = new Queue<actors.Outcome>()
      const started = spawn(actors.waitsForAll, [jobs as never, told, 'signal'], { in: place })
      await told.get()
      expect((await started.stop({ timeout: Infinity })).reason).toBe('shutdown')
      expect(await started.result).toEqual(expected(bounded, () => ({ ended: 'StopRequest' })))
      for (const { queue, left } of all) expect(queue?.size ?? left).toBe(left)
    })

    test.each(['receive', 'for await of the inbox'])(
      'that is stopped ends its %s',
      async (form) => {
        const told = new Queue<actors.Outcome>()
        const started = spawn(actors.waitsOnce, [form, undefined, told, 'plain'], { in: place })
        await told.get()
        expect((await started.stop({ timeout: Infinity })).reason).toBe('shutdown')
        expect(await told.get()).toEqual(
          form === 'receive' ? { ended: 'StopRequest' } : { value: [] },
        )
      },
    )
  })

  describe(`in this thread, ${mode.name}`, () => {
    test.each(awaited.filter(({ bounded }) => bounded).map(row))(
      'an abort ends %s with its reason, and all is as it was',
      async (_name, wait) => {
        const { handle, queue, left } = make(wait)
        for (const reason of ['enough', 0, null, { code: 'own' }, 2]) {
          const controller = new AbortController()
          const ended = (actors.forms[wait.form] as Wait)(handle, { signal: controller.signal })
          const rejected = ended.then(
            () => 'it resolved',
            (error: unknown) => ({ error }),
          )
          controller.abort(reason)
          expect(await rejected).toEqual({ error: reason })
        }
        if (queue) expect(queue.size).toBe(left)
      },
    )

    test('an abort ends join', async () => {
      const { queue } = unfinished(false)
      const controller = new AbortController()
      const joined = queue.join({ signal: controller.signal })
      controller.abort('enough')
      await expect(joined).rejects.toBe('enough')
    })

    test.each(awaited.map(row))('to give up its handle ends %s', async (_name, wait) => {
      const { handle } = make(wait)
      const ended = start('main', wait.form, handle)
      ;(handle as Disposable)[Symbol.dispose]()
      const whole = handle instanceof Queue
      // A walk over an end that was closed ends; over a queue that was disposed it fails.
      if (whole) expect(await ended).toEqual({ ended: 'ERR_TROUPE_DISPOSED' })
      else expect(await ended).toEqual(wait.closed)
    })

    test('join and joinSync end by their timeout', async () => {
      for (const form of ['join', 'joinSync']) {
        const { queue } = unfinished(false)
        expect(await start('main', form, queue, { timeout: 3 })).toEqual({
          ended: 'ERR_TROUPE_TIMEOUT',
        })
      }
    })

    test('to give up its handle ends join', async () => {
      const queue = new JoinableQueue<number>()
      queue.putSync(1)
      const joined = start('main', 'join', queue)
      queue[Symbol.dispose]()
      expect(await joined).toEqual({ ended: 'ERR_TROUPE_DISPOSED' })
    })

    const hows = mode.processes ? (['close', 'die'] as const) : (['close'] as const)
    describe.each(hows)('a block of the root ends when its peer does so elsewhere: %s', (how) => {
      test.each(blocking.map(row))('%s', async (_name, wait) => {
        const place = mode.apart[blocking.indexOf(wait) % mode.apart.length]!
        const { handle, peer } = make(wait)
        void spawn(actors.ender, [peer, wait.side, how], { in: place }).result.catch(() => {})
        expect(await start('main', wait.form, handle)).toEqual(wait.closed)
      })
    })
  })
}

type Wait = (handle: unknown, options: object) => Promise<unknown>
