// The addon: bells, signals and the root's guard.
import { constants } from 'node:os'
import { describe, expect, test } from 'vitest'
import { BLOCK_SIGNAL, BLOCK_TIMED_OUT, BLOCK_WOKEN, LIFE_TAKEN } from '../dist/native.js'
import {
  bell,
  blockUntilRung,
  createArena,
  deaths,
  native,
  scratch,
  sit,
  state,
  watched,
} from './fixtures/arena.mjs'
import { act, gone, ring, start, work } from './fixtures/processes.js'

describe('a bell', () => {
  test('that has moved does not block', () => {
    const arena = createArena()
    expect(native.block(arena.id, 1, 5, 1000, false)).toBe(BLOCK_WOKEN)
  })

  test('that nobody rings times out', () => {
    const arena = createArena()
    const from = performance.now()
    expect(native.block(arena.id, 1, 0, 50, true)).toBe(BLOCK_TIMED_OUT)
    expect(performance.now() - from).toBeGreaterThan(45)
  })

  test('wakes a blocked thread of another process', async () => {
    const arena = createArena()
    const child = act(arena, 'block', 1)
    expect(await child.line()).toBe('ready')
    ring(arena, 1)
    expect(await child.line()).toBe(String(BLOCK_WOKEN))
    expect(await child.end).toBe(0)
  })

  test('wakes an event loop of another process, which then ends', async () => {
    const arena = createArena()
    const child = act(arena, 'hear', 1)
    expect(await child.line()).toBe('ready')
    ring(arena, 1)
    expect(await child.line()).toBe('rung')
    expect(await child.end).toBe(0)
  })

  test('of all reaches the seats that are not free', async () => {
    const arena = createArena()
    const children = [act(arena, 'block', 1), act(arena, 'hear', 2)]
    for (const child of children) expect(await child.line()).toBe('ready')
    native.ringAll(arena.id)
    expect(await Promise.all(children.map((child) => child.end))).toEqual([0, 0])
    expect(arena.words[bell(3)]).toBe(0)
  })

  test('is rung for everybody when a worker ends', async () => {
    const arena = createArena()
    const child = act(arena, 'block', 1)
    expect(await child.line()).toBe('ready')
    const { end } = await work(arena, 'natural', 2)
    await end
    expect(await child.line()).toBe(String(BLOCK_WOKEN))
  })

  test('reports what onBell throws', async () => {
    const arena = createArena()
    const child = act(arena, 'throw in onBell', 1)
    expect(await child.line()).toBe('from onBell')
    expect(await child.end).toBe(0)
  })

  test('rung without pause does no harm to 100 workers that end', {
    timeout: 120_000,
  }, async () => {
    const arena = createArena()
    const ringer = act(arena, 'ring all', 0)
    expect(await ringer.line()).toBe('ready')
    const churn = start('churn.mjs', ['100'], [arena.fd])
    expect(await churn.line()).toBe('done')
    // No thread of that process has the addon any more.
    ring(arena, 1)
    ring(arena, 2)
    churn.process.stdin!.end()
    expect(await churn.end).toBe(0)
    expect(arena.words[deaths]).toBe(100)
    expect(native.lifeTry(arena.id, 1)).toBe(LIFE_TAKEN)
    expect(native.lifeTry(arena.id, 2)).toBe(LIFE_TAKEN)
    Atomics.store(arena.words, scratch(0), 1)
    expect(await ringer.end).toBe(0)
  })
})

describe('a signal', () => {
  test('ends the block of a main thread that listens for it', async () => {
    const arena = createArena()
    const child = act(arena, 'be interrupted', 1)
    expect(await child.line()).toBe('ready')
    process.kill(child.pid, 'SIGINT')
    expect(await child.line()).toBe(String(BLOCK_SIGNAL))
    expect(await child.line()).toBe('true')
    expect(await child.line()).toBe(String(constants.signals.SIGINT))
    expect(await child.line()).toBe('handled')
    expect(await child.end).toBe(0)
  })

  test('ends a process that does not listen for it', async () => {
    const arena = createArena()
    const child = act(arena, 'die by SIGINT', 1)
    expect(await child.line()).toBe('ready')
    process.kill(child.pid, 'SIGINT')
    expect(await child.end).toBe('SIGINT')
    expect(native.lifeHeld(arena.id, 1)).toBe(false)
  })
})

describe('a signal of a root that listens for it', () => {
  test('ends a root that computes for ever, at one that comes a second later', async () => {
    const root = start('signalled.mjs', ['compute for ever'], [])
    expect(await root.line()).toBe('ready')
    const first = performance.now()
    let ended = 0
    void root.end.then(() => (ended = performance.now()))
    while (ended === 0) {
      process.kill(root.pid, 'SIGINT')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(await root.end).toBe('SIGINT')
    // What comes within a second is taken for the same.
    expect(ended - first).toBeGreaterThan(1000)
  })

  test('ends none whose event loop saw the first', async () => {
    const root = start('signalled.mjs', ['compute now and then'], [])
    expect(await root.line()).toBe('ready')
    // For longer than two signals are taken for one.
    const first = performance.now()
    for (let i = 1; performance.now() - first < 1500; i++) {
      process.kill(root.pid, 'SIGINT')
      expect(await root.line()).toBe(`heard ${i}`)
    }
    process.kill(root.pid, 'SIGTERM')
    expect(await root.end).toBe('SIGTERM')
  })

  test('ends no later block when its handlers ran', async () => {
    const root = start('signalled.mjs', ['block later'], [])
    expect(await root.line()).toBe('ready')
    process.kill(root.pid, 'SIGINT')
    expect(await root.line()).toBe('heard 1')
    root.process.stdin!.write('go\n')
    expect(await root.line()).toBe('false')
  })
})

describe('a guard', () => {
  test('announces a killed process, and gives its reserved seat up', async () => {
    const arena = createArena()
    sit(arena, 1)
    const guard = native.guardStart(arena.id, -1)
    const child = act(arena, 'be watched', 2, guard)
    expect(await child.line()).toBe('true')
    expect(arena.words[watched(2)]).toBe(child.pid)
    const before = Atomics.load(arena.words, bell(1))
    process.kill(child.pid, 'SIGKILL')
    expect(blockUntilRung(arena, 1, before, 10_000)).toBe(BLOCK_WOKEN)
    expect(arena.words[deaths]).toBe(1)
    expect(arena.words[state(2)]).toBe(3)
    expect(arena.words[watched(2)]).toBe(0)
    expect(await child.end).toBe('SIGKILL')
    native.leave(arena.id)
  })

  test('announces a process that was dead when it registered', async () => {
    const arena = createArena()
    sit(arena, 1)
    const guard = native.guardStart(arena.id, -1)
    const child = act(arena, 'write', 1)
    await child.end
    const before = Atomics.load(arena.words, bell(1))
    native.register(guard, child.pid, 2)
    expect(blockUntilRung(arena, 1, before, 10_000)).toBe(BLOCK_WOKEN)
    expect(native.awaitWatched(arena.id, 2, child.pid, 20)).toBe(false)
    native.leave(arena.id)
  })

  test('is asked twice and announces once', async () => {
    const arena = createArena()
    sit(arena, 1)
    const guard = native.guardStart(arena.id, -1)
    const child = act(arena, 'stay', 3)
    await child.line()
    for (let i = 0; i < 2; i++) {
      Atomics.store(arena.words, watched(3), 0)
      native.register(guard, child.pid, 3)
      expect(native.awaitWatched(arena.id, 3, child.pid, 10_000)).toBe(true)
    }
    const before = Atomics.load(arena.words, bell(1))
    process.kill(child.pid, 'SIGKILL')
    expect(blockUntilRung(arena, 1, before, 10_000)).toBe(BLOCK_WOKEN)
    expect(native.block(arena.id, 1, before + 4, 50, false)).toBe(BLOCK_TIMED_OUT)
    expect(arena.words[deaths]).toBe(1)
    native.leave(arena.id)
  })

  test('ends the children when the root is killed', async () => {
    const root = start('child.mjs', ['root'], [])
    const child = Number(await root.line())
    process.kill(child, 0)
    process.kill(root.pid, 'SIGKILL')
    await root.end
    await gone(child)
  })

  test('ends the children when the root is a worker that is terminated', async () => {
    const arena = createArena()
    const { worker, end } = await work(arena, 'root', 1)
    const child = await new Promise<number>((resolve) => worker.once('message', resolve))
    process.kill(child, 0)
    await worker.terminate()
    await end
    await gone(child)
    expect(native.lifeHeld(arena.id, 1)).toBe(false)
  })

  test('ends the children when the root leaves', async () => {
    const arena = createArena()
    const guard = native.guardStart(arena.id, -1)
    const child = act(arena, 'spin under a guard', 2, guard)
    expect(await child.line()).toBe('ready')
    native.leave(arena.id)
    expect(await child.end).toBe(113)
  })
})
