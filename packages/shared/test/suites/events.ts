// Events: whoever waits when one is set goes on, in any mix of places, also when it is cleared at once.
import { type PlaceKind, Queue, spawn } from '@troupe/runtime'
import { afterEach, describe, expect, test } from 'vitest'
import { Event } from '../../dist/index.js'
import { isStopped } from '../fixtures/parties.mjs'
import { refusal } from '../fixtures/refusal.js'
import type { Mode } from './mode.js'
import { EVENT, fourOf, type Outcome, Party, whenWaiting } from './party.js'

const WENT_ON: Outcome = { value: undefined }

export function eventSuite(mode: Mode): void {
  let parties: Party[] = []
  const start = async (place: PlaceKind, event: Event): Promise<Party> => {
    const party = await Party.start(place, event)
    parties.push(party)
    return party
  }
  afterEach(async () => {
    await Promise.all(parties.map((party) => party.kill()))
    parties = []
  })

  describe(`an event ${mode.name}`, () => {
    test('is clear at first, and is set and cleared as often as one likes', async () => {
      const event = new Event()
      expect(event.isSet).toBe(false)
      for (let i = 0; i < 3; i++) {
        event.set()
        event.set()
        expect(event.isSet).toBe(true)
        await event.wait()
        event.waitSync({ timeout: 0 })
        event.clear()
        event.clear()
        expect(event.isSet).toBe(false)
        expect((await refusal(() => event.waitSync({ timeout: 0 }))).code).toBe(
          'ERR_TROUPE_TIMEOUT',
        )
      }
    })

    test.each(mode.places)('is one thing here and in: %s', async (place) => {
      const event = new Event()
      const other = await start(place, event)
      expect(await other.do('isSet')).toEqual({ value: false })
      event.set()
      expect(await other.do('isSet')).toEqual({ value: true })
      expect(await other.do('wait')).toEqual(WENT_ON)
      await other.do('clear')
      expect(event.isSet).toBe(false)
      const waits = event.wait()
      await whenWaiting(EVENT)
      await other.do('set')
      await waits
      expect(event.isSet).toBe(true)
      expect(await other.do('isSame', event, { deep: [event] })).toEqual({ value: true })
    })

    test.each(['wait', 'waitSync'])('wakes all who wait by %s, once', async (form) => {
      const event = new Event()
      const others = await Promise.all(fourOf(mode.apart).map((place) => start(place, event)))
      for (let round = 0; round < 5; round++) {
        const waits = others.map((other) => other.do(form))
        await whenWaiting(EVENT, 4)
        event.set()
        expect(await Promise.all(waits)).toEqual([WENT_ON, WENT_ON, WENT_ON, WENT_ON])
        event.clear()
      }
    })

    test('that is set and cleared at once wakes all who waited, and nobody later', async () => {
      const event = new Event()
      const places = [...fourOf(mode.apart)]
      const others = await Promise.all(places.map((place) => start(place, event)))
      for (let round = 0; round < 5; round++) {
        const waits = others.map((other, i) => other.do(i % 2 ? 'waitSync' : 'wait'))
        const mine = [event.wait(), event.wait()]
        await whenWaiting(EVENT, 5)
        event.set()
        event.clear()
        expect(await Promise.all(waits)).toEqual([WENT_ON, WENT_ON, WENT_ON, WENT_ON])
        await Promise.all(mine)
        expect((await refusal(() => event.wait({ timeout: 0 }))).code).toBe('ERR_TROUPE_TIMEOUT')
      }
    })

    test('is waited for as long as is said', async () => {
      const event = new Event()
      for (const wait of [
        () => event.wait({ timeout: 1 }),
        () => event.waitSync({ timeout: 1 }),
        () => event.wait({ timeout: 0 }),
      ]) {
        const error = await refusal(wait)
        expect([error.name, error.code]).toEqual(['TimeoutError', 'ERR_TROUPE_TIMEOUT'])
        expect(error.message).toMatch(/^The event did not come within [01] ms$/)
      }
      event.set()
      await event.wait({ timeout: 0 })
      event.waitSync({ timeout: 0 })
    })

    test('is waited for until a signal is aborted, with its reason', async () => {
      const event = new Event()
      const reason = new Error('enough')
      const controller = new AbortController()
      const stays = event.wait()
      const stopped = event.wait({ signal: controller.signal })
      await whenWaiting(EVENT)
      controller.abort(reason)
      await expect(stopped).rejects.toBe(reason)
      await expect(event.wait({ signal: controller.signal })).rejects.toBe(reason)
      // Only that one.
      event.set()
      await stays
      // One that was aborted before is not told that the event is set.
      await expect(event.wait({ signal: controller.signal })).rejects.toBe(reason)
    })

    test('that is disposed of ends the waits here, and none elsewhere', async () => {
      const event = new Event()
      const [other, third] = [await start('thread', event), await start('here', event)]
      const theirs = other.do('wait')
      const mine = refusal(() => event.wait())
      await whenWaiting(EVENT, 2)
      event[Symbol.dispose]()
      expect((await mine).code).toBe('ERR_TROUPE_DISPOSED')
      // Another actor of this thread has a handle of its own.
      expect(await third.do('set')).toEqual(WENT_ON)
      expect(await theirs).toEqual(WENT_ON)
    })

    test.each(mode.places)('outlives who made it and set it, in: %s', async (place) => {
      const event = new Event()
      const other = await start(place, event)
      await other.do('set')
      await other.kill()
      expect(event.isSet).toBe(true)
    })

    test.each(mode.apart)(
      'is waited for by others when a waiter is killed, in: %s',
      async (place) => {
        const event = new Event()
        const victims = [await start(place, event), await start(place, event)]
        const other = await start(place, event)
        victims[0]!.tell('wait')
        victims[1]!.tell('waitSync')
        const waits = other.do('waitSync')
        const mine = event.wait()
        await whenWaiting(EVENT, 4)
        await Promise.all(victims.map((victim) => victim.kill()))
        event.set()
        event.clear()
        expect(await waits).toEqual(WENT_ON)
        await mine
      },
    )

    test('that an actor here waited for when it ended wakes the others', async () => {
      const event = new Event()
      const [one, other] = [await start('here', event), await start('here', event)]
      one.tell('wait')
      const waits = other.do('wait')
      await whenWaiting(EVENT)
      await one.kill()
      event.set()
      expect(await waits).toEqual(WENT_ON)
    })

    test.each(mode.apart)(
      'is waited for no more when its waiter is to stop, in: %s',
      async (place) => {
        const event = new Event()
        for (const form of ['wait', 'waitSync']) {
          const told = new Queue<Outcome>()
          const started = spawn(isStopped, [told, event, form], { in: place })
          await told.get()
          await whenWaiting(EVENT)
          const stopped = started.stop()
          expect(await told.get()).toEqual({
            ended: form === 'wait' ? 'StopRequest' : 'ERR_TROUPE_STOPPED',
          })
          await stopped
        }
      },
    )

    test('that is set and cleared at once wakes who asked before, also one that lets the event loop turn', async () => {
      const event = new Event()
      for (let i = 0; i < 600; i++) {
        const wait = event.wait({ timeout: 5000 })
        event.set()
        event.clear()
        await wait
      }
    })

    test('goes to and fro between two who wait for each other', async () => {
      const [ping, pong] = [new Event(), new Event()]
      const other = await Party.start(mode.apart.at(-1)!, { ping, pong })
      parties.push(other)
      const theirs = other.do('answer', 300)
      for (let i = 0; i < 300; i++) {
        ping.set()
        if (i % 2 === 0) await pong.wait()
        else pong.waitSync()
        pong.clear()
      }
      expect(await theirs).toEqual({ value: 300 })
    })
  })
}
