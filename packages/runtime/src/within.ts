/**
 * Waits for promises that may be given up. A promise keeps whoever was told of it by `then` until it
 * settles, so the waits stand in a set of their own, which they leave.
 */
import { startTimer } from '@troupe/memory'

const waiting = new WeakMap<Promise<unknown>, Set<(value: unknown) => void>>()

/** What `promise`, which never rejects, resolves with; `undefined` when `timeout` ran out first. */
export function within<T>(promise: Promise<T>, timeout: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const waits = waitsFor(promise)
    const settle = (value: unknown): void => {
      clearTimeout(timer)
      resolve(value as T)
    }
    const timer = startTimer(timeout, () => {
      waits.delete(settle)
      resolve(undefined)
    })
    waits.add(settle)
  })
}

function waitsFor(promise: Promise<unknown>): Set<(value: unknown) => void> {
  const known = waiting.get(promise)
  if (known) return known
  const waits = new Set<(value: unknown) => void>()
  waiting.set(promise, waits)
  void promise.then((value) => {
    waiting.delete(promise)
    for (const settle of waits) settle(value)
  })
  return waits
}
