import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build as esbuild } from 'esbuild'
import { build as vite } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spawn } from '../dist/index.js'
import { double } from './fixtures/life.mjs'

const run = promisify(execFile)
const packages = fileURLToPath(new URL('../..', import.meta.url))
const places = ['thread', 'process'] as const
const strips = Boolean((process.features as { typescript?: unknown }).typescript)
let folder = ''
/** As `folder`, without tsx. */
let bare = ''

/** A program with an actor, un-exported, and main in one file. */
const program = (types: boolean): string => `
import { actor, main, spawn } from '@troupe/runtime'
const shout = actor(import.meta, 'shout', (_ctx${types ? ', text: string' : ', text'}) => text.toUpperCase() + '!')
main(import.meta, async () => {
  const started = spawn(shout, ['heard'], { in: process.argv[2]${types ? " as 'thread'" : ''} })
  console.log(await started.result)
})
`

const actorInTypeScript = `
import { actor } from '@troupe/runtime'
export const shout = actor(import.meta, 'shout', (_ctx, text: string) => text.toUpperCase() + '!')
`

/** The parent never evaluates the module: it only names it, as a built main with an actor in source does. */
const mainThatNames = (module: string): string => `
import { actor, main, spawn } from '@troupe/runtime'
const shout = actor({ url: new URL('${module}', import.meta.url).href }, 'shout', () => {})
main(import.meta, async () => {
  const said = (error) => error.code + ' ' + error.message
  console.log(await spawn(shout, ['heard'], { in: process.argv[2] }).result.catch(said))
})
`

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'troupe loading ü '))
  mkdirSync(path.join(folder, 'node_modules/@troupe'), { recursive: true })
  for (const name of ['memory', 'runtime']) {
    symlinkSync(path.join(packages, name), path.join(folder, 'node_modules/@troupe', name))
  }
  symlinkSync(
    path.join(packages, 'runtime/node_modules/tsx'),
    path.join(folder, 'node_modules/tsx'),
  )
  bare = mkdtempSync(path.join(tmpdir(), 'troupe-bare-'))
  mkdirSync(path.join(bare, 'node_modules'))
  symlinkSync(path.join(folder, 'node_modules/@troupe'), path.join(bare, 'node_modules/@troupe'))
  writeFileSync(path.join(bare, 'package.json'), '{ "type": "module" }')
  write('package.json', '{ "type": "module" }')
  write('program.mjs', program(false))
  write('program.ts', program(true))
  write(
    'common.cjs',
    `const { actor, main, spawn } = require('@troupe/runtime')
     const shout = actor(module, 'shout', (_ctx, text) => text.toUpperCase() + '!')
     main(module, async () => console.log(await spawn(shout, ['heard'], { in: process.argv[2] }).result))`,
  )
  // A built main whose actor is TypeScript.
  write('actors.ts', actorInTypeScript)
  // A package of its own.
  write(
    'node_modules/shouting/package.json',
    '{ "name": "shouting", "type": "module", "exports": "./index.js" }',
  )
  write(
    'node_modules/shouting/index.js',
    `import { actor } from '@troupe/runtime'
     export const shout = actor(import.meta, 'shout', (_ctx, text) => text.toUpperCase() + '!')`,
  )
  write(
    'uses-package.mjs',
    `import { main, spawn } from '@troupe/runtime'
     import { shout } from 'shouting'
     main(import.meta, async () => console.log(await spawn(shout, ['heard'], { in: process.argv[2] }).result))`,
  )
  symlinkSync(path.join(folder, 'program.mjs'), path.join(folder, 'linked.mjs'))
})

afterAll(() => {
  for (const made of [folder, bare]) rmSync(made, { recursive: true, force: true })
})

function write(name: string, text: string): void {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}

async function output(flags: string[], file: string, place: string): Promise<string> {
  // A package manager's way to its own packages, which the runner may have been started with.
  const env = { ...process.env, NODE_PATH: '' }
  const { stdout } = await run(process.execPath, [...flags, file, place], { cwd: folder, env })
  return stdout.trim()
}

describe.each(places)('a program loads its actor in a %s', (place) => {
  test.each(['program.mjs', 'common.cjs', 'uses-package.mjs', 'linked.mjs'])(
    'from %s',
    async (file) => {
      expect(await output([], path.join(folder, file), place)).toBe('HEARD!')
    },
  )

  test('from TypeScript, with the loader of the parent or natively', async () => {
    const flags = strips ? [] : ['--import', 'tsx']
    expect(await output(flags, path.join(folder, 'program.ts'), place)).toBe('HEARD!')
  })

  test('from TypeScript, without a loader in the parent', async () => {
    write('built.mjs', mainThatNames('./actors.ts'))
    expect(await output([], path.join(folder, 'built.mjs'), place)).toBe('HEARD!')
  })

  test('from TypeScript, without a loader and without tsx: natively, or it says what to do', async () => {
    writeFileSync(path.join(bare, 'actors.ts'), actorInTypeScript)
    writeFileSync(path.join(bare, 'main.mjs'), mainThatNames('./actors.ts'))
    const result = await output([], path.join(bare, 'main.mjs'), place)
    if (strips) expect(result).toBe('HEARD!')
    else {
      expect(result).toMatch(
        /^ERR_TROUPE_LOAD file:.*actors\.ts is TypeScript, which Node \d+\.\d+\.\d+ does not load/,
      )
      expect(result).toMatch(
        /install tsx in the project, build to JavaScript, or use Node 22\.18 or newer$/,
      )
    }
  })

  test('with a module of `--import` that loads the runtime before', async () => {
    const preload = path.join(folder, 'preload.mjs')
    writeFileSync(preload, "import '@troupe/runtime'\n")
    const flags = ['--import', pathToFileURL(preload).href]
    expect(await output(flags, path.join(folder, 'program.mjs'), place)).toBe('HEARD!')
  })

  test('where Node takes the packages’ bundles', async () => {
    expect(await output(['-C', 'module'], path.join(folder, 'program.mjs'), place)).toBe('HEARD!')
  })

  test('from a single-file bundle of esbuild, which imports itself again', async () => {
    const outfile = path.join(folder, 'out/bundle.mjs')
    await esbuild({
      entryPoints: [path.join(folder, 'program.mjs')],
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      preserveSymlinks: true,
    })
    expect(await output([], outfile, place)).toBe('HEARD!')
  })

  test('from an SSR bundle of Vite', async () => {
    await vite({
      root: folder,
      logLevel: 'silent',
      configFile: false,
      ssr: { noExternal: ['@troupe/runtime', '@troupe/memory', 'eventemitter3', 'nanoid'] },
      build: { ssr: path.join(folder, 'program.mjs'), outDir: path.join(folder, `vite-${place}`) },
    })
    expect(await output([], path.join(folder, `vite-${place}/program.js`), place)).toBe('HEARD!')
  })

  test('inside vitest', async () => {
    expect(await spawn(double, [4], { in: place }).result).toBe(8)
  })
})

test('a bundle that left out the condition `module` says so', async () => {
  const outfile = path.join(folder, 'out/conditions.mjs')
  await esbuild({
    entryPoints: [path.join(folder, 'program.mjs')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['custom'],
    preserveSymlinks: true,
  })
  await expect(output([], outfile, 'thread')).rejects.toThrow("by the condition 'module'")
})
