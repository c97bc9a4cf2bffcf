// What the machine allows, and what it must not notice: address space, core dumps, memory, descriptors.
import { execFileSync } from 'node:child_process'
import { fstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createSystem, makeQueue, mapBuffer, makeBuffer, self } from '../dist/index.js'
import { H_QUOTA } from '../dist/layout.js'
import { kinds, startPlace } from './fixtures/places.js'
import { fixture } from './fixtures/processes.js'

const GIB = 1024 ** 3
beforeAll(() => {
  createSystem()
})

/** Bytes of an arena that is made under a limit of the shell's. */
function make(limit: string, addon: string): number {
  const script = `${limit}; exec "$0" "$1"`
  const args = ['-c', script, process.execPath, fixture('limited.mjs')]
  const env = { ...process.env, TROUPE_ADDON: addon }
  return Number(execFileSync('/bin/sh', args, { env, encoding: 'utf8' }))
}

describe.each(['', 'off'])("an arena, addon '%s'", (addon) => {
  test('has 4 GiB', () => {
    expect(make(':', addon)).toBe(4 * GIB)
  })

  test('is smaller where the address space is limited', () => {
    // More than Node itself needs, less than that and 4 GiB.
    const bytes = make('ulimit -v 4500000', addon)
    expect(bytes).toBeLessThan(4 * GIB)
    expect(bytes).toBeGreaterThanOrEqual(64 * 1024 ** 2)
  })
})

// A shared buffer of 4 GiB is private memory for a moment; one that grows over a mapped file is not.
test('an arena over a file is not private memory', () => {
  expect(make('ulimit -d 3000000', '')).toBe(4 * GIB)
})

test('the quota is at most half of the memory, and what can be mapped', () => {
  const { header, shape } = self().arena
  const quota = header[H_QUOTA]! * shape.pageBytes
  expect(quota).toBeGreaterThan(0)
  expect(quota).toBeLessThanOrEqual(Math.min(4 * GIB, totalmem() / 2))
})

test('a fresh arena takes little of the machine', () => {
  makeQueue({ bytes: 64, maxsize: 0 })
  expect(fstatSync(self().arena.fd).blocks * 512).toBeLessThan(16 * 1024 ** 2)
})

// A dump would allocate the whole arena, and the lives of the dead would stay held until it is written.
test('no part of the arena is in core dumps', () => {
  mapBuffer(makeBuffer(100_000))
  const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  const ours = mappings.filter((mapping) => mapping.split('\n')[0]!.includes('memfd:'))
  expect(ours.length).toBeGreaterThanOrEqual(3)
  for (const mapping of ours) expect(mapping).toMatch(/^VmFlags:.* dd\b/m)
})

test('a process that cannot be watched fails and says so, instead of waiting for ever', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'troupe-'))
  const launcher = path.join(folder, 'without-pidfds')
  try {
    execFileSync('cc', ['-o', launcher, fixture('without-pidfds.c')])
    const args = [process.execPath, fixture('starts.mjs')]
    const printed = execFileSync(launcher, args, { encoding: 'utf8', timeout: 20_000 })
    expect(printed).toBe('ERR_TROUPE_NO_PIDFD\n1 ERR_TROUPE_NO_PIDFD\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

describe('a program that is started', () => {
  test('by a root has no descriptor of the arena', () => {
    expect(execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' })).not.toContain('memfd')
  })

  test.each(kinds())('by a %s has no descriptor of the arena, nor of the guard', async (kind) => {
    const place = startPlace(kind, 'limits', 'listDescriptors')
    const listed = await place.line()
    expect(listed).not.toContain('memfd')
    // The guard is a socket, and so are the standard streams, 0 to 2.
    const sockets = [...listed.matchAll(/ (\d+) -> socket:/g)].map(([, fd]) => Number(fd))
    expect(sockets).toEqual([0, 1, 2])
  })
})
