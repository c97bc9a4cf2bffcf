/**
 * Loads the module of an actor in its place: JavaScript as it is; TypeScript natively where Node strips
 * types, by a loader that is active already, else by the `tsx` of the user's project.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { importModule, isMainThread } from '@troupe/memory'
import { type Definition, definitionOf, keysOf } from './actor.js'
import { LoadError } from './errors.js'
import { setImporting } from './place-data.js'

const TYPESCRIPT = /\.[cm]?ts$/

/** The definition of the actor `key` of the module at `url`. Throws `LoadError`, or what the module throws. */
export async function loadActor(url: string, key: string): Promise<Definition> {
  setImporting(true)
  try {
    await importActors(twinOf(url))
  } finally {
    setImporting(false)
  }
  const definition = definitionOf(url, key)
  if (definition) return definition
  const keys = keysOf(url)
  throw new LoadError(
    `Module ${url} has no actor with key '${key}'; ` +
      (keys.length > 0
        ? `its keys are ${keys.map((known) => `'${known}'`).join(', ')}`
        : 'it defines none') +
      '; define actors at the top level of their module, not inside functions or conditions',
  )
}

// A specifier of TypeScript style names the file that a build would make.
function twinOf(url: string): string {
  if (!url.startsWith('file:') || existsSync(new URL(url))) return url
  const twin = url.replace(/\.([cm]?)js$/, '.$1ts')
  return twin !== url && existsSync(new URL(twin)) ? twin : url
}

async function importActors(url: string): Promise<void> {
  // Before the first try: Node remembers a module that it could not load.
  if (TYPESCRIPT.test(new URL(url).pathname) && !loadsTypeScript()) await registerTsx(url)
  try {
    await importModule(url)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
      throw new LoadError(
        `${url} has TypeScript that Node does not strip; set erasableSyntaxOnly, or start with --import tsx`,
        { cause: error },
      )
    }
    if (code === 'ERR_MODULE_NOT_FOUND' && !existsSync(new URL(url))) {
      throw new LoadError(`The module of the actor does not exist: ${url}`, { cause: error })
    }
    throw error
  }
}

// Natively, or by a loader that the flags name. `--import tsx` does nothing in worker threads of Node 20.
function loadsTypeScript(): boolean {
  if ((process.features as { typescript?: unknown }).typescript) return true
  const flags = `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`
  if (!/--(import|loader|experimental-loader)\b/.test(flags)) return false
  return isMainThread() || !/\btsx\b/.test(flags)
}

async function registerTsx(url: string): Promise<void> {
  let api: { register(): unknown }
  try {
    api = (await importModule(tsxApi(url))) as typeof api
  } catch (cause) {
    throw new LoadError(
      `${url} is TypeScript, which Node ${process.versions.node} does not load by itself; install tsx in the project, build to JavaScript, or use Node 22.18 or newer`,
      { cause },
    )
  }
  api.register()
}

// The ES module of tsx's API, as the module at `url` would import it.
function tsxApi(url: string): string {
  const require = createRequire(fileURLToPath(url))
  const manifest = require.resolve('tsx/package.json')
  const { exports } = require(manifest) as {
    exports: { './esm/api': { import: { default: string } } }
  }
  return new URL(exports['./esm/api'].import.default, pathToFileURL(manifest)).href
}
