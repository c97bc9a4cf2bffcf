// Makes dist/index.js of a package one file, out of dist/exports.js: a place starts in half the time when it
// loads five files and not seventy-six. Types stay those of tsc.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

for (const folder of process.argv.slice(2)) {
  const dist = path.join(folder, 'dist')
  await build({
    entryPoints: [path.join(dist, 'exports.js')],
    outfile: path.join(dist, 'index.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    alias: { '#atomics': path.resolve(dist, 'atomics.js') },
    sourcemap: true,
    logLevel: 'warning',
  })
  writeFileSync(path.join(dist, 'index.d.ts'), "export * from './exports.js'\n")
}
