// child.send: an int goes to a child process and comes back, one at a time.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { programArguments } from '../program.mjs'
import { measureRoundTrips } from './round-trips.mjs'

if (process.env.BENCH_CHILD === '1') {
  process.on('message', (item) => process.send(item))
  process.send('listening')
} else {
  const given = programArguments({ serialization: 'json', amount: 1000 })
  const child = fork(fileURLToPath(import.meta.url), {
    serialization: given.serialization,
    env: { ...process.env, BENCH_CHILD: '1' },
  })
  await once(child, 'message') // it listens
  await measureRoundTrips(child, (item) => child.send(item), given.amount)
  child.disconnect()
}
