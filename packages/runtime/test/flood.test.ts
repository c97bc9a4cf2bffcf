// Messages to an actor that does not receive.
import { expect, test } from 'vitest'
import { Queue, spawn } from '../dist/index.js'
import { flooded } from './fixtures/flood.mjs'

const MANY = 100_000

test.each(['thread', 'process'] as const)(
  '100,000 messages to an actor that blocks arrive in order, and it is named in a warning: %s',
  async (place) => {
    const [ready, go] = [new Queue<string>(), new Queue<string>()]
    const started = spawn(flooded, [ready, go, MANY], { in: place, name: 'busy' })
    await ready.get()
    for (let i = 0; i < MANY; i++) started.send(i)
    await go.put('go')
    const [inOrder, warning] = await started.result
    expect(inOrder).toBe(MANY)
    expect(warning).toMatch(/^\d+ messages wait in the inbox of actor busy; receive them faster/)
  },
)
