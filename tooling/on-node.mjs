// pnpm run on-node 22 24 26 [-- vitest arguments]: runs the tests on other versions of Node, one after the other.
// Nothing is built: the addon and the bundles that lie there are those that the Node of the last build made.
// Each Node is an npm package. The last line is 'N passed, N failed', over all versions.
import { execFileSync, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const VERSIONS = new Map([
  ['22', '22.23.3'],
  ['24', '24.21.0'],
  ['26', '26.10.0'],
])

const root = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)
const divider = args.indexOf('--')
const versions = divider < 0 ? args : args.slice(0, divider)
const forVitest = divider < 0 ? [] : args.slice(divider + 1)
const unknown = versions.filter((version) => !VERSIONS.has(version))
if (versions.length === 0 || unknown.length > 0) {
  const known = [...VERSIONS.keys()].join(' ')
  console.error(`on-node: ${unknown.join(' ') || 'no version'}: name some of ${known}`)
  process.exit(2)
}

/** The environment without what pnpm and npm say of the Node that runs this tool. */
function plainEnvironment() {
  const entries = Object.entries(process.env)
  return Object.fromEntries(entries.filter(([name]) => !/^(npm_|NODE$|NODE_PATH$)/i.test(name)))
}

/** Path of the binary, fetched at the first use. */
function binaryOf(version) {
  const wanted = `node-${process.platform}-${process.arch}@${version}`
  const say = 'console.log(process.version + " " + process.execPath)'
  const options = { cwd: root, env: plainEnvironment(), encoding: 'utf8' }
  const said = execFileSync('npx', ['-y', '-p', wanted, 'node', '-e', say], options).trim()
  const [got, ...at] = said.split(' ')
  if (got !== `v${version}`) throw new Error(`on-node: npx ran ${got} for ${version}`)
  return at.join(' ')
}

/** Runs the tests; children of the tests find the same Node by `process.execPath` and on the PATH. */
function runTests(binary) {
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const env = plainEnvironment()
  env.PATH = `${path.dirname(binary)}${path.delimiter}${env.PATH}`
  return new Promise((resolve, reject) => {
    const child = spawn(binary, [vitest, 'run', ...forVitest], {
      cwd: root,
      env,
      stdio: ['inherit', 'pipe', 'inherit'],
    })
    let counts = [0, 0]
    createInterface({ input: child.stdout }).on('line', (line) => {
      console.log(line)
      const [, passed, failed] = /^(\d+) passed, (\d+) failed/.exec(line) ?? []
      if (passed !== undefined) counts = [Number(passed), Number(failed)]
    })
    child.on('error', reject)
    // A run that failed without a red test (no tests, a crash) counts as one.
    child.on('close', (code) => resolve(code === 0 ? counts : [counts[0], Math.max(counts[1], 1)]))
  })
}

const table = []
for (const major of versions) {
  const version = VERSIONS.get(major)
  console.log(`\n== Node ${version}`)
  const [passed, failed] = await runTests(binaryOf(version))
  table.push({ version, passed, failed })
}

console.log()
for (const { version, passed, failed } of table) {
  console.log(`Node ${version}: ${passed} passed, ${failed} failed`)
}
const sum = (name) => table.reduce((total, row) => total + row[name], 0)
console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
process.exit(sum('failed') === 0 ? 0 : 1)
