// Runs every Promela model in this folder: a complete search of each configuration must find nothing, each mutant must fail.
//
//   node proof/models/run.mjs [--long] [--json file] [--only model]
//
// --only takes one model, with --long its long configurations too. The configurations stand in the head of each model: `check short|long: DEFINES` and `mutant: BUG DEFINES`.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const here = dirname(fileURLToPath(import.meta.url))
const { values: options } = parseArgs({
  options: { long: { type: 'boolean' }, json: { type: 'string' }, only: { type: 'string' } },
})
// NOREDUCE: partial order reduction does not know `provided`. SAFETY: assertions only, no acceptance cycles.
const compile = ['-O2', '-DNOREDUCE', '-DSAFETY', '-DCOLLAPSE', '-w']
const depth = '-m3000000'
const megabytes = { short: 4_000, long: 14_000 }
const seconds = { short: 300, long: 3_600 }

function requireTool(tool, aptPackage) {
  if (spawnSync(tool, ['--version']).error === undefined) return
  console.error(`${tool} is missing. Debian, Ubuntu: apt-get install ${aptPackage}`)
  process.exit(1)
}

function configurationsOf(model) {
  const found = []
  for (const [, kind, defines] of readFileSync(join(here, model), 'utf8').matchAll(
    /^ \* (check short|check long|mutant): *(.*)$/gm,
  )) {
    if (kind === 'check long' && !options.long) continue
    found.push({ model, kind, defines: defines.trim().split(/\s+/).filter(Boolean) })
  }
  return found
}

function number(text, pattern) {
  const match = pattern.exec(text)
  return match === null ? undefined : Number(match[1])
}

/** Runs a program to its end; without a status when it was ended at its time. */
function run(name, parameters, cwd, timeout) {
  return new Promise((resolve) => {
    const child = spawn(name, parameters, { cwd, timeout, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    child.on('close', (status) => resolve({ status, output }))
  })
}

async function tool(name, parameters, folder) {
  const { status, output } = await run(name, parameters, folder)
  if (status === 0) return
  throw new Error(`${name} failed:\n${output.replaceAll(`${here}/`, '')}`)
}

async function search({ model, kind, defines }) {
  const folder = mkdtempSync(join(tmpdir(), 'models-'))
  try {
    const flags = defines.map((define) => `-D${define}`)
    const pace = kind === 'check long' ? 'long' : 'short'
    await tool('spin', [...flags, '-a', join(here, model)], folder)
    await tool('gcc', [...compile, `-DMEMLIM=${megabytes[pace]}`, '-o', 'pan', 'pan.c'], folder)
    const started = performance.now()
    const found = await run('./pan', ['-E', depth, '-w24'], folder, seconds[pace] * 1000)
    return told({ model, kind, defines }, found, (performance.now() - started) / 1000)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function told({ model, kind, defines }, { status, output }, elapsed) {
  const errors = number(output, /errors: (\d+)/)
  const cut = /Search not completed|max search depth too small|out of memory|memory limit/i.test(
    output,
  )
  const complete = status === 0 && errors !== undefined && !cut
  return {
    model,
    kind,
    defines: defines.join(' '),
    states: number(output, /([\d.e+]+) states, stored/),
    megabytes: number(output, /([\d.]+)\s+total actual memory usage/),
    seconds: Math.round(elapsed * 10) / 10,
    errors,
    complete,
    passed: kind === 'mutant' ? errors !== undefined && errors > 0 : complete && errors === 0,
  }
}

function row(result) {
  const { model, kind, defines, states, seconds, errors, complete, passed } = result
  const verdict =
    kind === 'mutant' ? (passed ? 'caught' : 'NOT CAUGHT') : complete ? 'complete' : 'NOT COMPLETE'
  const cells = [
    model.padEnd(10),
    kind.padEnd(11),
    defines.padEnd(58),
    String(states ?? '-').padStart(10),
  ]
  cells.push(`${seconds.toFixed(1).padStart(6)} s`, `${errors ?? '-'} errors`.padStart(9), verdict)
  return `${passed ? 'ok  ' : 'FAIL'} ${cells.join(' ')}`
}

requireTool('spin', 'spin')
requireTool('gcc', 'gcc')
const wanted = readdirSync(here)
  .filter((name) => name.endsWith('.pml'))
  .sort()
  .filter((model) => options.only === undefined || model === `${options.only}.pml`)
  .flatMap(configurationsOf)
const results = []
/** The next one that nobody has begun. */
let next = 0
async function searchOnACore() {
  while (next < wanted.length) {
    const at = next++
    results[at] = await search(wanted[at])
    console.log(row(results[at]))
  }
}
// Long ones take what memory there is.
const cores = options.long ? 1 : availableParallelism()
await Promise.all(Array.from({ length: cores }, searchOnACore))
if (options.json !== undefined)
  writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`)
const failed = results.filter((result) => !result.passed).length
console.log(`${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 && results.length > 0 ? 0 : 1
