/**
 * The objects that this thread has open: one view a thread and object, whoever of its actors uses it.
 *
 * A thread counts its wrappers of an object. The last one gives the hold bit back; a finaliser acts only
 * for its own wrapper, so a late one never frees what was opened again meanwhile (rule C20).
 */
import { load } from '#atomics'
import { D_KIND, D_STATE, MADE } from './layout.js'
import { eachObject, findWords, giveUp, type Handle, holds } from './objects.js'
import { self } from './thread.js'

interface Opened {
  readonly generation: number
  readonly view: unknown
  wrappers: number
}

const opened = new Map<number, Opened>()

/** Opens the object for one more wrapper of this thread, which holds it already; `make` makes its view. */
export function openObject<View>(handle: Handle, make: () => View): View {
  const known = opened.get(handle.index)
  if (known && known.generation === handle.generation) {
    known.wrappers++
    return known.view as View
  }
  const view = make()
  opened.set(handle.index, { generation: handle.generation, view, wrappers: 1 })
  return view
}

/** One wrapper of this thread is gone; the last one, for which it runs `before`, gives the object up. */
export function closeObject(handle: Handle, before?: () => void): void {
  const entry = opened.get(handle.index)
  if (!entry || entry.generation !== handle.generation) return
  if (--entry.wrappers > 0) return
  opened.delete(handle.index)
  before?.()
  dropUnwrapped(handle)
}

/** Gives the object up if no wrapper of this thread has it: a received handle was not used. */
export function dropUnwrapped(handle: Handle): void {
  const entry = opened.get(handle.index)
  if (entry && entry.generation === handle.generation) return
  const me = self()
  const words = findWords(me.arena, handle)
  if (!words || load(words, D_STATE) !== MADE) return
  giveUp(me.arena, me.name, me.seat, handle.index, words)
}

/**
 * This thread ends as it should: what it holds of `kind` is given up, so that nobody takes it for dead. Also what it
 * never opened: a message that nobody read.
 */
export function giveUpAll(kind: number): void {
  giveUpFor(self().seat, kind)
}

/** As `giveUpAll`, for the seat of a place that never came. */
export function giveUpFor(seat: number, kind: number): void {
  const { arena, name } = self()
  eachObject(arena, (index, words, state) => {
    if (state !== MADE || load(words, D_KIND) !== kind || !holds(words, seat)) return
    giveUp(arena, name, seat, index, words)
  })
}

/** This thread left its system: handles of the next one have the same numbers. */
export function forgetObjects(): void {
  opened.clear()
}

/** Wrappers of this thread, of all objects. */
export function countWrappers(): number {
  let count = 0
  for (const entry of opened.values()) count += entry.wrappers
  return count
}
