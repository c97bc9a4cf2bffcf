import { execFile, spawn as start } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ActorDiedError, Queue, QueueClosedError, spawn } from '../../dist/index.js'
import * as churn from '../fixtures/churn.mjs'
import * as actors from '../fixtures/life.mjs'
import { gone } from '../fixtures/program.js'
import type { Mode } from './mode.js'

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))
const run = promisify(execFile)

/** A root of its own, with a child, is ended by a signal; nothing is left. */
async function endsBySignal(signal: NodeJS.Signals, how: string[], code: number): Promise<void> {
  const root = start(process.execPath, [fixture('root.mjs'), ...how], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = (await once(root.stdout, 'data')) as [Buffer]
  const ended = once(root, 'exit')
  root.kill(signal)
  expect(await ended).toEqual([code, null])
  await gone(Number(line.toString()))
}

/** Actors from start to end, in every place. */
export function lifecycleSuite(mode: Mode): void {
  const other = mode.apart.at(-1)!

  describe(`lifecycle ${mode.name}`, () => {
    describe.each(mode.places)('an actor in: %s', (place) => {
      test('returns its result and ends as normal', async () => {
        const started = spawn(actors.double, [21], { in: place })
        expect(await started.result).toBe(42)
        expect((await started.join()).reason).toBe('normal')
        expect(started.isAlive).toBe(false)
      })

      test('fails with its own error, class, code and cause', async () => {
        const started = spawn(actors.fail, ['too far'], { in: place })
        const error = await started.result.catch((caught: unknown) => caught)
        expect(error).toMatchObject({ name: 'RangeError', message: 'too far', code: 'E_OWN' })
        expect((error as Error).cause).toMatchObject({ message: 'why' })
        expect((await started.join()).reason).toBe('error')
      })

      test('stops when asked, and join can run out before', async () => {
        const ready = new Queue<string>()
        const started = spawn(actors.untilStopped, [ready], { in: place })
        await ready.get()
        expect(await started.join({ timeout: 1 })).toBeUndefined()
        expect((await started.stop()).reason).toBe('shutdown')
        expect(await started.result).toBe('stopped in order')
      })

      test('receives what was sent before it ran', async () => {
        const started = spawn(actors.sum, [3], { in: place })
        for (const n of [1, 2, 3]) started.send(n)
        expect(await started.result).toBe(6)
      })

      test('is reached by a ref that travelled', async () => {
        const started = spawn(actors.sum, [2], { in: place })
        spawn(actors.relay, [started, [20, 22]], { in: other })
        expect(await started.result).toBe(42)
      })

      test('that is killed ends as killed, and its result rejects', async () => {
        const ready = new Queue<string>()
        const started = spawn(actors.untilStopped, [ready], { in: place })
        const result = started.result.catch((error: unknown) => error)
        await ready.get()
        started.kill()
        expect((await started.join()).reason).toBe('killed')
        expect(await result).toBeInstanceOf(ActorDiedError)
      })

      test('with a result that cannot be sent fails', async () => {
        await expect(spawn(actors.unsendable, [], { in: place }).result).rejects.toThrow('function')
      })

      test('may make queues and spawn', async () => {
        expect(await spawn(actors.makesQueue, [], { in: place }).result).toBe(0)
        expect(await spawn(actors.bare, [], { in: place }).result).toBe(8)
      })
    })

    describe.each(mode.apart)('a place of its own: %s', (place) => {
      test('tells its exit code', async () => {
        const started = spawn(actors.exitWith, [3], { in: place })
        void started.result.catch(() => {})
        expect(await started.join()).toMatchObject({ reason: 'exit', code: 3 })
      })

      test.each([actors.failLater, actors.rejectLater])(
        'ends by an error out of band: $key',
        async (definition) => {
          const started = spawn(definition, [], { in: place })
          await expect(started.result).rejects.toThrow(/later|unhandled/)
          expect((await started.join()).reason).toBe('error')
        },
      )

      test('that does not obey is killed after the timeout', async () => {
        const ready = new Queue<string>()
        const started = spawn(actors.deaf, [ready], { in: place })
        await ready.get()
        expect((await started.stop({ timeout: 50 })).reason).toBe('killed')
      })

      test('can be killed by anybody who has a ref', async () => {
        const ready = new Queue<string>()
        const started = spawn(actors.untilStopped, [ready], { in: place })
        void started.result.catch(() => {})
        await ready.get()
        expect(await spawn(actors.killer, [started], { in: other }).result).toBe('killed')
      })

      test.each(mode.apart)('that is killed takes its children along: %s', async (inner) => {
        const pids = new Queue<number>()
        const started = spawn(actors.parentOf, [pids.producer(), inner], { in: place })
        void started.result.catch(() => {})
        const pid = await pids.get()
        started.kill()
        await started.join()
        // The child holds the only producer's end.
        await expect(pids.get()).rejects.toThrow(QueueClosedError)
        if (pid !== process.pid) await gone(pid)
      })

      test('may not spawn while it imports', async () => {
        const { stdout } = await run(process.execPath, [fixture('spawns-at-import.mjs'), place])
        expect(stdout.trim()).toBe('ERR_TROUPE_SPAWN_DURING_IMPORT')
      })

      test('whose failure nobody takes makes the exit code 1', async () => {
        const failed = await run(process.execPath, [fixture('nobody-cares.mjs'), place]).catch(
          (error: unknown) => error,
        )
        expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody cares') })
      })
    })

    test.each(mode.apart)('deaths disturb nobody who makes and drops pipes: %s', async (place) => {
      const busy = spawn(churn.churns, [], { in: place })
      // After each death the root looks at every object, and these come and go meanwhile.
      for (let i = 0; i < 8; i++) await spawn(churn.brief, []).join()
      expect((await busy.stop({ timeout: Infinity })).reason).toBe('shutdown')
      expect(await busy.result).toBeGreaterThan(0)
    })

    test('a thread that runs out of memory ends as oom', async () => {
      const options = {
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
      }
      const started = spawn(actors.eatMemory, [], options)
      void started.result.catch(() => {})
      expect((await started.join()).reason).toBe('oom')
    })

    test.each(mode.apart)('SIGINT of a root that waits stops its children: %s', async (place) => {
      await endsBySignal('SIGINT', ['waiting', place], 130)
    })

    test.each(mode.apart)('SIGTERM of a root that waits stops its children: %s', async (place) => {
      await endsBySignal('SIGTERM', ['waiting', place], 143)
    })

    if (!mode.processes) return

    test('a process that dies of a signal tells it', async () => {
      const started = spawn(actors.dieBy, ['SIGKILL'], { in: 'process' })
      void started.result.catch(() => {})
      expect(await started.join()).toMatchObject({ reason: 'signal', signal: 'SIGKILL' })
    })

    test.each(['SIGINT', 'SIGTERM'] as const)('%s ends a root that blocks', async (signal) => {
      await endsBySignal(signal, ['blocked', 'process'], signal === 'SIGINT' ? 130 : 143)
    })

    test('a child process does not outlive a root that was SIGKILLed', async () => {
      const root = start(process.execPath, [fixture('root.mjs')], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const [line] = (await once(root.stdout, 'data')) as [Buffer]
      root.kill('SIGKILL')
      await gone(Number(line.toString()))
    })
  })
}
