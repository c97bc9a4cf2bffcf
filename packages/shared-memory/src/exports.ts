/** Named shared memory for actors that opt in, byte for byte that of Python's `multiprocessing.shared_memory`. */
export type { ArrayOf, DType } from './dtypes.js'
export {
  NoSpaceError,
  SegmentAccessError,
  SegmentEmptyError,
  SegmentExistsError,
  SegmentNotFoundError,
} from './errors.js'
export { SharedMemory, type SharedMemoryOptions } from './shared-memory.js'
export type { Shows, View, ViewOptions } from './view.js'
