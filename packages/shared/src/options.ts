/** Checks of the options that users give: what is wrong, the value, and the cure. */
import { ArgumentError } from '@troupe/runtime'

/** A value in a message: whatever it is, it can be shown. */
export function shown(value: unknown): string {
  try {
    return String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/** Throws unless `options`, those of `what`, are an object. */
export function checkObject(what: string, options: unknown, example: string): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  throw new ArgumentError(
    `The options of a ${what} must be an object: they are ${shown(options)}; write ${example}`,
  )
}

/** Throws unless `work`, which `what` runs, is a function. */
export function checkFunction(what: string, work: unknown): void {
  if (typeof work === 'function') return
  throw new ArgumentError(`${what} needs a function: it got ${shown(work)}`)
}

/** Whether the options of a lock or a semaphore say that it is fair. */
export function fairOf(options: { readonly fair?: boolean }, what: string): boolean {
  checkObject(what, options, '{ fair: true }')
  const { fair = false } = options
  if (typeof fair === 'boolean') return fair
  throw new ArgumentError(`fair must be true or false: it is ${shown(fair)}`)
}
