// Without the addon a buffer can be made and carried, but not mapped.
import { expect, test } from 'vitest'
import { createSystem, dropUnwrapped, makeBuffer, mapBuffer } from '../dist/index.js'

process.env['TROUPE_ADDON'] = 'off'

test('a buffer of its own needs the addon, and says so', () => {
  createSystem(64 * 1024 ** 2)
  const handle = makeBuffer(100)
  expect(() => mapBuffer(handle)).toThrow(
    expect.objectContaining({
      code: 'ERR_TROUPE_NO_ADDON',
      message: expect.stringMatching(/^A buffer of its own needs the addon .*npm rebuild/),
    }),
  )
  dropUnwrapped(handle)
})
