// A queue with the memory layer alone, in Sync forms: puts and takes messages that tell their maker and number.
import {
  AGAIN,
  Batch,
  CLOSED,
  DONE,
  endIfOver,
  gettersMark,
  openRing,
  puttersMark,
  taken,
  waitSync,
} from '@troupe/memory'
import { noise } from './items.mjs'

const BATCH = 7

/** Thrown when no more will come, or is accepted. */
export class Ended extends Error {}

// Half of the messages are two words; some need a run of their own in a ring of 16 KiB.
function sizeOf(id, i) {
  const kind = (id * 5 + i) % 16
  if (kind < 8) return 0
  if (kind < 14) return 8 + ((i * 13) % 200)
  if (kind === 14) return 2000
  return i % 64 === 63 ? 20_000 : 500
}

function messageOf(id, i) {
  const bytes = noise(id, i, sizeOf(id, i)).slice()
  new Int32Array(bytes.buffer, 0, 2).set([id, i])
  return bytes
}

/** [maker, number, whether it is whole] of bytes. */
function read(bytes, length) {
  const [id, i] = new Int32Array(bytes.slice(0, 8).buffer)
  if (!(id >= 0 && id < 1000 && i >= 0) || length !== sizeOf(id, i)) return [id, i, false]
  return [id, i, Buffer.compare(bytes.subarray(8, length), noise(id, i, length).subarray(8)) === 0]
}

export class Channel {
  ring
  #batch = new Batch()
  #getters
  #putters

  constructor(handle) {
    this.ring = openRing(handle).ring
    this.#getters = gettersMark(this.ring)
    this.#putters = puttersMark(this.ring)
  }

  /** Puts items `from` to `to` of maker `id`, alone or as one batch; tells `noted` after each put how many. */
  put(id, from, batched, noted) {
    if (!batched) {
      const bytes = sizeOf(id, from) === 0 ? undefined : messageOf(id, from)
      this.#putBy(() => {
        if (bytes === undefined) return this.ring.putInline(1, id, from)
        return this.ring.putBytes(2, bytes, undefined, bytes.length)
      })
      noted(1)
      return 1
    }
    const batch = this.#batch
    batch.clear()
    let count = 0
    for (; count < BATCH; count++) {
      const size = sizeOf(id, from + count)
      if (size > 1000) break
      if (size === 0) batch.addInline(1, id, from + count)
      else batch.addBytes(2, messageOf(id, from + count), size)
    }
    for (let put = 0; put < count; ) {
      let more = 0
      this.#putBy(() => {
        more = this.ring.putBatch(batch, put)
        return more < 0 ? CLOSED : more === 0 ? AGAIN : DONE
      })
      put += more
      noted(more)
    }
    return count === 0 ? this.put(id, from, false, noted) : count
  }

  /** Takes one item, or some, and tells `found` each. */
  get(batched, found) {
    const take = batched ? () => this.#takeSome() : () => this.ring.take()
    const glance = () => {
      const outcome = take()
      if (outcome === CLOSED) throw new Ended('closed')
      return outcome === DONE
    }
    const look = () => glance() || (endIfOver(this.ring) && glance())
    const marks = this.#getters
    const wait = { look, glance, mark: () => marks.mark(), leave: () => marks.leave() }
    if (!glance()) waitSync(wait, Infinity)
    if (!batched || this.#batch.count === 0) {
      if (taken.length === 0) found(taken.a, taken.b, sizeOf(taken.a, taken.b) === 0)
      else found(...read(taken.bytes, taken.length))
      return
    }
    const { slots, bytes, count } = this.#batch
    for (let n = 0; n < count; n++) {
      const [tag, start, a, b] = slots.subarray(n * 4, n * 4 + 4)
      if ((tag & 0xff) === 1) found(a, b, sizeOf(a, b) === 0)
      else found(...read(bytes.slice(start, start + a), a))
    }
  }

  // What cannot be in a batch is taken alone.
  #takeSome() {
    this.#batch.clear()
    return this.ring.takeBatch(this.#batch, BATCH) > 0 ? DONE : this.ring.take()
  }

  #putBy(attempt) {
    const put = () => {
      const outcome = attempt()
      if (outcome === CLOSED) throw new Ended('closed')
      return outcome === DONE
    }
    const look = () => put() || (endIfOver(this.ring) && put())
    if (put()) return
    const marks = this.#putters
    const wait = {
      look,
      glance: () => this.ring.isRoomy && put(),
      progress: () => this.ring.position,
      mark: () => marks.mark(),
      leave: () => marks.leave(),
    }
    waitSync(wait, Infinity)
    this.ring.leaveNext()
  }
}
