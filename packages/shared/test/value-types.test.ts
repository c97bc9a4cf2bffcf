// What fits a value of each type, what does not, and what each operation makes of it.
import { describe, expect, test } from 'vitest'
import { type NameOf, OutOfRangeError, type TypeCode, Value } from '../dist/index.js'
import { refusal } from './fixtures/refusal.js'
import { BOUNDS, CODES, FLOATS, numberOf } from './suites/types.js'

/** A value of any type, with anything that plain JavaScript may give it. */
interface AnyValue {
  readonly type: string
  value: unknown
  add(n: unknown): unknown
  sub(n: unknown): unknown
  exchange(value: unknown): unknown
  compareExchange(expected: unknown, value: unknown): unknown
  update(fn: (value: never) => unknown): unknown
}
const make = (type: string, initial?: unknown): AnyValue =>
  new Value(type as 'int32', initial as number) as unknown as AnyValue

/** All ways to write, and the ways to say what is there. */
const writes: [string, (value: AnyValue, to: unknown) => unknown][] = [
  ['the setter', (value, to) => (value.value = to)],
  ['exchange', (value, to) => value.exchange(to)],
  ['compareExchange', (value, to) => value.compareExchange(value.value, to)],
  ['what is expected', (value, to) => value.compareExchange(to, value.value)],
  ['update', (value, to) => value.update(() => to)],
]

async function expectOutOfRange(work: () => unknown, named: unknown): Promise<void> {
  const error = await refusal(work)
  expect(error).toBeInstanceOf(OutOfRangeError)
  expect(error).toBeInstanceOf(RangeError)
  expect([error.name, error.code]).toEqual(['OutOfRangeError', 'ERR_TROUPE_OUT_OF_RANGE'])
  expect(error.message).toContain(`it is ${String(named)}`)
}

describe.each(CODES)('%s', (name, codes) => {
  const zero = name === 'char' ? '\0' : numberOf(name, 0)
  const some = name === 'char' ? 'x' : numberOf(name, 7)

  test('is known by name and by code, is zero at first, and takes a number', () => {
    for (const type of [name, ...codes]) {
      expect([make(type).type, make(type).value, make(type, some).value]).toEqual([
        name,
        zero,
        some,
      ])
    }
  })

  test('says what there was before in exchange and compareExchange, and what there is in update', () => {
    const value = make(name, some)
    expect([value.exchange(zero), value.value]).toEqual([some, zero])
    expect([value.compareExchange(some, some), value.value]).toEqual([zero, zero])
    expect([value.compareExchange(zero, some), value.value]).toEqual([zero, some])
    expect([value.update(() => zero as never), value.value]).toEqual([zero, zero])
  })

  test('keeps what it has when the function of update throws', () => {
    const value = make(name, some)
    const error = new Error('on purpose')
    expect(() =>
      value.update(() => {
        throw error
      }),
    ).toThrow(error)
    expect(value.value).toBe(some)
  })

  const wrong: unknown[] = [undefined, null, true, {}, [1], Symbol('s'), new Date(0)]
  if (name !== 'char') wrong.push('1', '')
  if (typeof some !== 'bigint') wrong.push(1n)
  if (typeof some !== 'number') wrong.push(1, Number.NaN)
  if (name === 'char') wrong.push('', 'ab', '😀')

  test.each(wrong)('refuses what is no number of it: %o', async (bad) => {
    const value = make(name, some)
    for (const [what, write] of writes) {
      const error = await refusal(() => write(value, bad))
      expect([what, error.name, error.code]).toEqual([what, 'ArgumentError', 'ERR_TROUPE_ARGUMENT'])
      expect(error.message).toContain(String(bad))
      expect(error.message).toContain(name)
      expect(value.value).toBe(some)
    }
    if (bad !== undefined) expect((await refusal(() => make(name, bad))).code).toMatch(/ARGUMENT$/)
    for (const form of ['add', 'sub'] as const) {
      expect((await refusal(() => value[form](bad))).code).toBe('ERR_TROUPE_ARGUMENT')
    }
    expect(value.value).toBe(some)
  })
})

describe.each(BOUNDS)('%s', (name, least, most) => {
  const one = numberOf(name, 1)
  const below = typeof least === 'bigint' ? least - 1n : least - 1
  const above = typeof most === 'bigint' ? most + 1n : most + 1
  const minusOne = typeof one === 'bigint' ? -1n : -1

  test('takes its least and its most in every form', () => {
    const value = make(name)
    for (const [, write] of writes) {
      for (const bound of [least, most]) {
        value.value = bound
        write(value, bound)
        expect(value.value).toBe(bound)
        expect(make(name, bound).value).toBe(bound)
      }
    }
  })

  test('refuses one beyond, and keeps what it has', async () => {
    const value = make(name, one)
    for (const beyond of [below, above]) {
      for (const [, write] of writes) await expectOutOfRange(() => write(value, beyond), beyond)
      await expectOutOfRange(() => make(name, beyond), beyond)
      await expectOutOfRange(() => value.add(beyond), beyond)
      await expectOutOfRange(() => value.sub(beyond), beyond)
      expect(value.value).toBe(one)
    }
  })

  test('adds and subtracts up to its bounds, and not beyond', async () => {
    const value = make(name, least)
    await expectOutOfRange(() => value.sub(one), below)
    expect(value.value).toBe(least)
    value.value = most
    await expectOutOfRange(() => value.add(one), above)
    expect(value.value).toBe(most)
    expect([value.sub(one), value.value]).toEqual([most, numberAdd(most, minusOne)])
    expect([value.add(one), value.value]).toEqual([numberAdd(most, minusOne), most])
    if (least === 0 || least === 0n) {
      await expectOutOfRange(() => value.add(minusOne), minusOne)
    } else {
      expect([value.add(minusOne), value.sub(minusOne)]).toEqual([most, numberAdd(most, minusOne)])
    }
    expect(value.value).toBe(most)
  })

  if (typeof least === 'number') {
    test.each([0.5, -0.5, 1e-300, Number.NaN, Infinity, -Infinity, 2 ** 53])(
      'refuses %d',
      async (bad) => {
        const value = make(name, 1)
        for (const [, write] of writes) await expectOutOfRange(() => write(value, bad), bad)
        await expectOutOfRange(() => value.add(bad), bad)
        expect(value.value).toBe(1)
      },
    )
  }
})

const numberAdd = (a: number | bigint, b: number | bigint): number | bigint =>
  typeof a === 'bigint' ? a + (b as bigint) : a + (b as number)

describe.each(FLOATS)('%s', (name) => {
  test.each([0.5, -1e30, Infinity, -Infinity, Number.NaN, -0])('takes %d', (number) => {
    const there = name === 'float32' ? Math.fround(number) : number
    const value = make(name)
    for (const [form, write] of writes) {
      if (form === 'what is expected') continue
      value.value = 1
      write(value, number)
      expect(value.value).toBe(there)
    }
    // NaN is itself here, or nobody could wait for it.
    expect(value.compareExchange(number, 2)).toBe(there)
    expect(value.value).toBe(2)
  })

  test('adds and subtracts, and says what was before', () => {
    const value = make(name, 1)
    expect([value.add(0.5), value.value]).toEqual([1, 1.5])
    expect([value.sub(2), value.value]).toEqual([1.5, -0.5])
    expect([value.add(Infinity), value.sub(Infinity), value.value]).toEqual([
      -0.5,
      Infinity,
      Number.NaN,
    ])
    expect([value.add(1), value.value]).toEqual([Number.NaN, Number.NaN])
  })
})

test('a float32 rounds, and says so', () => {
  const value = new Value('float32', 0.1)
  expect(value.value).toBe(Math.fround(0.1))
  expect(value.compareExchange(0.1, Infinity)).toBe(Math.fround(0.1))
  expect(value.value).toBe(Infinity)
  expect(value.update(() => 0.3)).toBe(Math.fround(0.3))
})

test('a char has one byte, and is not added to', async () => {
  const value = make('c', '\xff')
  expect(value.value).toBe('ÿ')
  for (const [, write] of writes) await expectOutOfRange(() => write(value, 'Ā'), `'Ā'`)
  for (const form of ['add', 'sub'] as const) {
    expect((await refusal(() => value[form]('a'))).message).toMatch(/char cannot be added to/)
  }
  expect(value.value).toBe('\xff')
})

test.each<unknown>(['int128', 'x', 'toString', '', undefined, null, 5, Symbol('i'), {}])(
  'the type %o is refused, with a list of those that are',
  async (type) => {
    const error = await refusal(() => make(type as string))
    expect(error.name).toBe('ArgumentError')
    expect(error.code).toBe('ERR_TROUPE_ARGUMENT')
    expect(error.message).toContain(
      `${typeof type === 'string' ? `'${type}'` : String(type)} is no`,
    )
    expect(error.message).toContain('i int32, I uint32, l int64')
  },
)

test.each<unknown>([undefined, null, 5, 'x', {}])('update by %o is refused', async (fn) => {
  const error = await refusal(() => make('i').update(fn as never))
  expect(error.message).toBe(`update needs a function: it got ${String(fn)}`)
})

test('the types of TypeScript are those at run time', () => {
  const small: Value<'int8'> = new Value('b', 1)
  const large: Value<'int64'> = new Value('q', 1n)
  const letter: Value<'char'> = new Value('c', 'a')
  const any: Value = small
  // @ts-expect-error -- a bigint is no number
  const mixed: Value = large
  expect(mixed).toBe(large)
  const names: NameOf<TypeCode>[] = [small.type, large.type, letter.type, any.type]
  expect(names).toEqual(['int8', 'int64', 'char', 'int8'])
  expect([small.value + any.value, large.value + 1n, letter.value]).toEqual([2, 2n, 'a'])
})
