// docs/proof.md, as `pnpm proof` writes it.
import { cpus, release } from 'node:os'

const row = (cells) => `| ${cells.join(' | ')} |`
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row), '']

function told(counts) {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count.toLocaleString('en')}`)
    .join(', ')
}

function partRows(parts) {
  return Object.values(parts).map(({ part, what, counts, failures, seed, seconds, commit }) => [
    part,
    what,
    told(counts),
    failures.length === 0 ? 'no failure' : failures.slice(0, 3).join('; '),
    seconds,
    seed ?? '',
    commit,
  ])
}

function modelRows(models) {
  const names = [...new Set(models.map(({ model }) => model))]
  return names.map((name) => {
    const mine = models.filter(({ model }) => model === name)
    const checks = mine.filter(({ kind }) => kind !== 'mutant')
    const mutants = mine.filter(({ kind }) => kind === 'mutant')
    const caught = mutants.filter(({ passed }) => passed).length
    const complete = checks.filter(({ passed }) => passed).length
    const states = checks.reduce((sum, check) => sum + (check.states ?? 0), 0)
    return [
      `\`${name}\``,
      `${complete} of ${checks.length} complete, no error`,
      states.toLocaleString('en'),
      `${caught} of ${mutants.length} caught: ${mutants.map(({ defines }) => defines.split(' ')[0]).join(', ')}`,
    ]
  })
}

function searchRows(searches) {
  return searches
    .filter(({ mutant }) => mutant === undefined)
    .map(({ check, bounds, states, runs, passed }) => [
      check,
      bounded(bounds),
      (states ?? 0).toLocaleString('en'),
      (runs ?? 0).toLocaleString('en'),
      passed ? 'nothing found' : 'FAILED',
    ])
}

function variantRows(searches) {
  return searches
    .filter(({ mutant }) => mutant !== undefined)
    .map(({ mutant, check, bounds, found, steps }) => [
      mutant,
      `${check}: ${bounded(bounds)}`,
      found ? `after ${steps} steps: ${found}` : 'FAILED: not found out',
    ])
}

const bounded = (bounds) =>
  Object.entries(bounds)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

/** The page for these results. */
export function page({ parts, models, interleave }) {
  return [
    '# Proof',
    '',
    'Written by `pnpm proof`. The programs are in `proof/parts`, each with its oracle at its head; the models are in',
    '`proof/models`, each with its configurations and mutants at its head, and `node proof/models/run.mjs --long` runs',
    'the larger ones too. Each part stops at its count or when its share of the time is up: the counts are what was',
    'done. A failure would be repeated by `node proof/parts/NAME.mjs --seed SEED`, as far as the machine repeats it.',
    '',
    `Node ${process.version}, Linux ${release()}, ${cpus().length} × ${cpus()[0].model}. Each line says at which commit it was run last.`,
    '',
    ...table(['part', 'what', 'counts', 'outcome', 'seconds', 'seed', 'commit'], partRows(parts)),
    '## Models',
    '',
    'Each search is complete: every interleaving of the configuration, with a kill at any step where the model says so.',
    'A mutant is the model with one rule broken; a caught one shows that the model can fail.',
    '',
    ...table(['model', 'configurations', 'states', 'mutants'], modelRows(models.searches)),
    `At commit ${models.commit}.`,
    '',
    '## Interleavings of the real code',
    '',
    'The TypeScript of lock, ring, semaphore, barrier and value itself, turned into generators that give way before each step that another',
    'thread could notice (`proof/interleave`). A search goes through every order of the steps, with `kills` deaths at any',
    'of them; where `switches` stands, a thread that could go on gives way so often at most, and where `together` stands,',
    'plain reads and writes are one step with what is before them. A broken variant is the code with one line changed.',
    'What is not searched: waits of the event loop, spins, large messages, and orders that only a weaker memory than that',
    'of `Atomics` would allow.',
    '',
    ...table(['code', 'bounds', 'states', 'runs', 'outcome'], searchRows(interleave.searches)),
    ...table(['broken variant', 'search', 'found out'], variantRows(interleave.searches)),
    `At commit ${interleave.commit}.`,
    '',
  ].join('\n')
}
