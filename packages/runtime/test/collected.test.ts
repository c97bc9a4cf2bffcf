// What nobody has any more is gone, and long programs do not grow.
import { expect, test } from 'vitest'
import { runProgram } from './fixtures/program.js'

function left(...args: readonly string[]): number {
  const { code, stdout, stderr } = runProgram('--expose-gc', 'collected.mjs', ...args)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return Number(stdout)
}

test.each(['Queue', 'JoinableQueue'])('a %s that nobody has is collected', (kind) => {
  // The last one may stand in a register.
  expect(left('queues', kind)).toBeLessThanOrEqual(1)
})

test('more queues than the arena has room for can be made and dropped', () => {
  expect(left('many queues')).toBe(0)
})

test('a queue whose ends are closed is collected', () => {
  expect(left('closed ends')).toBeLessThanOrEqual(1)
})

test('a pipe is freed when both of its ends are closed', () => {
  expect(left('closed pipes')).toBe(0)
})

test('an end that is open is not collected: it belongs to its actor until that ends', () => {
  expect(left('open ends')).toBe(20)
})

test('20,000 actors here leave no object', () => {
  expect(left('inboxes')).toBe(0)
})

test('the inboxes of threads that ended are freed, though their refs are held', () => {
  expect(left('inboxes of threads')).toBe(0)
})

// What is forgotten now and then leaves a few bytes; what is kept, hundreds.
const FEW_BYTES = 64

test('ends that were sent and arrived are forgotten', () => {
  expect(left('sent')).toBeLessThan(FEW_BYTES)
})

test('joins that run out leave nothing', () => {
  expect(left('joins')).toBeLessThan(FEW_BYTES)
})
