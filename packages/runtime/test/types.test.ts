// What must and must not compile, for each TypeScript that users may have.
import { beforeAll, describe, expect, test } from 'vitest'
import { compile, type Diagnostics, versionOf } from './types/compile.js'
import { accepted, PRELUDE } from './types/accepted.js'
import { refused } from './types/refused.js'

const compilers = ['typescript-5.7', 'typescript-6', 'typescript'] as const
const fileOf = (kind: string, at: number): string => `${kind}-${at}.ts`

test('the oldest TypeScript, the one before, and the present one are tested', () => {
  expect(compilers.map((name) => versionOf(name).split('.')[0])).toEqual(['5', '6', '7'])
  expect(versionOf('typescript-5.7')).toMatch(/^5\.7\./)
})

describe.each(compilers)('the compiler %s', (name) => {
  let found: Diagnostics

  beforeAll(async () => {
    const files: Record<string, string> = {}
    for (const [at, [, text]] of accepted.entries()) files[fileOf('accepted', at)] = PRELUDE + text
    for (const [at, [, text]] of refused.entries()) files[fileOf('refused', at)] = PRELUDE + text
    found = await compile(name, files)
    // A compiler takes its time on a machine that is busy.
  }, 600_000)

  test.each(accepted.map(([what], at) => [what, at] as const))('accepts: %s', (_what, at) => {
    expect(found.get(fileOf('accepted', at)) ?? []).toEqual([])
  })

  test.each(refused.map(([what, , says], at) => [what, at, says] as const))(
    'refuses: %s',
    (_what, at, says) => {
      const messages = found.get(fileOf('refused', at)) ?? []
      expect(messages).toHaveLength(1)
      expect(messages[0]).toMatch(says)
    },
  )

  test('has nothing to say about the declarations themselves', () => {
    const ours = [...found].filter(([file]) => !/^(accepted|refused)-\d+\.ts$/.test(file))
    expect(ours).toEqual([])
  })
})

test.each([
  ['for a bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ['with exact optional properties', { exactOptionalPropertyTypes: true }],
  ['without strict', { strict: false }],
])(
  'what is accepted is accepted %s',
  async (_what, settings) => {
    const texts = accepted.map(([, text], at) => [fileOf('accepted', at), PRELUDE + text] as const)
    expect([...(await compile('typescript', Object.fromEntries(texts), settings))]).toEqual([])
  },
  600_000,
)
