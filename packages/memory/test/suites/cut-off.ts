// Operations that are cut off in a thread that lives on: by the timeout of a script, as Ctrl-C does in the REPL.
import { createContext, Script } from 'node:vm'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  closeObject,
  createSystem,
  DONE,
  hear,
  makeBlock,
  makeQueue,
  openBlock,
  openRing,
  type Ring,
  self,
  wordsOf,
} from '../../dist/index.js'
import { D_BLOCK_LOCK, D_CONSUMERS, D_PRODUCERS } from '../../dist/layout.js'
import { kinds, startPlace } from '../fixtures/places.js'

/** Runs a script until it is cut off. */
function cutOff(code: string, globals: object, timeout: number): void {
  const script = new Script(code)
  expect(() => script.runInContext(createContext(globals), { timeout })).toThrow(
    expect.objectContaining({ code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' }),
  )
}

export function cutOffSuite(mode: string): void {
  describe(`an operation that is cut off (${mode})`, () => {
    beforeAll(() => {
      createSystem(64 * 1024 ** 2)
    })

    test('leaves at most a lock in the name of its thread, whose next operation goes on', () => {
      const { ring } = openRing(makeQueue({ bytes: 1024, maxsize: 0 }))
      const locks = (): number[] => [ring.words[D_PRODUCERS]!, ring.words[D_CONSUMERS]!]
      let held = 0
      // Until it happened a few times: each try has a fair chance.
      for (let i = 0; i < 3000 && held < 5; i++) {
        cutOff('for (;;) { ring.putInline(1, 2, 3); ring.take() }', { ring }, 1)
        if (locks().some((lock) => lock !== 0)) held++
        for (const lock of locks()) expect([0, self().name]).toContain(lock)
        // Whole at every instant, so the size is what it was but for one.
        expect(ring.size).toBeLessThanOrEqual(1)
        expect(ring.putInline(1, 2, 3)).toBe(DONE)
        while (ring.size > 0) expect(ring.take()).toBe(DONE)
        expect(locks()).toEqual([0, 0])
      }
      expect(held).toBeGreaterThan(0)
    })

    test('leaves at most the lock of a block, which its event loop gives back', async () => {
      const block = openBlock(makeBlock({ type: 77 }), 77)
      const words = wordsOf(self().arena, block.handle)
      let held = 0
      for (let i = 0; i < 3000 && held < 5; i++) {
        cutOff('for (;;) block.exclusively(work)', { block, work: () => {} }, 1)
        if (words[D_BLOCK_LOCK] === 0) continue
        held++
        expect(words[D_BLOCK_LOCK]).toBe(self().name)
        hear()
        expect(words[D_BLOCK_LOCK]).toBe(0)
      }
      expect(held).toBeGreaterThan(0)
      closeObject(block.handle)
    })

    test.each(kinds())('loses nothing that a %s waits for: 100 times', async (kind) => {
      const handle = makeQueue({ bytes: 1024, maxsize: 0 })
      const { ring } = openRing(handle)
      const place = startPlace(kind, 'rings', 'follow', handle)
      expect(await place.line()).toBe('ready')
      const state = { ring, next: 0 }
      for (let i = 0; i < 100; i++) {
        cutOff(
          'for (;;) if (state.ring.putInline(1, state.next, 0) === 0) state.next++',
          { state },
          2,
        )
      }
      // The last cut may have swallowed a ring, or kept a lock: the next operation makes up for both.
      while (ring.putInline(1, -1, 0) !== DONE)
        await new Promise((resolve) => setImmediate(resolve))
      expect(Number(await place.line())).toBeGreaterThanOrEqual(state.next)
      expect(await place.end).toBe(0)
      expect(isFree(ring)).toBe(true)
    })
  })
}

const isFree = (ring: Ring): boolean =>
  ring.words[D_PRODUCERS] === 0 && ring.words[D_CONSUMERS] === 0
