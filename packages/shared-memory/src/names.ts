/** Names of segments, as Python writes them: without the slash that the system call puts before them. */
import { ArgumentError } from '@troupe/runtime'
import { randomBytes } from 'node:crypto'
import { shown } from './errors.js'

/** What Linux allows; Python's names are told to its tracker in ASCII. */
const MOST_LETTERS = 255

/** A fresh name: Python's are `psm_` and 8 digits. */
export function freshName(): string {
  return `troupe_${randomBytes(6).toString('hex')}`
}

/** The name without its slash, if it has one; throws for what no segment can be called. */
export function checkName(name: unknown): string {
  if (typeof name !== 'string') {
    throw new ArgumentError(`The name of shared memory is a string: it got ${shown(name)}`)
  }
  const bare = name.startsWith('/') ? name.slice(1) : name
  const why = faultOf(bare)
  if (why === undefined) return bare
  throw new ArgumentError(
    `Shared memory cannot be named ${shown(name)}: ${why}; use letters, digits, _ and -`,
  )
}

function faultOf(name: string): string | undefined {
  if (name === '') return 'the name is empty'
  if (name === '.' || name === '..') return 'that is a folder'
  if (name.includes('/')) return 'only the first character may be a slash'
  // Python cannot attach to others: its tracker of resources splits at colons and reads ASCII.
  if (!/^[\x21-\x7e]+$/.test(name)) return 'it has characters beside those of ASCII, or blanks'
  if (name.includes(':')) return 'Python splits names at a colon'
  if (name.startsWith('.troupe-')) return 'such names are kept for notes on who owns what'
  if (name.length > MOST_LETTERS) return `it has ${name.length} characters of ${MOST_LETTERS}`
  return undefined
}
