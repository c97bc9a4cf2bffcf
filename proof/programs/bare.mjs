// A process that joins with a bare seat, puts some items, and ends without leaving.
import { awaitGuard, guardProcess, joinSystem, openRing } from '@troupe/memory'

const { bytes, name, handle, count, way } = JSON.parse(process.argv[2])
const invitation = { bytes, name, fd: 3, guard: 4, claim: -1 }
guardProcess(invitation)
joinSystem(invitation)
awaitGuard()
const { ring } = openRing(handle)
for (let i = 0; i < count; i++) ring.putInline(1, i, 0)
if (way === 'exit') process.exit(0)
// No `finally` runs: the lock stays in the name of a thread that is gone.
if (way === 'exit in a lock') ring.withProducers(() => process.exit(0))
if (way === 'throw') throw new Error('on purpose')
