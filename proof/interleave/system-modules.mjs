// As much of Node as the packages ask for at their start: no core is free, so nobody spins, and time passes when the
// search says so.
import path from 'node:path'

export function systemModules(time) {
  return {
    'node:fs': { existsSync: () => false, readlinkSync: () => '', fstatSync: () => ({ size: 0 }) },
    'node:os': {
      availableParallelism: () => 0,
      totalmem: () => 2 ** 33,
      constants: { signals: {} },
    },
    'node:path': path,
    'node:url': { fileURLToPath: String, pathToFileURL: String },
    'node:module': { createRequire: () => () => undefined },
    process: {
      hrtime: () => [time(), 0],
      getBuiltinModule: (name) =>
        name === 'node:crypto'
          ? { randomFillSync: (array) => array.fill(7) }
          : { isMainThread: false },
      constrainedMemory: () => 0,
      on() {},
      pid: 1,
      env: { TROUPE_ADDON: 'off' },
      versions: process.versions,
    },
  }
}
