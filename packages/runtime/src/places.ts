/** Places of their own: worker threads and child processes, from the starter's side. */
import {
  codeHere,
  expectProcess,
  type Handle,
  hasProcesses,
  invitation,
  loadAddon,
  addonProblem,
  NoAddonError,
  placeNotStarted,
  reserve,
  reservedHold,
  takeCaches,
  wantsCaches,
} from '@troupe/memory'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ResourceLimits } from 'node:worker_threads'
import type { Child } from './child.js'
import { makeInbox } from './inbox.js'
import { codeFile, partsOf } from './place-code.js'
import { placeEnvironment, type ToldThread } from './place-data.js'
import { placeFlags } from './place-flags.js'

/** A place that has a seat and an inbox and does not run yet. */
export interface Prepared {
  readonly kind: 'thread' | 'process'
  readonly seat: number
  readonly inbox: Handle
  giveUp(): void
}

/** Reserves what a place needs, so that messages can be sent to it at once. */
export function preparePlace(kind: 'thread' | 'process'): Prepared {
  if (kind === 'process' && !hasProcesses()) {
    loadAddon()
    throw new NoAddonError(`{ in: 'process' }`, addonProblem())
  }
  const seat = reserve()
  const giveUp = (): void => placeNotStarted(seat)
  try {
    const inbox = makeInbox()
    reservedHold(seat, inbox)
    return { kind, seat, inbox, giveUp }
  } catch (error) {
    giveUp()
    throw error
  }
}

/** Starts the thread or process; its end is told to `child`. */
export function startPlace(
  prepared: Prepared,
  child: Child,
  name: string,
  resourceLimits: ResourceLimits | undefined,
  url: string,
): void {
  const entry = entryFor(url)
  if (prepared.kind === 'thread') startThread(prepared, child, entry, name, resourceLimits)
  else startProcess(prepared, child, entry)
}

// Beside this file lies the entry of a place. In a bundle nothing does: the bundle is its own entry. Where Node was told
// the condition of bundlers, `-C module`, actors import the package's bundle, and so must their place.
function entryFor(url: string): URL {
  if (import.meta.url.endsWith('/runtime/dist/bundle.js')) return new URL(import.meta.url)
  const own = new URL('./troupe-place.cjs', import.meta.url)
  return existsSync(own) ? own : new URL(url)
}

// The actor's own code may send messages too.
function takeSent(message: unknown): void {
  const { troupe } = (message ?? {}) as { troupe?: unknown }
  if (troupe instanceof Map) takeCaches(troupe as Map<string, Uint8Array>)
}

function startThread(
  { seat, inbox }: Prepared,
  child: Child,
  entry: URL,
  name: string,
  resourceLimits: ResourceLimits | undefined,
): void {
  // As in a process, of which it takes 5 ms to load. A thread has it.
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const sends = wantsCaches()
  const troupe: ToldThread = { invitation: invitation(seat), inbox, code: codeHere(), sends }
  const worker = new Worker(entry, {
    name,
    workerData: { troupe },
    ...(resourceLimits ? { resourceLimits } : {}),
  })
  if (sends) worker.on('message', takeSent)
  let failure: unknown
  worker.on('error', (error) => {
    failure = error
  })
  worker.on('exit', (code) => child.ended({ code, error: failure }))
  child.place = { seat, kill: () => void worker.terminate() }
}

function startProcess({ seat, inbox }: Prepared, child: Child, entry: URL): void {
  const ticket = invitation(seat)
  // Loaded at the first use: a place seldom starts processes itself.
  const { spawn: spawnProcess } = process.getBuiltinModule('node:child_process')
  const codes = codeHere()
  const file = codes.length > 0 ? codeFile(codes, loadAddon()!) : undefined
  const code = file === undefined ? [] : [file]
  const claim = ticket.claim < 0 ? 'ignore' : ticket.claim
  const started: ChildProcess = spawnProcess(
    process.execPath,
    [...placeFlags(), fileURLToPath(entry)],
    {
      stdio: ['ignore', 'inherit', 'inherit', ticket.fd, ticket.guard, claim, ...code],
      env: placeEnvironment(
        { invitation: ticket, inbox },
        file === undefined ? [] : partsOf(codes),
      ),
    },
  )
  child.place = { seat, kill: () => void started.kill('SIGKILL') }
  started.on('error', (error) => child.ended({ error }))
  started.on('exit', (code, signal) => {
    child.ended({ ...(code === null ? {} : { code }), ...(signal === null ? {} : { signal }) })
  })
  if (started.pid !== undefined) expectProcess(seat, started.pid)
}
