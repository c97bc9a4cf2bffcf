/** Names of segments, as Python writes them: without the slash that the system call puts before them. */
import { ArgumentError } from '@troupe/runtime'
import { randomBytes } from 'node:crypto'
import { shown } from './errors.js'

/** What Linux allows. */
const MOST_BYTES = 255

/** A fresh name: Python's are `psm_` and 8 digits. */
export function freshName(): string {
  return `troupe_${randomBytes(6).toString('hex')}`
}

/** The name of a new segment, without its slash if it has one; throws for what no segment should be called. */
export function checkNewName(name: unknown): string {
  return check(name, (bare) => faultOf(bare) ?? faultOfNew(bare))
}

/** As `checkNewName`, of a segment that may be another program's: for what none can be called. */
export function checkName(name: unknown): string {
  return check(name, faultOf)
}

function check(name: unknown, faultIn: (bare: string) => string | undefined): string {
  if (typeof name !== 'string') {
    throw new ArgumentError(`The name of shared memory is a string: it got ${shown(name)}`)
  }
  const bare = name.startsWith('/') ? name.slice(1) : name
  const why = faultIn(bare)
  if (why === undefined) return bare
  throw new ArgumentError(
    `Shared memory cannot be named ${shown(name)}: ${why}; use letters, digits, _ and -`,
  )
}

function faultOf(name: string): string | undefined {
  if (name === '') return 'the name is empty'
  if (name === '.' || name === '..') return 'that is a folder'
  if (name.includes('/')) return 'only the first character may be a slash'
  if (name.includes('\0')) return 'it has a character that ends names'
  if (name.startsWith('.troupe-')) return 'such names are kept for notes on who owns what'
  const bytes = Buffer.byteLength(name)
  if (bytes > MOST_BYTES) return `it has ${bytes} bytes of ${MOST_BYTES}`
  return undefined
}

// Python's tracker of resources reads ASCII, and splits at colons up to 3.13; a blank is lost in a shell.
function faultOfNew(name: string): string | undefined {
  if (!/^[\x21-\x7e]+$/.test(name)) return 'it has characters beside those of ASCII, or blanks'
  if (name.includes(':')) return 'Python splits names at a colon'
  return undefined
}
