/** Whether this thread is its process's main thread. */

let isMain: boolean | undefined

/** Asks `node:worker_threads` at the first call: a main thread takes 5 ms to load it. */
export function isMainThread(): boolean {
  isMain ??= process.getBuiltinModule('node:worker_threads').isMainThread
  return isMain
}

/** A process that was told so need not ask. */
export function setMainThread(): void {
  isMain = true
}
