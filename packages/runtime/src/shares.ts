/**
 * Types that find shared state in what an actor is given, and the check of what is sent to one.
 *
 * The types look six levels deep, through arrays, maps, sets, queues, pipes and refs. What they cannot see (`any`,
 * `unknown`, optional properties, deeper levels) is seen when it arrives.
 */
import { type Actor, type Definition, definitionOf } from './actor.js'
import { NotSharedError } from './errors.js'
import type { SharedClass } from './kind.js'
import type { Parcel } from './parcel.js'

type IsAny<T> = 0 extends 1 & T ? true : false

/** Has nothing of ours inside. */
type Plain =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | Error
  | Date
  | RegExp
  | ArrayBuffer
  | SharedArrayBuffer
  | DataView
  | AbortSignal
  | ((...args: never) => unknown)

/** What the channels of `T` carry; each says so in a property for types alone. */
type Carried<T> = T extends { readonly _items: (item: infer Item) => unknown }
  ? Item
  : T extends { readonly _puts: (item: infer Item) => void }
    ? Item
    : T extends { readonly _gets: () => infer Item }
      ? Item
      : T extends { readonly _takes: (message: infer Message) => void }
        ? Message
        : T extends { readonly _sends: (item: infer Item) => void }
          ? Item
          : T extends { send(item: infer Sent): Promise<void>; recv(): Promise<infer Received> }
            ? Sent | Received
            : T extends { recv(): Promise<infer Received>; tryRecv(): unknown }
              ? Received
              : NotAChannel

declare const notAChannel: unique symbol
type NotAChannel = typeof notAChannel

type RequiredKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T]

/** Names of the kinds of shared state in `T`. */
export type KindsIn<T, Depth extends readonly unknown[] = []> =
  IsAny<T> extends true
    ? never
    : T extends { readonly _shared: infer Name extends string }
      ? Name
      : Depth['length'] extends 6
        ? never
        : T extends Plain
          ? never
          : Carried<T> extends infer Item
            ? Item extends NotAChannel
              ? KindsWithin<T, Depth>
              : KindsIn<Item, [...Depth, 0]>
            : never

type KindsWithin<T, Depth extends readonly unknown[]> = T extends ArrayBufferView
  ? never
  : T extends ReadonlyMap<infer Key, infer Value>
    ? KindsIn<Key, [...Depth, 0]> | KindsIn<Value, [...Depth, 0]>
    : T extends ReadonlySet<infer Item>
      ? KindsIn<Item, [...Depth, 0]>
      : T extends readonly unknown[]
        ? // Each for itself: together with `unknown` or `any` none would be seen.
          { [K in keyof T]-?: KindsIn<T[K], [...Depth, 0]> }[number]
        : T extends object
          ? { [K in RequiredKeys<T>]: KindsIn<T[K], [...Depth, 0]> }[RequiredKeys<T>]
          : never

/** Names of the kinds that are listed. */
export type NamesOf<Shares extends readonly SharedClass[]> = NameOf<Shares[number]>

// Not what it constructs, which `any` stands for when the signature is generic.
type NameOf<Class> = Class extends {
  readonly prototype: { readonly _shared: infer Name extends string }
}
  ? Name
  : never

type Unlisted<T, Names> = Exclude<KindsIn<T>, Names>

type Add<Names> = `add { shares: [${Joined<Names>}] }`

/** The members of a union of strings, in one string: the compiler does not take one apart. */
type Joined<Names> = [Names] extends [never]
  ? ''
  : LastOf<Names> extends infer Last extends string
    ? [Exclude<Names, Last>] extends [never]
      ? Last
      : `${Joined<Exclude<Names, Last>>}, ${Last}`
    : never

// A call takes the last of what is overloaded.
type LastOf<Union> = (
  Union extends unknown
    ? (each: (one: Union) => void) => void
    : never
) extends (all: infer All) => void
  ? All extends (one: infer Last) => void
    ? Last
    : never
  : never

/** `unknown` when all shared state in `T` is listed; else what the compiler shall print. */
export type Listed<T, Names> = [Unlisted<T, Names>] extends [never]
  ? unknown
  : Add<Unlisted<T, Names>>

/**
 * `Arguments` when all shared state in `Given` is listed; else what the compiler shall print. While a type parameter of
 * the caller keeps it from being known they are `Arguments`. `Given` is inferred from the branch that is never taken.
 */
export type WhenListed<Given, Names, Arguments> = [HasUnlisted<Given, Names>] extends [true]
  ? [Given] extends [never]
    ? Given
    : [args: Add<Unlisted<Given, Names>>, options?: object]
  : Arguments

type HasUnlisted<T, Names> = [Unlisted<T, Names>] extends [never] ? false : true

/** Throws when `parcel`, the arguments of `actor`, holds shared state that it does not take. It is given back. */
export function refuseUnshared(parcel: Parcel, actor: Actor<never, unknown, never>): void {
  const { shares } = definitionOf(actor.url, actor.key) as Definition
  const refused = parcel.refusedBy(shares)
  if (!refused) return
  parcel.undo()
  const { kind, path } = refused
  throw new NotSharedError(actor.key, kind.name, kind.from, path.replace(/^args/, ''))
}
