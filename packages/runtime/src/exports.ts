/** Actors in worker threads and child processes, connected by Queue and Pipe. */
import { bootPlace } from './boot.js'

export {
  type Actor,
  type ActorFunction,
  type ActorOptions,
  actor,
  type ModuleMeta,
} from './actor.js'
export { ActorRef, type MessageOf, type StopOptions } from './actor-ref.js'
export type { Context } from './context.js'
export {
  ActorDiedError,
  ArenaFullError,
  ArgumentError,
  BusyEndError,
  CodecError,
  CorruptError,
  DefinitionError,
  DisposedError,
  ForeignHandleError,
  InterruptedError,
  LoadError,
  MovedError,
  NotSharedError,
  NoAddonError,
  PipeClosedError,
  QueueClosedError,
  QueueEmptyError,
  QueueFullError,
  StoppedError,
  TaskDoneError,
  TimeoutError,
  TroupeError,
} from './errors.js'
export type { Exit, ExitReason } from './exit.js'
export type { PlaceKind } from './inbox.js'
export { JoinableConsumer, JoinableQueue } from './joinable-queue.js'
export {
  type Holding,
  kind,
  type KindClass,
  type KindOptions,
  type Scope,
  scopeHere,
  type SharedClass,
} from './kind.js'
export { main } from './main.js'
export { Connection, Pipe, Receiver, Sender } from './pipe.js'
export type { WaitOptions } from './put-line.js'
export { Queue } from './queue.js'
export type { QueueOptions, SyncOptions } from './queue-options.js'
export { Consumer, Producer } from './queue-ends.js'
export { sendsViews } from './shared-views.js'
export { spawn, type SpawnArguments, type SpawnOptions } from './spawn.js'
export { Started } from './started.js'

// In a place this starts the actor; elsewhere it does nothing. A bundle is its own entry, so it stands here.
void bootPlace()
