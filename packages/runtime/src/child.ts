/**
 * A child as its starter sees it: a place that runs, what it reported, and how it ended. The statechart
 * of its life: starting → running → stopping → gone; `gone` settles once.
 */
import { holder, placeEnded, stopBlocks } from '@troupe/memory'
import { type Cell, rememberExit } from './cells.js'
import { ActorDiedError } from './errors.js'
import { type Exit, isFailure } from './exit.js'
import type { InboxAddress } from './inbox.js'
import type { Closable } from './owner.js'
import { startTimer } from '@troupe/memory'

/** What a child runs in. */
export interface Place {
  /** Name of its thread's seat; 0 when it is a thread that goes on. */
  readonly seat: number
  /** Ends it at once. */
  kill(): void
}

/** How the thread or process itself ended. */
export interface PlaceEnd {
  readonly code?: number
  readonly signal?: NodeJS.Signals
  readonly error?: unknown
}

type Report = { readonly value?: unknown; readonly exit: Exit } | { readonly error: unknown }

export class Child {
  readonly id: string
  readonly name: string
  readonly inbox: InboxAddress
  /** Settles when the child is gone for good. */
  readonly gone: Promise<Exit>
  place: Place | undefined
  exit: Exit | undefined
  /** Somebody asked for the result: a failure is theirs. */
  taken = false
  /** Somebody asked when it ends, and may ask for the result yet: ends in it stay open. */
  joined = false
  readonly #parent: Cell
  readonly #settle: (exit: Exit) => void
  #report: Report | undefined
  /** Ends in the report, when the parent is over. */
  #late: readonly Closable[] = []
  #stopping: unknown
  #killed = false
  #result: Promise<unknown> | undefined

  constructor(parent: Cell, id: string, name: string, inbox: InboxAddress) {
    this.#parent = parent
    this.id = id
    this.name = name
    this.inbox = inbox
    let settle: (exit: Exit) => void = () => {}
    this.gone = new Promise((resolve) => {
      settle = resolve
    })
    this.#settle = settle
    parent.children.set(id, this)
  }

  /** The value of the function; rejects with what it threw, or with `ActorDiedError`. */
  get result(): Promise<unknown> {
    this.taken = true
    this.#result ??= this.gone.then((exit) => {
      const report = this.#report
      if (report && 'value' in report) return report.value
      if (exit.reason === 'error') throw exit.error
      throw new ActorDiedError(this.name, exit)
    })
    return this.#result
  }

  /** The function returned `value`, or obeyed a stop without one. `late` are the ends in it, when the parent is over. */
  done(report: { readonly value?: unknown; readonly exit: Exit }, late: readonly Closable[]): void {
    this.#note(report, late)
  }

  /** The function threw. */
  failed(error: unknown, late: readonly Closable[] = []): void {
    this.#note({ error }, late)
  }

  #note(report: Report, late: readonly Closable[]): void {
    this.#report ??= report
    this.#late = late
  }

  /** Asks for its end, and kills it after `timeout`. */
  end(timeout: number, detail: unknown): Promise<Exit> {
    if (this.exit) return this.gone
    if (timeout <= 0) {
      this.kill()
      return this.gone
    }
    this.#stopping = { detail }
    void this.inbox.post({ op: 'stop', detail })
    if (this.place?.seat) stopBlocks(this.place.seat)
    const timer = startTimer(timeout, () => this.kill())
    void this.gone.then(() => clearTimeout(timer))
    return this.gone
  }

  kill(): void {
    if (this.exit || this.#killed) return
    this.#killed = true
    if (this.place?.seat) stopBlocks(this.place.seat)
    this.place?.kill()
  }

  /** The thread or process is gone. */
  ended(end: PlaceEnd): void {
    if (this.exit) return
    // What it reported may lie in our inbox still.
    this.#parent.drain()
    if (this.place?.seat) placeEnded(this.place.seat)
    this.inbox.bury()
    const exit = this.#exitOf(end)
    this.exit = exit
    this.#parent.children.delete(this.id)
    rememberExit(this.id, exit)
    this.#settle(exit)
    if (isFailure(exit) || this.#late.length > 0) setImmediate(() => this.#letGo(exit))
  }

  #exitOf({ code, signal, error }: PlaceEnd): Exit {
    const how = {
      ...(code === undefined || code === null ? {} : { code }),
      ...(signal === undefined || signal === null ? {} : { signal }),
    }
    const report = this.#report
    if (report && 'exit' in report) return { ...report.exit, ...how }
    if (this.#killed) return { reason: 'killed', ...how }
    if (report) return { reason: 'error', error: report.error, ...how }
    if (isOutOfMemory(error)) return { reason: 'oom', error, ...how }
    if (error !== undefined) return { reason: 'error', error, ...how }
    if (this.#stopping) return { reason: 'shutdown', ...how }
    if (how.signal) return { reason: 'signal', ...how }
    return { reason: 'exit', ...how }
  }

  // What nobody asked for is told, if it is a failure, and its ends close.
  #letGo(exit: Exit): void {
    if (this.taken) return
    if (!this.joined) for (const end of this.#late) end.end()
    if (isFailure(exit)) this.#reportUntaken(exit)
  }

  #reportUntaken(exit: Exit): void {
    const error = exit.error ?? new ActorDiedError(this.name, exit)
    console.error(`Actor ${this.name} failed (${exit.reason}), and nobody asked for its result:`)
    console.error(error)
    this.#parent.onUnhandled()
  }
}

function isOutOfMemory(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

/** The holder's word of a fresh place's actor. */
export const actorOf = (seat: number): bigint => holder(seat, 0)
