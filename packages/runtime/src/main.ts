/** `main`: what runs in the root's entry module alone. */
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from '@troupe/memory'
import { type ModuleMeta, urlOf } from './actor.js'
import { describe } from './arguments.js'
import { cellHere, failExit, hasCell } from './cells.js'
import { DefinitionError } from './errors.js'
import { placeOwner } from './owner.js'
import { isPlace } from './place-data.js'
import { isObeyingSignal, stopOnSignals } from './signals.js'
import { ensureSystem } from './system.js'

type Main = () => unknown

let chosen: { readonly run: Main } | undefined
let ran = false
const others = new Set<string>()

/**
 * Runs `run` if this module is the entry of the program, as Python's `if __name__ == '__main__'` does;
 * never in the places that import it. Main is an actor: when it fails, its children are stopped, the error
 * is printed, and the exit code is 1.
 *
 * ```ts
 * main(import.meta, async () => { … })
 * ```
 */
export function main(meta: ModuleMeta, run: Main): void {
  if (typeof run !== 'function') {
    throw new DefinitionError(
      'ERR_TROUPE_MAIN_FUNCTION',
      `main needs a function as second argument: it got ${describe(run)}; write main(import.meta, () => { … })`,
    )
  }
  if (isPlace()) return
  const url = urlOf(meta)
  if (!isMainThread() || !isEntry(url)) {
    if (others.size === 0) process.on('exit', reportUnrun)
    others.add(url)
    return
  }
  // In a bundle all modules are the entry; the main declared last is the entry's own.
  const first = chosen === undefined
  chosen = { run }
  if (first) setImmediate(runChosen)
}

function isEntry(url: string): boolean {
  const entry = process.argv[1]
  if (entry === undefined || !url.startsWith('file:')) return false
  const path = fileURLToPath(url)
  if (path === entry) return true
  try {
    // A folder, a name without extension, a symbolic link: as Node finds the file of an entry.
    return realpathSync(path) === realpathSync(createRequire(url).resolve(entry))
  } catch {
    return false
  }
}

function runChosen(): void {
  ran = true
  ensureSystem()
  stopOnSignals()
  const cell = cellHere()
  const unsettled = watchUnsettled()
  const end = async (): Promise<void> => {
    try {
      await chosen?.run()
      await placeOwner.putsDone()
      // Who is in the way of a letter may wait for the end of a queue.
      placeOwner.closeEnds()
      await placeOwner.lettersDone()
    } catch (error) {
      if (
        isObeyingSignal() ||
        (error as { code?: unknown } | null)?.code === 'ERR_TROUPE_INTERRUPTED'
      )
        return
      console.error(error)
      failExit()
      await cell.stopChildren(5000)
    } finally {
      unsettled.end()
      placeOwner.finish(true)
    }
  }
  void end()
}

/** As Node's for a top-level await. */
const UNSETTLED = 13

// When nothing was left to do and nobody found more, main does not end any more.
function watchUnsettled(): { end(): void } {
  let isIdle = false
  const noteIdle = (): void => {
    isIdle = true
  }
  const report = (): void => {
    if (!isIdle) return
    console.error('main() never ended: it awaits a promise that nothing in this program can settle')
    process.exitCode ??= UNSETTLED
  }
  process.on('beforeExit', noteIdle)
  process.on('exit', report)
  return {
    end: () => {
      process.off('beforeExit', noteIdle)
      process.off('exit', report)
    },
  }
}

function reportUnrun(): void {
  // A test that imports the program for its actors runs no main.
  if (ran || hasCell()) return
  console.error(
    `main() was declared in ${[...others].join(', ')}, and none ran: the entry is ${process.argv[1] ?? 'unknown'}`,
  )
  failExit()
}
