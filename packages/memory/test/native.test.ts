import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import {
  BLOCK_SIGNAL,
  BLOCK_TIMED_OUT,
  BLOCK_WOKEN,
  LIFE_BUSY,
  LIFE_TAKEN,
  LIFE_TAKEN_AFTER_DEATH,
} from '../dist/native.js'
import {
  FILE_BYTES,
  LIVES,
  type TestArena,
  bell,
  blockUntilRung,
  createArena,
  deaths,
  geometry,
  native,
  scratch,
  sit,
  state,
  watched,
} from './fixtures/arena.mjs'

const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

interface Child {
  readonly process: ChildProcess
  readonly pid: number
  line(): Promise<string>
  /** The exit code, or the name of the signal. */
  readonly end: Promise<number | string>
}

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})

function start(script: string, args: readonly string[], fds: readonly number[]): Child {
  const child = spawn(process.execPath, [fixture(script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit', ...fds],
  })
  running.add(child)
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const end = once(child, 'exit').then(([code, signal]) => {
    running.delete(child)
    return (code ?? signal) as number | string
  })
  return {
    process: child,
    pid: child.pid!,
    line: async () => String((await lines.next()).value),
    end,
  }
}

const act = (arena: TestArena, action: string, seat: number, guard?: number): Child =>
  start('child.mjs', [action, String(seat)], guard === undefined ? [arena.fd] : [arena.fd, guard])

function ring(arena: TestArena, seat: number): void {
  Atomics.add(arena.words, bell(seat), 1)
  native.wake(arena.id, seat, 3)
}

interface Work {
  readonly worker: Worker
  readonly end: Promise<void>
}

async function work(arena: TestArena, action: string, seat: number): Promise<Work> {
  const workerData = { fd: arena.fd, seat, action }
  const worker = new Worker(fixture('worker.mjs'), { workerData })
  worker.on('error', () => {})
  const end = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  await new Promise((resolve) => worker.once('message', resolve))
  return { worker, end }
}

describe('the file', () => {
  test('has a sealed size', () => {
    const fd = native.create(FILE_BYTES)
    expect(fstatSync(fd).size).toBe(FILE_BYTES)
    expect(() => ftruncateSync(fd, 1)).toThrow(expect.objectContaining({ code: 'EPERM' }))
    expect(() => ftruncateSync(fd, FILE_BYTES * 2)).toThrow(
      expect.objectContaining({ code: 'EPERM' }),
    )
  })

  test('allocates what is reserved and gives back what is punched', () => {
    const fd = native.create(FILE_BYTES)
    expect(fstatSync(fd).blocks).toBe(0)
    native.reserve(fd, 0, FILE_BYTES)
    expect(fstatSync(fd).blocks * 512).toBe(FILE_BYTES)
    native.punch(fd, 0, LIVES)
    expect(fstatSync(fd).blocks * 512).toBe(FILE_BYTES - LIVES)
  })

  test('is not passed on unless asked for', () => {
    const fd = native.create(FILE_BYTES)
    const flags = (): string => {
      const text = Buffer.alloc(200)
      readSync(openSync(`/proc/self/fdinfo/${fd}`, 'r'), text)
      return /flags:\s*(\d+)/.exec(text.toString())![1]!
    }
    const closes = (): boolean => (Number.parseInt(flags(), 8) & 0o2000000) !== 0
    expect(closes()).toBe(true)
    native.closeOnExec(fd, false)
    expect(closes()).toBe(false)
    native.closeOnExec(fd, true)
    expect(closes()).toBe(true)
  })

  test('is the same bytes in two processes', async () => {
    const arena = createArena()
    expect(await act(arena, 'write', 3).end).toBe(0)
    expect(arena.words[scratch(3)]).toBe(42)
  })

  test('is cut off by zero pages', () => {
    const arena = createArena()
    arena.words[scratch(1)] = 7
    native.blank(new Uint8Array(arena.words.buffer), LIVES)
    expect(arena.words[scratch(1)]).toBe(0)
    arena.words[scratch(1)] = 8
  })

  test('is mapped once a process', () => {
    const arena = createArena()
    expect(native.open(arena.fd, geometry)).toBe(arena.id)
    expect(() => native.open(arena.fd, { ...geometry, bell: 20 })).toThrow(
      expect.objectContaining({ code: 'EEXIST' }),
    )
    expect(() => native.open(arena.fd, { ...geometry, seats: 5000 })).toThrow(TypeError)
    expect(createArena().id).not.toBe(arena.id)
  })
})

describe('failures', () => {
  test('of system calls name the errno and the call', () => {
    expect(() => native.reserve(9999, 0, 1)).toThrow(expect.objectContaining({ code: 'EBADF' }))
    expect(() => native.reserve(9999, 0, 1)).toThrow(/fallocate/)
  })

  test('of arguments are TypeErrors', () => {
    const arena = createArena()
    const wrong: (() => unknown)[] = [
      () => native.create('1' as never),
      () => native.wake(9999, 0, 1),
      () => native.wake(arena.id, 99, 1),
      () => native.overlay(new Uint8Array(8).subarray(1), arena.fd, 0, 1),
      () => native.open(arena.fd, undefined as never),
      () => native.hear(1 as never),
      () => native.block(arena.id, 1, 0, -1, false),
    ]
    for (const call of wrong) expect(call).toThrow(TypeError)
  })

  test('of the order of calls are errors', () => {
    const arena = createArena()
    expect(() => native.hear(true)).toThrow(expect.objectContaining({ code: 'EPERM' }))
    expect(() => native.lifeDrop(arena.id, 1)).toThrow(expect.objectContaining({ code: 'EPERM' }))
    expect(() => native.enter(arena.id, 1, () => {})).toThrow(
      expect.objectContaining({ code: 'EPERM' }),
    )
    sit(arena, 1)
    native.lifeTry(arena.id, 2)
    expect(() => native.enter(arena.id, 2, () => {})).toThrow(
      expect.objectContaining({ code: 'EALREADY' }),
    )
    native.leave(arena.id)
  })
})

describe('a life', () => {
  test('is held until it is dropped', () => {
    const { id } = createArena()
    expect(native.lifeHeld(id, 1)).toBe(false)
    expect(native.lifeTry(id, 1)).toBe(LIFE_TAKEN)
    expect(native.lifeHeld(id, 1)).toBe(true)
    expect(native.lifeTry(id, 1)).toBe(LIFE_BUSY)
    native.lifeDrop(id, 1)
    expect(native.lifeHeld(id, 1)).toBe(false)
    expect(native.lifeTry(id, 1)).toBe(LIFE_TAKEN)
    native.lifeDrop(id, 1)
  })

  test('is let go by leave, once', () => {
    const arena = createArena()
    sit(arena, 1)
    native.leave(arena.id)
    native.leave(arena.id)
    expect(native.lifeHeld(arena.id, 1)).toBe(false)
    expect(arena.words[state(1)]).toBe(0)
    expect(arena.words[deaths]).toBe(1)
    sit(arena, 2)
    native.leave(arena.id)
    expect(arena.words[deaths]).toBe(2)
  })

  test.each(['end naturally', 'call process.exit', 'throw'])(
    'is not held after processes that %s',
    async (action) => {
      const arena = createArena()
      expect(await act(arena, action, 1).end).toBe(0)
      expect(native.lifeHeld(arena.id, 1)).toBe(false)
      expect(native.lifeTry(arena.id, 1)).not.toBe(LIFE_BUSY)
      native.lifeDrop(arena.id, 1)
    },
  )

  test('is marked by SIGKILL, and clean again afterwards', async () => {
    const arena = createArena()
    const child = act(arena, 'stay', 1)
    await child.line()
    expect(native.lifeHeld(arena.id, 1)).toBe(true)
    expect(native.lifeTry(arena.id, 1)).toBe(LIFE_BUSY)
    process.kill(child.pid, 'SIGKILL')
    expect(await child.end).toBe('SIGKILL')
    expect(native.lifeHeld(arena.id, 1)).toBe(false)
    expect(native.lifeTry(arena.id, 1)).toBe(LIFE_TAKEN_AFTER_DEATH)
    native.lifeDrop(arena.id, 1)
    expect(native.lifeTry(arena.id, 1)).toBe(LIFE_TAKEN)
    native.lifeDrop(arena.id, 1)
  })

  test.each(['natural', 'exit', 'throw'])('is free after a worker: %s', async (action) => {
    const arena = createArena()
    const { end } = await work(arena, action, 1)
    await end
    expect(native.lifeTry(arena.id, 1)).toBe(LIFE_TAKEN)
    expect(arena.words[deaths]).toBe(1)
    expect(arena.words[state(1)]).toBe(0)
  })

  test.each(['stay', 'spin', 'block'])('is free after terminate: %s', async (action) => {
    const arena = createArena()
    const { worker } = await work(arena, action, 1)
    expect(native.lifeHeld(arena.id, 1)).toBe(true)
    const from = Date.now()
    await worker.terminate()
    expect(Date.now() - from).toBeLessThan(5000)
    expect(native.lifeTry(arena.id, 1)).toBe(LIFE_TAKEN)
    expect(arena.words[deaths]).toBe(1)
  })
})

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

  test('rung without pause does no harm to 100 workers that end', { timeout: 120_000 }, async () => {
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

describe('a guard', () => {
  test('announces a killed process, and gives its reserved seat up', async () => {
    const arena = createArena()
    sit(arena, 1)
    const guard = native.guardStart(arena.id)
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
    const guard = native.guardStart(arena.id)
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
    const guard = native.guardStart(arena.id)
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
    expect(native.block(arena.id, 1, before + 1, 50, false)).toBe(BLOCK_TIMED_OUT)
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

  test('ends the children when the root leaves', async () => {
    const arena = createArena()
    const guard = native.guardStart(arena.id)
    const child = act(arena, 'spin under a guard', 2, guard)
    expect(await child.line()).toBe('ready')
    native.leave(arena.id)
    expect(await child.end).toBe(113)
  })
})

/** Resolves when the process is gone; the test's own limit is the only one. */
async function gone(process_: number): Promise<void> {
  for (;;) {
    try {
      process.kill(process_, 0)
    } catch {
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
