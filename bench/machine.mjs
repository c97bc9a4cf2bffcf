// What a published figure has to name: machine, versions, commit and program.

import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

export function machineFacts(rounds) {
  return {
    Machine: `${cpus()[0].model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    Kernel: `${type()} ${release()}`,
    Node: process.version,
    Python: output('python3', ['--version']).replace('Python ', ''),
    Commit: commit(),
    Date: new Date().toISOString().slice(0, 10),
    Program: `\`node bench/run.mjs\`, ${rounds} rounds`,
  }
}

function commit() {
  const changed = output('git', ['status', '--porcelain', '--', 'packages', 'bench']) !== ''
  return output('git', ['rev-parse', '--short', 'HEAD']) + (changed ? ' with changes' : '')
}

function output(command, args) {
  try {
    return execFileSync(command, args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return 'unknown'
  }
}
