// Runs every Promela model in this folder: a complete search of each configuration must find nothing, each mutant must fail.
//
//   node proof/models/run.mjs [--long] [--json file] [--only model]
//
// --only takes one model, with --long its long configurations too. The configurations stand in the head of each model: `check short|long: DEFINES` and `mutant: BUG DEFINES`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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

function tool(name, parameters, folder) {
  const run = spawnSync(name, parameters, { cwd: folder, encoding: 'utf8' })
  if (run.status === 0) return
  throw new Error(`${name} failed:\n${(run.stdout + run.stderr).replaceAll(`${here}/`, '')}`)
}

function search({ model, kind, defines }, folder) {
  const flags = defines.map((define) => `-D${define}`)
  const pace = kind === 'check long' ? 'long' : 'short'
  tool('spin', [...flags, '-a', join(here, model)], folder)
  tool('gcc', [...compile, `-DMEMLIM=${megabytes[pace]}`, '-o', 'pan', 'pan.c'], folder)
  const started = performance.now()
  const run = spawnSync('./pan', ['-E', depth, '-w24'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: seconds[pace] * 1000,
  })
  const elapsed = (performance.now() - started) / 1000
  const output = run.stdout + run.stderr
  const errors = number(output, /errors: (\d+)/)
  const cut = /Search not completed|max search depth too small|out of memory|memory limit/i.test(
    output,
  )
  const complete = run.status === 0 && errors !== undefined && !cut
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
const folder = mkdtempSync(join(tmpdir(), 'models-'))
const results = []
try {
  const models = readdirSync(here)
    .filter((name) => name.endsWith('.pml'))
    .sort()
  for (const model of models) {
    if (options.only !== undefined && model !== `${options.only}.pml`) continue
    for (const configuration of configurationsOf(model)) {
      const result = search(configuration, folder)
      results.push(result)
      console.log(row(result))
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
if (options.json !== undefined)
  writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`)
const failed = results.filter((result) => !result.passed).length
console.log(`${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 && results.length > 0 ? 0 : 1
