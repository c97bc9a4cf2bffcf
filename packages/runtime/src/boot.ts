/** The life of a place, from the inside: join, load, run the actor, report, end. */
import {
  awaitGuard,
  cachesHere,
  guardProcess,
  joinSystem,
  leaveSystem,
  stopBlocks,
} from '@troupe/memory'
import { Cell, setCellHere, type Start } from './cells.js'
import { unsendable } from './errors.js'
import type { InboxAddress } from './inbox.js'
import { holdOpen } from './hold-open.js'
import { loadActor } from './load.js'
import { writeDirectly } from './output.js'
import { placeOwner } from './owner.js'
import { isProcessPlace, placeData, type ToldThread } from './place-data.js'
import { type Report, runActor } from './run.js'
import { spawnFrom } from './spawn.js'

let booted = false

/** Runs this thread or process as a place. */
export async function bootPlace(): Promise<void> {
  const data = placeData()
  if (!data || booted) return
  booted = true
  holdOpen()
  const { invitation, inbox } = data
  if (isProcessPlace()) {
    guardProcess(invitation)
  }
  writeDirectly()
  joinSystem(invitation)
  if (isProcessPlace()) {
    awaitGuard()
    // A terminal signals the whole group; the root decides what happens.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  }
  // Before the cell reads its inbox, as it does at once.
  placeOwner.isLoading = true
  const cell = new Cell('', '', placeOwner, inbox)
  setCellHere(cell)
  cell.drain() // Most often the start is there.
  const start = await cell.start
  cell.id = start.id
  cell.name = start.name
  placeOwner.name = start.name
  cell.place = start.place
  cell.starter = start.parent
  cell.onUnhandled = () => void start.parent.post({ op: 'unhandled' })
  reportUncaught(start, cell)
  endWithStarter(start.parent, cell, invitation.name)
  await finish(start, cell, await runStarted(start, cell))
}

async function runStarted(start: Start, cell: Cell): Promise<Report> {
  try {
    const { run, shares } = await loadOrRefuse(start, cell)
    const { starter, ...ref } = start.parentRef
    const parent = { ...ref, address: start.parent, starter }
    const args = takeArguments(start, cell, shares)
    return await runActor(cell, run, args, { parent, name: start.name, spawn: spawnFrom })
  } catch (error) {
    return { error }
  }
}

// What never ran gives its arguments back: nobody shall take it for a party that died.
async function loadOrRefuse(start: Start, cell: Cell): ReturnType<typeof loadActor> {
  try {
    return await loadActor(start.url, start.key)
  } catch (error) {
    try {
      takeArguments(start, cell, new Set())
    } catch {
      // Refused, as it should be.
    }
    throw error
  }
}

function takeArguments(
  start: Start,
  { owner }: Cell,
  shares: ReadonlySet<number>,
): readonly unknown[] {
  owner.shares = shares
  owner.isLoading = false
  return start.open ? start.open().args : start.args
}

async function finish(start: Start, cell: Cell, report: Report): Promise<void> {
  const { id, parent } = start
  if ('error' in report) {
    await fail(start, cell, report.error)
  } else {
    try {
      const told = parent.tell({ op: 'done', id, ...report })
      cell.owner.closeEnds()
      await told
    } catch (error) {
      await fail(start, cell, error)
    }
  }
  cell.finish(!('error' in report))
  sendCaches()
  leaveSystem()
  process.exit('error' in report ? 1 : 0)
}

// Starts of later places are faster with what V8 made of ours.
function sendCaches(): void {
  if (isProcessPlace()) return
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
  const { sends } = (workerData as { troupe: ToldThread }).troupe
  if (sends) parentPort?.postMessage({ troupe: cachesHere() })
}

// Who is in the way of the report may wait for the end of a queue.
async function fail(start: Start, cell: Cell, error: unknown): Promise<void> {
  const told = reportFailure(start, error)
  cell.owner.closeEnds()
  await told
}

async function reportFailure({ id, parent }: Start, error: unknown): Promise<void> {
  try {
    await parent.post({ op: 'failed', id, error })
  } catch (cause) {
    await parent.post({ op: 'failed', id, error: unsendable(error, cause) })
  }
}

/** How long a thread that ends because of an error waits for room in its starter's inbox. */
const LAST_WORDS = 2000

function reportUncaught(start: Start, cell: Cell): void {
  process.on('uncaughtException', (error) => {
    const failed = (what: unknown): void =>
      start.parent.tellNow({ op: 'failed', id: start.id, error: what }, LAST_WORDS)
    try {
      failed(error)
    } catch (cause) {
      tryTo(() => failed(unsendable(error, cause)), error)
    } finally {
      cell.finish(false)
      process.exit(1)
    }
  })
}

// Who cannot be told any more reads it here.
function tryTo(tell: () => void, error: unknown): void {
  try {
    tell()
  } catch {
    console.error(error)
  }
}

// Children of an actor that was killed are stopped.
const LAST_CALL = 5000

function endWithStarter(starter: InboxAddress, cell: Cell, name: number): void {
  starter.onGone(() => {
    cell.stop('the starter is gone')
    stopBlocks(name)
    setTimeout(() => process.exit(1), LAST_CALL).unref()
  })
}
