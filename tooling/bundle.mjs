// Makes dist/index.js of a package one file, out of dist/exports.js: a place starts
// sooner when it loads a few files and not seventy-six. Types stay those of tsc. Dependencies are left outside; what stands
// among the development dependencies is taken in, with its licence beside it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

for (const folder of process.argv.slice(2)) {
  const dist = path.join(folder, 'dist')
  const { dependencies = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const { metafile } = await build({
    entryPoints: [path.join(dist, 'exports.js')],
    outfile: path.join(dist, 'index.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: Object.keys(dependencies),
    alias: { '#atomics': path.resolve(dist, 'atomics.js') },
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
  })
  writeFileSync(path.join(dist, 'index.d.ts'), "export * from './exports.js'\n")
  writeFileSync(path.join(dist, 'licenses.txt'), licenses(Object.keys(metafile.inputs)))
}

function licenses(inputs) {
  const homes = new Set()
  for (const input of inputs) {
    const home = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input)?.[0]
    if (home) homes.add(home)
  }
  return [...homes]
    .sort((a, b) => a.localeCompare(b))
    .map(licenseOf)
    .join('\n')
}

function licenseOf(home) {
  const file = ['LICENSE', 'LICENSE.md', 'license']
    .map((name) => path.join(home, name))
    .find(existsSync)
  if (!file) throw new Error(`${home} is taken into the bundle and has no licence beside it`)
  return `${path.basename(home)}\n\n${readFileSync(file, 'utf8')}`
}
