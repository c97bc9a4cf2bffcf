// SIGKILL of either end of a Pipe at random moments, in processes.
//
// Oracle. The survivor receives a prefix of what was sent, each once, in order and whole, then
// PipeClosedError; nothing that a killed sender noted as sent is missing; a sender to a killed receiver
// gets PipeClosedError. Nobody hangs.
import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { actor, main, Pipe, Queue, spawn } from '@troupe/runtime'
import { argument, report, seeded } from '../random.mjs'

const SIZES = [0, 3, 50, 900, 20_000]
const byteOf = (i) => (i * 7) & 255

const send = actor(import.meta, 'send', async (_ctx, out, file, begun) => {
  const fd = openSync(file, 'w')
  const note = new Int32Array(1)
  await begun.put(1)
  for (let i = 0; ; i++) {
    const size = SIZES[i % SIZES.length]
    await out.send({ i, bytes: new Uint8Array(size).fill(byteOf(i)) })
    note[0] = i + 1
    writeSync(fd, note, 0, 4, 0)
  }
})

const receive = actor(import.meta, 'receive', async (_ctx, conn, begun) => {
  let next = 0
  await begun.put(1)
  try {
    for (;;) {
      const { i, bytes } = next % 2 === 0 ? conn.recvSync() : await conn.recv()
      if (i !== next) throw new Error(`item ${i} in place of ${next}`)
      if (!bytes.every((byte) => byte === byteOf(i))) throw new Error(`item ${i} is torn`)
      next++
    }
  } catch (error) {
    if (error.code !== 'ERR_TROUPE_PIPE_CLOSED') throw error
  }
  return next
})

async function round(random, file, failures) {
  const [conn, out] = Pipe({ duplex: false })
  const begun = new Queue()
  const sender = spawn(send, [out, file, begun], { in: 'process' })
  const receiver = spawn(receive, [conn, begun], { in: 'process' })
  const sent = sender.result.catch((error) => error)
  const received = receiver.result.catch((error) => error)
  await begun.get()
  await begun.get()
  const killSender = random() < 0.5
  const victim = killSender ? sender : receiver
  await victim.join({ timeout: random() * 30 })
  victim.kill()
  const [sentBy, count] = await Promise.all([sent, received])
  begun[Symbol.dispose]()
  if (killSender) {
    if (typeof count !== 'number') failures.push(`receiver: ${count.stack ?? count}`)
    const bytes = readFileSync(file)
    const noted = bytes.length >= 4 ? bytes.readInt32LE(0) : 0
    if (count < noted) failures.push(`lost: ${noted} sent, ${count} received`)
    if (count > noted + 1) failures.push(`more: ${noted} sent, ${count} received`)
    return count
  }
  if (sentBy.code !== 'ERR_TROUPE_PIPE_CLOSED') failures.push(`sender: ${sentBy.stack ?? sentBy}`)
  return 0
}

main(import.meta, async () => {
  const kills = argument('kills', 40)
  const seed = argument('seed', Date.now() % 2 ** 31)
  const random = seeded(seed)
  const folder = mkdtempSync(path.join(tmpdir(), 'troupe-proof-'))
  const failures = []
  const counts = { kills: 0, items: 0 }
  while (counts.kills < kills && failures.length === 0) {
    counts.items += await round(random, path.join(folder, String(counts.kills)), failures)
    counts.kills++
  }
  rmSync(folder, { recursive: true })
  report('kill-pipe', seed, counts, failures)
})
