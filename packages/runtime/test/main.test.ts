// main() runs in the entry of a root, once, and says when it did not.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

test('the main of the entry runs, and that of what it imports does not', async () => {
  const { code, stdout, stderr } = await run(fixture('entry-with-main.mjs'))
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: 'the main of the entry\n',
    stderr: '',
  })
})

test('when mains were declared and none ran, it is told at exit, with the paths', async () => {
  const { code, stdout, stderr } = await run(fixture('entry-without-main.mjs'))
  expect(stdout).toBe('the entry\n')
  expect(stderr).toContain('lib-with-main.mjs')
  expect(stderr).toContain('none ran')
  expect(stderr).toContain(`the entry is ${fixture('entry-without-main.mjs')}`)
  expect(code).toBe(1)
})

test('a main that fails is printed, and the exit code is 1', async () => {
  const { code, stderr } = await run(fixture('entry-with-main.mjs'), 'fails')
  expect(stderr).toContain('RangeError: main failed')
  expect(code).toBe(1)
})

test('an exit code that main sets is kept', async () => {
  expect((await run(fixture('entry-with-main.mjs'), 'code')).code).toBe(7)
})

test('an entry that is reached by a link is the entry', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'troupe-main-'))
  try {
    const link = path.join(folder, 'linked.mjs')
    symlinkSync(fixture('entry-with-main.mjs'), link)
    expect((await run(link)).stdout).toBe('the main of the entry\n')
    expect((await run('--preserve-symlinks-main', link)).stderr).not.toContain('none ran')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.each(['thread', 'process', 'here'])(
  'a queue that a module makes at its top level is another in each place: %s',
  async (place) => {
    const { stdout, stderr } = await run(fixture('uses-top-level-queue.mjs'), place)
    expect(stderr).toBe('')
    // Here the module is the same, and so is its queue.
    expect(JSON.parse(stdout)).toEqual(
      place === 'here'
        ? { before: 1, own: 2, given: 2, taken: 'from main', left: 1 }
        : { before: 0, own: 1, given: 1, taken: 'from main', left: 0 },
    )
  },
)
