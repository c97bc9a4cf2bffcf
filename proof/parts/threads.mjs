// Ends of threads among producers and consumers of one Queue, in put, get and while they wait: terminate(),
// uncaught error, unhandled rejection, process.exit(), out of memory. The oracle stands in rotation.mjs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { main } from '@troupe/runtime'
import { argument, report, seeded } from '../random.mjs'
import { rotate } from '../rotation.mjs'

// Running out of memory takes longest.
const WAYS = ['kill', 'throw', 'reject', 'exit', 'kill', 'throw', 'reject', 'exit', 'oom']

main(import.meta, async () => {
  const seed = argument('seed', Date.now() % 2 ** 31)
  const folder = mkdtempSync(path.join(tmpdir(), 'troupe-proof-'))
  const failures = []
  const deaths = argument('ends', 60)
  const random = seeded(seed)
  const counts = await rotate({ place: 'thread', ways: WAYS, deaths, random, folder, failures })
  rmSync(folder, { recursive: true })
  report('threads', seed, counts, failures)
  // What hung would keep this process.
  if (failures.length > 0) process.exit(1)
})
