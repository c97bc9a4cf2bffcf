/**
 * Cells: what the runtime keeps of each actor of this thread: its belongings, its inbox, its children,
 * and whether it was asked to stop. Main has one too.
 */
import { setMaxListeners } from 'node:events'
import { holdOpen } from './hold-open.js'
import type { Child } from './child.js'
import type { Exit } from './exit.js'
import {
  type Envelope,
  type InboxAddress,
  InboxReader,
  makeInbox,
  type PlaceKind,
} from './inbox.js'
import { Mailbox } from './mailbox.js'
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
export type Start = Extract<Envelope, { op: 'start' }>

/** An actor of this thread. */
export class Cell {
  id: string
  name: string
  place: PlaceKind = 'thread'
  readonly owner: Owner
  readonly mailbox: Mailbox
  readonly children: Map<string, Child> = new Map()
  readonly #reader: InboxReader
  readonly #controller = new AbortController()
  readonly #asked: Map<string, (exit: Exit) => void> = new Map()
  /** Resolves with the envelope that starts a place. */
  readonly start: Promise<Start>
  readonly #begin: (envelope: Start) => void
  /** A failure that nobody took, of a child's child. */
  onUnhandled: () => void = () => {}

  constructor(id: string, name: string, owner: Owner, inbox: Handle) {
    this.id = id
    this.name = name
    this.owner = owner
    let begin: (envelope: Start) => void = () => {}
    this.start = new Promise((resolve) => {
      begin = resolve
    })
    this.#begin = begin
    // Any number of waits may listen to it.
    setMaxListeners(0, this.#controller.signal)
    this.mailbox = new Mailbox(name, this.#controller.signal)
    this.#reader = new InboxReader(inbox, owner, (envelope) => this.#handle(envelope))
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

  /** Resolves when the actor that `starter` started is gone. */
  watch(id: string, starter: InboxAddress): Promise<Exit> {
    const release = holdOpen()
    return new Promise<Exit>((resolve) => {
      const key = `${id} ${this.#asked.size} ${performance.now()}`
      const settle = (exit: Exit): void => {
        this.#asked.delete(key)
        release()
        resolve(exit)
      }
      this.#asked.set(key, settle)
      starter.onGone(() => settle({ reason: 'disconnected' }))
      void starter.post({ op: 'watch', id, reply: this.address })?.then((there) => {
        if (!there) settle({ reason: 'noproc' })
      })
    })
  }

  /** Asks all children to stop and kills those that do not; resolves when all are gone. */
  async stopChildren(timeout: number): Promise<void> {
    await Promise.all([...this.children.values()].map((child) => child.end(timeout, undefined)))
  }

  /** Resolves when all children are gone by themselves. */
  async childrenGone(): Promise<void> {
    while (this.children.size > 0) {
      await Promise.all([...this.children.values()].map((child) => child.gone))
    }
  }

  /** The actor is over: its inbox closes, and its ends. */
  finish(normal: boolean): void {
    this.owner.finish(normal)
    this.#reader.stop()
  }

  #handle(envelope: Envelope): void {
    switch (envelope.op) {
      case 'message':
        this.mailbox.deliver(envelope.message)
        break
      case 'start':
        this.#begin(envelope)
        break
      case 'stop':
        this.stop(envelope.detail)
        break
      case 'done':
        this.children.get(envelope.id)?.done(envelope.value, envelope.exit)
        break
      case 'failed':
        this.children.get(envelope.id)?.failed(envelope.error)
        break
      case 'end':
        void this.children.get(envelope.id)?.end(envelope.timeout, envelope.detail)
        break
      case 'watch':
        this.#tell(envelope.id, envelope.reply)
        break
      case 'exited':
        for (const [key, settle] of this.#asked) {
          if (key.startsWith(`${envelope.id} `)) settle(envelope.exit)
        }
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
    void exit.then((known) => reply.post({ op: 'exited', id, exit: known }))
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

/** The cell of this thread's own actor: main in a root. */
export function cellHere(): Cell {
  placeCell ??= new Cell('main', 'main', placeOwner, makeInbox())
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
