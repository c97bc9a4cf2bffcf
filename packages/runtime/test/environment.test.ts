// How a place finds its system is nobody's business: not of its module, not of the programs that it starts.
import { expect, test } from 'vitest'
import { type PlaceKind, spawn } from '../dist/index.js'
import { tell } from './fixtures/environment.mjs'

test.each<PlaceKind>(['thread', 'process'])(
  'a %s passes nothing of its system on',
  async (place) => {
    expect(await spawn(tell, [], { in: place }).result).toEqual({
      atImport: [],
      now: [],
      ofPrograms: false,
      descriptors: false,
    })
  },
)
