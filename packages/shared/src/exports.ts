/** Shared state for actors that opt in: numbers, arrays, and the locks of Python's multiprocessing. */
export { Barrier, type BarrierOptions } from './barrier.js'
export { Condition } from './condition.js'
export { BrokenBarrierError, DeadlockError, NotHeldError, OutOfRangeError } from './errors.js'
export { Event } from './event.js'
export { NoLock } from './given-lock.js'
export { Guard } from './guard.js'
export { Lock, type LockOptions } from './lock.js'
export { RLock } from './rlock.js'
export { BoundedSemaphore, Semaphore } from './semaphore.js'
export {
  type ArrayOf,
  SharedArray,
  type SharedArrayMembers,
  type SharedArrayOptions,
} from './shared-array.js'
export type { ItemOf, NameOf, TypeCode, TypeName } from './types.js'
export { type SharedValue, Value, type ValueOptions } from './value.js'
export type { SyncOptions, WaitOptions } from './waits.js'
