// A survivor of the fork proof: a producer until the round stops, or a consumer until the queue ends.
import { awaitGuard, guardProcess, joinSystem, leaveSystem } from '@troupe/memory'
import { Channel, Ended } from '../channel.mjs'
import { Notes, PEER_ITEMS } from '../fork.mjs'
import { checker } from '../getter.mjs'

const { bytes, name, handle, role, file, victims, batched } = JSON.parse(process.argv[2])
const invitation = { bytes, name, fd: 3, guard: 4, claim: -1 }
guardProcess(invitation)
joinSystem(invitation)
awaitGuard()
const notes = new Notes(file, victims)
const channel = new Channel(handle)
if (role === 'put') {
  const noted = (count) => notes.putBy(0, count)
  notes.begin(0)
  for (let i = 0; !notes.isStopped && i < PEER_ITEMS - 16; ) {
    i += channel.put(0, i, batched && i % 3 === 0, noted)
  }
} else {
  const found = checker(notes, victims + 1)
  notes.begin(victims + 1)
  try {
    for (let i = 0; ; i++) channel.get(batched && i % 2 === 0, found)
  } catch (error) {
    if (!(error instanceof Ended)) throw error
  }
}
leaveSystem()
