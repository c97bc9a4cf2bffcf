// What every JavaScript benchmark program has in common: its arguments and its one line of result.

import { parseArgs } from 'node:util'

export function programArguments(defaults) {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      { type: 'string', default: String(value) },
    ]),
  )
  const { values } = parseArgs({ options })
  return Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number(values[name]) : values[name],
    ]),
  )
}

/** A phase to warm up, then the phase that counts: both are checked, the last one is reported. */
export function phasesOf(amount, sharers = 1) {
  const round = (value) => Math.max(sharers, Math.round(value / sharers) * sharers)
  return [round(amount / 4), round(amount)]
}

export function report(operations, milliseconds, more = {}) {
  console.log(JSON.stringify({ operations, seconds: milliseconds / 1000, ...more }))
}
