// The packages' own source as generators: bundled from TypeScript, changed where a mutant asks, and transformed.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import { build } from 'esbuild'
import { transform } from './transform.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const packages = path.join(here, '../../packages')

/** Sizes and spins that a search need not go through. */
const TUNED = [
  {
    file: 'memory/src/arena.ts',
    from: 'const MOST_BYTES = 4 * 1024 ** 3',
    to: 'const MOST_BYTES = 2 ** 22',
  },
  {
    file: 'memory/src/arena.ts',
    from: 'const LEAST_BYTES = 64 * 1024 ** 2',
    to: 'const LEAST_BYTES = 2 ** 22',
  },
  {
    file: 'memory/src/waiting.ts',
    from: 'function isCrowded(me: Self): boolean {',
    to: 'function isCrowded(me: Self): boolean {\n  if (CORES === 0) return true',
  },
  {
    file: 'memory/src/lock.ts',
    from: 'for (let i = 0; i < 300; i++)',
    to: 'for (let i = 0; i < 1; i++)',
  },
]

/** A function that makes the code of one thread. `changes` are replacements in the source. */
export async function codeWith(changes = []) {
  const left = new Set([...TUNED, ...changes])
  const { outputFiles } = await build({
    entryPoints: [path.join(here, 'scenarios.ts')],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'es2022',
    supported: { 'optional-chain': false },
    alias: {
      '@troupe/memory': path.join(packages, 'memory/src/exports.ts'),
      '@troupe/runtime': path.join(here, 'runtime.ts'),
    },
    plugins: [changing(left)],
    logLevel: 'error',
  })
  if (left.size > 0) {
    const [{ file, from }] = left
    throw new Error(
      `${file} does not have the text ${JSON.stringify(from)} once; change it here too`,
    )
  }
  const text = transform(outputFiles[0].text)
  const names = [
    '$a',
    '$c',
    '$m',
    '$r',
    '$w',
    '$g',
    '$s',
    '$o',
    '$cd',
    '$md',
    '$rd',
    '$wd',
    '$state',
  ]
  const globals = [
    'require',
    'module',
    'process',
    'setImmediate',
    'setTimeout',
    'FinalizationRegistry',
    'WeakMap',
    'WeakRef',
    'WeakSet',
  ]
  const run = compileFunction(`'use strict';\n${text}\nreturn module.exports`, [
    ...names,
    ...globals,
  ])
  return (calls, modules) =>
    run(
      ...names.map((name) => calls[name]),
      (name) => modules[name] ?? {},
      { exports: {} },
      modules.process,
      () => {},
      () => {},
      NeverFinal,
      Map,
      StrongRef,
      Set,
    )
}

/** Nothing is collected during a search. */
class NeverFinal {
  register() {}
  unregister() {}
}

class StrongRef {
  #target
  constructor(target) {
    this.#target = target
  }
  deref() {
    return this.#target
  }
}

function changing(left) {
  const files = new Map()
  for (const change of left) {
    const file = path.join(packages, change.file)
    files.set(file, [...(files.get(file) ?? []), change])
  }
  return {
    name: 'changes',
    setup({ onLoad, onResolve, resolve }) {
      const given = (name) => ({ path: name, external: true })
      onResolve({ filter: /^node:/ }, ({ path: name }) => given(name))
      onResolve({ filter: /^\.\/scheduler\.js$/ }, () => given('#scheduler'))
      onResolve({ filter: /(#|\/)atomics(\.js)?$/ }, () => given('#atomics'))
      // What a scenario does not use is left out: a search makes the threads anew for each run.
      onResolve(
        { filter: /^(\.|@troupe)/ },
        async ({ path: name, resolveDir, kind, pluginData }) => {
          if (pluginData === 'resolved' || name === './scheduler.js') return undefined
          const found = await resolve(name, { resolveDir, kind, pluginData: 'resolved' })
          return { path: found.path, sideEffects: false }
        },
      )
      onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        if (!files.has(file)) return undefined
        let contents = readFileSync(file, 'utf8')
        for (const change of files.get(file)) {
          if (contents.split(change.from).length !== 2) continue
          contents = contents.replace(change.from, () => change.to)
          left.delete(change)
        }
        return { contents, loader: 'ts' }
      })
    },
  }
}
