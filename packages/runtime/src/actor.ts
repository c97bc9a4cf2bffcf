/**
 * Definitions. `actor()` registers a function under the URL of its module and a key; the place imports
 * the module and looks the key up. So nothing need be exported, one file can hold actors and main, and a
 * single-file bundle imports itself again.
 */
import { pathToFileURL } from 'node:url'
import type { Context } from './context.js'
import { checkObject, describe } from './arguments.js'
import { ArgumentError, DefinitionError } from './errors.js'
import { kindsOf, type SharedClass } from './kind.js'
import type { Listed, NamesOf } from './shares.js'

/** `import.meta`, or `module` in CommonJS. */
export type ModuleMeta = ImportMeta | NodeJS.Module

/** A definition: what `spawn` starts. `Shares` are the names of the kinds of shared state that it lists. */
export interface Actor<
  in Args extends readonly unknown[],
  out Result,
  in Message = never,
  in Shares extends string = never,
> {
  readonly key: string
  readonly url: string
  /** For types alone. */
  readonly _actor?: {
    args: (args: Args) => void
    result: Result
    message: (message: Message) => void
    shares: (name: Shares) => void
  }
}

/** A function that runs as an actor. */
export type ActorFunction<Args extends readonly unknown[], Result, Message> = (
  ctx: Context<Message>,
  ...args: Args
) => Result | Promise<Result>

/** How an actor is defined. */
export interface ActorOptions<Shares extends readonly SharedClass[] = readonly SharedClass[]> {
  /** Classes of the shared state that it takes. Default: none. */
  readonly shares?: Shares
}

/** What `actor()` registers. */
export interface Definition {
  readonly key: string
  readonly url: string
  readonly meta: ModuleMeta
  readonly run: ActorFunction<readonly unknown[], unknown, unknown>
  /** Numbers of the kinds of shared state that it takes. */
  readonly shares: ReadonlySet<number>
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
 * `shares` lists the kinds of shared state that it takes, in its arguments or in any later message.
 *
 * ```ts
 * const double = actor(import.meta, 'double', (ctx, n: number) => n * 2)
 * ```
 */
export function actor<Args extends readonly unknown[], Result, Message = never>(
  meta: ModuleMeta,
  key: string,
  run: ((ctx: Context<Message>, ...args: Args) => Result | Promise<Result>) &
    Listed<readonly [Args, Message], never>,
): Actor<Args, Result, Message>
export function actor<
  const Shares extends readonly SharedClass[],
  Args extends readonly unknown[],
  Result,
  Message = never,
>(
  meta: ModuleMeta,
  key: string,
  options: ActorOptions<Shares>,
  run: ((ctx: Context<Message>, ...args: Args) => Result | Promise<Result>) &
    Listed<readonly [Args, Message], NamesOf<Shares>>,
): Actor<Args, Result, Message, NamesOf<Shares>>
export function actor(
  meta: ModuleMeta,
  key: string,
  ...rest: [options: unknown, run?: unknown]
): Actor<never, unknown, never> {
  const [{ shares = [] }, run] =
    rest.length > 1 ? [optionsOf(key, rest[0]), rest[1]] : [{}, rest[0]]
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
      `Actor '${key}' needs a function as last argument: it is ${typeof run}`,
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
    run: run as Definition['run'],
    shares: new Set(kindsOf(key, shares).map(({ number }) => number)),
  }
  definitions.set(slot(url, key), definition)
  return definition
}

function optionsOf(key: string, options: unknown): ActorOptions {
  checkObject(`The options of actor '${key}'`, options as object, '{ shares: [Value] }', ['shares'])
  const { shares = [] } = options as ActorOptions
  if (!Array.isArray(shares)) {
    throw new ArgumentError(
      `shares of actor '${key}' must be an array: it is ${describe(shares)}; write { shares: [Value] }`,
    )
  }
  return { shares }
}

/** A definition that was evaluated here. */
export function definitionOf(url: string, key: string): Definition | undefined {
  return definitions.get(slot(url, key))
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
