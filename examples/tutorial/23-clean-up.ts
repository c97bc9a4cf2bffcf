// 23: shared memory is unlinked by whoever made it, whatever happens in between.
//
// Expected output:
// Failed: no luck
// There is no shared memory named "report"
// Made by an actor that failed: ERR_TROUPE_SEGMENT_NOT_FOUND
import { actor, main, spawn } from '@troupe/runtime'
import { type SegmentNotFoundError, SharedMemory } from '@troupe/shared-memory'

const place = process.argv[2] === 'thread' ? 'thread' : 'process'
const name = `report-${process.pid}`

const forgetful = actor(import.meta, 'forgetful', (_ctx, its: string) => {
  SharedMemory.create({ name: its, size: 100 })
  throw new Error('it forgot to unlink')
})

function fails(): never {
  const memory = SharedMemory.create({ name, size: 100 })
  try {
    memory.bytes.fill(1)
    throw new Error('no luck')
  } finally {
    memory.close()
    memory.unlink() // `using memory = …` does both
  }
}

function attempt(attachTo: string): unknown {
  try {
    return SharedMemory.attach(attachTo)
  } catch (error) {
    return error
  }
}

main(import.meta, async () => {
  try {
    fails()
  } catch (error) {
    console.log('Failed:', (error as Error).message)
  }
  const gone = attempt(name) as SegmentNotFoundError
  console.log(gone.message.split(';')[0]!.replace(name, 'report'))
  await spawn(forgetful, [`${name}-2`], { in: place }).result.catch(() => {})
  const removed = attempt(`${name}-2`) as SegmentNotFoundError
  console.log(`Made by an actor that failed: ${removed.code}`)
})
