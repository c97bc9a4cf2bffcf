// What the machine refuses: memory that is full, memory of others. What of it cannot be had here is skipped, and says why.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { spawn } from '@troupe/runtime'
import { fixture } from './fixtures/program.js'
import { SharedMemory } from '../dist/index.js'
import { attaches } from './fixtures/actors.mjs'
import { freshName, isThere, pathOf } from './fixtures/names.js'

const SMALL = 'mount -t tmpfs -o size=1m tmpfs /dev/shm && exec "$0" "$@"'
/** Arguments of `unshare` for a /dev/shm of one's own, where this user may have that. */
const own = [['-m'], ['-rm']].find(
  (flags) => spawnSync('unshare', [...flags, 'sh', '-c', SMALL, 'true']).status === 0,
)
const why = own ? '' : ' (skipped: this user may not mount a tmpfs of its own)'
const isRoot = process.geteuid!() === 0
const whyNot = isRoot ? '' : ' (skipped: only root can be another user too)'

interface Told {
  readonly what: string
  readonly said: { readonly name: string; readonly code: string; readonly message: string } | number
  readonly files: readonly string[]
  readonly used: number
}

test.skipIf(!own)(`full memory is an error, which leaves nothing${why}`, () => {
  const args = [...own!, 'sh', '-c', SMALL, process.execPath, fixture('small.mjs')]
  const told = JSON.parse(execFileSync('unshare', args, { encoding: 'utf8' })) as Told[]
  const noRoom = (bytes: number): object => ({
    name: 'NoSpaceError',
    code: 'ERR_TROUPE_NO_SPACE',
    message: `There is no room for ${bytes} bytes of shared memory; unlink what is not used, or make /dev/shm larger (docker run --shm-size)`,
  })
  const [page, half, whole] = [4096, 2 ** 19, 2 ** 20]
  const note: unknown = expect.stringMatching(/^\.troupe-\d+-\w+-\d+-\d+$/)
  const held = ['a', note]
  const unordered = told.map((one) => ({ ...one, files: [...one.files].sort().reverse() }))
  expect(unordered).toEqual([
    { what: 'larger than all', said: noRoom(whole + 1), files: [], used: 0 },
    { what: 'exactly all', said: noRoom(whole), files: [], used: 0 },
    { what: 'half', said: half, files: held, used: half + page },
    { what: 'another half', said: noRoom(half), files: held, used: half + page },
    { what: 'touch all', said: half, files: held, used: half + page },
    {
      what: 'taken, and full',
      said: expect.objectContaining({ code: 'ERR_TROUPE_SEGMENT_EXISTS' }),
      files: held,
      used: half + page,
    },
    { what: 'dispose', files: [], used: 0 },
    { what: 'sparse, too large', said: noRoom(4 * whole), files: ['sparse'], used: 0 },
    { what: 'sparse', said: half / 2, files: ['sparse'], used: half / 2 },
  ])
})

test.skipIf(!isRoot)(`memory of another user is refused${whyNot}`, () => {
  const mine = SharedMemory.create({ name: freshName(), size: 8 })
  const open = freshName()
  writeFileSync(pathOf(open), 'for all')
  chmodSync(pathOf(open), 0o666)
  const args = [fixture('stranger.mjs'), mine.name, open]
  const told = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as object
  const refused = (name: string): object => ({
    name: 'SegmentAccessError',
    code: 'ERR_TROUPE_SEGMENT_ACCESS',
    message: `Shared memory named "${name}" cannot be attached to or removed: it belongs to another user or is no shared memory; run both programs as one user`,
  })
  expect(told).toEqual({ closed: refused(mine.name), size: 7, unlink: refused(open) })
  expect([isThere(mine.name), isThere(open)]).toEqual([true, true])
  mine[Symbol.dispose]()
})

test.each(['thread', 'process'] as const)(
  'who attaches from a %s while memory is made never sees one that is unfinished',
  async (place) => {
    const name = freshName()
    const { result } = spawn(attaches, [name, 300], { in: place })
    let isOver = false
    void result.finally(() => (isOver = true))
    for (let rounds = 0; !isOver; rounds++) {
      const memory = SharedMemory.create({ name, size: 5000 })
      if (rounds % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
      memory[Symbol.dispose]()
    }
    expect(await result).toEqual({ sizes: [5000], refusals: ['ERR_TROUPE_SEGMENT_NOT_FOUND'] })
    expect(isThere(name)).toBe(false)
  },
)
