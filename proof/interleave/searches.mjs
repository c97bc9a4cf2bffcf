// What is searched: the code as it is, where nothing may be found, and broken variants of it, where something must be.
//
// `switches` bounds how often a thread that could go on gives way, as in iterative context bounding (Musuvathi and
// Qadeer, PLDI 2007); without it a search is complete. `together`: plain reads and writes are one step with what is
// before them. Deaths, and their announcement, come between any two steps.

const two = { threads: 2, rounds: 1, kills: 0 }
const three = { ...two, threads: 3 }

export const searches = [
  { check: 'lock', bounds: { ...two, kills: 2 } },
  { check: 'lock', bounds: { ...two, kills: 1, timeout: 1 } },
  { check: 'lock', bounds: { ...two, kills: 1, fair: true } },
  { check: 'lock', bounds: { ...three, switches: 2 } },
  { check: 'lock', bounds: { ...three, switches: 1, kills: 1 } },
  { check: 'ring', bounds: { ...two, kills: 1 } },
  { check: 'ring', bounds: { ...two, rounds: 3, switches: 3 } },
  { check: 'ring', bounds: { ...three, putters: 2, switches: 2, together: true } },
  { check: 'ring', bounds: { ...three, putters: 1, rounds: 2, switches: 2, together: true } },
  { check: 'ring', bounds: { ...three, putters: 2, switches: 1, kills: 1, together: true } },
  { check: 'semaphore', bounds: { ...two, switches: 4, together: true } },
  { check: 'semaphore', bounds: { ...two, kills: 1, switches: 2, together: true } },
  { check: 'barrier', bounds: { ...two, rounds: 2, switches: 2, together: true } },
  { check: 'barrier', bounds: { ...two, kills: 1, switches: 2, together: true } },
  { check: 'barrier', bounds: { ...three, switches: 1, together: true } },
  { check: 'value', bounds: { ...two, how: 'add' } },
  { check: 'value', bounds: { ...three, how: 'update' } },
  { check: 'value', bounds: { ...two, how: 'locked' } },
  { check: 'lock', isLong: true, bounds: { ...two, rounds: 2 } },
  { check: 'lock', isLong: true, bounds: { ...three, switches: 3 } },
  { check: 'lock', isLong: true, bounds: { ...three, switches: 2, kills: 2 } },
  { check: 'lock', isLong: true, bounds: { ...three, switches: 2, timeout: 1, fair: true } },
  { check: 'ring', isLong: true, bounds: { ...two, rounds: 3, kills: 1 } },
  { check: 'ring', isLong: true, bounds: { ...three, putters: 2, switches: 2, kills: 1 } },
  {
    check: 'ring',
    isLong: true,
    bounds: { ...three, putters: 1, rounds: 3, switches: 3, together: true },
  },
  { check: 'value', isLong: true, bounds: { ...two, rounds: 2, how: 'locked' } },
  { check: 'value', isLong: true, bounds: { ...three, how: 'locked', switches: 3 } },
]

const word = 'shared/src/lock-word.ts'
const waiting = 'memory/src/waiting.ts'
const put = 'memory/src/ring-put.ts'
const take = 'memory/src/ring-take.ts'

const semaphore = 'shared/src/semaphore.ts'
const barrier = 'shared/src/barrier-rounds.ts'

export const mutants = [
  {
    name: 'permits of the dead are counted',
    check: 'semaphore',
    bounds: { ...two, kills: 1, switches: 1, together: true },
    changes: [{ file: semaphore, from: 'mine > 0 && !block.isDead(name)', to: 'mine > 0' }],
  },
  {
    name: 'permits are never counted anew',
    check: 'semaphore',
    bounds: { ...two, kills: 1, switches: 1, together: true },
    changes: [
      { file: semaphore, from: ' && free(block) <= 0) return false', to: ') return false' },
    ],
  },
  {
    name: 'a permit is taken without the lock',
    check: 'semaphore',
    bounds: { ...two, switches: 2 },
    changes: [{ file: semaphore, from: 'block.exclusively(takeOne)', to: 'takeOne(block)' }],
  },
  {
    name: 'a permit that is back wakes nobody',
    check: 'semaphore',
    bounds: { ...two, switches: 2, together: true },
    changes: [
      {
        file: semaphore,
        from: 'block.exclusively(giveOneBack)\n  block.ring()',
        to: 'block.exclusively(giveOneBack)',
      },
    ],
  },
  {
    name: 'the last party wakes nobody',
    check: 'barrier',
    bounds: two,
    changes: [
      {
        file: barrier,
        from: 'advance(block, false)\n  })\n  block.ring()',
        to: 'advance(block, false)\n  })',
      },
    ],
  },
  {
    name: 'a dead party is not looked for',
    check: 'barrier',
    bounds: { ...two, kills: 1, switches: 1 },
    changes: [
      { file: barrier, from: 'block.hasDeadHolder() || block.lost !==', to: 'block.lost !==' },
    ],
  },
  {
    name: 'a round passes though it broke for another',
    check: 'barrier',
    bounds: { ...three, switches: 1, kills: 1, together: true },
    changes: [
      {
        file: barrier,
        from: '    if (isBroken(block)) throw broken()\n    advance(block, false)',
        to: '    advance(block, false)',
      },
    ],
  },
  {
    name: 'parties arrive without the lock',
    check: 'barrier',
    bounds: two,
    changes: [
      {
        file: barrier,
        from: 'function arrive(block: Block): Arrival {\n  return block.exclusively(() => {',
        to: 'function arrive(block: Block): Arrival {\n  return (<T>(work: () => T): T => work())(() => {',
      },
    ],
  },
  { name: 'an unlocked += 1', check: 'value', bounds: { ...two, how: 'plain' }, changes: [] },
  {
    name: 'add by a read and a write',
    check: 'value',
    bounds: { ...two, how: 'add' },
    changes: [
      {
        file: 'shared/src/cells.ts',
        from: 'sumName(sign))\n      if (compareExchangeIn(at, 0, before, next) === before) return before',
        to: 'sumName(sign))\n      storeIn(at, 0, next)\n      return before',
      },
    ],
  },
  {
    name: 'a lock is taken from the living',
    check: 'lock',
    bounds: two,
    changes: [
      {
        file: word,
        from: 'seatOf(owner) === block.self.seat || block.isDead(owner)',
        to: 'owner !== 0',
      },
    ],
  },
  {
    name: 'a lock is taken by a read and a write',
    check: 'lock',
    bounds: { ...two, rounds: 2, switches: 4 },
    changes: [
      { file: word, from: 'exchange, load, NAME_BITS', to: 'exchange, load, store, NAME_BITS' },
      {
        file: word,
        from: 'if (compareExchange(words, index, word, me | (word & WAITERS)) !== word) continue',
        to: 'store(words, index, me | (word & WAITERS))',
      },
    ],
  },
  {
    name: 'a waiter does not say that it waits',
    check: 'lock',
    bounds: two,
    changes: [
      {
        file: word,
        from: 'if (compareExchange(words, index, word, word | WAITERS) === word) return HELD',
        to: 'return HELD',
      },
    ],
  },
  {
    name: 'release wakes nobody',
    check: 'lock',
    bounds: two,
    changes: [
      {
        file: word,
        from: 'exchange(block.words, index, died ? DIED : 0) < 0',
        to: 'exchange(block.words, index, died ? DIED : 0) > 0',
      },
    ],
  },
  {
    name: 'release looks for waiters and then stores',
    check: 'lock',
    bounds: two,
    changes: [
      { file: word, from: 'exchange, load, NAME_BITS', to: 'load, store, NAME_BITS' },
      {
        file: word,
        from: 'if (exchange(block.words, index, died ? DIED : 0) < 0) block.ring()',
        to: 'const had = load(block.words, index)\n  store(block.words, index, died ? DIED : 0)\n  if (had < 0) block.ring()',
      },
    ],
  },
  {
    name: 'a death is not told',
    check: 'lock',
    bounds: { ...two, kills: 1 },
    changes: [
      {
        file: word,
        from: 'return isFree && (word & DIED) === 0 ? TAKEN : TAKEN_FROM_DEAD',
        to: 'return TAKEN',
      },
    ],
  },
  {
    name: 'a dead owner keeps the lock',
    check: 'lock',
    bounds: { ...two, kills: 1 },
    changes: [{ file: word, from: ' || block.isDead(owner)) {', to: ') {' }],
  },
  {
    name: 'a wait marks after its last look',
    check: 'lock',
    bounds: two,
    changes: [
      {
        file: waiting,
        from: 'wait.mark()\n      if (wait.look()) return true\n',
        to: 'if (wait.look()) return true\n      wait.mark()\n',
      },
    ],
  },
  {
    name: 'a wait sleeps on the bell as it is',
    check: 'lock',
    bounds: two,
    changes: [
      {
        file: waiting,
        from: 'substrate.block(me.seat, bell, slice',
        to: 'substrate.block(me.seat, load(seats, base + S_BELL), slice',
      },
    ],
  },
  {
    name: 'who leaves takes the mark of who comes',
    check: 'lock',
    bounds: { ...three, switches: 4 },
    changes: [
      {
        file: 'memory/src/waiters.ts',
        from: 'if (left === 0) return',
        to: 'if (left >= 0 || left < 0) return',
      },
    ],
  },
  {
    name: 'a slot is committed before it is whole',
    check: 'ring',
    bounds: two,
    changes: [
      {
        file: put,
        from: 'slots[at + SLOT_B] = b\n      this.#commit(tail + 1)',
        to: 'this.#commit(tail + 1)\n      slots[at + SLOT_B] = b',
      },
    ],
  },
  {
    name: 'a slot is given back before it is read',
    check: 'ring',
    bounds: { ...two, rounds: 3, switches: 3 },
    changes: [
      {
        file: take,
        from: 'taken.a = this.#slots[at + SLOT_A]!\n',
        to: 'this.#commit(head + 1)\n          taken.a = this.#slots[at + SLOT_A]!\n',
      },
      {
        file: take,
        from: 'this.#rows?.raiseTaken(1)\n          this.#commit(head + 1)',
        to: 'this.#rows?.raiseTaken(1)',
      },
    ],
  },
  {
    name: 'putters take no lock',
    check: 'ring',
    bounds: { ...three, putters: 2, switches: 2, together: true },
    changes: [
      {
        file: put,
        from: 'if (this.#locked && compareExchange(words, D_PRODUCERS, 0, this.#me) !== 0) this.#lock()\n    const room = this.#room(SLOT_BYTES, 0)',
        to: 'const room = this.#room(SLOT_BYTES, 0)',
      },
    ],
  },
  {
    name: 'a put rings no getter',
    check: 'ring',
    bounds: two,
    changes: [
      {
        file: put,
        from: 'if (load(words, D_GETTERS_SUMMARY) !== 0) {',
        to: 'if (load(words, D_GETTERS_SUMMARY) === -1) {',
      },
    ],
  },
  {
    name: 'a take rings no putter',
    check: 'ring',
    bounds: { ...two, rounds: 3, switches: 3 },
    changes: [
      {
        file: take,
        from: 'if (load(words, D_PUTTERS_SUMMARY) !== 0) {',
        to: 'if (load(words, D_PUTTERS_SUMMARY) === -1) {',
      },
    ],
  },
  {
    name: "a dead putter's lock stays",
    check: 'ring',
    bounds: { ...three, putters: 2, switches: 1, kills: 1, together: true },
    changes: [
      {
        file: 'memory/src/lock.ts',
        from: 'if (owner === 0 || seatOf(owner) === seatOf(me) || isDead(arena, owner)) {',
        to: 'if (owner === 0) {',
      },
    ],
  },
]
