/** Runs an actor's function to its end, wherever it is. */
import type { Actor, ActorFunction } from './actor.js'
import { ActorRef } from './actor-ref.js'
import { type Cell, StopRequest } from './cells.js'
import type { Context } from './context.js'
import type { Exit } from './exit.js'
import { holdOpen } from './hold-open.js'
import type { InboxAddress, PlaceKind } from './inbox.js'
import { writeLine } from './output.js'
import { runAs } from './owner.js'
import { Parcel } from './parcel.js'
import type { SpawnArguments, spawnFrom } from './spawn.js'

/** How the function ended. */
export type Report = { readonly value?: unknown; readonly exit: Exit } | { readonly error: unknown }

/** Who started the actor. */
export interface Parentage {
  readonly parent:
    | Cell
    | {
        readonly address: InboxAddress
        readonly id: string
        readonly name: string
        readonly place: PlaceKind
        readonly starter: InboxAddress | undefined
      }
  readonly name: string
  /** How its children are started. */
  readonly spawn: typeof spawnFrom
}

const CHILDREN_TIMEOUT = 5000

/**
 * Runs `run`, waits for its pending puts, closes its ends, waits for its children, and tells how it ended.
 * Never rejects.
 */
export async function runActor(
  cell: Cell,
  run: ActorFunction<readonly unknown[], unknown, unknown>,
  args: readonly unknown[],
  parentage: Parentage,
): Promise<Report> {
  const release = holdOpen()
  try {
    const ctx = contextOf(cell, parentage)
    const value = await runAs(cell.owner, () => run(ctx, ...args))
    await cell.owner.putsDone()
    if (cell.owner.hasLetters) closeEnds(cell, value)
    await cell.owner.lettersDone()
    await Promise.race([cell.childrenGone(() => closeEnds(cell, value)), stopped(cell.signal)])
    if (cell.children.size > 0) await cell.stopChildren(CHILDREN_TIMEOUT)
    // The request that ended a block may lie in the inbox still.
    cell.drain()
    return { value, exit: exitOf(cell) }
  } catch (error) {
    cell.drain()
    await cell.stopChildren(CHILDREN_TIMEOUT)
    if (cell.stopRequest && isObedience(error)) return { exit: exitOf(cell) }
    return { error }
  } finally {
    release()
  }
}

// Those whom the actor waits for may wait for the end of a queue. What the result carries stays open.
function closeEnds({ owner }: Cell, result: unknown): void {
  if (owner.ends.size === 0) return
  let parcel: Parcel | undefined
  try {
    parcel = Parcel.pack(result)
  } catch {
    // It cannot be sent: that is told when it is.
  }
  try {
    owner.closeEnds()
  } finally {
    parcel?.undo()
  }
}

function exitOf(cell: Cell): Exit {
  const request = cell.stopRequest
  if (!request) return { reason: 'normal' }
  return request.detail === undefined
    ? { reason: 'shutdown' }
    : { reason: 'shutdown', detail: request.detail }
}

// A stopped actor may end by any error that its stop caused.
function isObedience(error: unknown): boolean {
  if (error instanceof StopRequest) return true
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return code === 'ERR_TROUPE_STOPPED' || name === 'AbortError' || code === 'ABORT_ERR'
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function contextOf(cell: Cell, { parent, spawn }: Parentage): Context<unknown> {
  const detail = { id: parent.id, name: parent.name, place: parent.place, starter: parent.starter }
  return {
    self: new ActorRef(cell.address, {
      id: cell.id,
      name: cell.name,
      place: cell.place,
      starter: parent.address,
    }),
    parent: new ActorRef<Actor<never, unknown, unknown>>(parent.address, detail),
    inbox: { [Symbol.asyncIterator]: () => cell.mailbox.iterate() },
    receive: (options) => cell.mailbox.receive(options),
    signal: cell.signal,
    log: (...items) => writeLine(cell.name, items),
    spawn: (actor, ...rest) => spawn(cell, actor, rest as SpawnArguments<never>),
    stop: (reason) => cell.stop(reason),
  }
}
