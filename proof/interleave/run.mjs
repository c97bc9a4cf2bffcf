// Runs the packages' own source of lock, ring, semaphore, barrier and value through all interleavings of two and three threads, with a
// death at every step; each broken variant must be found out.
//
//   node proof/interleave/run.mjs [--long] [--json file] [--only lock|ring|semaphore|barrier|value]
//
// The last line is 'N passed, N failed'. What is found is printed with the steps that lead to it.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { checks } from './checks.mjs'
import { codeWith } from './code.mjs'
import { mutants, searches } from './searches.mjs'
import { World } from './world.mjs'

const { values: options } = parseArgs({
  options: { long: { type: 'boolean' }, json: { type: 'string' }, only: { type: 'string' } },
})
/** States of one search; more is a mistake in its bounds. */
const most = options.long ? 5e6 : 2e6
const isWanted = ({ check, isLong }) =>
  (options.only === undefined || check === options.only) && (!isLong || options.long)

const told = (bounds) =>
  Object.entries(bounds)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

function search(make, check, bounds) {
  const started = performance.now()
  try {
    const found = new World(make, checks[check], { most, ...bounds }).explore()
    return { ...found, seconds: (performance.now() - started) / 1000 }
  } catch (error) {
    if (!error.steps || error.isUnfinished) throw error
    return { error, seconds: (performance.now() - started) / 1000 }
  }
}

const results = []
let failed = 0
const make = await codeWith()
for (const { check, bounds } of searches.filter(isWanted)) {
  const { states, runs, error, seconds } = search(make, check, bounds)
  if (error) {
    failed++
    console.log(`FAILED ${check}: ${told(bounds)}: ${error.stack}\n  ${error.steps.join('\n  ')}`)
  } else {
    console.log(
      `${check}: ${told(bounds)}: ${states} states, ${runs} runs, ${seconds.toFixed(1)} s`,
    )
  }
  results.push({ check, bounds, states, runs, seconds, passed: !error })
}
for (const { name, check, bounds, changes } of mutants.filter(isWanted)) {
  const { states, error, seconds } = search(await codeWith(changes), check, bounds)
  if (error) {
    console.log(
      `found out: ${name}: ${error.message} (${error.steps.length} steps, ${seconds.toFixed(1)} s)`,
    )
  } else {
    failed++
    console.log(`FAILED: ${name}: nothing was found in ${states} states`)
  }
  results.push({
    mutant: name,
    check,
    bounds,
    steps: error?.steps.length,
    found: error?.message,
    seconds,
    passed: !!error,
  })
}
if (options.json) writeFileSync(options.json, JSON.stringify(results, undefined, 1))
console.log(`${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
