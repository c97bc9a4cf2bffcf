// An actor elsewhere that uses a shared object step by step.
import { type PlaceKind, Queue, spawn, type Started } from '@troupe/runtime'
import { afterAll, beforeAll } from 'vitest'
import * as actors from '../fixtures/parties.mjs'

export type { Outcome } from '../fixtures/parties.mjs'
export { outcomeOf, whenWaiting } from '../fixtures/parties.mjs'

/** Numbers of the types of blocks, as the package gives them. */
export const LOCK = 1
export const SEMAPHORE = 2
export const EVENT = 3
export const CONDITION = 4
export const BARRIER = 5

/** Somebody with the object. */
export class Party {
  readonly #orders: Queue<actors.Order> = new Queue()
  readonly #told: Queue<actors.Outcome> = new Queue()
  readonly started: Started<void>

  private constructor(place: PlaceKind, object: object) {
    this.started = spawn(actors.party, [this.#orders, this.#told, object], { in: place })
    // Nobody asks how it ended but by `gone`.
    this.started.result.catch(() => {})
  }

  /** Resolves when the actor runs and has the object. */
  static async start(place: PlaceKind, object: object): Promise<Party> {
    const party = new Party(place, object)
    await party.#told.get()
    return party
  }

  /** How the call ended. It is under way when this returns. */
  do(form: string, ...args: unknown[]): Promise<actors.Outcome> {
    this.tell(form, ...args)
    return this.#told.get()
  }

  /** Begins a call of which nobody is told. */
  tell(form: string, ...args: unknown[]): void {
    this.#orders.putSync([form, ...args])
  }

  /** Its function returns, whatever it holds. Resolves when it is gone. */
  async end(): Promise<void> {
    this.#orders.close()
    await this.started.join()
  }

  /** Resolves when it is killed and gone. */
  async kill(): Promise<void> {
    this.started.kill()
    await this.started.join()
  }
}

/** Starts one in each place. */
export const startAll = (places: readonly PlaceKind[], object: object): Promise<Party[]> =>
  Promise.all(places.map((place) => Party.start(place, object)))

/** Actors for all tests of a file, which each give them objects of their own. */
export class Company {
  readonly #places: readonly PlaceKind[]
  #parties: readonly Party[] = []

  constructor(places: readonly PlaceKind[]) {
    this.#places = places
    beforeAll(async () => {
      this.#parties = await startAll(places, {})
    })
    afterAll(() => Promise.all(this.#parties.map((party) => party.kill())))
  }

  /** How it ended when the actor in that place did it. */
  in(place: PlaceKind, object: object, form: string, ...args: unknown[]): Promise<actors.Outcome> {
    return this.#parties[this.#places.indexOf(place)]!.do('on', object, form, ...args)
  }

  /** What each got when all did it at once. */
  async all(object: object, form: string, ...args: unknown[]): Promise<unknown[]> {
    const all = this.#parties.map((party) => party.do('on', object, form, ...args))
    return (await Promise.all(all)).map((outcome) => {
      if ('ended' in outcome) throw new Error(`${form}: ${String(outcome.ended)}`)
      return outcome.value
    })
  }
}

/** Two of each place apart, four in all. */
export const fourOf = (apart: readonly PlaceKind[]): PlaceKind[] =>
  [...apart, ...apart, ...apart, ...apart].slice(0, 4)

/** How an actor with an object may end that it holds. */
export type End = readonly [how: string, place: PlaceKind, end: (party: Party) => Promise<unknown>]

const told =
  (order: string) =>
  (party: Party): Promise<unknown> => {
    party.tell(order)
    return party.started.join()
  }

/** Every end in every place. */
export const endsIn = (places: readonly PlaceKind[]): End[] =>
  places.flatMap((place): End[] => [
    [`is killed, in: ${place}`, place, (party) => party.kill()],
    [`returns, in: ${place}`, place, (party) => party.end()],
    [`fails, in: ${place}`, place, told('fail')],
    ...(place === 'here' ? [] : [[`exits, in: ${place}`, place, told('exit')] as const]),
  ])
