// pnpm proof: runs the crash proof and tells what it showed. `--short` is the form of the gate; `--only name`
// runs one part. Each part is a program that prints one line of JSON; a watchdog can only fail it.
// The last line is 'N passed, N failed'; without `--short` the outcome is written to docs/proof.md.
import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { fileURLToPath } from 'node:url'

const short = process.argv.includes('--short')
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : ''
const here = (name) => fileURLToPath(new URL(name, import.meta.url))

const PARTS = [
  [
    'kill-queue',
    ['--kills', short ? '200' : '5000'],
    'SIGKILL of producers and consumers of one Queue',
  ],
  ['kill-pipe', ['--kills', short ? '100' : '2000'], 'SIGKILL of either end of a Pipe'],
  ['threads', ['--ends', short ? '300' : '3000'], 'ends of threads in put, get and waiting'],
  ['ends', ['--each', short ? '3' : '100'], 'the ends that look harmless'],
  [
    'volume',
    ['--items', short ? '40000' : '2000000'],
    '4 producers to 4 consumers, maxsize 1 and mixed sizes',
  ],
  [
    'leaks',
    ['--queues', short ? '100000' : '1000000'],
    'queues made and disposed; a root SIGKILLed',
  ],
  ['idle', ['--seconds', '10'], 'ten waiting places'],
].filter(([name]) => only === '' || name === only)

const WATCHDOG_MS = short ? 240_000 : 3_600_000

function run(name, args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [here(`parts/${name}.mjs`), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (chunk) => (text += chunk))
    const watchdog = setTimeout(() => child.kill('SIGKILL'), WATCHDOG_MS)
    child.on('exit', (code, signal) => {
      clearTimeout(watchdog)
      try {
        resolve({ ...JSON.parse(text.trim().split('\n').at(-1)), code })
      } catch {
        const failure = signal
          ? 'hung: ended by the watchdog'
          : `exit code ${code} without a report`
        resolve({ part: name, counts: {}, failures: [failure], code })
      }
    })
  })
}

const results = []
for (const [name, args, what] of PARTS) {
  const result = await run(name, args)
  results.push({ ...result, what })
  const verdict = result.failures.length === 0 && result.code === 0 ? 'passed' : 'FAILED'
  console.log(`${verdict}  ${name}: ${what}; ${JSON.stringify(result.counts)}`)
  for (const failure of result.failures.slice(0, 5))
    console.log(`        ${failure} (seed ${result.seed})`)
}
const passed = results.filter((result) => result.failures.length === 0 && result.code === 0).length

if (!short && only === '') {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const rows = results.map(
    ({ part, what, counts, failures, seed }) =>
      `| ${part} | ${what} | ${Object.entries(counts)
        .map(([key, value]) => `${key} ${value}`)
        .join(
          ', ',
        )} | ${failures.length === 0 ? 'no failure' : failures.slice(0, 3).join('; ')} | ${seed ?? ''} |`,
  )
  const page = [
    '# Proof',
    '',
    'Written by `pnpm proof`; the programs are in `proof/parts`, each with its oracle at its head. The Promela',
    'models are run by `node proof/models/run.mjs`, the tests by `pnpm test`.',
    '',
    `Commit ${commit}, Node ${process.version}, Linux ${release()}, ${cpus().length} × ${cpus()[0].model}.`,
    '',
    '| part | what | counts | outcome | seed |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ]
  writeFileSync(here('../docs/proof.md'), page.join('\n'))
}
console.log(`${passed} passed, ${results.length - passed} failed`)
if (passed < results.length) process.exitCode = 1
