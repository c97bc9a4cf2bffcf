// Any sequence of operations does to a value what it does to a plain number.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Value } from '../dist/index.js'
import { BOUNDS } from './suites/types.js'

type Operation = readonly [form: string, a: number | bigint, b: number | bigint]

const forms = ['set', 'add', 'sub', 'exchange', 'compareExchange', 'update'] as const

interface Numbers {
  value: number | bigint
  add(n: number | bigint): unknown
  sub(n: number | bigint): unknown
  exchange(n: number | bigint): unknown
  compareExchange(expected: number | bigint, n: number | bigint): unknown
  update(fn: (n: number | bigint) => number | bigint): unknown
}

const plus = (a: number | bigint, b: number | bigint): number | bigint =>
  typeof a === 'bigint' ? a + (b as bigint) : a + (b as number)
const minus = (a: number | bigint, b: number | bigint): number | bigint =>
  typeof a === 'bigint' ? a - (b as bigint) : a - (b as number)

/** What a value is meant to be: a number, the bounds of its type, and how it rounds. */
class Model {
  now: number | bigint
  readonly fits: (n: number | bigint) => boolean
  readonly round: (n: number | bigint) => number | bigint

  constructor(
    now: number | bigint,
    fits: (n: number | bigint) => boolean,
    round: (n: number | bigint) => number | bigint,
  ) {
    this.now = now
    this.fits = fits
    this.round = round
  }

  #write(n: number | bigint): void {
    if (!this.fits(n)) throw new RangeError('beyond')
    this.now = this.round(n)
  }

  do([form, a, b]: Operation): unknown {
    const before = this.now
    if (form === 'set') this.#write(a)
    else if (form === 'exchange') this.#write(a)
    else if (form === 'add' || form === 'sub') {
      if (!this.fits(a)) throw new RangeError('beyond')
      // Not the sum with -a: -0 - 0 is -0, and -0 + (0 - 0) is 0.
      this.#write(form === 'add' ? plus(before, a) : minus(before, a))
    } else if (form === 'compareExchange') {
      if (!this.fits(a) || !this.fits(b)) throw new RangeError('beyond')
      const expected = this.round(a)
      if (before === expected || (Number.isNaN(before) && Number.isNaN(expected))) this.#write(b)
    } else {
      this.#write(plus(before, a))
      return this.now
    }
    return form === 'set' ? a : before
  }
}

function doTo(value: Numbers, [form, a, b]: Operation): unknown {
  switch (form) {
    case 'set':
      return (value.value = a)
    case 'add':
      return value.add(a)
    case 'sub':
      return value.sub(a)
    case 'exchange':
      return value.exchange(a)
    case 'compareExchange':
      return value.compareExchange(a, b)
    default:
      return value.update((before) => plus(before, a))
  }
}

const outcome = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError) return 'refused'
    throw error
  }
}

function agrees(make: () => Numbers, model: () => Model, number: fc.Arbitrary<number | bigint>) {
  const operation: fc.Arbitrary<Operation> = fc.tuple(fc.constantFrom(...forms), number, number)
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const [value, meant] = [make(), model()]
      for (const one of operations) {
        expect(outcome(() => doTo(value, one))).toBe(outcome(() => meant.do(one)))
        expect(value.value).toBe(meant.now)
      }
    }),
    { numRuns: 300 },
  )
}

describe('a value is a number', () => {
  test.each(BOUNDS)('of %s', (type, least, most) => {
    const value = new Value(type as 'int32')
    const number: fc.Arbitrary<number | bigint> =
      typeof least === 'bigint'
        ? fc.oneof(
            fc.bigInt({ min: least - 3n, max: (most as bigint) + 3n }),
            fc.bigInt({ min: -3n, max: 3n }),
            fc.constantFrom(least, most as bigint),
          )
        : fc.oneof(
            fc.integer({ min: least - 3, max: (most as number) + 3 }),
            fc.integer({ min: -3, max: 3 }),
            fc.constantFrom(least, most as number, 0.5, Number.NaN, Infinity),
          )
    const zero = typeof least === 'bigint' ? 0n : 0
    const make = (): Numbers => {
      value.value = zero as number
      return value as Numbers
    }
    const fits = (n: number | bigint): boolean =>
      (typeof n === 'bigint' || Number.isInteger(n)) && n >= least && n <= most
    // There is no -0 among integers.
    agrees(make, () => new Model(zero, fits, (n) => (n === 0 ? 0 : n)), number)
  })

  test.each([
    ['float32', Math.fround],
    ['float64', (n: number) => n],
  ] as const)('of %s', (type, round) => {
    const value = new Value(type)
    const number = fc.oneof(fc.double(), fc.integer({ min: -5, max: 5 }), fc.constant(0.1))
    // What is finite stays so.
    const fits = (n: number | bigint): boolean =>
      !Number.isFinite(n) || type === 'float64' || Number.isFinite(round(n as number))
    const make = (): Numbers => {
      value.value = 0
      return value as Numbers
    }
    agrees(make, () => new Model(0, fits, (n) => round(n as number)), number)
  })
})
