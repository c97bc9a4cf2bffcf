/** `in: 'here'`: an actor in this thread, for tests and cheap actors. Its death is judged by the runtime. */
import { dropUnwrapped, type Handle, self } from '@troupe/memory'
import { type Actor, definitionOf } from './actor.js'
import { Cell } from './cells.js'
import { Child } from './child.js'
import { DefinitionError } from './errors.js'
import { InboxAddress, makeInbox } from './inbox.js'
import { makeOwner, type Owner } from './owner.js'
import { Parcel } from './parcel.js'
import { copyFor } from './copy.js'
import { type Parentage, type Report, runActor } from './run.js'
import { refuseUnshared } from './shares.js'
import { Started } from './started.js'

export function runHere(
  parent: Cell,
  actor: Actor<never, unknown, never>,
  args: readonly unknown[],
  id: string,
  name: string,
  spawn: Parentage['spawn'],
): Started<unknown, never> {
  const definition = definitionOf(actor.url, actor.key)
  if (!definition)
    throw new DefinitionError('ERR_TROUPE_NOT_AN_ACTOR', `Actor '${actor.key}' is not known here`)
  const owner = makeOwner()
  owner.shares = definition.shares
  owner.name = name
  // Arguments are copied as anywhere else, and ends move. What cannot be sent is told before anything begins.
  const parcel = Parcel.pack(args)
  refuseUnshared(parcel, actor)
  const { handle, given } = receive(owner, parcel)
  const cell = new Cell(id, name, owner, handle)
  cell.place = 'here'
  cell.starter = parent.address
  cell.onUnhandled = () => parent.onUnhandled()
  const child = new Child(parent, id, name, new InboxAddress(handle, self().name))
  let abandoned = false
  child.place = {
    seat: 0,
    kill: () => {
      abandoned = true
      cell.stop(undefined)
      cell.finish(false)
      void cell.stopChildren(0)
      child.ended({})
    },
  }
  const begin = async (): Promise<void> => {
    await Promise.resolve()
    if (abandoned) return
    const report = await runActor(cell, definition.run, given, { parent, name, spawn })
    if (abandoned) return
    if ('error' in report) child.failed(report.error)
    else settle(parent, child, report)
    cell.finish(!('error' in report))
    child.ended({})
  }
  void begin()
  return new Started<unknown, never>(child, 'here', parent.address)
}

// When there is no room for the actor, its ends are its starter's again.
function receive(owner: Owner, parcel: Parcel): { handle: Handle; given: readonly unknown[] } {
  let handle: Handle | undefined
  try {
    handle = makeInbox()
    return { handle, given: copyFor(owner, parcel) as readonly unknown[] }
  } catch (error) {
    parcel.undo()
    if (handle) dropUnwrapped(handle)
    throw error
  }
}

// A result is copied as from anywhere else, and ends in it move.
function settle(parent: Cell, child: Child, report: Extract<Report, { exit: unknown }>): void {
  if (!('value' in report)) {
    child.done(report, [])
    return
  }
  const { owner } = parent
  const before = owner.endsAtEnd
  try {
    const value = copyFor(owner, Parcel.pack(report.value))
    child.done({ ...report, value }, owner.endsSince(before))
  } catch (error) {
    child.failed(error)
  }
}
