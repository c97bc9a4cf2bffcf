// What the threads of a search do. This runs as the packages do, step by step; what is told to `told` is no step.
import { D_HEAD, D_TAIL } from '../../packages/memory/src/layout.js'
import { type Handle, holdFor, wordsOf } from '../../packages/memory/src/objects.js'
import { makeQueue, openRing } from '../../packages/memory/src/open.js'
import { openBlock } from '../../packages/memory/src/block.js'
import type { Ring } from '../../packages/memory/src/ring.js'
import { DONE } from '../../packages/memory/src/ring-place.js'
import { taken } from '../../packages/memory/src/ring-take.js'
import { gettersMark, puttersMark, type SideMark } from '../../packages/memory/src/ring-waits.js'
import { self } from '../../packages/memory/src/thread.js'
import { waitSync } from '../../packages/memory/src/waiting.js'
import { Barrier } from '../../packages/shared/src/barrier.js'
import { type Lock, lockAt, LOCK_TYPE, makeLock } from '../../packages/shared/src/lock.js'
import { Semaphore } from '../../packages/shared/src/semaphore.js'
import { Value } from '../../packages/shared/src/value.js'
import { pass } from './scheduler.js'
import { scopeHere } from './runtime.js'

export { makeArena, sit, words } from './place.js'

/** How large a search is. */
interface Bounds {
  readonly threads: number
  /** What each does, so often. */
  readonly rounds: number
  /** Threads that put; the others take. */
  readonly putters?: number
  /** Milliseconds of waits that may time out. */
  readonly timeout?: number
  readonly fair?: boolean
  /** How a value is counted up. */
  readonly how?: 'plain' | 'add' | 'locked' | 'update'
}

/** What is checked. */
interface Told {
  round(number: number): void
  enters(ownerDied: boolean): void
  leaves(): void
  puts(item: number): void
  didPut(): void
  took(a: number, b: number): void
  arrives(round: number): void
  passes(round: number, index: number): void
  breaks(round: number): void
}

const lock = {
  make: ({ fair = false }: Bounds): Handle => makeLock({ fair }).handle,

  places: (handle: Handle): object => ({ lock: openBlock(handle, LOCK_TYPE).offset / 4 }),

  open: (handle: Handle): Lock =>
    lockAt(openBlock(handle, LOCK_TYPE) as never, scopeHere() as never, 0),

  run(opened: Lock, thread: number, told: Told, { rounds, timeout }: Bounds): void {
    for (let i = 0; i < rounds; i++) {
      told.round(i)
      // The first waits without end: a wake-up that went to a wait which timed out would be missed.
      const options = thread === 0 || timeout === undefined ? {} : { timeout }
      const guard = acquire(opened, options)
      if (!guard) continue
      told.enters(guard.ownerDied)
      pass()
      told.leaves()
      guard.release()
    }
  },
}

function acquire(opened: Lock, options: { timeout?: number }) {
  try {
    return opened.acquireSync(options)
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_TROUPE_TIMEOUT') return undefined
    throw error
  }
}

const ring = {
  make: (): Handle => makeQueue({ bytes: 64, maxsize: 2 }),

  places(handle: Handle): object {
    const at = wordsOf(self().arena, handle).byteOffset / 4
    return { head: at + D_HEAD, tail: at + D_TAIL }
  },

  open: (handle: Handle): Ring => openRing(handle).ring,

  run(opened: Ring, thread: number, told: Told, { rounds, putters = 1 }: Bounds): void {
    if (thread >= putters) {
      for (;;) take(opened, told)
    }
    for (let i = 0; i < rounds; i++) put(opened, thread * 16 + i + 1, told)
  },
}

// An odd item goes in the slot, an even one in the bytes: twice each.
function put(opened: Ring, item: number, told: Told): void {
  const words = new Int32Array([item, item])
  const bytes = new Uint8Array(words.buffer)
  const attempt = (): boolean =>
    item % 2 === 1
      ? opened.putInline(1, item, item) === DONE
      : opened.putBytes(2, bytes, words, 8) === DONE
  told.puts(item)
  if (!attempt()) wait(attempt, puttersMark(opened))
  told.didPut()
}

function take(opened: Ring, told: Told): void {
  const attempt = (): boolean => opened.take() === DONE
  if (!attempt()) wait(attempt, gettersMark(opened))
  if (taken.length === 0) told.took(taken.a, taken.b)
  else told.took(taken.words[0]!, taken.words[1]!)
}

function wait(look: () => boolean, mark: SideMark): void {
  waitSync(
    { look, glance: look, mark: () => mark.mark(), leave: () => mark.leave() },
    Number.POSITIVE_INFINITY,
  )
}

const semaphore = {
  make: (): Handle => blockOf(new Semaphore(1)).handle,

  places: (): object => ({}),

  open: (handle: Handle): Semaphore => openAs(Semaphore, [undefined, undefined], handle, 2),

  run(opened: Semaphore, _thread: number, told: Told, { rounds }: Bounds): void {
    for (let i = 0; i < rounds; i++) {
      told.round(i)
      const guard = opened.acquireSync()
      told.enters(false)
      pass()
      told.leaves()
      guard.release()
    }
  },
}

const barrier = {
  make({ threads }: Bounds): Handle {
    const { handle } = blockOf(new Barrier(threads))
    const { arena, seat } = self()
    // Whoever has the barrier is a party: all threads hold it, on the seats behind the first.
    for (let i = 1; i < threads; i++) holdFor(wordsOf(arena, handle), seat + i)
    return handle
  },

  places: (): object => ({}),

  open: (handle: Handle, { threads }: Bounds): Barrier => openAs(Barrier, [threads, {}], handle, 5),

  run(opened: Barrier, _thread: number, told: Told, { rounds }: Bounds): void {
    for (let i = 0; i < rounds; i++) {
      told.arrives(i)
      try {
        told.passes(i, opened.waitSync())
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_TROUPE_BROKEN_BARRIER') throw error
        told.breaks(i)
        return
      }
    }
  },
}

/** Opens a block as an object of that class, as one that arrives is. */
function openAs<T>(Class: unknown, given: unknown[], handle: Handle, type: number): T {
  const opened = { block: openBlock(handle, type), scope: scopeHere() }
  return new (Class as new (...args: unknown[]) => T)(...given, opened)
}

let made: Value<'int32'> | undefined

const value = {
  make(): Handle {
    made = new Value('int32', 0)
    return blockOf(made).handle
  },

  places: (): object => ({ value: blockOf(made!).offset / 4 + 32 }),

  open(handle: Handle): Value<'int32'> {
    const opened = { block: openBlock(handle, 6), scope: scopeHere(), given: true }
    return new (Value as never as new (...args: unknown[]) => Value<'int32'>)(
      'int32',
      undefined,
      {},
      opened,
    )
  },

  run(opened: Value<'int32'>, _thread: number, told: Told, { rounds, how }: Bounds): void {
    for (let i = 0; i < rounds; i++) {
      told.round(i)
      if (how === 'plain') opened.value += 1
      else if (how === 'add') opened.add(1)
      else if (how === 'update') opened.update((before) => before + 1)
      else {
        opened.getLock().withSync(() => {
          opened.value += 1
        })
      }
    }
  },
}

const blockOf = (opened: object): { handle: Handle; offset: number } =>
  (opened as { block: { handle: Handle; offset: number } }).block

export const scenarios = { lock, ring, semaphore, barrier, value }
