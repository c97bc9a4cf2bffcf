// pnpm proof: runs the crash proof and tells what it showed, in docs/proof.md. Each part is a program that prints
// one line of JSON; a watchdog can only fail it. The last line is 'N passed, N failed'.
//
//   --short       the form of the gate: no models and no interleavings (the gate runs them by themselves), and nothing
//                 is written
//   --only name   one part, or models, or interleave; the page keeps what it says of the others
//   --minutes n   the time of all parts together; each stops at its share of it and tells how far it came
//   --resume      goes on after the parts that passed at this commit
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { page } from './page.mjs'

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    minutes: { type: 'string', default: '240' },
    resume: { type: 'boolean', default: false },
  },
})
const { short, only } = options
const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const MOST_MINUTES = 90

/** Name; count, of the short form and of the long one; share of the time; what is done. */
const PARTS = [
  ['kill-queue', 'kills', 120, 3400, 34, 'SIGKILL of producers and consumers of one Queue'],
  ['kill-pipe', 'kills', 60, 1600, 15, 'SIGKILL of either end of a Pipe'],
  [
    'kill-shared',
    'kills',
    120,
    3000,
    10,
    'kills of actors with each of a lock, a semaphore, a condition, a barrier and an event',
  ],
  [
    'kill-fork',
    'kills',
    200,
    100_000,
    12,
    'SIGKILL of forked processes at one queue of the memory layer',
  ],
  [
    'kill-segments',
    'kills',
    50,
    3000,
    5,
    'SIGKILL of who owns named memory, of who attached to it, and of whole systems',
  ],
  ['threads', 'ends', 300, 1000, 7, 'ends of threads in put, get and waiting'],
  ['ends', 'each', 3, 25, 5, 'the ends that look harmless'],
  [
    'volume',
    'items',
    40_000,
    2_000_000,
    6,
    '4 producers to 4 consumers, maxsize 1 and mixed sizes',
  ],
  ['leaks', 'queues', 100_000, 1_000_000, 4, 'queues made and disposed; a root SIGKILLed'],
  ['idle', 'seconds', 10, 10, 2, 'ten waiting places'],
].filter(([name]) => only === '' || name === only)

/**
 * Node takes an ending worker's isolate from its platform before it disposes of it; a compilation of that isolate
 * in the background that wants a garbage collection in between aborts the process (v8/node#208 turned the order
 * round). No line of ours runs there, so that a part which ends like this says nothing: it is run again.
 */
const NODE_FAULT = 'NodePlatform::ForIsolate'
const MOST_NODE_FAULTS = 2

function runOnce(name, args, minutes) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [here(`parts/${name}.mjs`), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let text = ''
    let errors = ''
    let hangs = false
    child.stdout.on('data', (chunk) => (text += chunk))
    child.stderr.on('data', (chunk) => {
      errors += chunk
      process.stderr.write(chunk)
    })
    const watchdog = setTimeout(
      () => {
        hangs = true
        child.kill('SIGKILL')
      },
      (minutes + 5) * 60_000,
    )
    child.on('close', (code, signal) => {
      clearTimeout(watchdog)
      const isNodeFault = signal === 'SIGABRT' && errors.includes(NODE_FAULT)
      try {
        resolve({ ...JSON.parse(text.trim().split('\n').at(-1)), code, isNodeFault })
      } catch {
        const end = signal ? `ended by ${signal}` : `exit code ${code}`
        const failure = hangs ? 'hung: ended by the watchdog' : `${end} without a report`
        resolve({ part: name, counts: {}, failures: [failure], code, isNodeFault })
      }
    })
  })
}

/** Runs a part; what Node itself aborted is run again, and told in the counts. */
async function run(name, args, minutes) {
  for (let nodeFaults = 0; ; nodeFaults++) {
    const { isNodeFault, ...result } = await runOnce(name, args, minutes)
    if (isNodeFault && nodeFaults < MOST_NODE_FAULTS) continue
    if (nodeFaults > 0) result.counts.abortedByNode = nodeFaults
    return result
  }
}

/** Runs the searches of a folder; their outcome as they tell it. */
function runSearches(folder, ...args) {
  const file = here(`build/${folder}.json`)
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [here(`${folder}/run.mjs`), '--json', file, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    child.on('close', () => {
      try {
        resolve(JSON.parse(readFileSync(file, 'utf8')))
      } catch {
        resolve([])
      }
    })
  })
}

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
/** What long runs showed, each part at its commit: the page is made of it. */
const stateFile = here('results.json')
const state = JSON.parse(readFileSync(stateFile, 'utf8'))
mkdirSync(here('build'), { recursive: true })

function keep() {
  if (short) return
  writeFileSync(stateFile, `${JSON.stringify(state, undefined, 1)}\n`)
  writeFileSync(here('../docs/proof.md'), page(state))
}

const isPassed = (result) => result.failures.length === 0 && result.code === 0

function tell(result) {
  const verdict = isPassed(result) ? 'passed' : 'FAILED'
  console.log(`${verdict}  ${result.part}: ${result.what}; ${JSON.stringify(result.counts)}`)
  for (const failure of result.failures.slice(0, 5))
    console.log(`        ${failure} (seed ${result.seed})`)
}

const isDone = (name) =>
  options.resume && !short && state.parts[name]?.commit === commit && isPassed(state.parts[name])

let passed = 0
let failed = 0
for (const [name, unit, few, many, share, what] of PARTS) {
  if (isDone(name)) continue
  const minutes = Math.min(MOST_MINUTES, (Number(options.minutes) * share) / 100)
  const began = performance.now()
  const args = [`--${unit}`, String(short ? few : many), '--minutes', String(minutes)]
  const result = { ...(await run(name, args, minutes)), what, commit }
  result.seconds = Math.round((performance.now() - began) / 1000)
  tell(result)
  if (isPassed(result)) passed++
  else failed++
  state.parts[name] = result
  keep()
}
for (const [name, ...args] of [['models'], ['interleave', '--long']]) {
  if (short || (only !== '' && only !== name)) continue
  const searches = await runSearches(name, ...args)
  const right = searches.filter((search) => search.passed).length
  const isRight = right === searches.length && right > 0
  console.log(`${isRight ? 'passed' : 'FAILED'}  ${name}: ${right} of ${searches.length}`)
  if (isRight) passed++
  else failed++
  state[name] = { commit, searches }
  keep()
}
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
