// The rows of named shared memory: what matrix.mjs says of rows holds here too.

import { CHILD, node, ours, POST, PYTHON, python } from './contestants.mjs'

const BUFFER = 'ArrayBuffer'

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

const handOverRow = (place, between, rivals) => ({
  id: `hand-over-${between}`,
  work: '100 MiB array, handed over and answered',
  between,
  kind: 'round trip',
  ours: [
    ours('by handle', 'hand-over.mjs', 15_000, ['--by', 'handle', '--in', place], {}),
    ours('copied by a queue', 'hand-over.mjs', 2, ['--by', 'copy', '--in', place], {}),
  ],
  rivals,
})

export const sharedMemoryRows = [
  {
    id: 'square-processes',
    work: 'square 1 M float64 in shared memory, 4 actors, places warm',
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
  handOverRow('process', 'processes', [
    python('hand_over.py', 1),
    node(`${CHILD} (advanced)`, 'child-process-hand-over.mjs', 1),
  ]),
  handOverRow('thread', 'threads', [node(POST, 'post-message-hand-over.mjs', 2)]),
]
