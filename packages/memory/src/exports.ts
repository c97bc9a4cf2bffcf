/**
 * The memory layer of Troupe: it talks of bytes. Internal to the family, but documented.
 *
 * An arena that all places of a system see; seats with exact liveness; locks, rings and waits that
 * survive the death of anybody at any instant.
 */
export {
  CONSUMER,
  type EndHandle,
  Ends,
  holder,
  PRODUCER,
  type Side,
  type Standing,
} from './ends.js'
export {
  ArenaFullError,
  CorruptError,
  DisposedError,
  ForeignHandleError,
  InterruptedError,
  NoAddonError,
  StoppedError,
  TimeoutError,
  TroupeError,
} from './errors.js'
export { Block, type BlockOptions, makeBlock, openBlock } from './block.js'
export {
  add,
  compareExchange,
  compareExchange64,
  compareExchangeIn,
  exchange,
  exchangeIn,
  type Integers,
  load,
  load64,
  loadIn,
  store,
  store64,
  storeIn,
  sub,
} from './atomics.js'
export {
  keepSegment,
  makeSegment,
  openSegment,
  type OwnSegment,
  removeSegment,
  type Segment,
  unlinkSegment,
} from './segments.js'
export { blankBuffer, Bytes, closeBytes, makeBuffer, mapBuffer, openBytes } from './buffers.js'
export { cachesHere, type Code, codeHere, importModule, takeCaches, wantsCaches } from './code.js'
export { HAS_LINKS, NAME_BITS, seatOf } from './layout.js'
export { type Link, NAMES_END, NAMES_OBJECT, readLinks } from './links.js'
export { isMainThread } from './main-thread.js'
export { addonProblem, loadAddon } from './native.js'
export { countObjects, type Handle, holds, lend, takeBack, wordsOf } from './objects.js'
export {
  makePipe,
  makeQueue,
  openRing,
  PIPE_ENDS,
  type RingOptions,
} from './open.js'
export { closeObject, countWrappers, dropUnwrapped } from './wrappers.js'
export { pagesUsed } from './pages.js'
export { closeEnd, dropTaken, endIfOver } from './reaper.js'
export { Batch, BATCH_BYTES } from './batch.js'
export { Ring } from './ring.js'
export { AGAIN, CLOSED, DONE, type Outcome } from './ring-place.js'
export type { Prepared } from './ring-put.js'
export { FRESH, type Taken, taken } from './ring-take.js'
export { gettersMark, puttersMark, SideMark } from './ring-waits.js'
export {
  awaitGuard,
  createSystem,
  expectProcess,
  guardProcess,
  hasProcesses,
  type Invitation,
  invitation,
  isGone,
  isRoot,
  joinSystem,
  leaveSystem,
  placeEnded,
  placeNotStarted,
  reapDead,
  reserve,
  reservedHold,
  ring,
  rootName,
  stopBlocks,
  systemId,
  takeSignal,
} from './system.js'
export { hasSelf, isStopping, type Self, self } from './thread.js'
export { now, startTimer } from './timer.js'
export {
  breathe,
  hear,
  nap,
  pause,
  type Wait,
  type WaitOptions,
  waitAsync,
  waitSync,
} from './waiting.js'
