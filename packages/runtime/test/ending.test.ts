// An actor's end waits for its letters and its children; nobody of them waits for it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ActorRef, Queue, QueueClosedError, spawn } from '../dist/index.js'
import * as actors from './fixtures/ending.mjs'
import { runProgram } from './fixtures/program.js'

describe.each(['thread', 'process', 'here'] as const)('an actor that returned, in: %s', (place) => {
  test.each(['thread', 'process', 'here'] as const)(
    'closes its ends before it waits for its child in: %s',
    async (inner) => {
      const told = new Queue<number>()
      expect(await spawn(actors.feeds, [inner, told], { in: place }).result).toBe('fed')
      expect(await told.get()).toBe(1)
    },
  )
})

test('main closes its ends before it waits for its letters', () => {
  expect(runProgram('ending-programs.mjs', 'letters')).toEqual({
    code: 0,
    stdout: '1 5000',
    stderr: '',
  })
})

test('a main that nothing can settle is told, with the exit code 13', () => {
  const { code, stderr } = runProgram('ending-programs.mjs', 'never')
  expect(stderr).toContain('main() never ended')
  expect(code).toBe(13)
})

test('an end in a letter closes with an actor that never read it, also when its starter is dead', async () => {
  const told = new Queue<{ pid: number; ref: ActorRef<never> }>()
  const middle = spawn(actors.startsDeaf, [told], { in: 'process' })
  middle.result.catch(() => {})
  const { pid, ref } = await told.get()
  const q = new Queue<string>()
  const items = q.consumer()
  ref.send(q.producer() as never)
  middle.kill()
  await middle.join()
  process.kill(pid, 'SIGKILL')
  await expect(items.get()).rejects.toBeInstanceOf(QueueClosedError)
})

test('an end in the result of an actor here is its parent’s, and closes with it', async () => {
  const q = new Queue<string>()
  const items = q.consumer()
  expect(await spawn(actors.getsBack, [q.producer()], { in: 'here' }).result).toBe(false)
  await expect(items.get()).rejects.toBeInstanceOf(QueueClosedError)
})

test('ends come back from a process that cannot be started', async () => {
  const q = new Queue<string>()
  const out = q.producer()
  // More than the system takes as one variable.
  process.env['TROUPE_TEST_LARGE'] = 'x'.repeat(2 ** 20)
  try {
    expect(() => spawn(actors.getsBack, [out], { in: 'process' })).toThrow('E2BIG')
  } finally {
    delete process.env['TROUPE_TEST_LARGE']
  }
  await out.put('mine again')
  expect(await q.get()).toBe('mine again')
})

test('a flag of Node with a value of its own is not taken for the entry of a process', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'troupe-'))
  try {
    const flags = ['--cpu-prof', '--cpu-prof-dir', folder]
    const { code, stdout } = runProgram(...flags, 'ending-programs.mjs', 'process')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '42' })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
