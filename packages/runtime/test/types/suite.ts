// A suite of snippets, each a file of its own, for each TypeScript that users may have.
import { beforeAll, describe, expect, test } from 'vitest'
import { compile, type Diagnostics } from './compile.js'

/** Name and text: compiles without a word, also with declarations. */
export type Accepted = readonly (readonly [string, string])[]

/** Name, text and what the compiler must say; nothing else. */
export type Refused = readonly (readonly [string, string, RegExp])[]

/** Makes the suite; `prelude` stands before each snippet. */
export function typesSuite(prelude: string, accepted: Accepted, refused: Refused): void {
  describe.each(['typescript-5.7', 'typescript-6', 'typescript'])('the compiler %s', (name) => {
    let found: Diagnostics

    beforeAll(async () => {
      const files: Record<string, string> = {}
      for (const [at, [, text]] of accepted.entries()) files[`accepted-${at}.ts`] = prelude + text
      for (const [at, [, text]] of refused.entries()) files[`refused-${at}.ts`] = prelude + text
      found = await compile(name, files, { declaration: true })
      // A compiler takes its time on a machine that is busy.
    }, 600_000)

    test.each(accepted.map(([what], at) => [what, at] as const))('accepts: %s', (_what, at) => {
      expect(found.get(`accepted-${at}.ts`) ?? []).toEqual([])
    })

    test.each(refused.map(([what, , says], at) => [what, at, says] as const))(
      'refuses: %s',
      (_what, at, says) => {
        const messages = found.get(`refused-${at}.ts`) ?? []
        expect(messages).toHaveLength(1)
        expect(messages[0]).toMatch(says)
      },
    )

    test('has nothing to say about the declarations themselves', () => {
      const ours = [...found].filter(([file]) => !/^(accepted|refused)-\d+\.ts$/.test(file))
      expect(ours).toEqual([])
    })
  })
}
