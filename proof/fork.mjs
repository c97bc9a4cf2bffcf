// Forks of a Node process, and notes that outlive who writes them; see native/fork.c. Compiled at its first use.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('./native/fork.c', import.meta.url))
export const addonFile = fileURLToPath(new URL('./build/fork.node', import.meta.url))

export function compileFork() {
  if (existsSync(addonFile) && statSync(addonFile).mtimeMs > statSync(source).mtimeMs) return
  mkdirSync(path.dirname(addonFile), { recursive: true })
  const headers = path.resolve(path.dirname(process.execPath), '..', 'include', 'node')
  const flags = ['-shared', '-fPIC', '-O2', '-Wall', '-Wextra', '-Werror', `-I${headers}`]
  execFileSync('gcc', [...flags, '-o', addonFile, source], { stdio: 'inherit' })
}

export function loadFork() {
  const module = { exports: {} }
  process.dlopen(module, addonFile)
  return module.exports
}

/** Items that each maker may put in a round: the peer, and a victim. */
export const PEER_ITEMS = 4_000_000
export const VICTIM_ITEMS = 16_384
const NOTE_WORDS = 16
export const TORN = 1
export const TWICE = 2
export const ORDER = 3

/** What everybody notes of a round of `victims`, in one mapped file. Maker 0 is the peer. */
export class Notes {
  #words
  #counts

  static bytes(victims) {
    return (victims + 2) * NOTE_WORDS * 4 + PEER_ITEMS + victims * VICTIM_ITEMS
  }

  constructor(file, victims) {
    const bytes = Notes.bytes(victims)
    const buffer = loadFork().map(openSync(file, 'r+'), bytes)
    this.#words = new Int32Array(buffer, 0, (victims + 2) * NOTE_WORDS)
    this.#counts = new Uint8Array(buffer, this.#words.byteLength)
  }

  clear() {
    this.#words.fill(0)
    this.#counts.fill(0)
  }

  get isStopped() {
    return this.#words[NOTE_WORDS - 1] !== 0
  }

  stop() {
    this.#words[NOTE_WORDS - 1] = 1
  }

  /** Maker `id` is at work. */
  begin(id) {
    this.#words[id * NOTE_WORDS + 4] = 1
  }

  hasBegun(id) {
    return this.#words[id * NOTE_WORDS + 4] !== 0
  }

  /** Puts of maker `id` returned. */
  putBy(id, count) {
    this.#words[id * NOTE_WORDS] += count
  }

  put(id) {
    return this.#words[id * NOTE_WORDS]
  }

  /** A getter that saw something wrong says what. */
  wrong(id, what, maker, i) {
    this.#words.set([what, maker, i], id * NOTE_WORDS + 1)
  }

  wrongBy(id) {
    return this.#words.subarray(id * NOTE_WORDS + 1, id * NOTE_WORDS + 4)
  }

  static at(maker, i) {
    return maker === 0 ? i : PEER_ITEMS + (maker - 1) * VICTIM_ITEMS + i
  }

  /** Item `i` of `maker` was taken; how often before. Each item is one getter's, so nobody else counts here. */
  took(maker, i) {
    return this.#counts[Notes.at(maker, i)]++
  }

  times(maker, i) {
    return this.#counts[Notes.at(maker, i)]
  }

  /** The highest item of `maker` that was taken, from `from` on. */
  highest(maker, from, items) {
    let highest = from - 1
    for (let i = from; i < items && i < from + 64; i++) if (this.times(maker, i) > 0) highest = i
    return highest
  }
}
