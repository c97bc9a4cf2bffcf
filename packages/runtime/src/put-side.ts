/** The put forms: of a queue, of a producer, of a connection. */
import { breathe, type Ring } from '@troupe/memory'
import type { Owner } from './owner.js'
import { AGAIN, CLOSED, DONE, Parcel, tryPut } from './parcel.js'
import { type PutErrors, PutLine, type WaitOptions } from './put-line.js'

const RESOLVED: Promise<void> = Promise.resolve()
const lines = new WeakMap<Ring, PutLine>()

function lineOf(ring: Ring, isOver: () => boolean): PutLine {
  let line = lines.get(ring)
  if (!line) lines.set(ring, (line = new PutLine(ring, isOver)))
  return line
}

/** Puts items into one ring for one owner. `usable` throws when the handle cannot be used any more. */
export class PutSide {
  readonly ring: Ring
  readonly #owner: Owner
  readonly #usable: () => void
  readonly #errors: PutErrors
  readonly #line: PutLine
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
    this.#line = lineOf(ring, isOver)
  }

  put(item: unknown, options: WaitOptions = {}): Promise<void> {
    try {
      this.#usable()
      if (options.signal?.aborted) return Promise.reject(options.signal.reason)
      if (this.#line.isEmpty) {
        const outcome = tryPut(this.ring, item)
        if (outcome === DONE) return breathe() ?? RESOLVED
        if (outcome === CLOSED) return Promise.reject(this.#errors.closed())
      }
      return this.#joinLine(Parcel.pack(item), options)
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
    this.#putSlowly(Parcel.pack(item), timeout)
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
    options: WaitOptions = {},
  ): Promise<void> {
    const deadline = performance.now() + (options.timeout ?? Infinity)
    let put = 0
    try {
      if (Symbol.asyncIterator in items) {
        for await (const item of items) {
          await this.put(item, rest(options, deadline))
          put++
        }
        return
      }
      for (const item of items) {
        this.#usable()
        if (!this.#line.isEmpty || tryPut(this.ring, item) !== DONE) {
          await this.put(item, rest(options, deadline))
        }
        put++
        const turn = breathe()
        if (turn) await turn
      }
    } catch (error) {
      throw withCount(error, put)
    }
  }

  putManySync(items: Iterable<unknown>, timeout: number = Infinity): void {
    const deadline = performance.now() + timeout
    let put = 0
    try {
      for (const item of items) {
        if (!this.#line.isEmpty || tryPut(this.ring, item) !== DONE) {
          this.putSync(item, timeout === Infinity ? Infinity : deadline - performance.now())
        }
        put++
      }
    } catch (error) {
      throw withCount(error, put)
    }
  }

  /** Puts a parcel that was packed before, behind those who wait. Never waits itself. */
  post(parcel: Parcel): Promise<void> | undefined {
    if (this.#line.isEmpty) {
      const outcome = parcel.put(this.ring)
      if (outcome === DONE) return undefined
      if (outcome === CLOSED) {
        parcel.undo()
        return Promise.reject(this.#errors.closed())
      }
    }
    return this.#joinLine(parcel, {})
  }

  #joinLine(parcel: Parcel, options: WaitOptions): Promise<void> {
    this.pending++
    const work = this.#line.join(parcel, this.#owner, options, this.#errors, this.#usable)
    const done = (): void => {
      this.pending--
    }
    work.then(done, done)
    return work
  }

  #putSlowly(parcel: Parcel, timeout: number): void {
    const deadline = timeout === Infinity ? Infinity : performance.now() + timeout
    let put = false
    try {
      put = this.#line.putSync(parcel, deadline, this.#usable)
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

function rest(options: WaitOptions, deadline: number): WaitOptions {
  if (deadline === Infinity) return options
  return { ...options, timeout: Math.max(0, deadline - performance.now()) }
}

function withCount(error: unknown, put: number): unknown {
  if (typeof error === 'object' && error !== null) {
    Object.defineProperty(error, 'put', { value: put, enumerable: true, configurable: true })
  }
  return error
}

export { AGAIN }
