/** The get forms: of a queue, of a consumer, of a connection. */
import {
  Batch,
  breathe,
  gettersMark,
  now,
  pause,
  type Ring,
  type Wait,
  waitAsync,
  waitSync,
} from '@troupe/memory'
import { checkMost, checkWait, NO_OPTIONS } from './arguments.js'
import type { Owner } from './owner.js'
import { Line } from './line.js'
import { CLOSED, DONE, item, take, valueOf } from './parcel.js'
import type { WaitOptions } from './put-line.js'

/** What happens when no item comes in time, or none any more. */
export interface GetErrors {
  empty(timeout: number): Error
  closed(): Error
}

/** Waiting gets of this thread in order of arrival, a ring: the first alone takes. */
const waiting = new WeakMap<Ring, Line<Wait>>()

function lineOf(ring: Ring): Line<Wait> {
  let line = waiting.get(ring)
  if (!line) waiting.set(ring, (line = new Line()))
  return line
}

/** Batches that nobody uses now. */
const spares: Batch[] = []

/** A spinning getter looks again after some 5 µs when items came; it takes them when there are enough. */
const HOLD = 100
const GATHERED = 64
const MOST_HOLDS = 16
/** Where nothing more came meanwhile it does so in fewer waits: at last in one of so many. */
const MOST_SKIPS = 63

/** Gets items from one ring for one owner. */
export class GetSide<T> {
  readonly ring: Ring
  readonly #owner: Owner
  readonly #usable: () => void
  readonly #errors: GetErrors
  readonly #isOver: () => boolean
  readonly #onTake: (() => void) | undefined
  readonly #line: Line<Wait>
  /** Outcomes of items that were taken with others and come after one that could not be decoded. */
  readonly #late: (() => T)[] = []
  /** Waits that take what they find at once, since letting items gather did not pay. */
  #skips = 0
  #skipped = 0
  /** Gets under way: an end with some cannot be sent. */
  pending = 0

  constructor(
    ring: Ring,
    owner: Owner,
    usable: () => void,
    errors: GetErrors,
    isOver: () => boolean,
    onTake?: () => void,
  ) {
    this.ring = ring
    this.#owner = owner
    this.#usable = usable
    this.#errors = errors
    this.#isOver = isOver
    this.#onTake = onTake
    this.#line = lineOf(ring)
  }

  get(options: WaitOptions = NO_OPTIONS): Promise<T> {
    try {
      this.#usable()
      checkWait(options)
      if (options.signal?.aborted) return Promise.reject(options.signal.reason)
      if (this.#line.length === 0) {
        const outcome = this.#take()
        if (outcome === DONE) {
          const value = item.value as T
          const turn = breathe()
          return turn ? turn.then(() => value) : Promise.resolve(value)
        }
        if (outcome === CLOSED) return Promise.reject(this.#errors.closed())
      }
      return this.#wait(options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  getSync(timeout: number = Infinity): T {
    this.#usable()
    const outcome = this.#take()
    if (outcome === DONE) return item.value as T
    if (outcome === CLOSED) throw this.#errors.closed()
    const deadline = timeout === Infinity ? Infinity : now() + timeout
    if (waitSync(this.#waitFor(), deadline)) return item.value as T
    throw this.#errors.empty(timeout)
  }

  tryGet(): { value: T } | undefined {
    this.#usable()
    const outcome = this.#take()
    if (outcome === DONE) return { value: item.value as T }
    if (outcome === CLOSED || this.#isDry()) throw this.#errors.closed()
    return undefined
  }

  async getMany(max: number, options?: WaitOptions): Promise<T[]> {
    checkMost(max)
    const items = this.#fill([await this.get(options)], max)
    const turn = breathe(items.length)
    if (turn) await turn
    return items
  }

  getManySync(max: number, timeout: number = Infinity): T[] {
    checkMost(max)
    return this.#fill([this.getSync(timeout)], max)
  }

  /** Items until no more will come. Leaving the loop leaves the queue open. */
  iterate(): AsyncIterableIterator<T> {
    const step = (value: T): IteratorResult<T> => ({ value, done: false })
    const end = (error: unknown): IteratorResult<T> => {
      if (isEnd(error)) return { value: undefined, done: true }
      throw error
    }
    const iterator: AsyncIterableIterator<T> = {
      next: () => {
        if (this.#line.length === 0) {
          try {
            this.#usable()
            if (this.#take() === DONE) {
              const result: IteratorResult<T> = { value: item.value as T, done: false }
              const turn = breathe()
              return turn ? turn.then(() => result) : Promise.resolve(result)
            }
          } catch (error) {
            return Promise.reject(error)
          }
        }
        return this.get().then(step, end)
      },
      return: (value?: unknown) => Promise.resolve({ value: value as T, done: true }),
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  /** Arrays of what is there, at least one item and at most `max`, until no more will come. */
  batches(max: number): AsyncGenerator<T[], void, void> {
    checkMost(max)
    return this.#batches(max)
  }

  async *#batches(max: number): AsyncGenerator<T[], void, void> {
    for (;;) {
      let batch: T[]
      try {
        batch = await this.getMany(max)
      } catch (error) {
        if (isEnd(error)) return
        throw error
      }
      yield batch
    }
  }

  // Adds what is there. What cannot be decoded fails the next get, and no item is lost with it.
  #fill(items: T[], max: number): T[] {
    const late = this.#late
    const batch = spares.pop() ?? new Batch()
    while (items.length < max && late.length === 0) {
      const count = this.ring.takeBatch(batch, max - items.length)
      if (count === 0 && !this.#takeOneMore(items)) break
      for (let i = 0; i < count; i++) {
        this.#onTake?.()
        try {
          const value = valueOf(batch, i) as T
          if (late.length === 0) items.push(value)
          else late.push(() => value)
        } catch (error) {
          late.push(() => {
            throw error
          })
        }
      }
    }
    spares.push(batch)
    return items
  }

  // One that has to be taken alone: it is large, or carries handles.
  #takeOneMore(items: T[]): boolean {
    try {
      if (this.#take() !== DONE) return false
      items.push(item.value as T)
      return true
    } catch (error) {
      this.#late.push(() => {
        throw error
      })
      return false
    }
  }

  #take(): number {
    if (this.#late.length > 0) {
      item.value = this.#late.shift()!()
      return DONE
    }
    const outcome = take(this.ring, this.#owner)
    if (outcome === DONE) this.#onTake?.()
    return outcome
  }

  // First the ends, then the positions once more.
  #isDry(): boolean {
    return this.#isOver() && this.ring.size === 0
  }

  #waitFor(): Wait {
    const side = gettersMark(this.ring)
    const attempt = (): boolean => {
      this.#usable()
      const outcome = this.#take()
      if (outcome === CLOSED) throw this.#errors.closed()
      return outcome === DONE
    }
    let seen = 0
    let holds = MOST_HOLDS
    return {
      // A spin takes no lock to see that nothing is there. While items come one after the other it lets some
      // gather: to take each as it comes would drag the ring from core to core for each.
      glance: () => {
        const { size } = this.ring
        if (size === 0) return false
        if (seen === 0 && (!this.ring.isShared || this.#skipped++ < this.#skips)) return attempt()
        const enough = Math.min(GATHERED, this.ring.limitItems)
        if (size === seen || size >= enough || holds === 0) {
          this.#skipped = 0
          this.#skips = size > 1 ? 0 : Math.min(MOST_SKIPS, 2 * this.#skips + 1)
          return attempt()
        }
        seen = size
        holds--
        pause(HOLD)
        return false
      },
      look: () => {
        if (attempt()) return true
        if (!this.#isOver()) return false
        if (attempt()) return true
        throw this.#errors.closed()
      },
      mark: () => side.mark(),
      leave: () => side.leave(),
    }
  }

  #wait(options: WaitOptions): Promise<T> {
    this.pending++
    const line = this.#line
    const inner = this.#waitFor()
    let value: T
    const keep = (): boolean => {
      value = item.value as T
      return true
    }
    const wait: Wait = {
      look: () => {
        if (line.first === wait) return inner.look() && keep()
        this.#usable()
        return false
      },
      glance: () => line.first === wait && inner.glance() && keep(),
      mark: () => inner.mark(),
      leave: () => {
        line.remove(wait)
        inner.leave()
      },
    }
    line.push(wait)
    const done = (): void => {
      this.pending--
    }
    return waitAsync(wait, options).then(
      (came) => {
        done()
        if (came) return value
        throw this.#errors.empty(options.timeout ?? 0)
      },
      (error: unknown) => {
        done()
        throw error
      },
    )
  }
}

function isEnd(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code
  return code === 'ERR_TROUPE_QUEUE_CLOSED' || code === 'ERR_TROUPE_PIPE_CLOSED'
}
