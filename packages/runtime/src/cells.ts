/**
 * Cells: what the runtime keeps of each actor of this thread: its belongings, its inbox, its children,
 * and whether it was asked to stop. Main has one too.
 */
import { setMaxListeners } from 'node:events'
import type { Child } from './child.js'
import { unsendable } from './errors.js'
import type { Exit } from './exit.js'
import {
  type Delivery,
  type Envelope,
  type InboxAddress,
  InboxReader,
  makeInbox,
  type PlaceKind,
} from './inbox.js'
import { type Letter, Mailbox } from './mailbox.js'
import { type Owner, placeOwner } from './owner.js'
import type { Handle } from '@troupe/memory'

/** Why a stopped actor's signal is aborted. */
export class StopRequest extends Error {
  readonly detail: unknown

  constructor(detail: unknown) {
    super('This actor was asked to stop')
    this.name = 'StopRequest'
    this.detail = detail
  }
}

/** What starts a place. */
export type Start = Extract<Envelope, { op: 'start' }> & {
  /** Makes it whole when its arguments hold shared state, and it is known what the actor takes. */
  readonly open?: () => Start
}

function letterOf(
  message: unknown,
  refused: Error | undefined,
  later: (() => unknown) | undefined,
): Letter {
  if (refused) return { message, open: () => Promise.reject(refused) }
  if (!later) return { message }
  return { message, open: () => (later() as Extract<Envelope, { op: 'message' }>).message }
}

/** A question for the exit of somebody else's child. */
interface Asked {
  readonly exit: Promise<Exit>
  settle(exit: Exit): void
}

/** An actor of this thread. */
export class Cell {
  id: string
  name: string
  place: PlaceKind = 'thread'
  /** Who started it; nobody for main. */
  starter: InboxAddress | undefined
  readonly owner: Owner
  readonly mailbox: Mailbox
  readonly children: Map<string, Child> = new Map()
  readonly #reader: InboxReader
  readonly #controller = new AbortController()
  readonly #asked: Map<string, Asked> = new Map()
  /** Resolves with the envelope that starts a place. */
  readonly start: Promise<Start>
  readonly #begin: (envelope: Start) => void
  /** A failure that nobody took, of a child's child. */
  onUnhandled: () => void = () => {}

  constructor(id: string, name: string, owner: Owner, inbox: Handle) {
    this.id = id
    this.name = name
    this.owner = owner
    owner.name = name
    let begin: (envelope: Start) => void = () => {}
    this.start = new Promise((resolve) => {
      begin = resolve
    })
    this.#begin = begin
    // Any number of waits may listen to it.
    setMaxListeners(0, this.#controller.signal)
    this.mailbox = new Mailbox(() => this.name, this.#controller.signal)
    this.#reader = new InboxReader(inbox, owner, (envelope, delivery) =>
      this.#handle(envelope, delivery),
    )
  }

  get address(): InboxAddress {
    return this.#reader.address
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** What `stop` was asked with; undefined when it was not asked. */
  get stopRequest(): StopRequest | undefined {
    return this.signal.aborted ? (this.signal.reason as StopRequest) : undefined
  }

  /** Asks the actor to stop. */
  stop(detail: unknown): void {
    if (!this.signal.aborted) this.#controller.abort(new StopRequest(detail))
  }

  /** Reads what is in the inbox now. */
  drain(): void {
    this.#reader.drain()
  }

  /** Resolves when the actor that `starter` started is gone. Does not hold the event loop open. */
  watch(id: string, starter: InboxAddress): Promise<Exit> {
    const asked = this.#asked.get(id)
    if (asked) return asked.exit
    const over = new AbortController()
    let settle: (exit: Exit) => void = () => {}
    const exit = new Promise<Exit>((resolve) => {
      settle = (how) => {
        this.#asked.delete(id)
        over.abort()
        resolve(how)
      }
    })
    this.#asked.set(id, { exit, settle })
    starter.onGone(() => settle({ reason: 'disconnected' }), over.signal)
    void starter.post({ op: 'watch', id, reply: this.address })?.then((there) => {
      if (!there) settle({ reason: 'noproc' })
    })
    return exit
  }

  /** Asks all children to stop and kills those that do not; resolves when all are gone. */
  async stopChildren(timeout: number): Promise<void> {
    await Promise.all([...this.children.values()].map((child) => child.end(timeout, undefined)))
    await turn()
  }

  /** Resolves when all children are gone by themselves; `letGo` runs before the wait and after each child. */
  async childrenGone(letGo: () => void): Promise<void> {
    do {
      if (this.children.size > 0) letGo()
      // What came in the result of one is let go of, too.
      await Promise.all([...this.children.values()].map((child) => child.gone.then(letGo)))
      await turn()
    } while (this.children.size > 0)
  }

  /** The actor is over: its inbox closes, and its ends. */
  finish(normal: boolean): void {
    // First the inbox: ends in what lies there close with the others.
    this.#reader.stop()
    this.owner.finish(normal)
  }

  #handle(envelope: Envelope, { late = [], refused, later }: Delivery): void {
    switch (envelope.op) {
      case 'message':
        this.mailbox.deliver(letterOf(envelope.message, refused, later))
        // Nobody reads it any more.
        for (const end of late) end.end()
        break
      case 'start':
        this.#begin(later ? { ...envelope, open: later as () => Start } : envelope)
        break
      case 'stop':
        this.stop(envelope.detail)
        break
      case 'done':
        if (refused) this.children.get(envelope.id)?.failed(refused)
        else this.children.get(envelope.id)?.done(envelope, late)
        break
      case 'failed':
        this.children.get(envelope.id)?.failed(refused ?? envelope.error, late)
        break
      case 'end':
        void this.children.get(envelope.id)?.end(envelope.timeout, envelope.detail)
        break
      case 'watch':
        this.#tell(envelope.id, envelope.reply)
        break
      case 'exited':
        this.#asked.get(envelope.id)?.settle(envelope.exit)
        break
      case 'unhandled':
        this.onUnhandled()
        break
    }
  }

  #tell(id: string, reply: InboxAddress): void {
    const child = this.children.get(id)
    const exit = child
      ? child.gone
      : Promise.resolve(exits.get(id) ?? ({ reason: 'noproc' } as Exit))
    void exit.then((known) => {
      try {
        void reply.post({ op: 'exited', id, exit: known })
      } catch (cause) {
        const error = unsendable(known.error, cause)
        void reply.post({ op: 'exited', id, exit: { ...known, error } })
      }
    })
  }
}

/** Exits of the last children that ended, for those who ask late. */
const exits = new Map<string, Exit>()
const MOST_EXITS = 10_000

/** Remembers how a child ended. */
export function rememberExit(id: string, exit: Exit): void {
  exits.set(id, exit)
  if (exits.size <= MOST_EXITS) return
  for (const oldest of exits.keys()) {
    exits.delete(oldest)
    return
  }
}

let placeCell: Cell | undefined

// Failures of children that nobody took are told in the turn after their end, which may just have been.
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The program failed: unless it says otherwise itself, the exit code is 1. */
export function failExit(): void {
  process.exitCode ??= 1
}

/** The cell of this thread's own actor: main in a root. */
export function cellHere(): Cell {
  if (placeCell) return placeCell
  placeCell = new Cell('main', 'main', placeOwner, makeInbox())
  placeCell.onUnhandled = failExit
  return placeCell
}

/** Whether this thread has started or sent anything yet. */
export function hasCell(): boolean {
  return placeCell !== undefined
}

/** For `boot.ts`: the cell of a place's actor. */
export function setCellHere(cell: Cell): void {
  placeCell = cell
}
