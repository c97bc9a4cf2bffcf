// Types of shared numbers, for each TypeScript that users may have. Each snippet is a file of its own.
import { type Accepted, type Refused, typesSuite } from '../../runtime/test/types/suite.js'

const PRELUDE = `
import { actor, spawn } from '@troupe/runtime'
import { SharedArray, Value } from '@troupe/shared'
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<A, B>(_yes: Same<A, B>): void {}
`

const accepted: Accepted = [
  [
    'a value is of the type that its code names',
    `const v: Value<'int32'> = new Value('i', 0)
     same<typeof v, Value<'int32'>>(true)
     same<ReturnType<() => Value<'int32'>>, typeof v>(true)
     const made = new Value('i')
     same<typeof made, Value<'int32'>>(true)
     same<typeof made.type, 'int32'>(true)
     const char = new Value('c', 'x')
     same<typeof char, Value<'char'>>(true)
     same<Value<'i'>, Value<'int32'>>(true)`,
  ],
  [
    'the numbers of a value are of its type',
    `const big = new Value('int64', 0n)
     same<typeof big.value, bigint>(true)
     same<ReturnType<typeof big.add>, bigint>(true)
     const long = new Value('L', 0n)
     same<typeof long, Value<'uint64'>>(true)
     const char = new Value('char')
     same<typeof char.value, string>(true)
     const double = new Value('float64', 0.5, { lock: false })
     double.value += 1
     same<ReturnType<typeof double.update>, number>(true)`,
  ],
  [
    'a value alone has any numbers',
    `const all: Value[] = [new Value('i', 0), new Value('float64'), new Value('B', 1)]
     all[0].value += all[1].add(1)
     function sum(...values: readonly Value[]): number { return values.reduce((sum, { value }) => sum + value, 0) }
     sum(new Value('int8'), ...all)`,
  ],
  [
    'values and arrays are known by their classes',
    `const of = (some: Value<'int64'> | SharedArray<'int64'> | string): bigint =>
       some instanceof Value ? some.value : typeof some === 'string' ? 0n : some[0]
     const any = (some: unknown): string => some instanceof Value ? some.type : ''
     const array = (some: SharedArray<'int32'> | string): number => some instanceof SharedArray ? some.length : 0`,
  ],
  [
    'an array is of the type that its code names',
    `const made = new SharedArray('i', 3)
     same<typeof made, SharedArray<'int32'>>(true)
     same<SharedArray<'i'>, SharedArray<'int32'>>(true)
     const plain: Int32Array = made
     const big: SharedArray<'int64'> = new SharedArray('q', [1n])
     same<(typeof big)[0], bigint>(true)
     const bytes: SharedArray<'char'> = new SharedArray('c', [65])
     const all: SharedArray[] = [made, bytes]`,
  ],
  [
    'an actor that lists their classes takes them',
    `export const takes = actor(import.meta, 'takes', { shares: [Value, SharedArray] }, (_ctx, v: Value, a: Float64Array, ...more: unknown[]) => v.value)
     spawn(takes, [new Value('i'), new SharedArray('d', 3), new Value('int64'), new SharedArray('b', [1])])
     export const [value, array] = [new Value('i'), new SharedArray('i', 1)]`,
  ],
]

const refused: Refused = [
  [
    'a value of another type',
    `const v: Value<'int64'> = new Value('i', 0)`,
    /'Value<"int32">' is not assignable to type 'Value<"int64">'/,
  ],
  [
    'a value of bigints as one of numbers',
    `const v: Value = new Value('int64', 0n)`,
    /'Value<"int64">' is not assignable to type 'Value'/,
  ],
  [
    'a number for a bigint',
    `new Value('q', 0)`,
    /'number' is not assignable to parameter of type 'bigint'/,
  ],
  [
    'a bigint for a number',
    `new Value('int32').value = 1n`,
    /'bigint' is not assignable to type 'number'/,
  ],
  ['an unknown type', `new Value('int', 0)`, /'"int"' is not assignable to parameter of type/],
  [
    'an array of another type',
    `const a: SharedArray<'float64'> = new SharedArray('f', 1)`,
    /SharedArray<"float32">' is not assignable to type 'SharedArray<"float64">'/,
  ],
  [
    'a value that a definition does not list',
    `actor(import.meta, 'x', { shares: [SharedArray] }, (_ctx, v: Value<'int64'>) => 1)`,
    /add \{ shares: \[Value\] \}/,
  ],
  [
    'an array as a typed array, to an actor that does not list it',
    `const length = actor(import.meta, 'length', { shares: [Value] }, (_ctx, all: Float64Array) => all.length)
     spawn(length, [new SharedArray('d', 3)])`,
    /add \{ shares: \[SharedArray\] \}/,
  ],
  [
    'a value as anything, to an actor that does not list it',
    `spawn(actor(import.meta, 'x', (_ctx, any: unknown) => 1), [new Value('i')])`,
    /add \{ shares: \[Value\] \}/,
  ],
]

typesSuite(PRELUDE, accepted, refused)
