/** Named shared memory for actors that opt in, byte for byte that of Python's `multiprocessing.shared_memory`. */
export type { ArrayOf, DType } from './dtypes.js'
export {
  ItemNotFoundError,
  ItemTooLongError,
  ItemUnreadableError,
  ListIndexError,
  NoSpaceError,
  NotAListError,
  SegmentAccessError,
  SegmentEmptyError,
  SegmentExistsError,
  SegmentNotFoundError,
} from './errors.js'
export type { Item } from './item.js'
export { ShareableList, type ShareableListOptions } from './shareable-list.js'
export { SharedMemory, type SharedMemoryOptions } from './shared-memory.js'
export type { Shows, View, ViewOptions } from './view.js'
