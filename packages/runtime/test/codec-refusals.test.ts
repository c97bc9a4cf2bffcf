import { describe, expect, test } from 'vitest'
import { CodecError } from '../dist/codec/codec-error.js'
import { Encoder } from '../dist/codec/encoder.js'
import { noHandles } from '../dist/codec/link.js'

const encoder = new Encoder(noHandles)

function refusal(value: unknown): CodecError {
  try {
    encoder.encode(value)
  } catch (error) {
    if (error instanceof CodecError) return error
    throw error
  }
  throw new Error('was not refused')
}

const fn = (): void => {}
class Account {
  balance = 1
}
class Ledger extends Map {}
class Row extends Array {}
class Bytes extends Uint8Array {}
const detached = new ArrayBuffer(8)
const viewOfDetached = new Uint8Array(detached)
structuredClone(detached, { transfer: [detached] })

describe('a refusal says where', () => {
  test.each<[string, unknown]>([
    ['', fn],
    ['onClick', { onClick: fn }],
    ['items[3].onClick', { items: [0, 1, 2, { onClick: fn }] }],
    ['[1][0]', [0, [fn]]],
    ['["two words"].x', { 'two words': { x: fn } }],
    ['a[""]', { a: { '': fn } }],
    ['.get("k")', new Map([['k', fn]])],
    ['users.get("ann").get(2).f', { users: new Map([['ann', new Map([[2, { f: fn }]])]]) }],
    [
      '<map key 1>.f',
      new Map<unknown, unknown>([
        [1, 1],
        [{ f: fn }, 2],
      ]),
    ],
    ['<map value 0>', new Map([[{}, fn]])],
    ['<set item 2>', new Set([1, 2, fn])],
    ['after', { first: { deep: [1, new Map([[1, 2]])] }, after: fn }],
    ['list[5].f', { list: Object.assign([], { 5: { f: fn } }) }],
    ['list.note', { list: Object.assign([1], { note: fn }) }],
  ])('%s', (path, value) => {
    const error = refusal(value)
    expect(error.path).toBe(path)
    expect(error.code).toBe('ERR_TROUPE_CODEC')
    expect(error.message.startsWith(path === '' ? 'the function' : `${path}: `)).toBe(true)
  })
})

describe('a refusal says what and the cure', () => {
  test.each<[string, unknown, RegExp]>([
    ['a function', fn, /the function fn cannot be sent; send data/],
    ['a class', Account, /the function Account cannot be sent/],
    ['a symbol', Symbol('s'), /Symbol\(s\) cannot be sent; send a string/],
    ['a boxed symbol', Object(Symbol('s')), /Symbol\(s\) cannot be sent/],
    [
      'an instance',
      new Account(),
      /an instance of Account cannot be sent; send a plain object, or its data/,
    ],
    ['a class that extends Map', new Ledger(), /an instance of Ledger/],
    ['a class that extends Array', new Row(), /an instance of Row/],
    ['a class that extends Uint8Array', new Bytes(2), /an instance of Bytes/],
    ['an object on an object', Object.create({ a: 1 }), /whose prototype is another object/],
    ['a promise', Promise.resolve(1), /a Promise cannot be sent; await it/],
    ['a generator', (function* () {})(), /a generator cannot be sent/],
    ['WeakMap', new WeakMap(), /a WeakMap cannot be sent/],
    ['WeakSet', new WeakSet(), /a WeakSet cannot be sent/],
    ['WeakRef', new WeakRef({}), /a WeakRef cannot be sent/],
    ['a proxy of an instance', new Proxy(new Account(), {}), /an instance of Account/],
    [
      'shared memory',
      new SharedArrayBuffer(8),
      /shared memory .* use SharedArray of @troupe\/shared/,
    ],
    [
      'a view of shared memory',
      new Int32Array(new SharedArrayBuffer(8)),
      /a view of shared memory .* @troupe\/shared/,
    ],
    ['a Buffer of shared memory', Buffer.from(new SharedArrayBuffer(8)), /a view of shared memory/],
    ['a detached buffer', detached, /transferred away/],
    ['a view of a detached buffer', viewOfDetached, /transferred away/],
    ['a URL', new URL('http://a.b'), /an instance of URL/],
    ['an iterator', [].values(), /cannot be sent/],
  ])('%s', (_name, value, message) => {
    expect(refusal({ at: value }).message).toMatch(message)
    expect(refusal({ at: value }).path).toBe('at')
    expect(refusal(value).path).toBe('')
  })
})
