/** Messages of an actor that arrived and were not received. Unbounded, with a warning. */
import { checkWait, NO_OPTIONS } from './arguments.js'
import { TimeoutError } from './errors.js'
import { Line } from './line.js'
import type { WaitOptions } from './put-line.js'
import { startTimer } from '@troupe/memory'

const FIRST_WARNING = 10_000

/** A message that arrived. */
export interface Letter {
  readonly message: unknown
  /** Gives the message in its stead; may throw. */
  readonly open?: () => unknown
}

interface Receiver {
  take(message: unknown): void
}

export class Mailbox {
  readonly #name: () => string
  readonly #signal: AbortSignal
  readonly #messages: Line<Letter> = new Line()
  #warnAt = FIRST_WARNING
  readonly #receivers = new Set<Receiver>()

  constructor(name: () => string, signal: AbortSignal) {
    this.#name = name
    this.#signal = signal
  }

  deliver(letter: Letter): void {
    for (const receiver of this.#receivers) {
      receiver.take(letter.open ? letter.open() : letter.message)
      return
    }
    this.#messages.push(letter)
    if (this.#messages.length < this.#warnAt) return
    process.emitWarning(
      `${this.#messages.length} messages wait in the inbox of actor ${this.#name()}; receive them faster, or use a Queue, which is bounded`,
      'TroupeWarning',
    )
    this.#warnAt *= 2
  }

  async receive(options: WaitOptions = NO_OPTIONS): Promise<unknown> {
    checkWait(options)
    const { timeout, signal } = options
    if (signal?.aborted) return Promise.reject(signal.reason)
    const next = this.#messages.shift()
    if (next) return next.open ? next.open() : next.message
    if (this.#signal.aborted) return Promise.reject(this.#signal.reason)
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined
      const end = (): void => {
        this.#receivers.delete(receiver)
        if (timer) clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        this.#signal.removeEventListener('abort', stop)
      }
      const receiver: Receiver = {
        take: (message) => {
          end()
          resolve(message)
        },
      }
      const abort = (): void => {
        end()
        reject(signal?.reason)
      }
      const stop = (): void => {
        end()
        reject(this.#signal.reason)
      }
      signal?.addEventListener('abort', abort)
      this.#signal.addEventListener('abort', stop)
      if (timeout !== undefined) {
        timer = startTimer(timeout, () => {
          end()
          reject(new TimeoutError(`No message came within ${timeout} ms`))
        })
      }
      this.#receivers.add(receiver)
    })
  }

  async *iterate(): AsyncGenerator<unknown, void, void> {
    for (;;) {
      if (this.#messages.length === 0 && this.#signal.aborted) return
      let message: unknown
      try {
        message = await this.receive()
      } catch (error) {
        if (this.#signal.aborted) return
        throw error
      }
      yield message
    }
  }
}
