// Places of one actor, started ahead: a death then costs one start and no more.
import { Queue, spawn } from '@troupe/runtime'

const SIZE = 14
/**
 * So small that a thread runs out of it soon. What survives of the young generation in one collection must fit
 * in the 16 MiB that Node grants beyond the limit, else V8 aborts the process (nodejs/node#47224).
 */
const resourceLimits = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 }

export class Pool {
  #definition
  #place
  #failures
  #ready = new Queue()
  #idle = []
  #doomed = new Set()

  /** `definition` takes a queue, to say that it is ready, and then tasks from its inbox. */
  constructor(definition, place, failures) {
    this.#definition = definition
    this.#place = place
    this.#failures = failures
  }

  get size() {
    return this.#idle.length
  }

  async fill() {
    const wanted = SIZE - this.#idle.length
    for (let i = 0; i < wanted; i++) this.#idle.push(this.#start())
    for (let i = 0; i < wanted; i++) await this.#ready.get()
  }

  #start() {
    const one = spawn(this.#definition, [this.#ready], { in: this.#place, resourceLimits })
    one.result.catch(() => {})
    void one.join().then((exit) => {
      if (this.#doomed.has(one)) return
      this.#failures.push(`a survivor ended by ${exit.reason}: ${exit.error?.stack ?? exit.signal}`)
    })
    return one
  }

  take() {
    return this.#idle.pop()
  }

  giveBack(one) {
    this.#idle.push(one)
  }

  /** Its end is meant. */
  doom(one) {
    this.#doomed.add(one)
  }

  async end() {
    for (const one of this.#idle) {
      this.doom(one)
      one.kill()
      await one.join()
    }
  }
}
