/** The code of our packages on its way to a place: see memory's code.ts. A process gets it in a file of memory. */
import type { Code } from '@troupe/memory'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { ToldProcess, ToldThread } from './place-data.js'

/** Where a process finds what it is given. */
export const VARIABLE = 'TROUPE_PLACE'

/** How much of the file is whose. */
export interface CodePart {
  readonly url: string
  readonly needs: Readonly<Record<string, string>>
  readonly text: number
  readonly cache: number
}

/** The descriptor of the file in a process: after the arena, the guard and the claim. */
const CODE_FD = 6

let file: { readonly fd: number; readonly codes: readonly Code[] } | undefined

/** What makes files of memory. */
interface Files {
  create(bytes: number): number
  close(fd: number): void
}

/** Descriptor of the file, which is written once a thread; nothing where none can be made: the place compiles. */
export function codeFile(codes: readonly Code[], files: Files): number | undefined {
  if (file?.codes === codes) return file.fd
  const old = file
  file = undefined
  if (old) closeSync(old.fd)
  try {
    file = { fd: writeFile(codes, files), codes }
    return file.fd
  } catch {
    return undefined // No descriptors, or no memory, are left: who needs them more will say so.
  }
}

function writeFile(codes: readonly Code[], files: Files): number {
  const pieces = codes.flatMap(({ text, cache }) => [Buffer.from(text, 'latin1'), cache])
  const fd = files.create(pieces.reduce((sum, { length }) => sum + length, 0))
  try {
    let at = 0
    for (const piece of pieces) at += writeSync(fd, piece, 0, piece.length, at)
    // Node closes what it opened itself when a thread is terminated.
    return openSync(`/proc/self/fd/${fd}`, 'r')
  } finally {
    files.close(fd)
  }
}

/** What tells the parts of the file. */
export function partsOf(codes: readonly Code[]): CodePart[] {
  return codes.map(({ url, needs, text, cache }) => {
    return { url, needs, text: text.length, cache: cache.length }
  })
}

/** What this place was given; nothing when a module of `--import` has loaded the runtime before. */
export function codeGiven(): readonly Code[] {
  const text = process.env[VARIABLE]
  if (text !== undefined) {
    const told = JSON.parse(text) as ToldProcess
    process.env[VARIABLE] = JSON.stringify({ ...told, code: [] })
    return readCode(told.code)
  }
  const { workerData } = process.getBuiltinModule('node:worker_threads')
  return (workerData as { troupe?: ToldThread } | null)?.troupe?.code ?? []
}

/** The code is not needed: it was loaded already. */
export function dropCode(parts: readonly CodePart[]): void {
  if (parts.length > 0) closeSync(CODE_FD)
}

function readCode(parts: readonly CodePart[]): Code[] {
  if (parts.length === 0) return []
  const all = Buffer.allocUnsafeSlow(parts.reduce((sum, { text, cache }) => sum + text + cache, 0))
  // At a position: all processes share that of the descriptor.
  readSync(CODE_FD, all, 0, all.length, 0)
  closeSync(CODE_FD)
  let at = 0
  return parts.map(({ url, needs, text, cache }) => {
    const from = at + text
    const code = {
      url,
      needs,
      text: all.toString('latin1', at, from),
      cache: all.subarray(from, from + cache),
    }
    at = from + cache
    return code
  })
}
