// A system starts also where there is no claim to be had: only who makes segments needs one.
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openClaim } from '../dist/claim.js'
import type { Addon } from '../dist/native.js'

test('a claim that cannot be locked is none, and leaves no descriptor', () => {
  const lockFile = (): boolean => {
    throw Object.assign(new Error('lockFile: flock failed'), { code: 'ENOSYS' })
  }
  const before = readdirSync('/proc/self/fd').length
  expect(openClaim({ lockFile } as unknown as Addon)).toBe(-1)
  expect(readdirSync('/proc/self/fd')).toHaveLength(before)
})
