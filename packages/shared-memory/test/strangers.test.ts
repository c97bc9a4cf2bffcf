// What others put where notes and claims stand is neither followed, nor waited for, nor removed.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { freshName, inodeOf, isThere, pathOf } from './fixtures/names.js'
import { startAnother } from './fixtures/system.js'

const isRoot = process.geteuid!() === 0
const whyNot = isRoot ? '' : ' (skipped: only root can make files of another user)'
const folder = mkdtempSync(path.join(tmpdir(), 'troupe-strangers-'))
const made: string[] = [folder]
afterAll(() => {
  for (const file of made) rmSync(file, { recursive: true, force: true })
})

/** A name that a system's claim could have. */
function freshClaim(): string {
  const name = `.troupe-${process.geteuid!()}-${randomBytes(8).toString('hex')}`
  made.push(pathOf(name))
  return name
}

function victim(): { name: string; inode: number } {
  const name = freshName()
  writeFileSync(pathOf(name), 'precious')
  return { name, inode: inodeOf(name) }
}

/** A note that the segment is of a system that is gone. */
function note(claim: string, inode: number): string {
  const name = `${claim}-${inode}-1025`
  made.push(pathOf(name))
  return name
}

const things: [string, (at: string, text: string) => void][] = [
  ['a folder', (at) => mkdirSync(at)],
  ['a FIFO', (at) => void execFileSync('mkfifo', [at])],
  ['a link to nothing', (at) => symlinkSync('/nowhere/at/all', at)],
  [
    'a link to a file',
    (at, text) => {
      const target = path.join(folder, path.basename(at))
      writeFileSync(target, text)
      symlinkSync(target, at)
    },
  ],
]
const foreign: [string, (at: string, text: string) => void] = [
  `a file of another user${whyNot}`,
  (at, text) => {
    writeFileSync(at, text, { mode: 0o666 })
    chownSync(at, 65_534, 65_534)
  },
]

describe('in place of a claim', () => {
  const stays = (put: (at: string, text: string) => void): void => {
    const { name, inode } = victim()
    const claim = freshClaim()
    put(pathOf(claim), 'text')
    const before = lstatSync(pathOf(claim))
    writeFileSync(pathOf(note(claim, inode)), name)
    expect(startAnother()).toBe('0')
    expect(lstatSync(pathOf(claim)).ino).toBe(before.ino)
    expect(isThere(name)).toBe(true)
    if (before.isSymbolicLink()) {
      const target = path.join(folder, claim)
      expect([existsSync(target), existsSync('/nowhere')]).toEqual([existsSync(target), false])
    }
  }
  test.each(things)('%s stays, and no note of it counts', (_what, put) => stays(put))
  test.skipIf(!isRoot)(`${foreign[0]} stays, and no note of it counts`, () => stays(foreign[1]))
})

describe.each(['a claim', 'no claim'])('in place of a note with %s', (which) => {
  const stays = (put: (at: string, text: string) => void): void => {
    const { name, inode } = victim()
    const claim = freshClaim()
    const at = pathOf(note(claim, inode))
    put(at, name)
    if (which === 'a claim') writeFileSync(pathOf(claim), '', { mode: 0o600 })
    expect(startAnother()).toBe('0')
    expect([readFileSync(pathOf(name), 'utf8'), lstatSync(at).ino > 0]).toEqual(['precious', true])
    // The system is over, whatever stands beside it.
    expect(isThere(claim)).toBe(false)
  }
  test.each(things)('%s stays, and names nothing', (_what, put) => stays(put))
  test.skipIf(!isRoot)(`${foreign[0]} stays, and names nothing`, () => stays(foreign[1]))

  test('a note of a segment that is another by now removes only itself', () => {
    const { name, inode } = victim()
    const claim = freshClaim()
    const at = note(claim, inode + 1)
    writeFileSync(pathOf(at), name)
    if (which === 'a claim') writeFileSync(pathOf(claim), '', { mode: 0o600 })
    expect(startAnother()).toBe('0')
    expect([isThere(name), isThere(at), isThere(claim)]).toEqual([true, false, false])
  })

  test('a note of a segment that is the same removes both', () => {
    const { name, inode } = victim()
    const claim = freshClaim()
    const at = note(claim, inode)
    writeFileSync(pathOf(at), name)
    if (which === 'a claim') writeFileSync(pathOf(claim), '', { mode: 0o600 })
    expect(startAnother()).toBe('0')
    expect([isThere(name), isThere(at), isThere(claim)]).toEqual([false, false, false])
  })
})

test('names that only begin like those of notes are nobody’s business', () => {
  const claim = freshClaim()
  const names = [`${claim}0`, `${claim}-x`, `${claim}-1-2-3`, `${claim}-1-x`, '.troupe-0-short']
  for (const name of names) {
    made.push(pathOf(name))
    writeFileSync(pathOf(name), '')
  }
  expect(startAnother()).toBe('0')
  expect(names.filter(isThere)).toEqual(names)
})
