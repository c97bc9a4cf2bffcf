// 26, exercise 3: requests and answers through a pipe. Closing the connection ends the actor's loop.
//
// Expected output:
// 3^2 = 9
// 7^2 = 49
// 11^2 = 121
// 15^2 = 225
// 20^2 = 400
import { actor, type Connection, main, Pipe, spawn } from '@troupe/runtime'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

const squarer = actor(
  import.meta,
  'squarer',
  async (_ctx, requests: Connection<number, number>) => {
    for await (const number of requests) await requests.send(number ** 2)
  },
)

main(import.meta, async () => {
  const [mine, theirs] = Pipe<number>()
  spawn(squarer, [theirs], { in: place })
  for (const number of [3, 7, 11, 15, 20]) {
    await mine.send(number)
    console.log(`${number}^2 = ${await mine.recv()}`)
  }
  mine.close()
})
