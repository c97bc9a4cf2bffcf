// What the generators call for a call, a getter and an element: code of ours goes on step by step, all other code is
// one step. Given to the transformed code by name.

const Ours = Object.getPrototypeOf(function* () {}).constructor
const TypedArray = Object.getPrototypeOf(Int32Array)
const call = Reflect.get(Function.prototype, 'call')
const apply = Reflect.get(Function.prototype, 'apply')

/** Kinds of steps. */
export const PLAIN_LOAD = 'reads'
export const PLAIN_STORE = 'writes'

const isOurs = (fn) => fn instanceof Ours

/** A program that is over. */
class Done {
  done = true
  constructor(value) {
    this.value = value
  }
  next() {
    return this
  }
  [Symbol.iterator]() {
    return this
  }
}
const done = (value) => new Done(value)

/** The functions for transformed code; `isShared` tells arrays that others see, `run` does a generator in one go. */
export function callsFor({ isShared, run }) {
  const wrapped = new WeakMap()

  // Code that is not ours calls back at once.
  const wrap = (fn) => {
    if (!isOurs(fn)) return fn
    let direct = wrapped.get(fn)
    if (!direct) {
      direct = function (...args) {
        return run(start(fn, this, args))
      }
      wrapped.set(fn, direct)
    }
    return direct
  }

  const given = (value) => {
    if (typeof value === 'function') return wrap(value)
    // A descriptor of a property.
    if (isOurs(value?.get)) return { ...value, get: wrap(value.get) }
    return value
  }

  const start = (fn, self, args) => fn.apply(fn.$isArrow ? fn.$this : self, args)

  const $c = (fn, self, args) => {
    if (isOurs(fn)) return start(fn, self, args)
    return done(fn.apply(self, args.map(given)))
  }

  const $m = (self, key, args) => {
    const fn = self[key]
    if (isOurs(fn)) return start(fn, self, args)
    if (fn === call) return $c(self, args[0], args.slice(1))
    if (fn === apply) return $c(self, args[0], args[1] ?? [])
    if (typeof fn !== 'function') throw new TypeError(`${String(key)} is not a function`)
    if (self instanceof TypedArray) {
      if (fn === TypedArray.prototype.set) return copyTo(self, args[0], args[1] ?? 0)
      if (fn !== TypedArray.prototype.subarray && isShared(self)) return copied(self, fn, args)
    }
    return done(fn.apply(self, args.map(given)))
  }

  function* copyTo(target, source, at) {
    for (let i = 0; i < source.length; i++) yield* $w(target, at + i, '', yield* $r(source, i))
  }

  function* copied(array, fn, args) {
    const copy = new array.constructor(array.length)
    for (let i = 0; i < array.length; i++) copy[i] = yield* $r(array, i)
    const result = fn.apply(copy, args)
    if (fn === TypedArray.prototype.fill) yield* copyTo(array, copy, 0)
    return result
  }

  function* $r(object, key) {
    return isShared(object) ? yield [PLAIN_LOAD, object, key] : object[key]
  }

  function* $w(object, key, op, value) {
    const next = op === '' ? value : operate(op, yield* $r(object, key), value)
    if (isShared(object)) yield [PLAIN_STORE, object, key, next]
    else object[key] = next
    return next
  }

  const $g = (object, name) => {
    const getter = object[`$get_${name}`]
    return getter ? getter.call(object) : done(object[name])
  }

  function* $s(object, name, op, before, value) {
    const next = op === '' ? value : operate(op, before, value)
    const setter = object[`$set_${name}`]
    if (setter) yield* setter.call(object, next)
    else object[name] = next
    return next
  }

  return {
    $a(self, fn) {
      fn.$isArrow = true
      fn.$this = self
      return fn
    },
    $c,
    $m,
    $r,
    $w,
    $g,
    $s,
    $o: (object, name, op) => (op === '' ? done(undefined) : $g(object, name)),
    $cd: (fn, self, args) => run($c(fn, self, args)),
    $md: (self, key, args) => run($m(self, key, args)),
    $rd: (object, key) => run($r(object, key)),
    $wd: (object, key, op, value) => run($w(object, key, op, value)),
  }
}

function operate(op, a, b) {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '|':
      return a | b
    case '&':
      return a & b
    case '??':
      return a ?? b
    default:
      throw new Error(`The operator ${op}= is not known here`)
  }
}
