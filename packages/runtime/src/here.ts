/** `in: 'here'`: an actor in this thread, for tests and cheap actors. Its death is judged by the runtime. */
import { self } from '@troupe/memory'
import { type Actor, functionOf } from './actor.js'
import { Cell } from './cells.js'
import { Child } from './child.js'
import { DefinitionError } from './errors.js'
import { InboxAddress, makeInbox } from './inbox.js'
import { makeOwner } from './owner.js'
import { Parcel } from './parcel.js'
import { copyFor } from './copy.js'
import { type Parentage, runActor } from './run.js'
import { Started } from './started.js'

export function runHere(
  parent: Cell,
  actor: Actor<never, unknown, never>,
  args: readonly unknown[],
  id: string,
  name: string,
  spawn: Parentage['spawn'],
): Started<unknown, never> {
  const run = functionOf(actor.url, actor.key)
  if (!run)
    throw new DefinitionError('ERR_TROUPE_NOT_AN_ACTOR', `Actor '${actor.key}' is not known here`)
  const owner = makeOwner()
  const handle = makeInbox()
  const cell = new Cell(id, name, owner, handle)
  cell.place = 'here'
  const child = new Child(parent, id, name, new InboxAddress(handle, self().name))
  // Arguments are copied as anywhere else, and ends move.
  const given = copyFor(owner, Parcel.pack(args)) as readonly unknown[]
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
  void Promise.resolve()
    .then(() => runActor(cell, run, given, { parent, name, spawn }))
    .then((report) => {
      if (abandoned) return
      try {
        // The result is copied too, before the actor's ends close.
        if ('error' in report) child.failed(report.error)
        else child.done(copyFor(parent.owner, Parcel.pack(report.value)), report.exit)
      } catch (error) {
        child.failed(error)
      }
      cell.finish(!('error' in report))
      child.ended({})
    })
  return new Started<unknown, never>(child, 'here', parent.address)
}
