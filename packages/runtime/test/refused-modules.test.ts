// Modules that cannot be loaded as an actor's: what their starter gets to know.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { actor, type PlaceKind, Queue, spawn, type Started } from '../dist/index.js'
import { refusal } from './fixtures/refusal.js'

const apart: PlaceKind[] = ['thread', 'process']
const folder = mkdtempSync(path.join(tmpdir(), 'troupe-modules-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What an actor's result rejects with: its class is another place's, its name and code are kept. */
const failure = async ({ result }: Started<unknown>): Promise<Error & { code?: string }> => {
  const error = await result.catch((caught: unknown) => caught)
  if (!(error instanceof Error)) throw new Error('did not fail')
  return error
}
const fixture = (name: string): string => new URL(`./fixtures/${name}`, import.meta.url).href

/** Starts an actor that is only named here. */
function start(url: string, key: string, place: PlaceKind, ...args: unknown[]): Started<unknown> {
  const definition = actor({ url } as ImportMeta, key, (_ctx, ..._args: unknown[]) => {})
  return spawn(definition, args, { in: place })
}

describe.each(apart)('in a %s', (place) => {
  test('a module that throws while it is imported fails its actor with that error', async () => {
    const started = start(fixture('throws-at-import.mjs'), 'x', place)
    const error = await failure(started)
    expect(error).toMatchObject({
      name: 'RangeError',
      code: 'E_OWN',
      message: 'while it was imported',
    })
    expect(await started.join()).toMatchObject({ reason: 'error', error })
  })

  test('a module that does not parse fails its actor', async () => {
    const file = path.join(folder, 'broken.mjs')
    writeFileSync(file, 'export const = 5')
    const error = await failure(start(pathToFileURL(file).href, 'x', place))
    expect(error).toMatchObject({ name: 'SyntaxError' })
  })

  test('a module that does not exist is named', async () => {
    const url = pathToFileURL(path.join(folder, 'nowhere.mjs')).href
    const error = await failure(start(url, 'x', place))
    expect(error).toMatchObject({ name: 'LoadError', code: 'ERR_TROUPE_LOAD' })
    expect(error.message).toBe(`The module of the actor does not exist: ${url}`)
  })

  test('a module that imports what does not exist fails as Node says it', async () => {
    const file = path.join(folder, 'imports-nothing.mjs')
    writeFileSync(file, `import './nowhere.mjs'`)
    const error = await failure(start(pathToFileURL(file).href, 'x', place))
    expect(error).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' })
    expect(error.message).toContain('nowhere.mjs')
  })

  test('a key that is not in the module is told with those that are', async () => {
    const error = await failure(start(fixture('channels.mjs'), 'prodúce', place))
    expect(error).toMatchObject({ name: 'LoadError', code: 'ERR_TROUPE_LOAD' })
    expect(error.message).toMatch(/has no actor with key 'prodúce'; its keys are 'produce', 'prod/)
    expect(error.message).toMatch(/define actors at the top level of their module/)
  })

  test('a module without actors at its top level is told', async () => {
    const error = await failure(start(fixture('no-actors.mjs'), 'inside', place))
    expect(error.message).toMatch(
      /has no actor with key 'inside'; it defines none; define actors at/,
    )
  })

  test('the ends that went to an actor that could not be loaded close', async () => {
    const q = new Queue<number>()
    const started = start(fixture('throws-at-import.mjs'), 'y', place, q.producer(), [q.consumer()])
    await failure(started)
    expect(await refusal(() => q.get())).toMatchObject({ code: 'ERR_TROUPE_QUEUE_CLOSED' })
  })
})

test('a key twice in one module is refused, and the first one holds', async () => {
  const meta = { url: fixture('twice.mjs') } as ImportMeta
  const first = actor(meta, 'twice', () => 1)
  const error = await refusal(() => actor(meta, 'twice', () => 2))
  expect(error.code).toBe('ERR_TROUPE_DUPLICATE_KEY')
  expect(error.message).toBe(
    `Key 'twice' is taken in ${meta.url}; keys are unique in a module, and in a bundle`,
  )
  expect(await spawn(first, [], { in: 'here' }).result).toBe(1)
})

test('when the module was evaluated again the new definition holds', async () => {
  const first = actor({ url: fixture('again.mjs') } as ImportMeta, 'again', () => 1)
  actor({ url: fixture('again.mjs') } as ImportMeta, 'again', () => 2)
  expect(await spawn(first, [], { in: 'here' }).result).toBe(2)
})
