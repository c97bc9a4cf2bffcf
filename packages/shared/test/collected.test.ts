// What nobody has is gone. Until then a barrier is broken by the end of an actor that fails with it, or waits.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

function printed(...args: readonly string[]): string {
  return printedBy('collected-barriers.mjs', ...args)
}

function printedBy(name: string, ...args: readonly string[]): string {
  const program = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', program, ...args],
    { encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout.trim()
}

test('a barrier that its actor dropped is collected', () => {
  // The last one may stand in a register.
  expect(Number(printed('dropped'))).toBeLessThanOrEqual(1)
})

test('an actor that fails after its barrier was collected is no party', () => {
  expect(printed('fails after it dropped it')).toBe('collected false')
})

test('an actor that fails with a barrier breaks it', () => {
  expect(printed('fails with it')).toBe('false true')
})

test('an actor that ends while it waits breaks the barrier, though it kept no name of it', () => {
  expect(printed('ends while it waits')).toBe('ended true')
})

test('an array that lives keeps none of those that ended actors had of it', () => {
  const [kept, length] = printedBy('collected-arrays.mjs').split(' ').map(Number)
  // The last ones may stand in a register, or until the next comes.
  expect(kept).toBeLessThanOrEqual(2)
  expect(length).toBe(4)
})
