// Places load our packages out of what V8 made of them in their starter: see docs/decisions/0010.
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { type PlaceKind, spawn } from '../dist/index.js'
import { cacheBytes, tell, tellOfChild } from './fixtures/code.mjs'
import { fixture, runProgram } from './fixtures/program.js'

const GIVEN = [
  ['memory', 'given'],
  ['runtime', 'given'],
]

// The first test: later places of this program have the better caches already.
test('what a place ran is in the caches of later places', async () => {
  const first = await spawn(cacheBytes, [], { in: 'thread' }).result
  for (const place of ['thread', 'process'] as const) {
    expect(await spawn(cacheBytes, [], { in: place }).result).toBeGreaterThan(first)
  }
})

describe.each<PlaceKind>(['thread', 'process'])('a %s', (place) => {
  test('takes its starter’s code and cache', async () => {
    expect(await spawn(tell, [], { in: place }).result).toEqual(GIVEN)
  })

  test('takes them of a starter that was given them', async () => {
    expect(await spawn(tellOfChild, [place], { in: 'thread' }).result).toEqual(GIVEN)
  })
})

test('a place whose V8 has other flags compiles', async () => {
  process.execArgv.push('--no-opt')
  try {
    expect(await spawn(tell, [], { in: 'process' }).result).toEqual([
      ['memory', 'compiled'],
      ['runtime', 'compiled'],
    ])
  } finally {
    process.execArgv.pop()
  }
})

// In a program of its own: no thread has sent it better ones.
test('the fourth process and those after it are given more of what V8 made', () => {
  const { code, stdout } = runProgram('code-programs.mjs', 'processes')
  expect(code).toBe(0)
  const [first, , third, fourth, fifth] = JSON.parse(stdout) as number[]
  expect(third).toBe(first)
  expect(fourth).toBeGreaterThan(third!)
  expect(fifth).toBe(fourth)
})

test('a process starts when the file of the code could not be made, and no descriptor is lost', () => {
  const file = fixture('code-programs.mjs')
  const script = `ulimit -n 64; exec "${process.execPath}" "${file}" descriptors`
  const { stdout, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const { before, after, last, mine } = JSON.parse(stdout) as Record<string, unknown>
  expect(after).toBe(before)
  expect(last).toEqual(GIVEN)
  expect(mine).toBe(8)
})

test('a program in a context of its own gets values of that context', () => {
  const { code, stdout, stderr } = runProgram(
    '--experimental-vm-modules',
    '--no-warnings',
    'other-context.mjs',
  )
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({ map: true, plain: true, error: true, promise: true })
  expect(code).toBe(0)
})
