/** Copies a packed value within this thread, as if it had been sent: ends move, the rest is a snapshot. */
import { closeObject, type Handle, makeQueue, openRing } from '@troupe/memory'
import type { Owner } from './owner.js'
import { DONE, item, type Parcel, take } from './parcel.js'

/** Unpacks `parcel` for `owner`. */
export function copyFor(owner: Owner, parcel: Parcel): unknown {
  let handle: Handle | undefined
  try {
    handle = makeQueue({ bytes: 4096, maxsize: 1 })
    const { ring } = openRing(handle)
    parcel.put(ring)
    if (take(ring, owner) !== DONE) throw new Error('unreachable')
    return item.value
  } catch (error) {
    parcel.undo()
    throw error
  } finally {
    if (handle) closeObject(handle)
  }
}
