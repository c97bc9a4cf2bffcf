// Threads that leave their system and make another, and systems of one process.
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import {
  closeObject,
  countObjects,
  countWrappers,
  createSystem,
  DONE,
  gettersMark,
  hasSelf,
  leaveSystem,
  makeQueue,
  openRing,
  self,
  systemId,
  taken,
  waitAsync,
} from '../../dist/index.js'
import { fixture } from '../fixtures/processes.js'

export function leaveSuite(mode: string): void {
  describe(`a thread that leaves (${mode})`, () => {
    test('ends its waits, has no system, and may leave twice', async () => {
      createSystem(64 * 1024 ** 2)
      const { ring } = openRing(makeQueue({ bytes: 64, maxsize: 0 }))
      const side = gettersMark(ring)
      const look = (): boolean => ring.take() === DONE
      const waiting = waitAsync({
        look,
        glance: look,
        mark: () => side.mark(),
        leave: () => side.leave(),
      })
      leaveSystem()
      await expect(waiting).rejects.toThrow('this thread left its system')
      expect(hasSelf()).toBe(false)
      expect(() => self()).toThrow(expect.objectContaining({ code: 'ERR_TROUPE_NO_SYSTEM' }))
      leaveSystem()
    })

    test('may make another system, in which handles of the first name nothing', () => {
      createSystem(64 * 1024 ** 2)
      const first = systemId()
      const old = makeQueue({ bytes: 64, maxsize: 0 })
      const { ring: oldRing } = openRing(old)
      oldRing.putInline(1, 1, 1)
      leaveSystem()

      createSystem(64 * 1024 ** 2)
      expect(systemId()).not.toBe(first)
      expect([countObjects(self().arena), countWrappers()]).toEqual([0, 0])
      expect(() => openRing(old)).toThrow(
        expect.objectContaining({ code: 'ERR_TROUPE_FOREIGN_HANDLE' }),
      )
      // The first object of the new system has the name that the old one had in its own.
      const fresh = makeQueue({ bytes: 64, maxsize: 0 })
      expect(fresh).toEqual(old)
      const { ring } = openRing(fresh)
      expect(ring).not.toBe(oldRing)
      expect(ring.size).toBe(0)
      ring.putInline(1, 2, 2)
      expect([ring.take(), taken.a]).toEqual([DONE, 2])
      closeObject(fresh)
      expect(countObjects(self().arena)).toBe(0)
      leaveSystem()
    })
  })

  describe(`threads of one process that are roots (${mode})`, () => {
    test('have systems of their own, however each of them ends', async () => {
      const ids = new Set<string>()
      const root = async (way: string): Promise<void> => {
        const worker = new Worker(fixture('root-thread.mjs'), { workerData: way })
        worker.on('error', () => {})
        const ended = new Promise((resolve) => worker.once('exit', resolve))
        // Not `once` of node:events, which rejects when the error of `throw` is told first.
        const message = new Promise<string>((resolve) => worker.once('message', resolve))
        const [item, id] = (await message).split(' ')
        expect(item).toBe('7')
        ids.add(id!)
        if (way === 'terminate' || way === 'block') await worker.terminate()
        await ended
      }
      const ways = ['natural', 'exit', 'throw', 'terminate', 'block']
      await Promise.all(ways.map(root))
      expect(ids.size).toBe(ways.length)
    })
  })
}
