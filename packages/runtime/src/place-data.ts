/** What a place is given to start with: as worker data to a thread, in the environment to a process. */
import { isMainThread, workerData } from 'node:worker_threads'
import type { Handle, Invitation } from '@troupe/memory'

/** What the starter tells the thread or process before any message. */
export interface PlaceData {
  readonly invitation: Invitation
  /** The inbox of the place's actor, which the reserved seat holds already. */
  readonly inbox: Handle
}

interface Told {
  bytes: number
  name: number
  addon?: string
  inbox: Handle
}

const VARIABLE = 'TROUPE_PLACE'
/** Where a process finds the arena and the guard: after the three standard streams. */
export const ARENA_FD = 3
export const GUARD_FD = 4

let data: PlaceData | undefined
let read = false
let importing: boolean | undefined

/** The environment of a process place. */
export function placeEnvironment({ invitation, inbox }: PlaceData): NodeJS.ProcessEnv {
  const { bytes, name, addon } = invitation
  return { ...process.env, [VARIABLE]: JSON.stringify({ bytes, name, addon, inbox }) }
}

/** What this place was given; nothing in a root. The variable is gone before user code runs. */
export function placeData(): PlaceData | undefined {
  if (read) return data
  read = true
  if (!isMainThread) {
    data = (workerData as { troupe?: PlaceData } | null)?.troupe
    return data
  }
  const text = process.env[VARIABLE]
  if (text === undefined) return undefined
  delete process.env[VARIABLE]
  const { bytes, name, addon, inbox } = JSON.parse(text) as Told
  data = { invitation: { bytes, name, addon, fd: ARENA_FD, guard: GUARD_FD }, inbox }
  return data
}

/** Whether this thread was started by Troupe. */
export function isPlace(): boolean {
  return placeData() !== undefined
}

/** Whether the place is loading its actor's module, as it does from its first moment: nothing may be spawned then. */
export function isImporting(): boolean {
  return importing ?? isPlace()
}

/** For `load.ts`. */
export function setImporting(on: boolean): void {
  importing = on
}
