/** What an actor's function gets: itself, its inbox, its signal, and the way to start children. */
import type { Actor } from './actor.js'
import type { ActorRef } from './actor-ref.js'
import type { WaitOptions } from './put-line.js'
import type { ListedArguments } from './spawn.js'
import type { Started } from './started.js'

/** The context of a running actor. `Message` is what its inbox holds. */
export interface Context<Message = never> {
  /** This actor's ref: a value that can be sent. */
  readonly self: ActorRef<Actor<never, unknown, Message>>
  /** The actor that started this one. Main's own has none. */
  readonly parent: ActorRef<Actor<never, unknown, unknown>> | undefined
  /** Messages of `ref.send`, in order of arrival; ends when the actor is asked to stop. */
  readonly inbox: AsyncIterable<Message>
  /** The next message. Rejects with `TimeoutError`, the abort's reason, or `signal.reason` when asked to stop. */
  receive(options?: WaitOptions): Promise<Message>
  /** Aborted when the actor is asked to stop. */
  readonly signal: AbortSignal
  /** Prints a line with the actor's name, also while the actor blocks. */
  log(...items: readonly unknown[]): void
  /** Starts a child of this actor. It is stopped when this actor fails or is killed. */
  spawn<
    Args extends readonly unknown[],
    Result,
    M,
    Shares extends string,
    const Given extends readonly unknown[],
  >(
    actor: Actor<Args, Result, M, Shares>,
    ...rest: ListedArguments<NoInfer<Args>, Given, Shares>
  ): Started<Result, M>
  /** Asks this actor itself to stop: it ends as `shutdown`, with `reason` as detail. */
  stop(reason?: unknown): void
}
