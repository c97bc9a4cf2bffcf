// What actors print reaches the parent's terminal: at once, in order, and all of it.
import { type ChildProcessWithoutNullStreams, spawn as start } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const program = fileURLToPath(new URL('./fixtures/prints.mjs', import.meta.url))

class Program {
  readonly child: ChildProcessWithoutNullStreams
  out = ''
  err = ''
  readonly exited: Promise<unknown>

  constructor(what: string, place: string, addon: string) {
    const env = { ...process.env, TROUPE_ADDON: addon }
    this.child = start(process.execPath, [program, what, place], { env })
    this.exited = once(this.child, 'exit')
  }

  read(): this {
    this.child.stdout.on('data', (text: Buffer) => (this.out += text.toString()))
    this.child.stderr.on('data', (text: Buffer) => (this.err += text.toString()))
    return this
  }

  /** Resolves when all of it was printed. */
  async printed(out: string, err: string): Promise<void> {
    while (!this.out.includes(out) || !this.err.includes(err)) {
      await Promise.race([once(this.child.stdout, 'data'), once(this.child.stderr, 'data')])
    }
  }

  async closed(): Promise<number | null> {
    const [code] = (await once(this.child, 'close')) as [number | null]
    return code
  }
}

const lines = 'by console.log\nby process.stdout.write\n[blocks] by ctx.log { a: 1 }\n'

describe.each([
  ['thread', '', 'with the addon'],
  ['process', '', 'with the addon'],
  ['thread', 'off', 'without the addon'],
])('an actor in a %s', (place, addon) => {
  test('that blocks is heard before it goes on', async () => {
    const running = new Program('blocks', place, addon).read()
    await running.printed(lines, 'by console.error\n')
    running.child.stdin.write('go')
    expect(await running.closed()).toBe(0)
    expect(running.out).toBe(`${lines}result: go\n`)
    expect(running.err).toBe('by console.error\n')
  })

  test('that blocks is heard while its root blocks too', async () => {
    const running = new Program('blocks beside its root', place, addon).read()
    await running.printed(lines, 'by console.error\n')
    running.child.kill('SIGKILL')
    await running.exited
  })

  test.each(['returns', 'exits', 'fails'])('that %s is heard to the last line', async (how) => {
    const running = new Program(how, place, addon).read()
    expect(await running.closed()).toBe(0)
    const printed = running.out.split('\n')
    const numbers = printed.slice(0, -2).map((line) => Number(line.split(' ')[0]))
    expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
    expect(printed.slice(-2)).toEqual(['the root', ''])
    expect(running.err).toBe('the last line\n')
  })

  test('waits for who reads slowly, and loses nothing', async () => {
    const running = new Program('returns', place, addon)
    // A pipe holds 64 KiB, and Node reads some ahead: the actor is in the midst of its lines.
    await once(running.child.stdout, 'readable')
    expect(running.child.exitCode).toBe(null)
    running.read()
    expect(await running.closed()).toBe(0)
    expect(running.out.split('\n')).toHaveLength(10_002)
  })
})
