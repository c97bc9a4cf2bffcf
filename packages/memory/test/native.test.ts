// The addon: files, failures, lives, and how it is found.
import { spawnSync } from 'node:child_process'
import { fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { LIFE_BUSY, LIFE_TAKEN, LIFE_TAKEN_AFTER_DEATH } from '../dist/native.js'
import {
  FILE_BYTES,
  LIVES,
  createArena,
  deaths,
  geometry,
  native,
  scratch,
  sit,
  state,
} from './fixtures/arena.mjs'
import { act, work } from './fixtures/processes.js'

describe('the loader', () => {
  const load = `
    import { loadAddon, addonProblem } from ${JSON.stringify(new URL('../dist/native.js', import.meta.url).href)}
    console.log(loadAddon() === loadAddon(), loadAddon() !== undefined)
    console.log(addonProblem())`
  const withAddon = (wish: string): string => {
    const env = { ...process.env, TROUPE_ADDON: wish }
    const args = ['--input-type=module', '-e', load]
    return spawnSync(process.execPath, args, { env, encoding: 'utf8' }).stdout
  }

  test('finds the addon beside the package', () => {
    expect(withAddon('')).toBe('true true\n\n')
  })

  test('loads the file that it is told to', () => {
    const file = fileURLToPath(new URL('../build/Release/addon.node', import.meta.url))
    expect(withAddon(file)).toBe('true true\n\n')
  })

  test('loads nothing when switched off, and says so', () => {
    expect(withAddon('off')).toMatch(/^true false\n.*Tried:\n.*TROUPE_ADDON=off/)
  })

  test('says what failed, and tries nothing else than it is told to', () => {
    expect(withAddon('/no/such/addon.node')).toMatch(/^true false\n.*Tried:\n.*Cannot find module/)
  })
})

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

  test.each(['end naturally', 'call process.exit', 'throw', 'reject'])(
    'is not held after processes that %s',
    async (action) => {
      const arena = createArena()
      expect(await act(arena, action, 1).end).toBe(0)
      expect(native.lifeHeld(arena.id, 1)).toBe(false)
      expect(native.lifeTry(arena.id, 1)).not.toBe(LIFE_BUSY)
      native.lifeDrop(arena.id, 1)
    },
  )

  test.each(['SIGTERM', 'SIGABRT', 'SIGSEGV'])('is not held after %s', async (signal) => {
    const arena = createArena()
    const child = act(arena, 'stay', 1)
    await child.line()
    process.kill(child.pid, signal)
    expect(await child.end).toBe(signal)
    expect(native.lifeHeld(arena.id, 1)).toBe(false)
    expect(native.lifeTry(arena.id, 1)).not.toBe(LIFE_BUSY)
    native.lifeDrop(arena.id, 1)
  })

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

  test.each(['natural', 'exit', 'throw', 'reject', 'oom'])(
    'is free after a worker: %s',
    async (action) => {
      const arena = createArena()
      const { end } = await work(arena, action, 1)
      await end
      expect(native.lifeTry(arena.id, 1)).toBe(LIFE_TAKEN)
      expect(arena.words[deaths]).toBe(1)
      expect(arena.words[state(1)]).toBe(0)
    },
  )

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
