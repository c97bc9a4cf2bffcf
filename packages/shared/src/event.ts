/**
 * `Event`: set or clear, and who waits for it. One word: bit 0 says whether it is set, the rest counts how often it
 * was. So a wait that began before a `set` ends, also when the event is cleared at once.
 */
import { type Block, compareExchange, load, makeBlock, openBlock, type Wait } from '@troupe/memory'
import { kind, type Scope, scopeHere } from '@troupe/runtime'
import { Belonging, belongingOf } from './belonging.js'
import {
  check,
  NO_OPTIONS,
  type SyncOptions,
  turn,
  until,
  untilSync,
  type WaitOptions,
} from './waits.js'

const TYPE = 3
const STATE = 0
const SET = 1

const blocks = new WeakMap<Event, Block>()

/**
 * Something that happens: any number of actors wait for it, and anybody sets it. `set` never waits.
 *
 * ```ts
 * const ready = new Event()
 * ready.set()
 * await ready.wait()
 * ```
 */
export class Event extends Belonging {
  /** For types alone. */
  declare readonly _shared: 'Event'

  constructor()
  constructor(opened?: { block: Block; scope: Scope })
  constructor({ block, scope } = { block: makeEvent(), scope: scopeHere() }) {
    super(block, scope, 'event', 0)
    blocks.set(this, block)
  }

  /** Waits until the event is set, or was at any moment since the call. */
  async wait(options: WaitOptions = NO_OPTIONS): Promise<void> {
    check(options)
    options.signal?.throwIfAborted()
    // First: it counts what is set from now on.
    const wait = this.isSet ? undefined : this.#waitFor()
    const pause = turn()
    if (pause) await pause
    options.signal?.throwIfAborted()
    if (wait) await this.keepOpen(() => until(wait, options, 'event'))
  }

  /** As `wait`, blocking the thread. */
  waitSync(options: SyncOptions = NO_OPTIONS): void {
    check(options)
    if (!this.isSet) untilSync(this.#waitFor(), options, 'event')
  }

  /** Sets the event and wakes all who wait. */
  set(): void {
    const { block } = this
    for (;;) {
      const state = load(block.words, STATE)
      if ((state & SET) !== 0) return
      const next = (state + 2) | SET
      if (compareExchange(block.words, STATE, state, next) === state) break
    }
    block.ring()
  }

  /** Clears the event: later waits wait. */
  clear(): void {
    const { block } = this
    for (;;) {
      const state = load(block.words, STATE)
      if (compareExchange(block.words, STATE, state, state & ~SET) === state) return
    }
  }

  get isSet(): boolean {
    return (load(this.block.words, STATE) & SET) !== 0
  }

  #waitFor(): Wait {
    const { block } = this
    const mark = block.mark()
    const before = load(block.words, STATE) >>> 1
    const look = (): boolean => {
      this.usable()
      const state = load(block.words, STATE)
      return (state & SET) !== 0 || state >>> 1 !== before
    }
    return { look, glance: look, mark: () => mark.mark(), leave: () => mark.leave() }
  }
}

function makeEvent(): Block {
  scopeHere()
  return openBlock(makeBlock({ type: TYPE }), TYPE)
}

kind<Event, Block>(Event, {
  name: 'Event',
  from: '@troupe/shared',
  send: (event) => {
    void event.isSet // Throws when it was disposed of.
    return blocks.get(event)!
  },
  receive: (block, scope) => belongingOf(block, scope, 0, () => new Event({ block, scope })),
})
