/**
 * Puts of this thread that wait for room, in order of arrival: FIFO also among the forms. While the line
 * is not empty, later puts stand behind it.
 */
import { endIfOver, puttersMark, type Ring, type Wait, waitAsync, waitSync } from '@troupe/memory'
import { QueueClosedError } from './errors.js'
import { Line } from './line.js'
import { AGAIN, CLOSED, DONE, type Parcel } from './parcel.js'
import { startTimer } from '@troupe/memory'

/** How a wait may end early. */
export interface WaitOptions {
  /** Milliseconds. Without it the wait has no end of its own. */
  readonly timeout?: number | undefined
  /** Aborted, the wait rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** Settles a put whose ring is closed. */
const OVER = Symbol('over')

interface Waiting {
  readonly parcel: Parcel
  readonly side: Putting
  settle(error?: unknown): void
}

/** Who puts: whether it still may, and whether its ring takes no more. The line keeps neither. */
export interface Putting {
  usable(): void
  isOver(): boolean
}

/** What happens when room comes too late, or never. */
export interface PutErrors {
  full(timeout: number): Error
  closed(): Error
}

/** The line of one ring in this thread. */
export class PutLine {
  readonly #ring: Ring
  readonly #waiting: Line<Waiting> = new Line()
  #end: AbortController | undefined

  constructor(ring: Ring) {
    this.#ring = ring
  }

  get isEmpty(): boolean {
    return this.#waiting.first === undefined
  }

  /** Stands in line. */
  join(parcel: Parcel, options: WaitOptions, errors: PutErrors, side: Putting): Promise<void> {
    const { timeout, signal } = options
    return new Promise<void>((resolve, reject) => {
      if (signal?.aborted) {
        parcel.undo()
        reject(signal.reason)
        return
      }
      let timer: NodeJS.Timeout | undefined
      const leave = (error: unknown): void => {
        if (!this.#waiting.remove(entry)) return
        entry.settle(error)
        this.#ring.leaveNext()
        if (this.isEmpty) this.#end?.abort()
      }
      const abort = (): void => leave(signal?.reason)
      const entry: Waiting = {
        parcel,
        side,
        settle(error) {
          if (timer) clearTimeout(timer)
          signal?.removeEventListener('abort', abort)
          if (error === undefined) {
            resolve()
            return
          }
          parcel.undo()
          reject(error === OVER ? errors.closed() : error)
        },
      }
      if (timeout !== undefined) timer = startTimer(timeout, () => leave(errors.full(timeout)))
      signal?.addEventListener('abort', abort)
      this.#waiting.push(entry)
      this.#start()
    })
  }

  /** Blocks until the line is empty and the parcel is put. False when the deadline passed. */
  putSync(parcel: Parcel, deadline: number, by: Putting): boolean {
    const side = puttersMark(this.#ring)
    const attempt = (): boolean => {
      by.usable()
      if (!this.#advance()) return false
      const outcome = this.#try(parcel, by)
      if (outcome === CLOSED) throw new QueueClosedError('')
      return outcome === DONE
    }
    const wait: Wait = {
      look: attempt,
      // A spinning putter holds out until the ring is half empty; a parked one takes what there is.
      glance: () => this.#ring.isRoomy && attempt(),
      progress: () => this.#ring.position,
      mark: () => side.mark(),
      leave: () => side.leave(),
    }
    try {
      return waitSync(wait, deadline)
    } finally {
      this.#ring.leaveNext()
    }
  }

  #start(): void {
    if (this.#end) return
    const end = new AbortController()
    this.#end = end
    const side = puttersMark(this.#ring)
    const wait: Wait = {
      look: () => this.#advance(),
      glance: () => this.#ring.isRoomy && this.#advance(),
      mark: () => side.mark(),
      leave: () => side.leave(),
    }
    const done = (): void => {
      this.#end = undefined
      if (!this.isEmpty) this.#start()
    }
    // An abort here says that the line is empty; errors went to those who wait.
    void waitAsync(wait, { signal: end.signal }).then(done, (error: unknown) => {
      if (!end.signal.aborted) for (const entry of this.#waiting.clear()) entry.settle(error)
      done()
    })
  }

  // Puts from the front of the line; true when it is empty.
  #advance(): boolean {
    for (let entry = this.#waiting.first; entry; entry = this.#waiting.first) {
      let error: unknown
      try {
        entry.side.usable()
        const outcome = this.#try(entry.parcel, entry.side)
        if (outcome === AGAIN) return false
        if (outcome === CLOSED) error = OVER
      } catch (caught) {
        error = caught
      }
      this.#waiting.shift()
      entry.settle(error)
    }
    return true
  }

  #try(parcel: Parcel, by: Putting): number {
    const outcome = parcel.put(this.#ring)
    if (outcome === AGAIN && by.isOver()) return CLOSED
    return outcome
  }
}

/** Whether a queue ended because all its producers, or all its consumers, are gone. */
export function queueIsOver(ring: Ring): boolean {
  return ring.isClosed || (ring.hasEnds && endIfOver(ring))
}
