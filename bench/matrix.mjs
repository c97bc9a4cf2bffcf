// What is measured: the rows of the published table, our forms and the rivals of each.
// `must` and `goal` are ratios. In a `throughput`, `bandwidth` or `round trip` row they are how many times
// faster we are at least, in a `start` row how many times the rival's time we take at most, in an `idle`
// row a share of one core at most. Where nothing has to be reached `must` is absent.
// Amounts are fixed; each takes 0.3 to 1.5 s on two cores.

import { CHILD, child, node, ours, POST, PYTHON, python } from './contestants.mjs'
import { sharedMemoryRows } from './matrix-shared-memory.mjs'

/** The awaiting forms reach at least a third of what the Sync forms must. */
const third = (bars) =>
  Object.fromEntries(Object.entries(bars).map(([rival, [must]]) => [rival, [must / 3]]))

function queueRow({
  id,
  work,
  place,
  item,
  amounts,
  bars,
  manyBars,
  more = [],
  ends = [],
  rivals,
}) {
  const args = ['--in', place, '--item', item, ...ends]
  const form = (label, name, barsOfForm) =>
    ours(label, 'queue.mjs', amounts[name], ['--form', name, ...args], barsOfForm)
  const forms = [form('Sync', 'sync', bars), form('await', 'await', third(bars))]
  if (manyBars !== undefined) {
    forms.push(
      form('Many, Sync', 'many-sync', manyBars),
      form('Many, await', 'many', manyBars),
      form('Many, batches()', 'batches', manyBars),
    )
  }
  forms.push(...more)
  const between = place === 'process' ? 'processes' : 'threads'
  return { id: `${id}-${between}`, work, between, kind: 'throughput', ours: forms, rivals }
}

/** Shared state between processes. `bars` are those of each form. */
function sharedRow(id, work, workers, forms, python) {
  const args = ['--workers', String(workers)]
  return {
    id,
    work,
    between: 'processes',
    kind: 'throughput',
    ours: forms.map(([label, form, amount, bars]) =>
      ours(label, 'shared.mjs', amount, ['--form', form, ...args], { [PYTHON]: bars }),
    ),
    rivals: [pythonShared(...python, args)],
  }
}

const pythonShared = (form, amount, args) => python('shared.py', amount, ['--form', form, ...args])

const INT = 'Queue, int, 1 producer 1 consumer'
const OBJECT = 'Queue, small object'
const manyInts = { 'many-sync': 16_000_000, many: 12_000_000, batches: 12_000_000 }

export const matrix = [
  queueRow({
    id: 'queue-int',
    work: INT,
    place: 'process',
    item: 'int',
    amounts: { sync: 6_000_000, await: 2_000_000, ...manyInts },
    bars: { [PYTHON]: [30, 45], [CHILD]: [30, 60] },
    manyBars: { [PYTHON]: [40, 100], [CHILD]: [50, 100] },
    rivals: [
      python('queue_flood.py', 120_000, ['--item', 'int']),
      child('child-process-flood.mjs', { json: 100_000, advanced: 80_000 }, ['--item', 'int']),
    ],
  }),
  queueRow({
    id: 'queue-int',
    work: INT,
    place: 'thread',
    item: 'int',
    amounts: { sync: 6_000_000, await: 2_000_000, ...manyInts },
    bars: { [POST]: [8, 12] },
    manyBars: { [POST]: [10, 25] },
    rivals: [node(POST, 'post-message-flood.mjs', 600_000, ['--item', 'int'])],
  }),
  queueRow({
    id: 'queue-object',
    work: OBJECT,
    place: 'process',
    item: 'object',
    amounts: { sync: 800_000, await: 500_000 },
    bars: { [PYTHON]: [8, 15], [CHILD]: [10, 25] },
    rivals: [
      python('queue_flood.py', 60_000, ['--item', 'object']),
      child('child-process-flood.mjs', { json: 80_000, advanced: 25_000 }, ['--item', 'object']),
    ],
  }),
  queueRow({
    id: 'queue-object',
    work: OBJECT,
    place: 'thread',
    item: 'object',
    amounts: { sync: 800_000, await: 500_000 },
    bars: { [POST]: [3, 6] },
    rivals: [node(POST, 'post-message-flood.mjs', 300_000, ['--item', 'object'])],
  }),
  queueRow({
    id: 'queue-1kib',
    work: 'Queue, 1 KiB bytes',
    place: 'process',
    item: 'kib',
    amounts: { sync: 600_000, await: 400_000 },
    bars: { [PYTHON]: [8, 15] },
    rivals: [python('queue_flood.py', 60_000, ['--item', 'kib'])],
  }),
  queueRow({
    id: 'queue-1mib',
    work: 'Queue, 1 MiB bytes',
    place: 'process',
    item: 'mib',
    amounts: { sync: 1500, await: 1500 },
    bars: { [PYTHON]: [6, 10] },
    more: [
      ours('by handle, Sync', 'queue-by-handle.mjs', 100_000, ['--in', 'process'], {
        [PYTHON]: [undefined, 200],
      }),
    ],
    rivals: [python('queue_flood.py', 200, ['--item', 'mib'])],
  }),
  queueRow({
    id: 'queue-int-2x2',
    work: 'Queue, int, 2 producers 2 consumers',
    place: 'process',
    item: 'int',
    ends: ['--producers', '2', '--consumers', '2'],
    amounts: { sync: 3_000_000, await: 1_000_000 },
    bars: { [PYTHON]: [20, 40] },
    rivals: [
      python('queue_flood.py', 80_000, ['--item', 'int', '--producers', '2', '--consumers', '2']),
    ],
  }),
  {
    id: 'pipe-sync-processes',
    work: 'Pipe round trip, both ends busy',
    between: 'processes',
    kind: 'round trip',
    ours: [
      ours('Sync', 'pipe.mjs', 400_000, ['--form', 'sync', '--in', 'process'], {
        [PYTHON]: [25, 50],
      }),
    ],
    rivals: [python('pipe_round_trip.py', 15_000)],
  },
  {
    id: 'pipe-async-processes',
    work: 'Pipe round trip, ends otherwise idle',
    between: 'processes',
    kind: 'round trip',
    ours: [
      ours('await', 'pipe.mjs', 15_000, ['--form', 'await', '--in', 'process'], {
        [CHILD]: [1.3, 4],
      }),
    ],
    rivals: [child('child-send-round-trip.mjs', { json: 6000, advanced: 6000 })],
  },
  {
    id: 'pipe-async-threads',
    work: 'Pipe round trip, ends otherwise idle',
    between: 'threads',
    kind: 'round trip',
    ours: [
      ours('await', 'pipe.mjs', 15_000, ['--form', 'await', '--in', 'thread'], { [POST]: [1, 2] }),
    ],
    rivals: [node(POST, 'post-message-round-trip.mjs', 12_000)],
  },
  sharedRow(
    'value-one',
    'Value, one process',
    1,
    [
      ['add', 'add', 20_000_000, [20, 40]],
      ['locked += 1', 'locked', 8_000_000, [4, 8]],
    ],
    ['locked', 300_000],
  ),
  sharedRow(
    'value-four',
    'Value, four processes',
    4,
    [
      ['add', 'add', 12_000_000, [20, 40]],
      ['locked += 1', 'locked', 2_000_000, [4, 8]],
    ],
    ['locked', 200_000],
  ),
  sharedRow(
    'lock-turns',
    'Condition, two processes take turns',
    2,
    [['Sync', 'turns', 40_000, [1]]],
    ['turns', 20_000],
  ),
  sharedRow(
    'barrier-four',
    'Barrier of four processes',
    4,
    [['Sync', 'barrier', 40_000, [1]]],
    ['barrier', 20_000],
  ),
  sharedRow(
    'semaphore-four',
    'Semaphore of two, four processes',
    4,
    [['Sync', 'semaphore', 1_000_000, [1]]],
    ['semaphore', 200_000],
  ),
  ...sharedMemoryRows,
  {
    id: 'start-thread',
    work: 'start a thread',
    between: 'threads',
    kind: 'start',
    ours: [ours('spawn', 'start.mjs', 20, ['--in', 'thread'], { 'new Worker': [1.3, 1.1] })],
    rivals: [node('new Worker', 'new-worker.mjs', 20)],
  },
  {
    id: 'start-process',
    work: 'start a process',
    between: 'processes',
    kind: 'start',
    ours: [ours('spawn', 'start.mjs', 12, ['--in', 'process'], { fork: [1.3, 1.1] })],
    rivals: [node('fork', 'fork.mjs', 12)],
  },
  {
    id: 'idle',
    work: 'idle CPU of 10 waiting places over 10 s',
    between: 'both',
    kind: 'idle',
    rounds: 3,
    ours: [ours('5 processes, 5 threads', 'idle.mjs', 10_000, [], { '–': [0.005, 0] })],
    rivals: [],
  },
]
