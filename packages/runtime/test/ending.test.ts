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

test.each(['thread', 'process', 'here'] as const)(
  'an end in a result that nobody took closes before its owner waits on, in: %s',
  async (inner) => {
    const told = new Queue<number>()
    await spawn(actors.forgets, [inner, told], { in: 'thread' }).join()
    expect(await told.get()).toBe(0)
  },
)

test.each(['thread', 'process'] as const)(
  'an actor that failed closes its ends before its report is there, in: %s',
  (place) => {
    const q = new Queue<number>()
    const items = q.consumer()
    const started = spawn(actors.failsLoudly, [q.producer()], { in: place })
    started.result.catch(() => {})
    expect(items.getSync()).toBe(1)
    // Its letters fill the inbox of this thread, which blocks.
    expect(() => items.getSync()).toThrow(QueueClosedError)
  },
)

test('an end in a letter to an actor here that was killed at once closes', async () => {
  const q = new Queue<string>()
  const items = q.consumer()
  const started = spawn(actors.keeps, [], { in: 'here' })
  started.result.catch(() => {})
  started.send(q.producer())
  started.kill()
  await expect(items.get()).rejects.toBeInstanceOf(QueueClosedError)
})

test('a process place shows no flag of V8 that its program was not given', async () => {
  expect(await spawn(actors.startsWorker, [], { in: 'process' }).result).toEqual(process.execArgv)
})

test('a main that goes on after an idle moment ends as it says', () => {
  expect(runProgram('ending-programs.mjs', 'idle')).toEqual({ code: 0, stdout: 'on', stderr: '' })
})

test('main closes its ends before it waits for its letters', () => {
  expect(runProgram('ending-programs.mjs', 'letters')).toEqual({
    code: 0,
    stdout: '1 5000',
    stderr: '',
  })
})

test.each([
  ['untaken', '0'],
  ['taken', '3'],
  ['letter', '0'],
  ['made', '3'],
  ['joined', '3'],
])(
  'an end that comes in a message when main is over closes, unless its result is asked for: %s',
  (which, count) => {
    expect(runProgram('ending-programs.mjs', which)).toEqual({ code: 0, stdout: count, stderr: '' })
  },
)

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
