// SIGKILL of producers and consumers of one Queue at random moments, in processes. The oracle stands in
// rotation.mjs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { main } from '@troupe/runtime'
import { argument, report, seeded } from '../random.mjs'
import { rotate } from '../rotation.mjs'

main(import.meta, async () => {
  const seed = argument('seed', Date.now() % 2 ** 31)
  const folder = mkdtempSync(path.join(tmpdir(), 'troupe-proof-'))
  const failures = []
  const deaths = argument('kills', 60)
  const random = seeded(seed)
  const counts = await rotate({
    place: 'process',
    ways: ['kill'],
    deaths,
    random,
    folder,
    failures,
  })
  rmSync(folder, { recursive: true })
  report('kill-queue', seed, counts, failures)
  // What hung would keep this process.
  if (failures.length > 0) process.exit(1)
})
