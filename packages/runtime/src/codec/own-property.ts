/** Makes an own property whatever its name means to the prototype. */
export function defineOwn(target: object, key: string, value: unknown, enumerable = true): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true })
}

/**
 * Whether assigning to a key makes an own property of any object: not for the setter `__proto__`, nor for
 * `toString` where a program has frozen Object.prototype, nor for the length of an array.
 */
export function isAssignable(key: string): boolean {
  return key !== 'length' && !(key in Object.prototype)
}
