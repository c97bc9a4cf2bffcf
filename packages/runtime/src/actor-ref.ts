/**
 * `ActorRef`: the handle to an actor. A value: it can be sent in a message and used anywhere.
 *
 * A ref speaks to the actor's inbox itself; ends and exits go through its starter, who alone can kill a
 * thread.
 */
import type { Actor } from './actor.js'
import { timeoutOf } from './arguments.js'
import { cellHere } from './cells.js'
import type { Exit } from './exit.js'
import { type Departure, LINK_REF, onArrival, Sendable } from './handles.js'
import { holdOpen } from './hold-open.js'
import { arrivedInbox, type InboxAddress, type PlaceKind } from './inbox.js'
import { within } from './within.js'

/** The messages that an actor takes. */
export type MessageOf<A> =
  A extends Actor<infer _Args, infer _Result, infer Message> ? Message : never

/** How `stop` goes on. */
export interface StopOptions {
  /** Milliseconds until the actor is killed. Default 5000. */
  readonly timeout?: number
}

interface Detail {
  readonly id: string
  readonly name: string
  readonly place: PlaceKind
  readonly starter: InboxAddress | undefined
}

const STOP_TIMEOUT = 5000

/** How long an actor that is asked to stop may go on. */
export function stopTimeoutOf(options: StopOptions): number {
  const timeout = timeoutOf(options)
  return options.timeout === undefined ? STOP_TIMEOUT : timeout
}

/** Handle to an actor of any place. */
export class ActorRef<A = Actor<never, unknown>> extends Sendable {
  /** For types alone: a ref is known by the messages that it takes. */
  declare readonly _takes: (message: MessageOf<A>) => void
  /** Unique in the world. */
  readonly id: string
  /** Its key, and what its starter named it. */
  readonly name: string
  readonly place: PlaceKind
  protected readonly inbox: InboxAddress
  readonly #starter: InboxAddress | undefined
  #gone: Promise<Exit> | undefined

  constructor(inbox: InboxAddress, detail: Detail) {
    super()
    this.inbox = inbox
    this.id = detail.id
    this.name = detail.name
    this.place = detail.place
    this.#starter = detail.starter
  }

  /** Sends a message to the actor's inbox. At most once; never fails because of the receiver. Throws for what cannot be sent. */
  send(message: MessageOf<A>): void {
    void this.inbox.post({ op: 'message', message })
  }

  /** Asks the actor to stop: its signal is aborted and its blocks end; it is killed after `timeout`. Resolves when it is gone. */
  async stop(options: StopOptions = {}): Promise<Exit> {
    const timeout = stopTimeoutOf(options)
    const exit = this.exit()
    if (this.#starter) {
      void this.#starter.post({ op: 'end', id: this.id, timeout, detail: undefined })
    } else void this.inbox.post({ op: 'stop', detail: undefined })
    const release = holdOpen()
    return exit.finally(release)
  }

  /** Kills the actor: SIGKILL for a process, `terminate()` for a thread. */
  kill(): void {
    void this.#starter?.post({ op: 'end', id: this.id, timeout: 0, detail: undefined })
  }

  /** How the actor ended, once it is gone; `undefined` when `timeout` ran out first. Never rejects. */
  async join(options: { readonly timeout: number }): Promise<Exit | undefined>
  async join(): Promise<Exit>
  async join(options?: { readonly timeout?: number }): Promise<Exit | undefined> {
    const timeout = timeoutOf(options)
    const release = holdOpen()
    try {
      return await within(this.exit(), timeout)
    } finally {
      release()
    }
  }

  /** Whether the actor's place runs, as far as this thread knows. */
  get isAlive(): boolean {
    return !this.inbox.isGone
  }

  /** For the runtime. */
  override _depart(): Departure {
    const { id, name, place } = this
    const starter = this.#starter
    return {
      ...this.inbox._depart(),
      kind: LINK_REF,
      detail: [id, name, place, starter],
    }
  }

  /** Resolves when the actor is gone for good. */
  protected exit(): Promise<Exit> {
    if (this.#starter) return cellHere().watch(this.id, this.#starter)
    if (this.inbox.isGone) return Promise.resolve({ reason: 'noproc' })
    this.#gone ??= new Promise((resolve) => {
      this.inbox.onGone(() => resolve({ reason: 'disconnected' }))
    })
    return this.#gone
  }
}

onArrival(LINK_REF, ({ a, b, c }, _owner, detail) => {
  const [id, name, place, starter] = detail as [string, string, PlaceKind, InboxAddress | undefined]
  const inbox = arrivedInbox({ index: a, generation: b }, c)
  return new ActorRef<never>(inbox, { id, name, place, starter })
})
