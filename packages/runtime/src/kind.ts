/**
 * Kinds of shared state, by which any package adds what actors share when they opt in.
 *
 * A kind is a class. Its objects travel as parts: any values that can be sent, handles included; the receiver's copy of
 * the package makes an object of them. An actor takes objects of a kind that its definition lists under `shares`;
 * what lies in the parts of such an object comes with it.
 *
 * The number of a kind, of its package and its name, stands in the table of links that a message begins with: so a
 * message is refused before anything of it is made, and what it carries goes back.
 */
import { ArgumentError, DefinitionError } from './errors.js'
import { describe } from './arguments.js'
import { currentOwner } from './owner.js'
import { ensureSystem } from './system.js'

/** What an actor holds until it is released. */
export interface Holding {
  /** The actor ended; `normal` when it neither failed nor was killed. */
  end(normal: boolean): void
}

/** The actor to which an object belongs: the one that made it, or received it. */
export interface Scope {
  /** `holding.end` is called when the actor ends. Returns a ticket. */
  add(holding: Holding): number
  /** What `add` gave this ticket for was released before. Once. */
  delete(ticket: number): void
  /** The actor is over: what it waits for ends, and nothing is taken for it any more. */
  readonly isOver: boolean
}

/** How objects of a kind travel. */
export interface KindOptions<T extends object, Parts> {
  /** Its name, as it is imported. */
  readonly name: string
  /** The package that it is imported from. */
  readonly from: string
  /** Other classes whose objects are of the kind. */
  readonly also?: readonly KindClass[]
  /** What is sent for `object`. Throws when it cannot be sent. */
  readonly send: (object: T) => Parts
  /** The object of what arrived, for the actor of `scope`. */
  readonly receive: (parts: Parts, scope: Scope) => T
}

/** A class whose objects are of a kind. Its constructor may be private. */
export interface KindClass<T extends object = object> {
  readonly name: string
  readonly prototype: T
}

/** A class that can be listed under `shares`: its objects name their kind in `_shared`, for types alone. */
export type SharedClass = KindClass<{ readonly _shared: string }>

/** For the runtime: a kind that is known here. */
export interface Kind {
  readonly name: string
  readonly from: string
  readonly number: number
  readonly send: (object: object) => unknown
  readonly receive: (parts: unknown, scope: Scope) => object
}

const byClass = new Map<unknown, Kind>()
const byPrototype = new Map<object, Kind>()
const byNumber = new Map<number, Kind>()

/**
 * Makes `Class` a kind of shared state, that actors take when they list it under `shares`.
 *
 * Its objects travel as the parts that `send` gives: data, queues, and objects of other kinds. Call it once, where the
 * class is defined, so that the receiver's copy of the package knows it too.
 *
 * ```ts
 * class Tally {
 *   declare readonly _shared: 'Tally'
 *   constructor(readonly queue: Queue<number>) {}
 * }
 * kind(Tally, { name: 'Tally', from: 'tally', send: ({ queue }) => queue, receive: (queue) => new Tally(queue) })
 * ```
 */
export function kind<T extends { readonly _shared: string }, Parts>(
  Class: KindClass<T>,
  options: KindOptions<T, Parts>,
): void {
  if (typeof Class !== 'function') {
    throw new ArgumentError(`kind needs a class: it got ${describe(Class)}`)
  }
  const { name, from, also = [], send, receive } = options
  for (const [key, value] of Object.entries({ name, from })) {
    if (typeof value === 'string' && value !== '') continue
    throw new ArgumentError(
      `${key} must be a string that is not empty: it is ${describe(value)}; write { name: '${Class.name}', from: 'the package', … }`,
    )
  }
  const number = hash(`${from} ${name}`)
  // The same name and package: the module was evaluated again, and the new class holds.
  const known = byNumber.get(number)
  if (known && (known.name !== name || known.from !== from)) {
    throw new DefinitionError(
      'ERR_TROUPE_DUPLICATE_KIND',
      `The kind ${name} of ${from} has the number of ${known.name} of ${known.from}; give it another name`,
    )
  }
  const made: Kind = {
    name,
    from,
    number,
    send: send as (object: object) => unknown,
    receive: receive as (parts: unknown, scope: Scope) => object,
  }
  byNumber.set(number, made)
  for (const one of [Class, ...also]) {
    byClass.set(one, made)
    byPrototype.set(one.prototype as object, made)
  }
}

/** The kind of an object; nothing for what is not shared state. */
export function kindOf(value: object): Kind | undefined {
  if (byPrototype.size === 0) return undefined
  for (let at = Object.getPrototypeOf(value) as object | null; at !== null; ) {
    const found = byPrototype.get(at)
    if (found) return found
    at = Object.getPrototypeOf(at) as object | null
  }
  return undefined
}

/** The kind with that number, if its package is loaded here. */
export function kindNumbered(number: number): Kind | undefined {
  return byNumber.get(number)
}

/** The kinds that a definition lists. */
export function kindsOf(actor: string, shares: readonly unknown[]): readonly Kind[] {
  return shares.flatMap((Class) => {
    const found = byClass.get(Class)
    // A kind whose class extends a listed one may stand wherever that may.
    if (found) return [found, ...extending(Class as KindClass)]
    throw new DefinitionError(
      'ERR_TROUPE_NOT_A_KIND',
      `Actor '${actor}' shares ${describe(Class)}, which is no kind of shared state; list classes such as Value of @troupe/shared, or make it one by kind()`,
    )
  })
}

function extending(Class: KindClass): Kind[] {
  const base = Class.prototype as unknown
  const all = [...byPrototype].filter(([prototype]) => {
    return (
      typeof base === 'object' &&
      base !== null &&
      Object.prototype.isPrototypeOf.call(base, prototype)
    )
  })
  return all.map(([, kind]) => kind)
}

/** The actor whose code runs synchronously now, for an object that is made by `new`. */
export function scopeHere(): Scope {
  ensureSystem()
  return currentOwner()
}

// FNV-1a.
function hash(text: string): number {
  let value = 0x811c_9dc5
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x0100_0193)
  }
  return value >>> 0
}
