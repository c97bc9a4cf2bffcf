/** What a place is given to start with: as worker data to a thread, in the environment to a process. */
import { type Code, type Handle, type Invitation, isMainThread } from '@troupe/memory'
import { type CodePart, dropCode, VARIABLE } from './place-code.js'

/** What the starter tells the thread or process before any message. */
export interface PlaceData {
  readonly invitation: Invitation
  /** The inbox of the place's actor, which the reserved seat holds already. */
  readonly inbox: Handle
}

/** Worker data of a thread. */
export interface ToldThread extends PlaceData {
  readonly code: readonly Code[]
  /** Whether it sends `cachesHere` to its starter, at its end. */
  readonly sends: boolean
}

/** What stands in the environment of a process. */
export interface ToldProcess {
  readonly bytes: number
  readonly name: number
  readonly addon?: string | undefined
  /** Whether there is a claim. */
  readonly claims: boolean
  readonly inbox: Handle
  readonly code: readonly CodePart[]
}

/** Where a process finds the arena, the guard and the claim: after the three standard streams. */
const ARENA_FD = 3
const GUARD_FD = 4
const CLAIM_FD = 5

let data: PlaceData | undefined
let read = false
let inProcess = false
let importing: boolean | undefined

/** The environment of a process place. */
export function placeEnvironment(
  { invitation, inbox }: PlaceData,
  code: readonly CodePart[],
): NodeJS.ProcessEnv {
  const { bytes, name, addon, claim } = invitation
  const told: ToldProcess = { bytes, name, addon, claims: claim >= 0, inbox, code }
  return { ...process.env, [VARIABLE]: JSON.stringify(told) }
}

/** What this place was given; nothing in a root. The variable is gone before user code runs. */
export function placeData(): PlaceData | undefined {
  if (read) return data
  read = true
  const text = process.env[VARIABLE]
  if (text === undefined) {
    if (!isMainThread()) {
      const { workerData } = process.getBuiltinModule('node:worker_threads')
      data = (workerData as { troupe?: ToldThread } | null)?.troupe
    }
    return data
  }
  inProcess = true
  delete process.env[VARIABLE]
  const { bytes, name, addon, claims, inbox, code } = JSON.parse(text) as ToldProcess
  dropCode(code)
  const claim = claims ? CLAIM_FD : -1
  data = { invitation: { bytes, name, addon, fd: ARENA_FD, guard: GUARD_FD, claim }, inbox }
  return data
}

/** Whether this thread was started by Troupe. */
export function isPlace(): boolean {
  return placeData() !== undefined
}

/** Whether this is the main thread of a process that Troupe started. */
export function isProcessPlace(): boolean {
  return isPlace() && inProcess
}

/** Whether the place is loading its actor's module, as it does from its first moment: nothing may be spawned then. */
export function isImporting(): boolean {
  return importing ?? isPlace()
}

/** For `load.ts`. */
export function setImporting(on: boolean): void {
  importing = on
}
