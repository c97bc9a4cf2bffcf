// Processes without the addon: refused at once, with the reason and the cure; threads go on.
import { expect, test } from 'vitest'
import { NoAddonError, Queue, spawn } from '../dist/index.js'
import { collect } from './fixtures/channels.mjs'
import { bareIn, double } from './fixtures/life.mjs'
import { refusal } from './fixtures/refusal.js'

process.env['TROUPE_ADDON'] = 'off'

test('a process is refused at the caller, before its ends move', async () => {
  const q = new Queue<number>()
  const end = q.consumer()
  const error = await refusal(() => spawn(collect, [end], { in: 'process' }))
  expect(error).toBeInstanceOf(NoAddonError)
  expect(error.code).toBe('ERR_TROUPE_NO_ADDON')
  expect(error.message).toMatch(/^\{ in: 'process' \} needs the addon of @troupe\/memory/)
  expect(error.message).toMatch(/Install a C compiler and run "npm rebuild @troupe\/memory"/)
  expect(error.message).toMatch(/or use \{ in: 'thread' \}/)
  expect(error.message).toMatch(/Tried:[^]*TROUPE_ADDON=off/)
  await q.put(1)
  expect(await end.get()).toBe(1)
})

test('a process is refused to a thread too', async () => {
  const error = await spawn(bareIn, ['process']).result.catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'ERR_TROUPE_NO_ADDON', name: 'NoAddonError' })
})

test('threads and actors here go on', async () => {
  expect(await spawn(double, [4], { in: 'thread' }).result).toBe(8)
  expect(await spawn(double, [4], { in: 'here' }).result).toBe(8)
  expect(await spawn(bareIn, ['thread']).result).toBe(8)
})
