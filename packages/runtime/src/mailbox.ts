/** Messages of an actor that arrived and were not received. Unbounded, with a warning. */
import { checkWait, NO_OPTIONS } from './arguments.js'
import { TimeoutError } from './errors.js'
import type { WaitOptions } from './put-line.js'
import { startTimer } from './timer.js'

const FIRST_WARNING = 10_000

interface Receiver {
  take(message: unknown): void
}

export class Mailbox {
  readonly #name: string
  readonly #signal: AbortSignal
  #messages: unknown[] = []
  #first = 0
  #warnAt = FIRST_WARNING
  readonly #receivers = new Set<Receiver>()

  constructor(name: string, signal: AbortSignal) {
    this.#name = name
    this.#signal = signal
  }

  deliver(message: unknown): void {
    for (const receiver of this.#receivers) {
      receiver.take(message)
      return
    }
    this.#messages.push(message)
    if (this.#size <= this.#warnAt) return
    process.emitWarning(
      `${this.#size} messages wait in the inbox of actor ${this.#name}; receive them faster, or use a Queue, which is bounded`,
      'TroupeWarning',
    )
    this.#warnAt *= 2
  }

  async receive(options: WaitOptions = NO_OPTIONS): Promise<unknown> {
    checkWait(options)
    const { timeout, signal } = options
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#size > 0) return Promise.resolve(this.#shift())
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
      if (this.#size === 0 && this.#signal.aborted) return
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

  get #size(): number {
    return this.#messages.length - this.#first
  }

  #shift(): unknown {
    const message = this.#messages[this.#first]
    this.#messages[this.#first++] = undefined
    if (this.#first > 1024 && this.#first * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#first)
      this.#first = 0
    }
    return message
  }
}
