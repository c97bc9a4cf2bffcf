// child_process.fork with advanced serialization: an array as a message to a child process, which answers.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { answerTo, measureHandOvers, SIZE } from '../hand-over.mjs'
import { programArguments } from '../program.mjs'

if (process.env.BENCH_CHILD === '1') {
  process.on('message', (array) => process.send(answerTo(array)))
  process.send('listening')
} else {
  const given = programArguments({ amount: 1, size: SIZE })
  const child = fork(fileURLToPath(import.meta.url), {
    serialization: 'advanced',
    env: { ...process.env, BENCH_CHILD: '1' },
  })
  await once(child, 'message') // it listens
  const handOver = async (array) => {
    const answer = once(child, 'message')
    child.send(array)
    return (await answer)[0]
  }
  await measureHandOvers(new Float64Array(given.size / 8), handOver, given.amount)
  child.disconnect()
}
