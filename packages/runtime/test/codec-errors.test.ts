import { describe, expect, test } from 'vitest'
import { Decoder } from '../dist/codec/decoder.js'
import { Encoder } from '../dist/codec/encoder.js'
import { noHandles } from '../dist/codec/link.js'

const encoder = new Encoder(noHandles)
const decoder = new Decoder(noHandles)

function sent<T>(value: T): T & Record<string, unknown> {
  const length = encoder.encode(value)
  return decoder.decode(encoder.bytes.slice(0, length), length) as T & Record<string, unknown>
}

class OrderError extends TypeError {
  readonly code = 'ERR_ORDER'
  readonly order: { id: number }
  constructor(id: number, options?: ErrorOptions) {
    super(`order ${id} failed`, options)
    this.order = { id }
  }
}

describe('an error arrives with all that it told', () => {
  test.each([Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError])(
    '%o',
    (Class) => {
      const error = new Class('what happened')
      const got = sent(error)
      expect(got).toBeInstanceOf(Class)
      expect(Object.getPrototypeOf(got)).toBe(Class.prototype)
      expect([got.name, got.message, got.stack]).toEqual([error.name, error.message, error.stack])
      expect(Object.keys(got)).toEqual([])
      expect(Object.hasOwn(got, 'name')).toBe(false)
      expect(Object.hasOwn(got, 'cause')).toBe(false)
    },
  )

  test('a class of its own becomes its native class, with the name of the class', () => {
    const got = sent(new OrderError(7, { cause: new RangeError('out of stock') }))
    expect(got).toBeInstanceOf(TypeError)
    expect(got.name).toBe('OrderError')
    expect(got.message).toBe('order 7 failed')
    expect(got.code).toBe('ERR_ORDER')
    expect(got.order).toEqual({ id: 7 })
    expect(got.cause).toBeInstanceOf(RangeError)
    expect((got.cause as Error).message).toBe('out of stock')
    expect(Object.keys(got)).toEqual(['code', 'order'])
  })

  test('it can be sent on and on', () => {
    const once = sent(new OrderError(1))
    const twice = sent(once)
    expect([twice.name, twice.message, twice.stack, twice.code]).toEqual([
      once.name,
      once.message,
      once.stack,
      once.code,
    ])
  })

  test('a name that was set is kept', () => {
    const error = new Error('x')
    error.name = 'QueueClosedError'
    expect(sent(error).name).toBe('QueueClosedError')
    expect(String(sent(error))).toBe('QueueClosedError: x')
  })

  test('AggregateError keeps its errors', () => {
    const got = sent(new AggregateError([new TypeError('a'), 'b'], 'both'))
    expect(got).toBeInstanceOf(AggregateError)
    expect(got.errors).toHaveLength(2)
    expect((got.errors as unknown[])[0]).toBeInstanceOf(TypeError)
    expect(Object.keys(got)).toEqual([])
  })

  test('DOMException becomes an Error with its name and code', () => {
    const got = sent(AbortSignal.abort().reason as DOMException)
    expect(got).toBeInstanceOf(Error)
    expect(got.name).toBe('AbortError')
    expect(got.message).toBe('This operation was aborted')
    expect(got.code).toBe(20)
  })

  test('an error of Node.js keeps code, errno and path', async () => {
    const { readFileSync } = await import('node:fs')
    let error: unknown
    try {
      readFileSync('/no/such/file')
    } catch (caught) {
      error = caught
    }
    expect(sent(error as object)).toMatchObject({
      code: 'ENOENT',
      syscall: 'open',
      path: '/no/such/file',
      errno: -2,
    })
  })

  test('an error that causes itself', () => {
    const error = new Error('loop')
    error.cause = error
    const got = sent(error)
    expect(got.cause).toBe(got)
  })

  test('a falsy cause is a cause', () => {
    const got = sent(new Error('x', { cause: undefined }))
    expect(Object.hasOwn(got, 'cause')).toBe(true)
    expect(got.cause).toBeUndefined()
  })
})

describe('telling of a failure never fails', () => {
  test('what cannot be sent becomes text or is left out', () => {
    class Request {
      url = '/x'
      abort(): void {}
    }
    const shared = { a: 1 }
    const error = Object.assign(new Error('bad'), {
      before: shared,
      request: new Request(),
      nested: { deep: { fn() {} } },
      callback() {},
      symbol: Symbol('s'),
      after: shared,
    })
    const got = sent(error)
    expect(Object.keys(got)).toEqual(['before', 'request', 'nested', 'after'])
    expect(got.request).toMatch(/^Request \{/)
    expect(got.nested).toBe('{ deep: [Object] }')
    expect(got.before).toBe(got.after)
  })

  test('objects met in what was given up can be sent after it', () => {
    const inner = { v: 1 }
    for (const count of [0, 62, 100]) {
      const others = Array.from({ length: count }, () => ({}))
      const error = Object.assign(new Error('bad'), {
        broken: [others, inner, () => 1],
        kept: [inner, others, inner],
      })
      const got = sent([error, inner]) as unknown as [
        { kept: [unknown, unknown[], unknown] },
        unknown,
      ]
      expect(got[0].kept[0]).toStrictEqual({ v: 1 })
      expect(got[0].kept[1]).toHaveLength(count)
      expect(got[0].kept[2]).toBe(got[0].kept[0])
      expect(got[1]).toBe(got[0].kept[0])
    }
  })

  test('getters that throw, odd names and messages', () => {
    const error = new Error('fine')
    Object.defineProperty(error, 'evil', {
      enumerable: true,
      get() {
        throw new Error('no')
      },
    })
    Object.defineProperty(error, 'stack', { value: 42 })
    Object.defineProperty(error, 'message', {
      get() {
        throw new Error('no')
      },
    })
    Object.defineProperty(error, 'name', { value: Symbol('name') })
    const got = sent(error)
    expect(got).toBeInstanceOf(Error)
    expect(got.name).toBe('Error')
    expect(typeof got.stack).toBe('string')
  })

  test('a chain of causes too deep for a message ends in text', () => {
    let error = new Error('root')
    for (let index = 0; index < 3000; index++) error = new Error(`level ${index}`, { cause: error })
    let depth = 0
    let at: unknown = sent(error)
    while (at instanceof Error) {
      at = at.cause
      depth++
    }
    expect(depth).toBeGreaterThan(100)
    expect(['string', 'undefined']).toContain(typeof at)
  })

  test('properties named after the prototype do no harm', () => {
    const error = new Error('x')
    Object.defineProperty(error, '__proto__', { value: { polluted: true }, enumerable: true })
    const got = sent(error)
    expect(got).toBeInstanceOf(Error)
    expect(got.polluted).toBeUndefined()
  })
})
