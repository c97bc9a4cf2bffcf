/** Text of values, by `node:util`, which is loaded at its first use: a place starts sooner without it. */
import type * as Util from 'node:util'

const util = (): typeof Util => process.getBuiltinModule('node:util')

/** As Node's. */
export function inspect(value: unknown, options?: Util.InspectOptions): string {
  return util().inspect(value, options)
}

/** As Node's. */
export function format(...items: readonly unknown[]): string {
  return util().format(...items)
}
