// 05: every type by Python's code, with its name, which serves as well, and its range. What does not fit is refused.
//
// Expected output:
// b int8: -128 to 127
// B uint8: 0 to 255
// h int16: -32768 to 32767
// H uint16: 0 to 65535
// i int32: -2147483648 to 2147483647
// I uint32: 0 to 4294967295
// l int64: -9223372036854775808n to 9223372036854775807n
// L uint64: 0n to 18446744073709551615n
// q int64: -9223372036854775808n to 9223372036854775807n
// Q uint64: 0n to 18446744073709551615n
// f float32: -3.4028234663852886e+38 to 3.4028234663852886e+38
// d float64: -1.7976931348623157e+308 to 1.7976931348623157e+308
// c char: '\x00' to 'ÿ'
import { throws } from 'node:assert/strict'
import { inspect } from 'node:util'
import { main } from '@troupe/runtime'
import { OutOfRangeError, type TypeCode, Value } from '@troupe/shared'

type Item = number | bigint | string

const RANGES: [code: TypeCode, least: Item, most: Item, tooMuch?: Item][] = [
  ['b', -128, 127, 128],
  ['B', 0, 255, 256],
  ['h', -32_768, 32_767, 32_768],
  ['H', 0, 65_535, 65_536],
  ['i', -2_147_483_648, 2_147_483_647, 2_147_483_648],
  ['I', 0, 4_294_967_295, 4_294_967_296],
  ['l', -(2n ** 63n), 2n ** 63n - 1n, 2n ** 63n], // 64 bits are bigints
  ['L', 0n, 2n ** 64n - 1n, 2n ** 64n],
  ['q', -(2n ** 63n), 2n ** 63n - 1n, 2n ** 63n],
  ['Q', 0n, 2n ** 64n - 1n, 2n ** 64n],
  ['f', -3.4028234663852886e38, 3.4028234663852886e38], // rounds to 24 bits
  ['d', -Number.MAX_VALUE, Number.MAX_VALUE],
  ['c', '\0', '\u00ff', '\u0100'], // a string of one byte
]

main(import.meta, () => {
  for (const [code, least, most, tooMuch] of RANGES) {
    const value = new Value(code, least)
    const range = [value.exchange(most), value.value].map((bound) => inspect(bound))
    console.log(`${code} ${value.type}: ${range.join(' to ')}`)
    if (tooMuch !== undefined) throws(() => value.exchange(tooMuch), OutOfRangeError)
  }
})
