/** How the last step of a path is to be read. */
export const PROPERTY = 0
export const INDEX = 1
export const MAP_KEY = 2
export const MAP_VALUE = 3
export const SET_ITEM = 4

const ARRAY_INDEX = /^\d+$/
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/**
 * Where the encoder is in the value. Containers write their present key into it, which costs one store an
 * item; text is made only when something fails.
 */
export class Path {
  depth = 0
  readonly #kinds: number[] = []
  readonly #steps: (string | number)[] = []

  enter(kind: number): number {
    const depth = this.depth++
    this.#kinds[depth] = kind
    return depth
  }

  at(depth: number, step: string | number): void {
    this.#steps[depth] = step
  }

  mapStep(depth: number, kind: number, step: string | number): void {
    this.#kinds[depth] = kind
    this.#steps[depth] = step
  }

  readonly text = (): string => {
    // A value a thousand deep is told by its beginning and its end.
    let text = ''
    for (let depth = 0; depth < this.depth; depth++) {
      if (depth === 20 && this.depth > 40) {
        text += '…'
        depth = this.depth - 20
      }
      text += stepText(this.#kinds[depth]!, this.#steps[depth]!, text === '')
    }
    return text
  }
}

function stepText(kind: number, step: string | number, first: boolean): string {
  switch (kind) {
    case MAP_KEY:
      return `<map key ${step}>`
    case MAP_VALUE:
      return typeof step === 'number' ? `<map value ${step}>` : `.get(${step})`
    case SET_ITEM:
      return `<set item ${step}>`
    case INDEX:
      if (typeof step === 'number') return `[${step}]`
  }
  if (typeof step === 'string' && ARRAY_INDEX.test(step)) return `[${step}]`
  if (typeof step === 'string' && IDENTIFIER.test(step)) return first ? step : `.${step}`
  return `[${JSON.stringify(step)}]`
}

/** The key of a map as one would write it in code, or its position if that would not tell. */
export function mapKeyStep(key: unknown, position: number): string | number {
  switch (typeof key) {
    case 'string':
      return JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key)
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(key)
    case 'bigint':
      return `${key}n`
    default:
      return key === null ? 'null' : position
  }
}
