// Runs a row: every contestant once a round, ours and rivals alternating, each as a process of its
// own. So what disturbs the machine for a while disturbs both sides of a ratio.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const TIME_LIMIT = 90_000
const SMALLEST = { 'rivals/new-worker.mjs': 4, 'rivals/fork.mjs': 4, 'ours/start.mjs': 4 }

/**
 * Adds to each contestant (our forms, the rivals' variants) its `samples`, one a round, or the
 * `failure` that took it out. `scale` shrinks the amounts for a smoke run.
 */
export async function runRow(row, { rounds, scale, onRun }) {
  const order = alternate(
    row.ours,
    row.rivals.flatMap((rival) => rival.variants),
  )
  for (const contestant of order) contestant.samples = []
  for (
    let round = 1;
    round <= (row.rounds === undefined ? rounds : Math.min(rounds, row.rounds));
    round++
  ) {
    for (const contestant of order) {
      if (contestant.failure !== undefined) continue
      onRun(row, contestant, round)
      try {
        contestant.samples.push(await runProgram(contestant, scale))
      } catch (error) {
        contestant.failure = error.message
      }
    }
  }
}

function alternate(ours, rivals) {
  const order = []
  for (let index = 0; index < Math.max(ours.length, rivals.length); index++) {
    if (index < ours.length) order.push(ours[index])
    if (index < rivals.length) order.push(rivals[index])
  }
  return order
}

async function runProgram({ command = process.execPath, program, args, amount }, scale) {
  const scaled = Math.max(SMALLEST[program] ?? 20, Math.round(amount * scale))
  const { code, signal, output, complaint } = await run(command, [
    HERE + program,
    ...args,
    '--amount',
    String(Math.min(amount, scaled)),
  ])
  const ended = signal === null ? `exit code ${code}` : signal
  const lines = output.trim().split('\n')
  if (code !== 0) throw new Error(`${ended}: ${lastWords(complaint)}`)
  const { operations, seconds, share } = JSON.parse(lines.at(-1))
  if (!(operations > 0 && seconds > 0)) throw new Error(`no result: ${lines.at(-1)}`)
  return { operations, seconds, share, rate: operations / seconds }
}

/** The line that names the error, of a Node or a Python trace. */
function lastWords(complaint) {
  const lines = complaint.trim().split('\n')
  return lines.find((line) => /^\s*\S*Error\b.*:/.test(line))?.trim() ?? lines.at(-1)
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that a program that hangs goes with everything it started.
    const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let complaint = ''
    const killGroup = () => {
      if (child.pid === undefined) return
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It is gone already.
      }
    }
    const timer = setTimeout(() => {
      complaint = `did not end within ${TIME_LIMIT / 1000} s`
      killGroup()
    }, TIME_LIMIT)
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text))
    process.once('exit', killGroup)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      process.off('exit', killGroup)
      resolve({ code, signal, output, complaint })
    })
  })
}
