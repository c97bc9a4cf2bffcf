// What must hold in every interleaving of a scenario.
import { Violation } from './world.mjs'

const must = (is, what) => {
  if (!is) throw new Violation(what)
}
const NAME_BITS = 0x3fff_ffff

/** One holder at a time; the death of a holder is told to the next one, once; nobody sleeps beside a lock that is free. */
const lock = {
  name: 'lock',
  ghost({ where, names, word }) {
    let inside
    let owed = false
    return {
      enters(thread, ownerDied) {
        must(inside === undefined, `${thread} enters beside ${inside}`)
        must(
          ownerDied === owed,
          `${thread} is told ${ownerDied}, and a death is ${owed ? '' : 'not '}owed`,
        )
        inside = thread
        owed = false
      },
      leaves(thread) {
        must(inside === thread, `${thread} leaves, and ${inside} is inside`)
        inside = undefined
      },
      killed(thread) {
        if (inside === thread) inside = undefined
        if ((word(where.lock) & NAME_BITS) === names[thread]) owed = true
      },
      end(asleep) {
        must(asleep.length === 0, `${asleep} sleep, and nobody will wake them`)
        must((word(where.lock) & NAME_BITS) === 0 || owed, 'nobody is left, and the lock is held')
      },
    }
  },
}

/**
 * A first in, first out queue of two: an item counts from the store of tail, and is taken by the store of head.
 * Items are whole, none is lost or comes twice, and nobody sleeps beside an item, or beside room.
 */
const ring = {
  name: 'ring',
  ghost({ where, bounds: { putters = 1 } }) {
    const queue = []
    const putting = new Map()
    const taking = new Map()
    const isDead = new Set()
    return {
      puts: (thread, item) => putting.set(thread, item),
      wrote(thread, at) {
        if (at === where.tail) {
          must(putting.has(thread), `${thread} commits what it does not put`)
          queue.push(putting.get(thread))
          putting.delete(thread)
          must(queue.length <= 2, 'there are more items than places')
        }
        if (at === where.head) {
          must(queue.length > 0, `${thread} takes where nothing is`)
          taking.set(thread, queue.shift())
        }
      },
      didPut: (thread) =>
        must(!putting.has(thread), `${thread} put ${putting.get(thread)}, and it is not there`),
      took(thread, a, b) {
        const item = taking.get(thread)
        must(a === item && b === item, `${thread} took ${a} ${b}, and it was ${item}`)
        taking.delete(thread)
      },
      killed: (thread) => isDead.add(thread),
      end(asleep) {
        for (const thread of asleep) {
          if (thread < putters)
            must(queue.length === 2, `${thread} waits for room, and there are ${queue.length}`)
          else
            must(queue.length === 0, `${thread} waits for an item, and there are ${queue.length}`)
        }
      },
    }
  },
}

/** At most one has the permit; those of the dead are back; nobody sleeps beside a free one. */
const semaphore = {
  name: 'semaphore',
  ghost() {
    const inside = new Set()
    return {
      enters(thread) {
        must(inside.size === 0, `${thread} has the permit that ${[...inside]} has`)
        inside.add(thread)
      },
      leaves: (thread) => inside.delete(thread),
      killed: (thread) => inside.delete(thread),
      end: (asleep) => must(asleep.length === 0, `${asleep} sleep, and nobody will wake them`),
    }
  },
}

/** Nobody passes before all came; of a round all pass or none but the dead; the death of one breaks it for all. */
const barrier = {
  name: 'barrier',
  ghost({ bounds: { threads, rounds } }) {
    const came = Array.from({ length: rounds }, () => 0)
    const passed = Array.from({ length: rounds }, () => new Map())
    const broken = new Set()
    let dead = 0
    return {
      arrives: (_, round) => came[round]++,
      passes(thread, round, index) {
        must(came[round] === threads, `${thread} passes round ${round}, and ${came[round]} came`)
        must(!broken.has(round), `${thread} passes round ${round}, which broke for another`)
        must(![...passed[round].values()].includes(index), `two arrived in place ${index}`)
        passed[round].set(thread, index)
      },
      breaks(thread, round) {
        must(dead > 0, `round ${round} broke for ${thread}, and nobody died`)
        must(passed[round].size === 0, `round ${round} broke for ${thread}, and another passed it`)
        broken.add(round)
      },
      killed: () => dead++,
      end: (asleep) => must(asleep.length === 0, `${asleep} sleep, and nobody will wake them`),
    }
  },
}

/** Nothing that was added is lost. */
const value = {
  name: 'value',
  ghost({ where, word, bounds: { threads, rounds } }) {
    return {
      end(asleep) {
        must(asleep.length === 0, `${asleep} sleep, and nobody will wake them`)
        const sum = word(where.value)
        must(sum === threads * rounds, `the value is ${sum} after ${threads * rounds} additions`)
      },
    }
  },
}

export const checks = { lock, ring, semaphore, barrier, value }
