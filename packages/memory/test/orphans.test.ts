// Processes whose starter died: who ends them, and that nobody else is ended instead.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
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
import { startPlace } from './fixtures/places.js'
import { gone } from './fixtures/processes.js'

/** Longer than the root waits for an orphan to end by itself. */
const LONG = 8000
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

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
