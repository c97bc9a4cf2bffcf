/** Each example ends by itself and prints what its header says, in every place. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { examples, formsOf, PLACES, run } from './programs.ts'

const HEADER =
  /^\/\/ Expected output(?<loose> \(the lines of the two actors may interleave\))?:\n(?<lines>(?:\/\/ .*\n)+)/m
/** Stands as `# ms` in a header: nobody knows it before. */
const TIME = /\b\d+ ms/g
const NAMES = ['', 'tutorial/'].flatMap((folder) =>
  readdirSync(examples + folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => folder + name.slice(0, -'.ts'.length)),
)

function sourceOf(name: string): string {
  return readFileSync(`${examples}${name}.ts`, 'utf8')
}

/** The lines, put together by their first word: by the actor that wrote them. */
function byActor(lines: string[]): string[] {
  const first = (line: string): string => line.split(' ')[0] ?? ''
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  return lines.toSorted((a, b) => order(first(a), first(b)))
}

describe.each(NAMES)('%s', (name) => {
  const header = HEADER.exec(sourceOf(name))?.groups

  test('has at most 60 lines and a header with its output', () => {
    expect(sourceOf(name).split('\n').length).toBeLessThanOrEqual(61)
    expect(header).toBeDefined()
  })

  for (const place of PLACES) {
    test.each(formsOf(name))(
      `prints what its header says, in: ${place}, $form`,
      async ({ path }) => {
        const { code, stdout, stderr } = await run(path, [place])
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        const expected = (header?.['lines'] ?? '')
          .replace(/^\/\/ /gm, '')
          .trimEnd()
          .split('\n')
        const printed = stdout.trimEnd().replaceAll(TIME, '# ms').split('\n')
        if (header?.['loose']) expect(byActor(printed)).toEqual(byActor(expected))
        else expect(printed).toEqual(expected)
      },
    )
  }
})

test.each([
  ['README.md', 'producer-consumer-1-one'],
  ['packages/shared/README.md', 'tutorial/04-value-built-in-lock'],
  ['packages/shared-memory/README.md', 'tutorial/17-shared-memory'],
])('the first example of %s is the program %s', (path, name) => {
  const readme = readFileSync(`${examples}../${path}`, 'utf8')
  const shown = /```ts\n([\s\S]*?)```/.exec(readme)?.[1]
  expect(shown).toBe(sourceOf(name).replace(/^(\/\/.*\n)+/, ''))
})
