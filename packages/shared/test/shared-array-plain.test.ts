// Without the addon there is no memory that could be mapped alone: an array is refused, and takes nothing.
import { countObjects, pagesUsed, self } from '@troupe/memory'
import { expect, test } from 'vitest'
import { SharedArray, Value } from '../dist/index.js'
import { refusal } from './fixtures/refusal.js'
import { withoutAddon } from './suites/mode.js'

withoutAddon()

test('an array without the addon is refused, and leaves nothing', async () => {
  new Value('int32')[Symbol.dispose]()
  const before = [countObjects(self().arena), pagesUsed(self().arena)]
  for (const from of [3, [1, 2]]) {
    const error = await refusal(() => new SharedArray('int32', from as number))
    expect(error.code).toBe('ERR_TROUPE_NO_ADDON')
    expect(error.message).toMatch(/needs the addon of @troupe\/memory/)
  }
  expect([countObjects(self().arena), pagesUsed(self().arena)]).toEqual(before)
})
