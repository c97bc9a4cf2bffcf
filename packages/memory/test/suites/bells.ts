// Bells: no ring is lost, a death rings all, and a thread that blocks can be ended.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createSystem,
  DONE,
  gettersMark,
  type Handle,
  isGone,
  makeQueue,
  now,
  openRing,
  placeEnded,
  puttersMark,
  reserve,
  type Ring,
  ring as ringPlace,
  self,
  type SideMark,
  stopBlocks,
  taken,
  type Wait,
  waitAsync,
  waitSync,
} from '../../dist/index.js'
import {
  D_GETTERS,
  D_GETTERS_SUMMARY,
  D_LOCKERS,
  D_PRODUCERS,
  D_PUTTERS_SUMMARY,
  nameOf,
  S_BELL,
  SEAT_WORDS,
  SEATS,
  seatOf,
  SLEEPERS,
} from '../../dist/layout.js'
import * as memory from '../../dist/index.js'
import { channel } from '../fixtures/channel.mjs'
import { type Kind, kinds, type Place, startPlace, until } from '../fixtures/places.js'
import { fixture } from '../fixtures/processes.js'

const REPETITIONS = 200
/** Ends a block of the test's own thread that nobody rings: a lost ring, in milliseconds. */
const LIMIT = 50_000

const made = (maxsize = 0): [Ring, Handle] => {
  const handle = makeQueue({ bytes: 1024, maxsize })
  return [openRing(handle).ring, handle]
}
const isMarked = (ring: Ring, bits: number, name: number): boolean => {
  const seat = seatOf(name)
  return (Atomics.load(ring.words, bits + (seat >>> 5)) & (1 << (seat & 31))) !== 0
}
const waits = (ring: Ring, place: Place): Promise<void> =>
  until(() => isMarked(ring, D_GETTERS, place.name))

/** A wait for a message in `ring`. */
function getting(ring: Ring, side: SideMark): Wait {
  const look = (): boolean => ring.take() === DONE
  return { look, glance: look, mark: () => side.mark(), leave: () => side.leave() }
}

export function bellsSuite(mode: string): void {
  describe(`bells (${mode})`, () => {
    beforeAll(() => {
      createSystem(64 * 1024 ** 2)
    })

    ringTests()
    markTests()
    describe.each(kinds())('of a %s', deathTests)
    endTests()
  })
}

function ringTests(): void {
  /** A wait whose ring comes after its `number`th look, which saw nothing. */
  function rungAfterLook(number: number): Wait {
    let looks = 0
    let ready = false
    const look = (): boolean => {
      const seen = ready
      looks++
      if (looks === number) {
        ready = true
        ringPlace(self().name)
      }
      return seen
    }
    return { look, glance: () => false, mark() {}, leave() {} }
  }

  test.each([1, 2])(`a ring after look %i and before the sleep is not lost`, (number) => {
    for (let i = 0; i < REPETITIONS; i++) {
      expect(waitSync(rungAfterLook(number), now() + LIMIT)).toBe(true)
    }
  })

  test('a ring after the last look of an awaited wait is not lost', async () => {
    for (let i = 0; i < REPETITIONS; i++) {
      expect(await waitAsync(rungAfterLook(1))).toBe(true)
    }
  })

  test('one ring wakes all waits of a thread, in order of arrival', async () => {
    const order: number[] = []
    let ready = false
    const waitings = [0, 1, 2].map((i) => {
      const look = (): boolean => {
        if (ready) order.push(i)
        return ready
      }
      return waitAsync({ look, glance: look, mark() {}, leave() {} })
    })
    ready = true
    ringPlace(self().name)
    expect(await Promise.all(waitings)).toEqual([true, true, true])
    expect(order).toEqual([0, 1, 2])
  })

  test('a block of a thread that also awaits leaves nothing of either behind', async () => {
    const [ring] = made()
    const waiting = waitAsync(getting(ring, gettersMark(ring)))
    let looks = 0
    const look = (): boolean => {
      if (++looks === 2) {
        ring.putInline(1, 5, 0)
        ringPlace(self().name)
      }
      return looks > 2
    }
    const block = { look, glance: () => false, mark() {}, leave() {} }
    expect(waitSync(block, now() + LIMIT)).toBe(true)
    expect(await waiting).toBe(true)
    expect(taken.a).toBe(5)
  })

  test.each(kinds())('5,000 items go there and back to a %s, one slot each way', async (kind) => {
    const [there, thereHandle] = made(1)
    const [back, backHandle] = made(1)
    const place = startPlace(kind, 'bells', 'echo', thereHandle, backHandle)
    expect(await place.line()).toBe('ready')
    const [to, from] = [channel(memory as never, thereHandle), channel(memory as never, backHandle)]
    for (let i = 0; i < 5000; i++) {
      to.put(i)
      const item = i % 2 === 0 ? from.get(LIMIT) : await from.getAsync()
      if (item === false || item.a !== i) throw new Error(`item ${i} came back otherwise`)
    }
    to.put(-1)
    expect(await place.end).toBe(0)
    expect([there.size, back.size]).toEqual([0, 0])
  })
}

function markTests(): void {
  const sleepers = (): number =>
    Atomics.load(self().arena.seats, self().seat * SEAT_WORDS + S_BELL) & SLEEPERS

  test('a wait that runs out, or is aborted, leaves no mark', async () => {
    const [ring] = made()
    const summaries = (): number[] => [
      ring.words[D_GETTERS_SUMMARY]!,
      ring.words[D_PUTTERS_SUMMARY]!,
      sleepers(),
    ]
    expect(waitSync(getting(ring, gettersMark(ring)), now() + 5)).toBe(false)
    expect(summaries()).toEqual([0, 0, 0])
    expect(await waitAsync(getting(ring, gettersMark(ring)), { timeout: 5 })).toBe(false)
    expect(summaries()).toEqual([0, 0, 0])
    const controller = new AbortController()
    const aborted = waitAsync(getting(ring, puttersMark(ring)), { signal: controller.signal })
    await until(() => ring.words[D_PUTTERS_SUMMARY] !== 0)
    controller.abort('enough')
    await expect(aborted).rejects.toBe('enough')
    expect(summaries()).toEqual([0, 0, 0])
    await expect(
      waitAsync(getting(ring, gettersMark(ring)), { signal: controller.signal }),
    ).rejects.toBe('enough')
    expect(summaries()).toEqual([0, 0, 0])
  })

  test('a wait whose look throws ends with that error, and leaves no mark', async () => {
    const [ring] = made()
    const failing = (): Wait => {
      const wait = getting(ring, gettersMark(ring))
      const look = (): boolean => {
        throw new Error('no look')
      }
      return { ...wait, glance: () => false, look }
    }
    expect(() => waitSync(failing(), Infinity)).toThrow('no look')
    await expect(waitAsync(failing())).rejects.toThrow('no look')
    expect([ring.words[D_GETTERS_SUMMARY], sleepers()]).toEqual([0, 0])
  })

  test('waits of one thread stand behind one bit, which the last to leave clears', async () => {
    const [ring] = made()
    const mine = (): boolean => isMarked(ring, D_GETTERS, self().name)
    let waiting = 3
    const over = (): void => void waiting--
    for (let i = 0; i < 3; i++) void waitAsync(getting(ring, gettersMark(ring))).then(over)
    for (const left of [2, 1, 0]) {
      // One that is looked at for a while before it is marked may pass one that is marked.
      await until(mine)
      ring.putInline(1, left, 0)
      await until(() => waiting === left)
      if (left > 0) await until(mine)
      else expect(mine()).toBe(false)
    }
    expect(ring.words[D_GETTERS_SUMMARY]).toBe(0)
  })

  test('a mark of a seat far up is rung too', async () => {
    const [ring] = made()
    const others = Array.from({ length: 40 }, () => reserve())
    const place = startPlace('thread', 'bells', 'getAll', await handleOf(ring))
    expect(seatOf(place.name)).toBeGreaterThan(32)
    await waits(ring, place)
    ring.putInline(1, 77, 0)
    expect(await place.line()).toBe('ready')
    expect(await place.line()).toBe('77')
    for (const name of others) placeEnded(name)
  })
}

const handleOf = async ({ index, generation }: Ring): Promise<Handle> => ({ index, generation })

function deathTests(kind: Kind): void {
  test('a death wakes everybody who waits for it, blocked or not', async () => {
    const victim = startPlace(kind, 'rings', 'stay')
    expect(await victim.line()).toBe('ready')
    const places = [...kinds(), ...kinds(), ...kinds()].map((one) =>
      startPlace(one, 'bells', 'untilGone', victim.name),
    )
    for (const place of places) expect(await place.line()).toBe('waits')
    const look = (): boolean => isGone(victim.name)
    const waiting = waitAsync({ look, glance: look, mark() {}, leave() {} })
    await victim.kill()
    expect(await waiting).toBe(true)
    for (const place of places) expect(await place.line()).toBe('seen')
  })

  // The kernel wakes one waiter of a dead owner: were that one killed too, the others would sleep for ever.
  test('a lock goes on when its owner dies, and with it a waiter', async () => {
    const [ring, handle] = made()
    const owner = startPlace(kind, 'rings', 'stay')
    expect(await owner.line()).toBe('ready')
    ring.words[D_PRODUCERS] = owner.name
    const putters = Array.from({ length: 4 }, () => startPlace(kind, 'rings', 'put', handle))
    for (const one of putters) {
      expect(await one.line()).toBe('ready')
      await until(() => isMarked(ring, D_LOCKERS, one.name))
    }
    const [first, ...rest] = putters
    await Promise.all([owner.kill(), first!.kill()])
    for (const one of rest) expect(await one.line()).toBe(String(DONE))
    expect(ring.size).toBeGreaterThanOrEqual(3)
  })

  const rounds = kind === 'thread' ? 60 : 12
  test.each(['getAll', 'getAllAsync'])(
    `a waiter that is killed when it was rung keeps no item from the other: ${rounds} times, %s`,
    { timeout: 300_000 },
    async (action) => {
      const [ring, handle] = made()
      const survivor = startPlace(kind, 'bells', action, handle)
      expect(await survivor.line()).toBe('ready')
      let next = startPlace(kind, 'bells', action, handle)
      for (let i = 0; i < rounds; i++) {
        const victim = next
        expect(await victim.line()).toBe('ready')
        await Promise.all([waits(ring, survivor), waits(ring, victim)])
        next = startPlace(kind, 'bells', action, handle)
        ring.putInline(1, i, 0)
        await victim.kill()
        // One of the two has it. Were it the victim's alone to take, it would lie there for ever.
        await until(() => ring.size === 0)
      }
    },
  )
}

function endTests(): void {
  // Starting the thread costs more than all that is tested: fewer where nobody blocks in the addon.
  const times = kinds().length === 1 ? 40 : REPETITIONS
  test(`a thread that blocks can be terminated: ${times} times`, { timeout: 300_000 }, async () => {
    const [ring, handle] = made()
    const lane = async (): Promise<void> => {
      for (let i = 0; i < times / 8; i++) {
        const place = startPlace('thread', 'bells', 'block', handle)
        await waits(ring, place)
        await place.kill()
        await until(() => isGone(place.name) && !isMarked(ring, D_GETTERS, place.name))
      }
    }
    await Promise.all(Array.from({ length: 8 }, lane))
  })

  test('a thread whose own thread blocks can be terminated', { timeout: 180_000 }, async () => {
    const [ring, handle] = made()
    for (let i = 0; i < 5; i++) {
      const place = startPlace('thread', 'bells', 'blockWithChild', handle)
      await until(() => countMarked(ring) === 2)
      await place.kill()
      await until(() => countMarked(ring) === 0)
    }
  })

  test.each(kinds())('a %s that is stopped ends its blocks and starts no new one', async (kind) => {
    const [ring, handle] = made()
    const places = [1, 2].map(() => startPlace(kind, 'bells', 'block', handle))
    for (const place of places) await waits(ring, place)
    stopBlocks(places[0]!.name)
    for (let i = 0; i < 2; i++) expect(await places[0]!.line()).toBe('ERR_TROUPE_STOPPED')
    expect(await places[0]!.end).toBe(0)
    expect(isMarked(ring, D_GETTERS, places[1]!.name)).toBe(true)
    expect(isGone(places[1]!.name)).toBe(false)
  })

  test.each([
    ['exit', 0],
    ['throw', 1],
  ])('a root whose threads all block ends by: %s', async (way, code) => {
    const root = spawn(process.execPath, [fixture('exits.mjs'), way], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [line] = (await once(root.stdout, 'data')) as [Buffer]
    expect(line.toString()).toBe('all block\n')
    expect(await once(root, 'exit')).toEqual([code, null])
  })
}

/** Threads that wait for a message. */
function countMarked(ring: Ring): number {
  let count = 0
  for (let seat = 0; seat < SEATS; seat++) {
    if (isMarked(ring, D_GETTERS, nameOf(seat, 1))) count++
  }
  return count
}
