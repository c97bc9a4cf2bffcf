// Values that actors share: nothing is lost, whoever writes, and they outlive who made them.
import { Queue } from '@troupe/runtime'
import { describe, expect, test } from 'vitest'
import { Lock, NoLock, Value } from '../../dist/index.js'
import { refusal } from '../fixtures/refusal.js'
import type { Mode } from './mode.js'
import { Company, fourOf, Party } from './party.js'
import { BOUNDS, CODES, FLOATS, numberOf } from './types.js'

const NUMBERS = [...BOUNDS.map(([name]) => name), ...FLOATS]

export function valueSuite(mode: Mode): void {
  const four = new Company(fourOf(mode.apart))
  const others = new Company(mode.places)

  describe.each(CODES)(`a value of %s ${mode.name}`, (type) => {
    const [zero, some] = type === 'char' ? ['\0', 'é'] : [numberOf(type, 0), numberOf(type, 100)]

    test.each(mode.places)('is the same number here and in: %s', async (place) => {
      const value = new Value(type as 'int32', some as number)
      expect(await others.in(place, value, 'value')).toEqual({ value: some })
      expect(await others.in(place, value, 'type')).toEqual({ value: type })
      value.value = zero as number
      expect(await others.in(place, value, 'value')).toEqual({ value: zero })
      expect(await others.in(place, value, 'write', some)).toEqual({ value: some })
      expect(value.value).toBe(some)
      expect(await others.in(place, value, 'compareExchange', some, zero)).toEqual({ value: some })
      expect(value.value).toBe(zero)
    })
  })

  describe.each(NUMBERS)(`four write a value of %s at once ${mode.name}`, (type) => {
    const one = numberOf(type, 1)

    test('and nothing that they add and subtract is lost', async () => {
      const value = new Value(type as 'int32', numberOf(type, 0) as number)
      await four.all(value, 'shake', 100_000, one)
      expect(value.value).toBe(numberOf(type, 4))
    })

    test.each(['updateMany', 'compareMany', 'countLocked', 'countLockedSync'])(
      'and nothing is lost by %s',
      async (form) => {
        const value = new Value(type as 'int32', numberOf(type, 0) as number)
        const few = type === 'int8' ? 25 : 60
        const times = few === 25 || type === 'uint8' ? few : form.startsWith('count') ? 200 : 5000
        await four.all(value, form, times, one)
        expect(value.value).toBe(numberOf(type, 4 * times))
      },
    )

    test('and what they exchange is each time somebody’s', async () => {
      const value = new Value(type as 'int32', numberOf(type, 0) as number)
      const have = await four.all(value, 'exchangeMany', 20_000, one)
      const sum = [...have, value.value].map(Number).reduce((a, b) => a + b)
      expect(sum).toBe(4)
    })
  })

  describe(`the lock of a value ${mode.name}`, () => {
    test('is its own, one object, and free', () => {
      const [value, other] = [new Value('int32'), new Value('int32', 0, { lock: true })]
      const lock = value.getLock()
      expect(lock).toBeInstanceOf(Lock)
      expect(value.getLock()).toBe(lock)
      expect(other.getLock()).not.toBe(lock)
      lock.withSync(() => expect([lock.locked, other.getLock().locked]).toEqual([true, false]))
    })

    test('makes += one step, 20,000 times in four actors', async () => {
      const value = new Value('int32', 0)
      await four.all(value, 'countLockedSync', 5000, 1)
      expect(value.value).toBe(20_000)
    })

    test.each(mode.places)(
      'that it was given is one for all that have it, in: %s',
      async (place) => {
        const lock = new Lock()
        const [one, two] = [new Value('int32', 0, { lock }), new Value('int32', 0, { lock })]
        expect(one.getLock()).toBe(lock)
        expect(two.getLock()).toBe(lock)
        const other = await Party.start(place, { one, other: two })
        expect(await other.do('hasOneLock', lock)).toEqual({ value: true })
        // Disposing of a value leaves a lock that is not its own.
        one[Symbol.dispose]()
        lock.acquireSync().release()
        expect(two.getLock()).toBe(lock)
      },
    )

    test('that two values share keeps them together', async () => {
      const lock = new Lock()
      const [one, other] = [new Value('int32', 0, { lock }), new Value('int32', 0, { lock })]
      expect(await four.all({ one, other }, 'moveMany', 200)).toEqual([0, 0, 0, 0])
      expect([one.value, other.value]).toEqual([800, -800])
    })

    test.each(mode.places)('may be left out, here and in: %s', async (place) => {
      const value = new Value('int32', 3, { lock: false })
      const error = await refusal(() => value.getLock())
      expect(error).toBeInstanceOf(NoLock)
      expect(error.message).toMatch(/^This value was made with \{ lock: false \}; leave that out/)
      expect(await others.in(place, value, 'getLock')).toEqual({ ended: 'ERR_TROUPE_NO_LOCK' })
      expect(await others.in(place, value, 'add', 1)).toEqual({ value: 3 })
      expect(value.value).toBe(4)
    })

    test.each(mode.apart)('is had by the next when its holder is killed, in: %s', async (place) => {
      const value = new Value('int32', 1)
      const victim = await Party.start(place, value.getLock())
      await victim.do('acquire')
      expect(value.getLock().tryAcquire()).toBeUndefined()
      // The value itself is nobody's.
      expect(value.add(1)).toBe(1)
      await victim.kill()
      expect(value.getLock().acquireSync().ownerDied).toBe(true)
    })
  })

  describe(`a value ${mode.name}`, () => {
    test.each(mode.places)(
      'is one object to one actor, however often it came to: %s',
      async (place) => {
        const value = new Value('int32')
        const other = await Party.start(place, value)
        expect(await other.do('isSame', value, { deep: [value] })).toEqual({ value: true })
        const queue = new Queue<Value>()
        await queue.put(value)
        expect(await queue.get()).toBe(value)
      },
    )

    test.each(mode.places)('that an actor made outlives it, in: %s', async (place) => {
      const other = await Party.start(place, {})
      const { value: made } = (await other.do('makeValue', 'i', 5)) as { value: Value<'i'> }
      expect(made).toBeInstanceOf(Value)
      await other.kill()
      expect([made.type, made.value, made.add(1), made.value]).toEqual(['int32', 5, 5, 6])
      made.getLock().acquireSync().release()
    })

    test.each(mode.places)('that is disposed of here goes on in: %s', async (place) => {
      const value = new Value('int32', 1)
      const other = await Party.start(place, value)
      value[Symbol.dispose]()
      value[Symbol.dispose]()
      expect((await refusal(() => value.value)).code).toBe('ERR_TROUPE_DISPOSED')
      expect(await other.do('add', 1)).toEqual({ value: 1 })
      expect(await other.do('countLockedSync', 1, 1)).toEqual({ value: undefined })
      // It may come back, and is another object then.
      const { value: again } = (await other.do('itself')) as { value: Value }
      expect(again).not.toBe(value)
      expect(again.value).toBe(3)
      await other.end()
    })

    test.each(mode.places)('that is disposed of in: %s goes on here', async (place) => {
      const value = new Value('int32', 1)
      const other = await Party.start(place, value)
      expect(await other.do('dispose')).toEqual({ value: undefined })
      expect(await other.do('add', 1)).toEqual({ ended: 'ERR_TROUPE_DISPOSED' })
      expect(value.add(1)).toBe(1)
      value.getLock().acquireSync().release()
      await other.end()
    })
  })
}
