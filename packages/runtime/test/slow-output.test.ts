// What actors print arrives.
import { describe, expect, test } from 'vitest'
import { Running } from './fixtures/program.js'

describe.each(['thread', 'process'] as const)('output of an actor in a %s', (place) => {
  test('arrives whole, though the actor ends while its reader is slow', async () => {
    const program = new Running('prints-much.mjs', 'end', place)
    program.readsSlowly()
    const { code, stdout } = await program.end()
    expect(code).toBe(0)
    expect(stdout.match(/^x{999}$/gm)).toHaveLength(2000)
    expect(stdout).toMatch(/\n\[prints\] end\n$/)
  })

  test('arrives while the actor blocks, and its root', async () => {
    const program = new Running('prints-much.mjs', 'block', place)
    const printed = await program.printed('printed')
    expect(printed.match(/^x{999}$/gm)).toHaveLength(200)
    program.release()
    expect((await program.end()).code).toBe(0)
  })
})
