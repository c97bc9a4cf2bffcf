// All interleavings of a few threads over one arena. A thread runs until a step that others could notice; then the
// search says who goes on, or who dies. A state is the arena's words and what each thread has read so far, which is
// all that a thread can know: one that was seen before is not gone through again, so the search is complete.
import { callsFor, PLAIN_LOAD, PLAIN_STORE } from './calls.mjs'
import { systemModules } from './system-modules.mjs'
import { Again, mix, Words } from './words.mjs'

/** What a program shows that must never be. */
export class Violation extends Error {}

const RUNS = 0
const SLEEPS = 1
const ENDED = 2
const KILLED = 3
const RELEASED = 4
const ANNOUNCED = 5

const STEP = 0
const KILL = 1
const TIMEOUT = 2
/** The kernel releases what a dead thread held, and then tells all. */
const RELEASE = 3
const ANNOUNCE = 4
const NAMES = ['', 'dies at', 'times out at', 'is released', 'is announced']

/** What a thread does next that slept and was woken. */
const AWAKE = ['wakes']
const AWAKES = 6

const WOKEN = 0
const TIMED_OUT = 1
const LATER = 1e9
/** The kernel, among those who touch words. */
const KERNEL = 7

const atomics = {}
for (const name of ['load', 'store', 'add', 'sub', 'and', 'or', 'exchange', 'compareExchange']) {
  atomics[name] = function* (array, index, a, b) {
    return yield [name, array, index, a, b]
  }
}
for (const name of ['load', 'store', 'exchange', 'compareExchange']) {
  atomics[`${name}In`] = atomics[name]
  atomics[`${name}64`] = atomics[name]
}
atomics.wait =
  atomics.waitAsync =
  atomics.notify =
    () => {
      throw new Error('Nobody sleeps on Atomics here')
    }

const waits = {
  *block(array, index, value, ms) {
    return yield ['block', array, index, value, ms]
  },
  *wake(seat) {
    return yield ['wake', undefined, seat]
  },
  *pass() {
    return yield ['pass']
  },
}

const unfinished = (most) =>
  Object.assign(new Error(`More than ${most} states`), { isUnfinished: true })

/** Steps of one thread that nobody could notice: more, and it runs for ever. */
const MOST_STEPS = 1e5

const seatOf = (name) => (name & 0x3ff) - 1

export class World {
  #make
  #scenario
  #bounds
  #words = new Words()
  #buffer
  #names
  #handle
  #threads = []
  #current = KERNEL
  #kills = 0
  #switches = 0
  /** Who did the last step: another goes on instead of it only so often, where `switches` bounds that. */
  #last = -1
  #ghost
  #places = []
  /** Where words lie that are looked at from outside: those of a death, and the scenario's. */
  #where

  /** `make(names…)` makes the code of a thread; `scenario` says what it does. */
  constructor(make, scenario, bounds) {
    this.#make = make
    this.#scenario = scenario
    this.#bounds = bounds
    const place = this.#thread()
    const { buffer, names } = place.$md(place, 'makeArena', [bounds.threads])
    this.#words.watch(buffer)
    this.#names = names
    this.#buffer = buffer
    place.$md(place, 'sit', [buffer, names[0]])
    const own = place.scenarios[scenario.name]
    this.#handle = place.$md(own, 'make', [bounds])
    const seats = names.map(seatOf)
    const { deaths, sleepers } = place.words
    const each = (name) => seats.map((seat) => place.$md(place.words, name, [seat]))
    const where = { deaths, sleepers, life: each('life'), bell: each('bell') }
    this.#where = { ...where, ...place.$md(own, 'places', [this.#handle]) }
    this.#words.begin()
  }

  /** Goes through all interleavings. Throws a `Violation` with the steps that lead to it. */
  explore() {
    for (;;) {
      try {
        return this.#search()
      } catch (error) {
        if (!(error instanceof Again)) throw error
      }
    }
  }

  #search() {
    // By state, the fewest switches with which it was reached.
    const seen = new Map()
    const path = []
    let runs = 1
    let deepest = 0
    this.#begin()
    try {
      for (;;) {
        let isHere = false
        const key = this.#key()
        if (!(seen.get(key) <= this.#switches)) {
          seen.set(key, this.#switches)
          if (seen.size > this.#bounds.most) throw unfinished(this.#bounds.most)
          path.push({ choices: this.#enabled(), next: 0 })
          deepest = Math.max(deepest, path.length)
          isHere = path.at(-1).choices.length > 0
        }
        while (path.length > 0 && path.at(-1).next === path.at(-1).choices.length) path.pop()
        if (path.length === 0) return { states: seen.size, runs, deepest }
        if (!isHere) {
          runs++
          this.#begin()
          for (const { choices, next } of path.slice(0, -1)) this.#do(choices[next - 1])
        }
        const last = path.at(-1)
        this.#do(last.choices[last.next++])
      }
    } catch (error) {
      if (error instanceof Again) throw error
      error.steps = this.#told(path)
      throw error
    }
  }

  // A fresh run: the arena as it was, and threads that did nothing yet.
  #begin() {
    const words = this.#words
    words.rewind()
    this.#kills = 0
    this.#switches = 0
    this.#last = -1
    this.#ghost = this.#scenario.ghost({
      word: (at) => words.at(at),
      where: this.#where,
      bounds: this.#bounds,
      names: this.#names,
    })
    words.onChange = (by, at) => this.#ghost.wrote?.(by, at)
    this.#threads = this.#names.map((name, number) => {
      this.#current = number
      const place = (this.#places[number] ??= this.#thread())
      place.$state.reset()
      place.$md(place, 'sit', [this.#buffer, name])
      const scenario = place.scenarios[this.#scenario.name]
      const opened = place.$md(scenario, 'open', [this.#handle, this.#bounds])
      const told = { round: (round) => this.#forget(number, round) }
      for (const [key, does] of Object.entries(this.#ghost))
        told[key] = (...args) => does.call(this.#ghost, number, ...args)
      const thread = {
        number,
        name,
        seat: seatOf(name),
        place,
        program: place.$c(scenario.run, scenario, [opened, number, told, this.#bounds]),
        pending: undefined,
        status: RUNS,
        h1: number + 1,
        h2: 0,
        time: 0,
      }
      return thread
    })
    for (const thread of this.#threads) this.#advance(thread, undefined)
  }

  #thread() {
    const calls = callsFor({
      isShared: (object) => this.#words.has(object),
      run: (program) => this.#run(program),
    })
    const modules = {
      '#atomics': atomics,
      '#scheduler': waits,
      ...systemModules(() => this.#threads[this.#current]?.time ?? 0),
    }
    calls.$state = {}
    return { ...this.#make(calls, modules), ...calls }
  }

  // In one go: what cannot give way, and what comes before all.
  #run(program) {
    let value
    for (;;) {
      const step = program.next(value)
      if (step.done) return step.value
      value = this.#perform(step.value)
    }
  }

  // Up to the next step that others could notice.
  #advance(thread, value) {
    this.#current = thread.number
    for (let steps = 0; ; steps++) {
      if (steps > MOST_STEPS) throw new Violation(`${thread.number} runs for ever`)
      const step = thread.program.next(value)
      if (step.done) {
        thread.status = ENDED
        thread.pending = undefined
        return
      }
      const op = step.value
      if (this.#isNoticed(op)) {
        thread.pending = op
        return
      }
      value = this.#perform(op)
    }
  }

  #isNoticed(op) {
    const [kind] = op
    if (kind === 'wake' || kind === 'block' || kind === 'pass') return true
    if (this.#bounds.together && (kind === PLAIN_LOAD || kind === PLAIN_STORE)) return false
    return this.#words.isNoticed(op)
  }

  #perform(op) {
    const [kind, , seat] = op
    if (kind === 'pass') return undefined
    if (kind === 'wake') return this.#wake(seat)
    return this.#words.perform(op, this.#current)
  }

  #wake(seat) {
    for (const thread of this.#threads) {
      if (thread.seat !== seat || thread.status !== SLEEPS) continue
      thread.status = RUNS
      thread.pending = AWAKE
    }
  }

  #key() {
    let { h1 } = this.#words
    let h2 = this.#words.h2 ^ (this.#bounds.switches === undefined ? 0 : this.#last + 1)
    for (const { h1: own1, h2: own2, status, number, pending } of this.#threads) {
      const does = pending === AWAKE ? AWAKES : status
      h1 = mix(h1 ^ own1, does + number * 16)
      h2 = mix(own2 + h1, h2 ^ does)
    }
    return (h1 >>> 0) * 0x20_0000 + (h2 & 0x1f_ffff)
  }

  #enabled() {
    const choices = []
    let isQuiet = true
    const mayKill = this.#kills < this.#bounds.kills
    const { switches = Number.POSITIVE_INFINITY } = this.#bounds
    const mustStay = this.#switches >= switches && this.#threads[this.#last]?.status === RUNS
    for (const { number, status, pending } of this.#threads) {
      const base = number * 8
      if (status === RUNS && (!mustStay || number === this.#last)) choices.push(base + STEP)
      if (status === SLEEPS && pending[4] <= 1) choices.push(base + TIMEOUT)
      if (status === KILLED) choices.push(base + RELEASE)
      if (status === RELEASED) choices.push(base + ANNOUNCE)
      if (mayKill && status <= SLEEPS) choices.push(base + KILL)
      if (status !== SLEEPS && status !== ENDED && status !== ANNOUNCED) isQuiet = false
    }
    if (isQuiet) {
      const asleep = this.#threads
        .filter(({ status }) => status === SLEEPS)
        .map(({ number }) => number)
      this.#ghost.end(asleep)
    }
    return choices
  }

  #do(choice) {
    const thread = this.#threads[choice >> 3]
    switch (choice & 7) {
      case STEP:
        if (
          this.#bounds.switches !== undefined &&
          thread.number !== this.#last &&
          this.#threads[this.#last]?.status === RUNS
        )
          this.#switches++
        this.#last = thread.number
        return this.#step(thread)
      case TIMEOUT:
        thread.time += LATER
        thread.status = RUNS
        return this.#goOn(thread, TIMED_OUT)
      case KILL:
        this.#kills++
        thread.status = KILLED
        return this.#ghost.killed?.(thread.number)
      case RELEASE:
        thread.status = RELEASED
        return this.#words.store(this.#where.life[thread.number], 0, KERNEL)
      case ANNOUNCE:
        thread.status = ANNOUNCED
        return this.#announce()
    }
  }

  #step(thread) {
    const { pending } = thread
    if (pending === AWAKE) return this.#goOn(thread, WOKEN)
    this.#current = thread.number
    if (pending[0] !== 'block') return this.#goOn(thread, this.#perform(pending))
    const [, array, index, value] = pending
    if (this.#perform(['load', array, index]) !== value) return this.#goOn(thread, WOKEN)
    thread.status = SLEEPS
  }

  #goOn(thread, value) {
    const known = typeof value === 'bigint' ? Number(value) : (value ?? 0)
    thread.h1 = mix(thread.h1, known | 0)
    thread.h2 = mix(known | 0, thread.h2 + (Number.isInteger(known) ? 0 : Math.fround(known * 1e6)))
    this.#advance(thread, value)
  }

  // At the beginning of a round a thread knows nothing of those before: they ended, and it keeps nothing of them.
  #forget(number, round) {
    const thread = this.#threads[number]
    if (thread) {
      thread.h1 = number + 1 + round * 16
      thread.h2 = 0
    }
  }

  // As the addon does it: one more death is counted, and all bells are rung.
  #announce() {
    const { deaths, bell, sleepers } = this.#where
    const words = this.#words
    words.store(deaths, words.at(deaths) + 1, KERNEL)
    for (const { number, seat } of this.#threads) {
      words.store(bell[number], ((words.at(bell[number]) | sleepers) + 1) | 0, KERNEL)
      this.#wake(seat)
    }
  }

  // The path anew, with its steps in words.
  #told(path) {
    const steps = []
    this.#begin()
    try {
      for (const { choices, next } of path) {
        const choice = choices[next - 1]
        if (choice === undefined) break
        const thread = this.#threads[choice >> 3]
        steps.push(`${thread.number} ${NAMES[choice & 7]} ${this.#name(thread.pending)}`.trim())
        this.#do(choice)
      }
    } catch {
      // The last step.
    }
    return steps
  }

  #name(op) {
    if (!op) return ''
    const [kind, array, index, a, b] = op
    if (!array) return kind
    const at = (array.byteOffset + index * array.BYTES_PER_ELEMENT) >> 2
    const values = [a, b].filter((value) => value !== undefined).join(' ')
    return `${kind} word ${at} (is ${array[index]}) ${values}`.trim()
  }
}
