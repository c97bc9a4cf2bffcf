// Places load our packages out of what V8 made of them in their starter: see docs/decisions/0010.
import { describe, expect, test } from 'vitest'
import { type PlaceKind, spawn } from '../dist/index.js'
import { cacheBytes, tell, tellOfChild } from './fixtures/code.mjs'

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

test('many places are given the code of the fourth start', async () => {
  for (let i = 0; i < 6; i++) {
    expect(await spawn(tell, [], { in: 'process' }).result).toEqual(GIVEN)
  }
})
