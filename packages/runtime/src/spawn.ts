/** `spawn`: starts an actor in a thread, in a process, or here. */
import type { ResourceLimits } from 'node:worker_threads'
import { nanoid } from 'nanoid/non-secure'
import { type Actor, isActor } from './actor.js'
import { type Cell, cellHere } from './cells.js'
import { actorOf, Child } from './child.js'
import { checkObject, describe } from './arguments.js'
import { ArgumentError, DefinitionError } from './errors.js'
import { type Envelope, InboxAddress, type PlaceKind } from './inbox.js'
import { runHere } from './here.js'
import { isImporting } from './place-data.js'
import { Parcel } from './parcel.js'
import { type Prepared, preparePlace, startPlace } from './places.js'
import { type KindsIn, refuseUnshared, type WhenListed } from './shares.js'
import { stopOnSignals } from './signals.js'
import { Started } from './started.js'
import { ensureSystem } from './system.js'

/** How an actor is started. */
export interface SpawnOptions {
  /** Where it runs: a worker thread (default), a child process, or this thread. */
  readonly in?: PlaceKind
  /** What messages and errors call it. Default: its key. */
  readonly name?: string
  /**
   * Limits of a thread's heap, in MiB, as of `new Worker`. A thread that reaches them ends with the reason
   * `'oom'`. Node promises no more than its best: a thread that allocates much at once can abort the whole
   * process (nodejs/node#47224); a small `maxYoungGenerationSizeMb` makes that rare, a process excludes it.
   */
  readonly resourceLimits?: ResourceLimits
}

const KNOWN = ['in', 'name', 'resourceLimits']

/** The arguments of an actor, and the options; the arguments may be left out when none is required. */
export type SpawnArguments<Args extends readonly unknown[]> = [] extends Args
  ? [args?: Args, options?: SpawnOptions]
  : [args: Args, options?: SpawnOptions]

/** As `SpawnArguments`, of an actor that lists `Shares` and is given `Given`. */
export type ListedArguments<Args extends readonly unknown[], Given, Shares> = WhenListed<
  Given,
  Shares | KindsIn<Args>,
  SpawnArguments<Args>
>

/**
 * Starts `actor` with `args`. Returns at once; what was sent before it runs is queued. The program lives
 * as long as it does.
 *
 * Passing an end moves it. Throws for what is not an actor, for what cannot be sent, and while a place
 * imports its module (wrap it in `main()`). What goes wrong in the place is in `result` and `join()`.
 *
 * ```ts
 * const started = spawn(double, [21], { in: 'process' })
 * await started.result   // 42
 * ```
 */
export function spawn<
  Args extends readonly unknown[],
  Result,
  Message,
  Shares extends string,
  const Given extends readonly unknown[],
>(
  actor: Actor<Args, Result, Message, Shares>,
  ...rest: ListedArguments<NoInfer<Args>, Given, Shares>
): Started<Result, Message> {
  return spawnFrom(undefined, actor, rest as SpawnArguments<Args>)
}

/** As `spawn`, as a child of `parent`; without one, of this thread's own actor. */
export function spawnFrom<Args extends readonly unknown[], Result, Message>(
  parent: Cell | undefined,
  actor: Actor<Args, Result, Message>,
  [args, options = {}]: SpawnArguments<Args>,
): Started<Result, Message> {
  if (!isActor(actor)) throw notAnActor(actor)
  const given: readonly unknown[] = args ?? []
  checkObject('The options of spawn', options, "{ in: 'process' }", KNOWN)
  const { in: place = 'thread', name = actor.key, resourceLimits } = options
  if (!Array.isArray(given)) {
    throw new ArgumentError(
      `The arguments of ${actor.key} must be an array: they are ${describe(given)}; write spawn(${actor.key}, [argument])`,
    )
  }
  if (place !== 'thread' && place !== 'process' && place !== 'here') {
    throw new ArgumentError(`in must be 'thread', 'process' or 'here': it is ${describe(place)}`)
  }
  if (typeof name !== 'string' || name === '') {
    throw new ArgumentError(`name must be a string that is not empty: it is ${describe(name)}`)
  }
  if (resourceLimits !== undefined) {
    checkObject('resourceLimits', resourceLimits, '{ maxOldGenerationSizeMb: 64 }')
  }
  if (isImporting()) {
    throw new DefinitionError(
      'ERR_TROUPE_SPAWN_DURING_IMPORT',
      `spawn(${actor.key}) was called while a place imports this module, which would start actors without end; wrap it in main(import.meta, () => { … })`,
    )
  }
  ensureSystem()
  stopOnSignals()
  const cell = parent ?? cellHere()
  const id = nanoid()
  if (place === 'here')
    return runHere(cell, actor, given, id, name, spawnFrom) as Started<Result, Message>

  const start: Envelope = {
    op: 'start',
    id,
    name,
    place,
    url: actor.url,
    key: actor.key,
    args: given,
    parent: cell.address,
    parentRef: { id: cell.id, name: cell.name, place: cell.place, starter: cell.starter },
  }
  const parcel = Parcel.pack(start)
  refuseUnshared(parcel, actor)
  const child = startApart(parcel, cell, place, id, name, actor.url, resourceLimits)
  return new Started<Result, Message>(child, place, cell.address)
}

// What cannot be started takes nothing: the ends in the parcel are the starter's again.
function startApart(
  parcel: Parcel,
  cell: Cell,
  kind: 'thread' | 'process',
  id: string,
  name: string,
  url: string,
  resourceLimits: ResourceLimits | undefined,
): Child {
  let prepared: Prepared | undefined
  let child: Child
  try {
    prepared = preparePlace(kind)
    child = new Child(cell, id, name, new InboxAddress(prepared.inbox, prepared.seat))
    parcel.address(actorOf(prepared.seat))
    parcel.reserveFor(prepared.seat)
    startPlace(prepared, child, name, resourceLimits, url)
  } catch (error) {
    cell.children.delete(id)
    parcel.undo()
    prepared?.giveUp()
    throw error
  }
  try {
    child.inbox.deliver(parcel)?.catch(() => {})
  } catch (error) {
    child.kill()
    throw error
  }
  return child
}

function notAnActor(value: unknown): DefinitionError {
  return new DefinitionError(
    'ERR_TROUPE_NOT_AN_ACTOR',
    `spawn needs a definition made by actor(): it got ${describe(value)}` +
      (typeof value === 'function'
        ? `; write actor(import.meta, 'name', ${value.name || 'fn'})`
        : ''),
  )
}
