// A list comes to actors that list it, in threads and processes, and is the same memory there.
import { actor, NotSharedError, Queue, spawn } from '@troupe/runtime'
import { describe, expect, test } from 'vitest'
import { type Item, ShareableList, SharedMemory } from '../dist/index.js'
import * as actors from './fixtures/list-actors.mjs'
import { attached, ending, listOf, same } from './fixtures/lists.js'
import { refusal, refuses } from '../../shared/test/fixtures/refusal.js'

describe.each(['thread', 'process'] as const)('a list in: %s', (place) => {
  test('shows changes both ways', async () => {
    const list = listOf(['text', 'other', 1.5, 2n ** 60n, 'last'])
    const [orders, told] = [new Queue<string>(), new Queue<string>()]
    const actor = spawn(actors.copies, [list, orders.consumer(), told.producer()], { in: place })
    await told.get()
    same(list, ['last', 'other', 1.5, 2n ** 60n, 'last'])
    list.set(1, true)
    list.set(-1, null)
    await orders.put('go on')
    same(await actor.result, ['last', true, 1.5, 2n ** 60n, null])
  })

  test('is one object when it comes twice, and closed there it is open here', async () => {
    const list = listOf([1])
    const { result } = spawn(actors.compares, [list, [list]], { in: place })
    expect(await result).toEqual({ isSame: true, isList: true })
    same(list, [1])
  })

  test('that an actor made outlives it', async () => {
    const items: Item[] = [1, 'two', null]
    const list = ending(await spawn(actors.makes, [items], { in: place }).result)
    expect(list).toBeInstanceOf(ShareableList)
    same(list, items)
    list.set(0, 5)
    same(attached(list.name), [5, 'two', null])
    list.unlink()
  })

  test('whose name is gone is refused to who gets it', async () => {
    const list = listOf([1])
    list.unlink()
    const started = spawn(actors.sharesLists, [], { in: place })
    started.send(list)
    expect(await started.result).toBe('ERR_TROUPE_SEGMENT_NOT_FOUND')
  })

  test('is refused where it is not listed, also where its memory is', async () => {
    const list = listOf([1])
    const message = 'import ShareableList of @troupe/shared-memory'
    const atSpawn = (): unknown => spawn(actors.sharesMemory, [list] as never, { in: place })
    await refuses('ERR_TROUPE_NOT_SHARED', message, atSpawn)
    expect(await refusal(atSpawn)).toBeInstanceOf(NotSharedError)
    const started = spawn(actors.sharesMemory, [], { in: place })
    started.send({ deep: [list] })
    expect(await started.result).toBe('ERR_TROUPE_NOT_SHARED')
    same(list, [1])
  })

  test('lets its memory come with it, and not alone', async () => {
    const memory = ending(SharedMemory.attach(listOf([1]).name))
    const started = spawn(actors.sharesLists, [], { in: place })
    started.send(memory)
    expect(await started.result).toBe('ERR_TROUPE_NOT_SHARED')
  })
})

test('a closed list cannot be sent', async () => {
  const list = listOf([1])
  list.close()
  const send = (): unknown => new Queue<unknown>().put(list)
  await refuses('ERR_TROUPE_DISPOSED', list.name, send)
})

test('a list that comes back is the same object', async () => {
  const list = listOf([1])
  const queue = new Queue<unknown>()
  await queue.put(list)
  expect(await queue.get()).toBe(list)
})

test('the compiler wants it listed', () => {
  const one = actor(
    import.meta,
    'one',
    { shares: [ShareableList] },
    (_ctx, list: ShareableList) => list.length,
  )
  // @ts-expect-error -- it is not listed
  const two = actor(import.meta, 'two', (_ctx, list: ShareableList) => list.length)
  expect([one, two]).toHaveLength(2)
})
