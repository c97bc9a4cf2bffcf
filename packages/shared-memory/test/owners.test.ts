// Who owns memory: with a failed or killed owner its segment goes, with one that ended well it stays for the system.
import { Queue, spawn } from '@troupe/runtime'
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { SharedMemory } from '../dist/index.js'
import { freshName, isThere, notesOf } from './fixtures/names.js'
import * as actors from './fixtures/owners.mjs'
import { fixture } from './fixtures/program.js'

type Place = 'thread' | 'process' | 'here'

/** Resolves when the segment has no name. The test's own limit is the only one. */
async function gone(name: string): Promise<void> {
  while (isThere(name)) await new Promise((resolve) => setImmediate(resolve))
}

/** An actor that owns memory, and this actor's handle of it. */
async function start(place: Place, definition = actors.owns) {
  const name = freshName()
  const told = new Queue<number>()
  const started = spawn(definition, [name, told], { in: place })
  const end = started.result.then(
    () => 'ended',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  )
  const pid = await told.get()
  return { name, started, end, pid, memory: SharedMemory.attach(name) }
}

/** The segment has no name, and this handle has its bytes. */
async function isGone(name: string, memory: SharedMemory): Promise<void> {
  await gone(name)
  expect(memory.bytes.every((byte) => byte === 7)).toBe(true)
  memory.bytes[0] = 9
  expect(memory.bytes[0]).toBe(9)
  memory.close()
  while (notesOf(name).length > 0) await new Promise((resolve) => setImmediate(resolve))
}

describe.each(['thread', 'process', 'here'] as const)('an owner in: %s', (place) => {
  test('that throws loses its segment, which others read on', async () => {
    const { name, started, end, memory } = await start(place)
    started.send('throw')
    expect(await end).toBe('on purpose')
    await isGone(name, memory)
  })

  test('that ends well leaves it to its system', async () => {
    const { name, started, end, memory } = await start(place)
    started.send('end')
    expect(await end).toBe('ended')
    await started.join()
    // Others' deaths change nothing.
    const other = await start('thread')
    other.started.kill()
    await isGone(other.name, other.memory)
    expect([isThere(name), notesOf(name).length]).toEqual([true, 1])
    const again = SharedMemory.attach(name)
    expect(again.bytes[4999]).toBe(7)
    again.unlink()
    again.close()
    memory.close()
  })

  test('that closed it leaves it, and that unlinked it does not', async () => {
    const [closed, unlinked] = [freshName(), freshName()]
    const started = spawn(actors.givesUp, [closed, unlinked], { in: place })
    await started.result
    await started.join()
    expect([isThere(closed), isThere(unlinked)]).toEqual([true, false])
    const memory = SharedMemory.attach(closed)
    memory.unlink()
    memory.close()
  })
})

describe.each(['thread', 'process'] as const)('an owner in a %s', (place) => {
  test.each([
    ['waits', actors.owns],
    ['spins', actors.ownsAndSpins],
  ])('that is killed while it %s loses its segment, which others read on', async (_what, owner) => {
    const { name, started, end, memory } = await start(place, owner)
    started.kill()
    expect(await end).toBe('ERR_TROUPE_ACTOR_DIED')
    await isGone(name, memory)
  })

  test('whose place exits loses it', async () => {
    const { name, started, end, memory } = await start(place)
    started.send('exit')
    expect(await end).toBe('ERR_TROUPE_ACTOR_DIED')
    await isGone(name, memory)
  })

  test('is no owner when it only attached: killed, it leaves the segment', async () => {
    const memory = SharedMemory.create({ name: freshName(), size: 8 })
    const told = new Queue<number>()
    const started = spawn(actors.attaches, [memory, told], { in: place })
    started.result.catch(() => {})
    await told.get()
    started.kill()
    await started.join()
    // A death whose segment goes: the system has seen to both.
    const other = await start(place)
    other.started.kill()
    await isGone(other.name, other.memory)
    expect([isThere(memory.name), memory.bytes[0]]).toEqual([true, 1])
    memory[Symbol.dispose]()
  })

  test('whose segment was replaced by a stranger’s of its name leaves that', async () => {
    const { name, started, memory } = await start(place)
    memory.unlink()
    const stranger = SharedMemory.create({ name, size: 8 })
    started.result.catch(() => {})
    started.kill()
    await started.join()
    while (notesOf(name).length > 1) await new Promise((resolve) => setImmediate(resolve))
    expect(isThere(name)).toBe(true)
    memory.close()
    stranger[Symbol.dispose]()
    expect(isThere(name)).toBe(false)
  })
})

test('an owner in a process that is SIGKILLed from outside loses its segment', async () => {
  const { name, pid, end, memory } = await start('process', actors.ownsAndSpins)
  process.kill(pid, 'SIGKILL')
  expect(await end).toBe('ERR_TROUPE_ACTOR_DIED')
  await isGone(name, memory)
})

function saidOf(what: string): unknown {
  const args = [fixture('claims.mjs'), what, freshName()]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

test.each(['over', 'swept'])(
  'an owner that ends well after its root leaves nothing: %s',
  (what) => {
    expect(saidOf(what)).toEqual([])
  },
)

test('a system whose claim was removed makes no more, and says so', () => {
  expect(saidOf('removed')).toEqual({
    code: 'ERR_TROUPE_NO_SHARED_MEMORY',
    message: `Shared memory with names needs the file /dev/shm/.troupe-${process.geteuid!()}-ID, which was removed, or cannot be named by the user that this program has by now; start the program again, as that user, and leave such files alone`,
  })
})
