/**
 * Definitions. `actor()` registers a function under the URL of its module and a key; the place imports
 * the module and looks the key up. So nothing need be exported, one file can hold actors and main, and a
 * single-file bundle imports itself again.
 */
import { pathToFileURL } from 'node:url'
import type { Context } from './context.js'
import { DefinitionError } from './errors.js'

/** `import.meta`, or `module` in CommonJS. */
export type ModuleMeta = ImportMeta | NodeJS.Module

/** A definition: what `spawn` starts. */
export interface Actor<in Args extends readonly unknown[], out Result, in Message = never> {
  readonly key: string
  readonly url: string
  /** For types alone. */
  readonly _actor?: {
    args: (args: Args) => void
    result: Result
    message: (message: Message) => void
  }
}

/** A function that runs as an actor. */
export type ActorFunction<Args extends readonly unknown[], Result, Message> = (
  ctx: Context<Message>,
  ...args: Args
) => Result | Promise<Result>

interface Definition {
  readonly key: string
  readonly url: string
  readonly meta: ModuleMeta
  readonly run: ActorFunction<readonly unknown[], unknown, unknown>
}

const definitions = new Map<string, Definition>()

/** The URL of a module, whichever way it names itself. */
export function urlOf(meta: ModuleMeta): string {
  if (typeof meta !== 'object' || meta === null) throw noMeta(meta)
  if ('url' in meta && typeof meta.url === 'string') return meta.url
  if ('filename' in meta && typeof meta.filename === 'string') {
    return pathToFileURL(meta.filename).href
  }
  throw noMeta(meta)
}

function noMeta(meta: unknown): DefinitionError {
  return new DefinitionError(
    'ERR_TROUPE_NO_META',
    `The first argument must be import.meta, or module in CommonJS: it is ${String(meta)} without url; ` +
      'a bundle must keep import.meta.url, so bundle as ESM',
  )
}

const slot = (url: string, key: string): string => `${url}\n${key}`

/**
 * Defines an actor: a function that runs to its end in a place of its own, with a context and the
 * arguments that `spawn` gives. Its key is unique in its module.
 *
 * ```ts
 * const double = actor(import.meta, 'double', (ctx, n: number) => n * 2)
 * ```
 */
export function actor<Args extends readonly unknown[], Result, Message = never>(
  meta: ModuleMeta,
  key: string,
  run: (ctx: Context<Message>, ...args: Args) => Result | Promise<Result>,
): Actor<Args, Result, Message> {
  const url = urlOf(meta)
  if (typeof key !== 'string' || key === '') {
    throw new DefinitionError(
      'ERR_TROUPE_KEY',
      `The key of an actor must be a string that is not empty: it is ${String(key)}`,
    )
  }
  if (typeof run !== 'function') {
    throw new DefinitionError(
      'ERR_TROUPE_ACTOR_FUNCTION',
      `Actor '${key}' needs a function as third argument: it is ${typeof run}`,
    )
  }
  const known = definitions.get(slot(url, key))
  // A new import.meta of the same URL: the module was evaluated again, and the new one holds.
  if (known && known.meta === meta) {
    throw new DefinitionError(
      'ERR_TROUPE_DUPLICATE_KEY',
      `Key '${key}' is taken in ${url}; keys are unique in a module, and in a bundle`,
    )
  }
  const definition: Definition = {
    key,
    url,
    meta,
    run: run as unknown as Definition['run'],
  }
  definitions.set(slot(url, key), definition)
  return definition
}

/** The function of a definition that was evaluated here. */
export function functionOf(url: string, key: string): Definition['run'] | undefined {
  return definitions.get(slot(url, key))?.run
}

/** Keys that the module at `url` registered here. */
export function keysOf(url: string): string[] {
  return [...definitions.values()].filter((known) => known.url === url).map(({ key }) => key)
}

/** Whether a value came from `actor()`. */
export function isActor(value: unknown): value is Actor<readonly unknown[], unknown, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const { url, key } = value as Partial<Definition>
  return typeof url === 'string' && typeof key === 'string' && definitions.has(slot(url, key))
}
