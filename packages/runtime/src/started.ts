/** `Started`: the ref that `spawn` returns, with the result and the events of the actor's life. */
import { EventEmitter } from 'eventemitter3'
import type { Actor } from './actor.js'
import { ActorRef, type StopOptions, stopTimeoutOf } from './actor-ref.js'
import type { Child } from './child.js'
import type { Exit } from './exit.js'
import type { InboxAddress, PlaceKind } from './inbox.js'

interface Events {
  exit: (exit: Exit) => void
}

/** The ref of an actor that was started here. */
export class Started<out Result, in Message = never> extends ActorRef<
  Actor<never, unknown, Message>
> {
  declare readonly _result: Result
  readonly #child: Child
  readonly #events = new EventEmitter<Events>()

  constructor(child: Child, place: PlaceKind, starter: InboxAddress) {
    super(child.inbox, { id: child.id, name: child.name, place, starter })
    this.#child = child
    void child.gone.then((exit) => this.#events.emit('exit', exit))
  }

  /**
   * What the actor's function returned. Rejects with its error, or with `ActorDiedError` when it was
   * killed or died. Who asks for it takes a failure: it is not printed then.
   *
   * When main's function has returned and nobody asked for the result, or joined the actor, before the actor is
   * gone, the ends of queues and pipes in the result close.
   */
  get result(): Promise<Result> {
    return this.#child.result as Promise<Result>
  }

  override get isAlive(): boolean {
    return this.#child.exit === undefined
  }

  override async stop(options: StopOptions = {}): Promise<Exit> {
    return this.#child.end(stopTimeoutOf(options), undefined)
  }

  override kill(): void {
    this.#child.kill()
  }

  /** Calls `listener` when the actor is gone. */
  on(event: 'exit', listener: (exit: Exit) => void): this {
    this.#events.on(event, listener)
    return this
  }

  /** As `on`, once. */
  once(event: 'exit', listener: (exit: Exit) => void): this {
    this.#events.once(event, listener)
    return this
  }

  off(event: 'exit', listener: (exit: Exit) => void): this {
    this.#events.off(event, listener)
    return this
  }

  protected override exit(): Promise<Exit> {
    this.#child.joined = true
    return this.#child.gone
  }
}
