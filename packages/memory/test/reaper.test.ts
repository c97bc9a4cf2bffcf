// What the dead leave, and who clears it away.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import {
  countObjects,
  createSystem,
  expectProcess,
  invitation,
  makeQueue,
  pagesUsed,
  reapDead,
  reserve,
  self,
} from '../dist/index.js'
import { fixture } from './fixtures/processes.js'

test('who cleans up after a dead thread takes over the locks that it held', async () => {
  createSystem(64 * 1024 ** 2)
  makeQueue({ bytes: 4096, maxsize: 0 })
  const { arena } = self()
  const before = [countObjects(arena), pagesUsed(arena)]
  for (let i = 0; i < 3; i++) {
    const name = reserve()
    const { bytes, fd, guard } = invitation(name)
    const child = spawn(process.execPath, [fixture('dies.mjs'), String(bytes), String(name)], {
      stdio: ['ignore', 'inherit', 'inherit', fd, guard],
    })
    expectProcess(name, child.pid!)
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL')
    // The root's own reaper may have been faster.
    reapDead()
    expect([countObjects(arena), pagesUsed(arena)]).toEqual(before)
  }
})
