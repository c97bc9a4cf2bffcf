// An inbox is unbounded, and warns.
import { expect, test } from 'vitest'
import { Queue, spawn } from '../dist/index.js'
import { Mailbox } from '../dist/mailbox.js'
import { fullInbox, receivesNothing } from './fixtures/inbox.mjs'

const says = (count: number, name: string): string =>
  `TroupeWarning: ${count} messages wait in the inbox of actor ${name}; receive them faster, or use a Queue, which is bounded`

test.each(['thread', 'process', 'here'] as const)(
  'an inbox warns at 10,000 messages and at each doubling, and keeps all in order: in %s',
  async (place) => {
    const go = new Queue<number>()
    const told = new Queue<string>()
    const started = spawn(fullInbox, [go, told], { in: place, name: 'busy' })
    expect(await told.get()).toBe('ready')
    let sent = 0
    for (const count of [10_000, 20_000, 40_000]) {
      while (sent < count) started.send(sent++)
      expect(await told.get()).toBe(says(count, 'busy'))
    }
    await go.put(sent)
    expect(await started.result).toBe(40_000)
    expect(told.size).toBe(0)
  },
)

test('an inbox that is emptied in time does not warn', async () => {
  const warnings: string[] = []
  const note = (warning: Error): void => void warnings.push(`${warning.name}: ${warning.message}`)
  process.on('warning', note)
  const mailbox = new Mailbox(() => 'steady', new AbortController().signal)
  const deliver = (count: number): void => {
    for (let i = 0; i < count; i++) mailbox.deliver({ message: i })
  }
  for (let round = 0; round < 3; round++) {
    deliver(9_999)
    for (let i = 0; i < 9_999; i++) expect(await mailbox.receive()).toBe(i)
  }
  expect(warnings).toEqual([])
  deliver(10_000)
  // A warning is told in the turn after.
  await new Promise((resolve) => setImmediate(resolve))
  expect(warnings).toEqual([says(10_000, 'steady')])
  process.off('warning', note)
})

test.each(['thread', 'process', 'here'] as const)(
  'a receive ends by its timeout and its signal, refuses what is wrong, and loses nothing: in %s',
  async (place) => {
    const [go, told] = [new Queue<string>(), new Queue<string>()]
    const started = spawn(receivesNothing, [go, told], { in: place })
    await told.get() // Its first tries found nothing.
    started.send('first')
    started.send('second')
    await go.put('go')
    const { tried, left } = await started.result
    expect(left).toEqual(['first', 'second', 'third', 'fourth'])
    expect(tried).toEqual({
      late: 'ERR_TROUPE_TIMEOUT',
      'at once': 'ERR_TROUPE_TIMEOUT',
      aborted: 'enough',
      'aborted before': 'before',
      'timeout NaN': 'ERR_TROUPE_ARGUMENT',
      'timeout -1': 'ERR_TROUPE_ARGUMENT',
      'timeout 5': 'ERR_TROUPE_ARGUMENT',
      'timeout null': 'ERR_TROUPE_ARGUMENT',
      'options 5': 'ERR_TROUPE_ARGUMENT',
      'options null': 'ERR_TROUPE_ARGUMENT',
      'options soon': 'ERR_TROUPE_ARGUMENT',
      'no signal': 'ERR_TROUPE_ARGUMENT',
    })
  },
)
