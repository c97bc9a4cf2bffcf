/**
 * The code of our packages. V8 takes longer to read it than a place takes to start, so a place gets what the
 * thread that starts it has: the text, and the bytes that V8 made of it (its code cache, see node:vm).
 */
import type { Script } from 'node:vm'

// Not imported: each package's entry has this module in it, and to load builtins as modules takes a starting
// place a millisecond.
const getBuiltinModule: typeof process.getBuiltinModule = (name: string) =>
  process.getBuiltinModule(name)

/** The code of one package, as a place is given it. */
export interface Code {
  /** Its file. */
  readonly url: string
  readonly text: string
  readonly cache: Uint8Array
  /** Names of the packages that it loaded, with the URLs of their code. */
  readonly needs: Readonly<Record<string, string>>
}

interface Loaded {
  readonly exports: object
  readonly script: Script
  readonly text: string
  readonly needs: Readonly<Record<string, string>>
  /** What it was made of, unless V8 refused that. */
  readonly given: Code | undefined
}

/** `dist/script.js` of a package: a function of these parameters, made by `tooling/bundle.mjs`. */
type Run = (url: string, require: (name: string) => unknown) => object

interface Store {
  readonly importModule: (url: string) => Promise<unknown>
  readonly given: Map<string, Code>
  readonly loaded: Map<string, Loaded>
}

// Each package's entry has a copy of this module in it.
const KEY = Symbol.for('@troupe/memory code 1')
const store: Store = ((globalThis as { [KEY]?: Store })[KEY] ??= {
  importModule: (url) => import(url),
  given: new Map(),
  loaded: new Map(),
})

/** What the package whose code is at `url` exports. Runs it once a thread. */
export function loadCode(url: string): object {
  const known = store.loaded.get(url)
  if (known) return known.exports
  const given = store.given.get(url)
  const text = given?.text ?? read(url)
  const { Script } = getBuiltinModule('node:vm')
  const script = new Script(text, {
    filename: getBuiltinModule('node:url').fileURLToPath(url),
    cachedData: given?.cache,
  })
  const needs: Record<string, string> = { ...given?.needs }
  const run = runHere(script, text)
  const exports = run(url, (name) => {
    if (name.startsWith('node:')) return getBuiltinModule(name)
    const need = (needs[name] ??= resolve(url, `${name}/script`))
    return loadCode(need)
  })
  const isUsed = given && !script.cachedDataRejected
  store.loaded.set(url, { exports, script, text, needs, given: isUsed ? given : undefined })
  return exports
}

// A script runs in the context of Node's main program. This module may be in another, a test runner's, whose classes the
// values that we make must be of.
function runHere(script: Script, text: string): Run {
  const { runInThisContext } = getBuiltinModule('node:vm')
  const isHere = runInThisContext('Object') === Object
  // oxlint-disable-next-line no-eval -- the package's own text, which the script would run too
  return (isHere ? script.runInThisContext() : (0, eval)(text)) as Run
}

/** As `import(url)`, which a script that came out of a cache cannot do in Node 20. */
export function importModule(url: string): Promise<unknown> {
  return store.importModule(url)
}

/** Before anything is loaded: what the starter has. */
export function giveCode(codes: readonly Code[]): void {
  for (const code of codes) store.given.set(code.url, code)
}

/** V8 compiles a function at its first call, so a thread that heard from places has more to give. */
const REMADE_AT = 4
let starts = 0
let codes: readonly Code[] = []
/** By URL, what a place made. */
let caches: ReadonlyMap<string, Uint8Array> = new Map()

/** What this thread has, for a place that it starts. Threads share the caches. Nothing inside a bundle. */
export function codeHere(): readonly Code[] {
  starts++
  if (codes.length !== store.loaded.size || starts === REMADE_AT) gatherCode()
  return codes
}

function gatherCode(): void {
  codes = Array.from(store.loaded, ([url, { given, script, text, needs }]) => {
    return given ?? { url, text, cache: caches.get(url) ?? cacheOf(script), needs }
  })
}

/** What V8 made of the code that this place was given, of which it ran what every place runs: for `takeCaches` of its starter. */
export function cachesHere(): ReadonlyMap<string, Uint8Array> {
  // Not of what it read itself: another text may stand there by now, and V8 compares no more than the lengths.
  const given = [...store.loaded].filter(([url, { text }]) => store.given.get(url)?.text === text)
  return new Map(given.map(([url, { script }]) => [url, cacheOf(script)]))
}

/** Later places are given what the first place made that told. */
export function takeCaches(made: ReadonlyMap<string, Uint8Array>): void {
  if (caches.size > 0) return
  caches = made
  gatherCode()
}

/** Whether a place that is started now shall send its caches: none has, and this thread was given none. */
export function wantsCaches(): boolean {
  if (caches.size > 0) return false
  for (const { given } of store.loaded.values()) if (given) return false
  return store.loaded.size > 0
}

function read(url: string): string {
  try {
    return getBuiltinModule('node:fs').readFileSync(new URL(url), 'latin1')
  } catch (cause) {
    const cure = "a bundler must find packages by the condition 'module'"
    throw new Error(`The code of a package is not at ${url}; ${cure}`, { cause })
  }
}

function resolve(from: string, name: string): string {
  const { createRequire } = getBuiltinModule('node:module')
  return getBuiltinModule('node:url').pathToFileURL(createRequire(from).resolve(name)).href
}

function cacheOf(script: Script): Uint8Array {
  const made = script.createCachedData()
  const cache = new Uint8Array(new SharedArrayBuffer(made.length))
  cache.set(made)
  return cache
}
