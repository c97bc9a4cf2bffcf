// 12: a pipe in both directions. Passing a connection moves it: main keeps one end, the actor has the other.
//
// Expected output (the lines of the two actors may interleave):
// Worker received: Main message 0
// Worker received: Main message 1
// Worker received: Main message 2
// Main received: Worker reply 0
// Main received: Worker reply 1
// Main received: Worker reply 2
import { actor, type Connection, main, Pipe, spawn } from '@troupe/runtime'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

const pingPong = actor(
  import.meta,
  'pingPong',
  async (_ctx, connection: Connection<string, string>, name: string) => {
    for (let i = 0; i < 3; i += 1) {
      console.log(`${name} received: ${await connection.recv()}`)
      await connection.send(`${name} reply ${i}`)
    }
  },
)

main(import.meta, async () => {
  const [mine, theirs] = Pipe<string>()
  spawn(pingPong, [theirs, 'Worker'], { in: place })
  for (let i = 0; i < 3; i += 1) {
    await mine.send(`Main message ${i}`)
    console.log(`Main received: ${await mine.recv()}`)
  }
})
