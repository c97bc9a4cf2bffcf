// Which module is the entry of a program, however it is named, and what must not start there.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as esbuild } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'

const packages = fileURLToPath(new URL('../..', import.meta.url))
let folder = ''

function write(name: string, text: string): void {
  writeFileSync(path.join(folder, name), text)
}

/** Runs Node in the folder. */
function node(...args: readonly string[]): { code: number | null; stdout: string; all: string } {
  // A test runner tells its children by the environment that they are its own.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    env,
  })
  return { code: status, stdout: stdout.trim(), all: stdout + stderr }
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'troupe entries '))
  mkdirSync(path.join(folder, 'node_modules/@troupe'), { recursive: true })
  for (const name of ['memory', 'runtime']) {
    symlinkSync(path.join(packages, name), path.join(folder, 'node_modules/@troupe', name))
  }
  write('package.json', '{ "main": "prog.js" }')
  write(
    'prog.js',
    `const { actor, main, spawn } = require('@troupe/runtime')
     const double = actor(module, 'double', (_ctx, n) => n * 2)
     main(module, async () => console.log(await spawn(double, [21]).result))`,
  )
  symlinkSync('prog.js', path.join(folder, 'linked.js'))
  write(
    'tested.mjs',
    `import { actor, main, spawn } from '@troupe/runtime'
     export const double = actor(import.meta, 'double', (_ctx, n) => n * 2)
     main(import.meta, () => console.log('main ran'))`,
  )
  write(
    'tested.test.mjs',
    `import assert from 'node:assert'
     import test from 'node:test'
     import { spawn } from '@troupe/runtime'
     import { double } from './tested.mjs'
     test('doubles', async () => assert.equal(await spawn(double, [21]).result, 42))`,
  )
  write('unrun.mjs', `import './tested.mjs'`)
  // A bundle imports itself again in each place: a spawn at its top level would start places without end.
  write(
    'top.mjs',
    `import { actor, spawn } from '@troupe/runtime'
     const double = actor(import.meta, 'double', (_ctx, n) => n * 2)
     try {
       const started = spawn(double, [21], { in: process.argv[2] ?? 'thread' })
       started.result.then(console.log, (error) => console.log(error.code))
     } catch (error) {
       console.log(error.code)
     }`,
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(['.', 'prog', './prog', 'prog.js', 'linked.js', 'linked'])(
  'main runs in the entry of `node %s`',
  (entry) => {
    expect(node(entry)).toMatchObject({ code: 0, stdout: '42' })
  },
)

test('`node --test` of a file that imports a program with main passes', () => {
  const { code, all } = node('--test', 'tested.test.mjs')
  expect(all).toMatch(/pass 1\b/)
  expect(all).not.toContain('main ran')
  expect(code).toBe(0)
})

test('a program that imports another and does nothing is told that no main ran', () => {
  const { code, all } = node('unrun.mjs')
  expect(all).toMatch(/main\(\) was declared in file:.*tested\.mjs, and none ran/)
  expect(code).toBe(1)
})

test.each(['thread', 'process'])(
  'a spawn at the top level of a bundle is refused in a %s',
  async (place) => {
    const outfile = path.join(folder, `bundle-${place}.mjs`)
    await esbuild({
      entryPoints: [path.join(folder, 'top.mjs')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      preserveSymlinks: true,
      logLevel: 'silent',
    })
    // Printed by the place, which imports the bundle, and by the root.
    const { code, stdout } = node(outfile, place)
    expect(stdout.split('\n').sort()).toEqual(['42', 'ERR_TROUPE_SPAWN_DURING_IMPORT'])
    expect(code).toBe(0)
  },
)
