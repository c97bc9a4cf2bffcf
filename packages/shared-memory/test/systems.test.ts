// What a system leaves: nothing when it ends, and nothing for long when all of it was killed.
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { SharedMemory } from '../dist/index.js'
import { freshName, isThere, notesOf } from './fixtures/names.js'
import { fixture, gone } from './fixtures/program.js'
import { claimOf, leftOf, type Place, startAnother, startSystem } from './fixtures/system.js'

const places: Place[] = ['none', 'thread', 'process']

describe.each(places)('with a child in: %s,', (place) => {
  test.each([
    ['end', 0],
    ['exit', 0],
    ['unlink at exit', 0],
    ['throw', 1],
    ['reject', 1],
  ])('a system that ends by %s leaves nothing', async (ending, code) => {
    const system = await startSystem(ending, place)
    expect((await system.root.end()).code).toBe(code)
    expect(leftOf(system)).toEqual([])
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('a system that ends by %s leaves nothing', async (signal, code) => {
    const system = await startSystem('wait', place)
    expect(leftOf(system)).toHaveLength(2 * system.names.length + 1)
    system.root.signal(signal)
    expect((await system.root.end()).code).toBe(code)
    expect(leftOf(system)).toEqual([])
  })

  test.each(['SIGKILL', 'SIGHUP'] as const)(
    'what is left of a system that ended by %s is removed by any next start',
    async (signal) => {
      const system = await startSystem('wait', place)
      system.root.signal(signal)
      await system.root.end()
      if (place === 'process') await gone(system.pid)
      expect(startAnother()).toBe('0')
      expect(leftOf(system)).toEqual([])
    },
  )

  test('a start leaves alone what a system has that lives, also one that is stopped', async () => {
    const system = await startSystem('wait', place)
    const all = leftOf(system)
    expect(startAnother()).toBe('0')
    expect(leftOf(system)).toEqual(all)
    system.root.signal('SIGSTOP')
    expect(startAnother()).toBe('0')
    expect(leftOf(system)).toEqual(all)
    system.root.signal('SIGCONT')
    system.root.signal('SIGINT')
    await system.root.end()
    expect(leftOf(system)).toEqual([])
  })
})

test('a start leaves alone what a system has of which one process lives', async () => {
  const system = await startSystem('wait', 'process')
  const all = leftOf(system)
  // Stopped, it does not see that its root is gone.
  process.kill(system.pid, 'SIGSTOP')
  system.root.signal('SIGKILL')
  await gone(system.rootPid)
  expect(startAnother()).toBe('0')
  expect(leftOf(system)).toEqual(all)
  process.kill(system.pid, 'SIGCONT')
  await gone(system.pid)
  expect(startAnother()).toBe('0')
  expect(leftOf(system)).toEqual([])
})

test('a root that ends leaves nothing, though a process of it is stopped', async () => {
  const system = await startSystem('exit beside a stopped one', 'process')
  await gone(system.rootPid)
  expect(leftOf(system)).toEqual([])
  process.kill(system.pid, 'SIGKILL')
  await gone(system.pid)
})

test('a lost name that is a stranger’s by now stays when what was lost is removed', async () => {
  const system = await startSystem('wait', 'none')
  const [name = ''] = system.names
  const other = SharedMemory.attach(name)
  other.unlink()
  other.close()
  const stranger = SharedMemory.create({ name, size: 8 })
  system.root.signal('SIGKILL')
  await system.root.end()
  expect(startAnother()).toBe('0')
  expect([isThere(name), isThere(system.claim), notesOf(name).length]).toEqual([true, false, 1])
  stranger[Symbol.dispose]()
})

describe.each(['first', 'later'])('of a program that is killed at its %s segment', (which) => {
  test('nothing is left after the next start, at whatever step it was', () => {
    const died: { names: string[]; claim: string }[] = []
    for (let step = 0; ; step++) {
      const name = freshName()
      const args = [fixture('dies.mjs'), String(step), name, which]
      const { signal, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      const [id = '', steps] = stdout.split('\n')
      died.push({ names: [name], claim: claimOf(id) })
      if (steps) {
        // It came to its end.
        expect([steps, signal]).toEqual([`${step} steps`, null])
        break
      }
      expect(signal).toBe('SIGKILL')
    }
    expect(died.length).toBeGreaterThan(10)
    expect(startAnother()).toBe('0')
    expect(died.flatMap(leftOf)).toEqual([])
  })
})
