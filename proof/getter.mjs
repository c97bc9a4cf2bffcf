// What a getter of the fork proof does with what it finds.
import { ORDER, PEER_ITEMS, TORN, TWICE, VICTIM_ITEMS } from './fork.mjs'

/** Checks items for getter `me` and notes them. */
export function checker(notes, me) {
  const last = new Map()
  return (maker, i, whole) => {
    if (!whole || i >= (maker === 0 ? PEER_ITEMS : VICTIM_ITEMS))
      return notes.wrong(me, TORN, maker, i)
    if (i <= (last.get(maker) ?? -1)) notes.wrong(me, ORDER, maker, i)
    last.set(maker, i)
    if (notes.took(maker, i) > 0) notes.wrong(me, TWICE, maker, i)
  }
}
