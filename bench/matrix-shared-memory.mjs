// The rows of named shared memory: what matrix.mjs says of rows holds here too.

import { CHILD, node, ours, POST, PYTHON, python } from './contestants.mjs'

const BUFFER = 'ArrayBuffer'
const SHARED_BUFFER = 'postMessage of a SharedArrayBuffer'
const BY_NAME = 'Python, SharedMemory by name'

/** The same program on both kinds of memory. */
const bandwidthRow = (id, work, amount) => ({
  id: `memory-${id}`,
  work: `64 MiB of float64, ${work}`,
  between: 'one thread',
  kind: 'bandwidth',
  ours: [ours('view', 'bandwidth.mjs', amount, ['--work', id, '--on', 'view'], {})],
  rivals: [
    {
      name: BUFFER,
      variants: [
        {
          label: BUFFER,
          program: 'ours/bandwidth.mjs',
          args: ['--work', id, '--on', 'buffer'],
          amount,
        },
      ],
    },
  ],
})

/** Handed over by handle beside who shares, and copied beside who copies. */
const handOverRow = (id, by, place, amount, rivals) => ({
  id: `hand-over-${id}`,
  work: `100 MiB array, handed over ${by === 'copy' ? 'as a copy' : 'without a copy'} and answered`,
  between: place === 'thread' ? 'threads' : 'processes',
  kind: 'round trip',
  ours: [
    ours(
      by === 'copy' ? 'copied by a queue' : 'by handle',
      'hand-over.mjs',
      amount,
      ['--by', by, '--in', place],
      {},
    ),
  ],
  rivals,
})

export const sharedMemoryRows = [
  {
    id: 'square-processes',
    work: 'square 1 M float64 in shared memory, 4 actors, places warm (Python: with its process starts)',
    between: 'processes',
    kind: 'round trip',
    ours: ['sync', 'await'].map((form) =>
      ours(form === 'sync' ? 'Sync' : form, 'square.mjs', 200, ['--form', form], {
        [PYTHON]: [3, 6],
      }),
    ),
    rivals: [python('square.py', 10)],
  },
  {
    id: 'attach',
    work: 'attach to 1 MiB and close',
    between: 'one thread',
    kind: 'throughput',
    ours: [ours('attach', 'attach.mjs', 4000, [], {})],
    rivals: [python('attach.py', 4000)],
  },
  bandwidthRow('fill', 'written by fill', 120),
  bandwidthRow('store', 'written in a loop', 60),
  bandwidthRow('sum', 'read in a loop', 60),
  handOverRow('processes', 'handle', 'process', 15_000, [
    { ...python('hand_over_by_name.py', 15_000), name: BY_NAME },
  ]),
  handOverRow('threads', 'handle', 'thread', 15_000, [
    node(SHARED_BUFFER, 'post-message-hand-over.mjs', 15_000, ['--by', 'shared']),
  ]),
  handOverRow('copied-processes', 'copy', 'process', 2, [
    python('hand_over.py', 1),
    node(`${CHILD} (advanced)`, 'child-process-hand-over.mjs', 1),
  ]),
  handOverRow('copied-threads', 'copy', 'thread', 2, [node(POST, 'post-message-hand-over.mjs', 2)]),
]
