// Processes whose starter died: who ends them, and that nobody else is ended instead.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { createSystem, reserve, ring, self } from '../dist/index.js'
import {
  H_DEATHS,
  LIVE,
  nameOf,
  S_PID,
  S_RESERVER,
  S_STATE,
  SEAT_WORDS,
  seatOf,
} from '../dist/layout.js'
import { startPlace, until } from './fixtures/places.js'
import { gone } from './fixtures/processes.js'

/** Resolves when nothing of the process is left. A zombie has no end of its own. */
async function reaped(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`)) await pause(10)
}

/** Longer than the root waits for an orphan to end by itself. */
const LONG = 8000
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Descriptors of processes that this process has open. */
function pidfds(): number {
  const isOne = (fd: string): boolean => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('pidfd')
    } catch {
      return false // That of the listing itself.
    }
  }
  return readdirSync('/proc/self/fd').filter(isOne).length
}

beforeAll(() => {
  createSystem(64 * 1024 ** 2)
})

test('a process that has the number of an orphan that ended is left alone', {
  timeout: 60_000,
}, async () => {
  const stranger = spawn('sleep', ['60'])
  const { arena, name: mine } = self()
  const seat = seatOf(reserve())
  const base = seat * SEAT_WORDS
  // The orphan is dead, somebody holds its life to clean the seat, and its number was given on.
  arena.substrate.lifeTry(seat)
  Atomics.store(arena.seats, base + S_RESERVER, nameOf(1000, 3))
  Atomics.store(arena.seats, base + S_PID, stranger.pid!)
  Atomics.store(arena.seats, base + S_STATE, LIVE)
  Atomics.add(arena.header, H_DEATHS, 1)
  ring(mine)
  await pause(LONG)
  expect(stranger.signalCode).toBe(null)
  arena.substrate.lifeDrop(seat)
  stranger.kill()
  expect(await once(stranger, 'exit')).toEqual([null, 'SIGTERM'])
})

test('an orphan that never looks is killed', { timeout: 60_000 }, async () => {
  const starter = startPlace('thread', 'orphans', 'startProcess', 'spin')
  const pid = Number(await starter.line())
  expect(existsSync(`/proc/${pid}`)).toBe(true)
  await starter.kill()
  await gone(pid)
})

test.each(['after', 'before'])(
  'a process that ends %s its starter, which looked no more, leaves no zombie',
  { timeout: 30_000 },
  async (when) => {
    const isEarly = when === 'before'
    const starter = startPlace(
      'thread',
      'orphans',
      isEarly ? 'startAndSpin' : 'startProcess',
      'stay',
    )
    const pid = Number(await starter.line())
    if (isEarly) process.kill(pid, 'SIGKILL')
    if (isEarly) await gone(pid)
    await starter.kill()
    if (!isEarly) process.kill(pid, 'SIGKILL')
    await reaped(pid)
  },
)

test('a process that its starter was told of is waited for no more', async () => {
  const before = pidfds()
  const starter = startPlace('thread', 'orphans', 'startAndForget', 'stay')
  const pid = Number(await starter.line())
  process.kill(pid, 'SIGKILL')
  expect(await starter.line()).toBe('told')
  await until(() => pidfds() <= before)
  await starter.kill()
})
