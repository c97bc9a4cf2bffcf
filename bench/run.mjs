// pnpm bench [--quick] [--only queue-int,pipe] [--rounds 6] [--write file]
//
// A full run writes docs/benchmarks.md. --quick is a smoke run: a few percent of the work, one
// round, figures without meaning. --only takes beginnings of row ids (see matrix.mjs). Both write
// nothing unless --write says where.

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machineFacts } from './machine.mjs'
import { matrix } from './matrix.mjs'
import { linesOf } from './results.mjs'
import { runRow } from './rounds.mjs'
import { markdown, terminalLines } from './table.mjs'

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
    write: { type: 'string' },
  },
})

const wanted = given.only.split(',').filter((prefix) => prefix !== '')
const rows = matrix.filter(
  ({ id }) => wanted.length === 0 || wanted.some((prefix) => id.startsWith(prefix)),
)
if (rows.length === 0) {
  console.error(`no row "${given.only}"; there are ${matrix.map(({ id }) => id).join(' ')}`)
  process.exit(2)
}

// By way of `exit`, so that the program that runs just now is ended too.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

const rounds = Number(given.rounds ?? (given.quick ? 1 : 6))
const full = !given.quick && wanted.length === 0
const page =
  given.write ??
  (full ? fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url)) : undefined)

const facts = machineFacts(rounds)
console.log(Object.values(facts).join(' · '))
const lines = []
for (const row of rows) {
  await runRow(row, { rounds, scale: given.quick ? 0.03 : 1, onRun })
  clearProgress()
  const rowLines = linesOf(row)
  lines.push(...rowLines)
  for (const text of terminalLines(rowLines)) console.log(text)
}
if (page !== undefined) writeFileSync(page, markdown(lines, facts))

const count = (verdict) => lines.filter((line) => line.verdict === verdict).length
const [goal, must, missed, failed] = ['goal', 'must', 'missed', 'not run'].map(count)
console.log(`${goal} goals, ${must} musts reached, ${missed} missed, ${failed} not run`)
if (failed > 0) process.exitCode = 1

function onRun(row, contestant, round) {
  if (process.stdout.isTTY)
    process.stdout.write(
      `\r\x1b[K${row.id} round ${round}: ${contestant.program} ${contestant.label}`,
    )
}

function clearProgress() {
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K')
}
