// 11: a pipe in one direction. The receiver needs no count: what was sent is received, then the pipe ends.
//
// Expected output:
// Received: Hello from sender!
// Received: [ 1, 2, 3 ]
import { actor, main, Pipe, type Receiver, type Sender, spawn } from '@troupe/runtime'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'

type Message = string | number[]

const sender = actor(import.meta, 'sender', async (_ctx, connection: Sender<Message>) => {
  await connection.send('Hello from sender!')
  await connection.send([1, 2, 3])
})

const receiver = actor(import.meta, 'receiver', async (_ctx, connection: Receiver<Message>) => {
  for await (const message of connection) console.log('Received:', message)
})

main(import.meta, () => {
  const [receiving, sending] = Pipe<Message>({ duplex: false })
  spawn(sender, [sending], { in: place })
  spawn(receiver, [receiving], { in: place })
})
