// Makes the files of a package that are loaded, out of what tsc wrote to its dist. A place starts sooner when it
// loads a few files and not seventy-six, and still sooner when V8 need not read them: see memory's code.ts.
//
// dist/script.js    the package, as a function that code.js runs: what Node loads
// dist/index.js     its exports, as a module
// dist/bundle.js    the package as a module, for bundlers
// dist/*.cjs        entries that Node runs by themselves
//
// Types stay those of tsc. Packages of the workspace are left outside; what stands among the development
// dependencies is taken in, with its licence beside it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const LOADER = path.resolve('packages/memory/dist/code.js')

for (const folder of process.argv.slice(2)) {
  const dist = path.join(folder, 'dist')
  const { dependencies = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const common = {
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    alias: { '#atomics': path.resolve(dist, 'atomics.js') },
    logLevel: 'warning',
  }
  const entryPoints = [path.join(dist, 'exports.js')]
  const { metafile } = await build({
    ...common,
    entryPoints,
    outfile: path.join(dist, 'bundle.js'),
    format: 'esm',
    external: Object.keys(dependencies),
    sourcemap: true,
    metafile: true,
  })
  writeFileSync(path.join(dist, 'licenses.txt'), licenses(Object.keys(metafile.inputs)))

  const script = await build({
    ...common,
    entryPoints,
    format: 'cjs',
    define: { 'import.meta.url': 'moduleUrl' },
    // Without comments and indentation it is read sooner.
    minifyWhitespace: true,
    lineLimit: 120,
    plugins: [
      givenPackages(Object.keys(dependencies).filter((name) => name.startsWith('@troupe/'))),
    ],
    write: false,
  })
  const text = script.outputFiles[0].text
  writeFileSync(
    path.join(dist, 'script.js'),
    `(function (moduleUrl, require) { 'use strict'; const module = {};\n${text}\nreturn { ...module.exports } })`,
  )

  const names = await exportsOf(dist)
  await build({
    ...common,
    stdin: {
      contents: `import { loadCode } from ${JSON.stringify(LOADER)}
        export const { ${names.join(', ')} } = loadCode(new URL('script.js', import.meta.url).href)`,
      resolveDir: dist,
    },
    outfile: path.join(dist, 'index.js'),
    format: 'esm',
  })
  writeFileSync(path.join(dist, 'index.d.ts'), "export * from './exports.js'\n")

  const place = path.join(dist, 'troupe-place.js')
  if (existsSync(place)) {
    await build({
      ...common,
      entryPoints: [place],
      outfile: path.join(dist, 'troupe-place.cjs'),
      format: 'cjs',
      banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
      define: { 'import.meta.url': 'moduleUrl' },
    })
  }
}

// As constants of the function, which V8 takes for what they are: properties of an object it would look up each time.
function givenPackages(names) {
  return {
    name: 'given packages',
    setup({ onResolve, onLoad }) {
      if (names.length === 0) return
      const filter = new RegExp(`^(${names.join('|')})$`)
      onResolve({ filter }, ({ path: name, namespace }) => {
        return namespace === 'given' ? { external: true } : { path: name, namespace: 'given' }
      })
      onLoad({ filter: /.*/, namespace: 'given' }, async ({ path: name }) => {
        const exported = await exportsOf(path.join('packages', name.split('/')[1], 'dist'))
        return {
          contents: `const given = require(${JSON.stringify(name)})\nexport const { ${exported.join(', ')} } = given`,
        }
      })
    },
  }
}

async function exportsOf(dist) {
  return Object.keys(await import(pathToFileURL(path.resolve(dist, 'exports.js'))))
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
