// Signals of a root, and processes whose starter was killed.
import { describe, expect, test } from 'vitest'
import { gone, Running } from './fixtures/program.js'

describe.each(['thread', 'process'] as const)('with a child in a %s', (place) => {
  test('a root with another listener goes on after SIGINT, and ends at the second', async () => {
    const root = new Running('signalled.mjs', 'listener', place)
    await root.printed('up')
    root.signal('SIGINT')
    await root.printed('heard', 'shutdown')
    root.signal('SIGINT')
    const { code, stdout } = await root.end()
    expect(stdout.match(/heard/g)).toHaveLength(2)
    expect(code).toBe(130)
  })

  test('a process that never looks is killed after its starter was, by the root', async () => {
    const root = new Running('signalled.mjs', 'orphan', place)
    const printed = await root.printed('up')
    await gone(Number(/orphan (\d+)/.exec(printed)?.[1]))
    root.signal('SIGTERM')
    expect((await root.end()).code).toBe(143)
  })
})

test('SIGINT ends a root that was refused an actor here', async () => {
  const root = new Running('signalled.mjs', 'refused')
  await root.printed('up')
  root.signal('SIGINT')
  expect((await root.end()).code).toBe(130)
})

test('a root whose clean-up listens once ends as that says', async () => {
  const root = new Running('signalled.mjs', 'once')
  await root.printed('up')
  root.signal('SIGINT')
  const { code, stdout } = await root.end()
  expect(stdout).toContain('42\n')
  expect(code).toBe(3)
})
