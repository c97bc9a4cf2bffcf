/** The put forms: of a queue, of a producer, of a connection. */
import { Batch, breathe, now, type Ring } from '@troupe/memory'
import { checkItems, checkWait, NO_OPTIONS } from './arguments.js'
import type { Owner } from './owner.js'
import { CLOSED, DONE, Parcel, stage, tryPut } from './parcel.js'
import { type PutErrors, PutLine, type Putting, type WaitOptions } from './put-line.js'

const RESOLVED: Promise<void> = Promise.resolve()
const lines = new WeakMap<Ring, PutLine>()

// A line outlives those who stand in it: it must not refer to them.
function lineOf(ring: Ring): PutLine {
  let line = lines.get(ring)
  if (!line) lines.set(ring, (line = new PutLine(ring)))
  return line
}

/** Puts items into one ring for one owner. `usable` throws when the handle cannot be used any more. */
export class PutSide {
  readonly ring: Ring
  readonly #owner: Owner
  readonly #usable: () => void
  readonly #errors: PutErrors
  readonly #line: PutLine
  readonly #by: Putting
  /** Puts under way: an end with some cannot be sent. */
  pending = 0

  constructor(
    ring: Ring,
    owner: Owner,
    usable: () => void,
    errors: PutErrors,
    isOver: () => boolean,
  ) {
    this.ring = ring
    this.#owner = owner
    this.#usable = usable
    this.#errors = errors
    this.#line = lineOf(ring)
    this.#by = { usable, isOver }
  }

  put(item: unknown, options: WaitOptions = NO_OPTIONS): Promise<void> {
    try {
      this.#usable()
      checkWait(options)
      if (options.signal?.aborted) return Promise.reject(options.signal.reason)
      if (this.#line.isEmpty) {
        const outcome = tryPut(this.ring, item)
        if (outcome === DONE) return breathe() ?? RESOLVED
        if (outcome === CLOSED) return Promise.reject(this.#errors.closed())
      }
      return this.#joinLine(this.#pack(item), options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  putSync(item: unknown, timeout: number = Infinity): void {
    this.#usable()
    if (this.#line.isEmpty) {
      const outcome = tryPut(this.ring, item)
      if (outcome === DONE) return
      if (outcome === CLOSED) throw this.#errors.closed()
    }
    this.#putSlowly(this.#pack(item), timeout)
  }

  tryPut(item: unknown): boolean {
    this.#usable()
    if (!this.#line.isEmpty) return false
    const outcome = tryPut(this.ring, item)
    if (outcome === DONE) return true
    if (outcome === CLOSED) throw this.#errors.closed()
    this.ring.leaveNext()
    return false
  }

  async putMany(
    items: Iterable<unknown> | AsyncIterable<unknown>,
    options: WaitOptions = NO_OPTIONS,
  ): Promise<void> {
    checkItems(items)
    checkWait(options)
    const deadline = now() + (options.timeout ?? Infinity)
    const count = { put: 0 }
    try {
      this.#usable()
      if (options.signal?.aborted) throw options.signal.reason
      if (Array.isArray(items)) {
        await this.#putArray(items, options, deadline, count)
        return
      }
      // What comes item by item is put item by item: the next may take a while.
      for await (const item of items) {
        await this.put(item, rest(options, deadline))
        count.put++
      }
    } catch (error) {
      throw withCount(error, count.put)
    }
  }

  putManySync(items: Iterable<unknown>, timeout: number = Infinity): void {
    checkItems(items, Symbol.iterator)
    const deadline = now() + timeout
    const count = { put: 0 }
    try {
      this.#usable()
      if (Array.isArray(items)) {
        this.#putArraySync(items, deadline, count)
        return
      }
      for (const item of items) {
        this.putSync(item, Math.max(0, deadline - now()))
        count.put++
      }
    } catch (error) {
      throw withCount(error, count.put)
    }
  }

  #putArraySync(items: readonly unknown[], deadline: number, count: { put: number }): void {
    const batch = takeSpare()
    const left = (): number => Math.max(0, deadline - now())
    let alone: Parcel | undefined
    try {
      while (count.put < items.length) {
        const staged = this.#stage(batch, items, count.put)
        alone = staged.alone
        for (let from = 0; from < batch.count; ) {
          const done = this.#putStaged(batch, from)
          if (done === 0) this.#putSlowly(Parcel.ofBatch(batch, from), left())
          from += done || 1
          count.put += done || 1
        }
        if ('error' in staged) throw staged.error
        if (!alone) continue
        if (!this.#putNow(alone)) this.#putSlowly(alone, left())
        alone = undefined
        count.put++
      }
    } finally {
      alone?.undo()
      spares.push(batch)
    }
  }

  async #putArray(
    items: readonly unknown[],
    options: WaitOptions,
    deadline: number,
    count: { put: number },
  ): Promise<void> {
    const batch = takeSpare()
    let alone: Parcel | undefined
    try {
      while (count.put < items.length) {
        this.#usable()
        const staged = this.#stage(batch, items, count.put)
        alone = staged.alone
        for (let from = 0; from < batch.count; ) {
          const done = this.#putStaged(batch, from)
          if (done === 0) {
            await this.#joinLine(Parcel.ofBatch(batch, from), rest(options, deadline))
          }
          from += done || 1
          count.put += done || 1
        }
        if ('error' in staged) throw staged.error
        if (alone) {
          if (!this.#putNow(alone)) await this.#joinLine(alone, rest(options, deadline))
          alone = undefined
          count.put++
        }
        const turn = breathe(batch.count)
        if (turn) await turn.then(() => options.signal?.throwIfAborted())
      }
    } finally {
      alone?.undo()
      spares.push(batch)
    }
  }

  // Fills the batch with items from `at` on, up to one that has to go alone or cannot be sent.
  #stage(batch: Batch, items: readonly unknown[], at: number): Staged {
    batch.clear()
    try {
      for (let i = at; i < items.length && batch.fits(0); i++) {
        const alone = stage(batch, this.ring, items[i])
        if (alone) return { alone }
      }
      return {}
    } catch (error) {
      return { error }
    }
  }

  // How many went at once; none when there is no room, or others wait for it.
  #putStaged(batch: Batch, from: number): number {
    this.#usable()
    if (!this.#line.isEmpty) return 0
    const done = this.ring.putBatch(batch, from)
    if (done < 0) throw this.#errors.closed()
    return done
  }

  // Whether it went at once. It did not when there is no room, or others wait for it.
  #putNow(parcel: Parcel): boolean {
    this.#usable()
    if (!this.#line.isEmpty) return false
    const outcome = parcel.put(this.ring)
    if (outcome === CLOSED) throw this.#errors.closed()
    return outcome === DONE
  }

  /** Puts a letter, behind those who wait. Never waits itself. Throws for what has no room in the arena. */
  post(parcel: Parcel): Promise<void> | undefined {
    if (this.#line.isEmpty) {
      let outcome: number
      try {
        outcome = parcel.put(this.ring)
      } catch (error) {
        parcel.undo()
        throw error
      }
      if (outcome === DONE) return undefined
      if (outcome === CLOSED) {
        parcel.asLetter().undo()
        return Promise.reject(this.#errors.closed())
      }
    }
    const letter = this.#line.join(parcel.asLetter(), NO_OPTIONS, this.#errors, this.#by)
    this.#owner.awaitLetter(letter)
    return letter
  }

  // What cannot be packed gives up the empty ring that its first try asked for.
  #pack(item: unknown): Parcel {
    try {
      return Parcel.pack(item, this.ring)
    } catch (error) {
      this.ring.leaveNext()
      throw error
    }
  }

  #joinLine(parcel: Parcel, options: WaitOptions): Promise<void> {
    this.pending++
    const work = this.#line.join(parcel, options, this.#errors, this.#by)
    this.#owner.awaitPut(work)
    // What the caller gets is a promise of its own: a rejection that nobody takes is told as such.
    return work.finally(() => {
      this.pending--
    })
  }

  #putSlowly(parcel: Parcel, timeout: number): void {
    const deadline = timeout === Infinity ? Infinity : now() + timeout
    let put = false
    try {
      put = this.#line.putSync(parcel, deadline, this.#by)
    } catch (error) {
      parcel.undo()
      throw this.#isClosedNow(error) ? this.#errors.closed() : error
    }
    if (put) return
    parcel.undo()
    throw this.#errors.full(timeout)
  }

  #isClosedNow(error: unknown): boolean {
    return (error as { code?: unknown }).code === 'ERR_TROUPE_QUEUE_CLOSED'
  }
}

/** What follows a batch: an item that goes alone, or one that cannot be sent. */
type Staged = { readonly alone?: Parcel; readonly error?: unknown }

/** Batches that no putMany uses now. */
const spares: Batch[] = []

function takeSpare(): Batch {
  return spares.pop() ?? new Batch()
}

function rest(options: WaitOptions, deadline: number): WaitOptions {
  if (deadline === Infinity) return options
  return { ...options, timeout: Math.max(0, deadline - now()) }
}

function withCount(error: unknown, put: number): unknown {
  if (typeof error === 'object' && error !== null && Object.isExtensible(error)) {
    Object.defineProperty(error, 'put', { value: put, enumerable: true, configurable: true })
  }
  return error
}
