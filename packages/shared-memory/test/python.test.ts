// Python and Troupe on the same bytes, in both directions.
import { describe, expect, test } from 'vitest'
import { refusal } from '../../shared/test/fixtures/refusal.js'
import { SharedMemory } from '../dist/index.js'
import { freshName, isThere, notesOf } from './fixtures/names.js'
import {
  knowsTrack,
  numpy,
  Python,
  python,
  runPython,
  whyNoNumpy,
  whyNoPython,
} from './fixtures/python.js'

/** Attaches and does not own: `track=False` from Python 3.13 on, before it by hand. */
const ATTACH = `
import sys
from multiprocessing import resource_tracker, shared_memory
def attach(name):
    if sys.version_info >= (3, 13):
        return shared_memory.SharedMemory(name=name, track=False)
    shm = shared_memory.SharedMemory(name=name)
    resource_tracker.unregister(shm._name, 'shared_memory')
    return shm
`

describe.skipIf(!python)(`Python${whyNoPython}`, () => {
  test.each(['', '/'])(
    'makes it, and we double what it wrote, by its name with "%s"',
    async (slash) => {
      const name = freshName()
      const child = new Python(
        `${ATTACH}
shm = shared_memory.SharedMemory(name=sys.argv[1], create=True, size=10)
shm.buf[:10] = bytes(range(10))
print(shm.name)
sys.stdin.readline()
print(list(shm.buf[:10]))
shm.close()
shm.unlink()
`,
        slash + name,
      )
      const told = await child.line()
      const memory = SharedMemory.attach(slash + told.replace('/', ''))
      expect([memory.name, memory.size, [...memory.bytes]]).toEqual([
        name,
        10,
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      ])
      for (const [i, byte] of memory.bytes.entries()) memory.bytes[i] = 2 * byte
      child.say('go')
      expect(JSON.parse(await child.line())).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
      expect(await child.end()).toEqual({ how: 0, errors: '' })
      expect(isThere(name)).toBe(false)
      expect(memory.bytes[9]).toBe(18)
      expect((await refusal(() => memory.unlink())).code).toBe('ERR_TROUPE_SEGMENT_NOT_FOUND')
      memory.close()
    },
  )

  test.each(['', '/'])('attaches to ours by its name with "%s", and leaves it', async (slash) => {
    const memory = SharedMemory.create({ name: freshName(), size: 100 })
    memory.view('int32')[24] = 42
    const program = `${ATTACH}
shm = attach(sys.argv[1])
print(shm.size, int.from_bytes(shm.buf[96:100], 'little'))
shm.buf[0] = 7
shm.close()
`
    expect(runPython(program, slash + memory.name)).toBe('100 42')
    expect([isThere(memory.name), memory.bytes[0]]).toEqual([true, 7])
    memory[Symbol.dispose]()
  })

  test('that is killed while it has ours leaves it', async () => {
    const memory = SharedMemory.create({ name: freshName(), size: 8 })
    const child = new Python(
      `${ATTACH}shm = attach(sys.argv[1])\nprint(1)\nsys.stdin.readline()`,
      memory.name,
    )
    await child.line()
    expect((await child.end('SIGKILL')).how).toBe('SIGKILL')
    expect(isThere(memory.name)).toBe(true)
    memory[Symbol.dispose]()
  })

  // What Python does by itself: whoever only attached removes it, with a warning. See the page for Python users.
  test('that attaches as it does by default removes ours at its end, which we survive', async () => {
    const memory = SharedMemory.create({ name: freshName(), size: 8 })
    memory.bytes[0] = 1
    const child = new Python(
      'import sys\nfrom multiprocessing import shared_memory\nshm = shared_memory.SharedMemory(name=sys.argv[1])\nprint(shm.buf[0])\nshm.close()',
      memory.name,
    )
    expect(await child.line()).toBe('1')
    const { how, errors } = await child.end()
    expect(how).toBe(0)
    expect(errors).toMatch(/leaked shared_memory/)
    // Python's tracker of resources ends after it.
    while (isThere(memory.name)) await new Promise((resolve) => setImmediate(resolve))
    expect(memory.bytes[0]).toBe(1)
    expect((await refusal(() => memory.unlink())).code).toBe('ERR_TROUPE_SEGMENT_NOT_FOUND')
    memory[Symbol.dispose]()
    expect(notesOf(memory.name)).toEqual([])
  })

  test('is asked as its version allows', () => {
    expect(knowsTrack).toBe(Number(python.split('.')[1]) >= 13)
  })

  test('and we take turns at the same bytes', async () => {
    const memory = SharedMemory.create({ name: freshName(), size: 8 })
    const count = memory.view('int64')
    const child = new Python(
      `${ATTACH}
shm = attach(sys.argv[1])
count = shm.buf.cast('q')
print('ready')
for line in sys.stdin:
    count[0] = count[0] * 2
    print(count[0])
count.release()
shm.close()
`,
      memory.name,
    )
    await child.line()
    let wanted = 0n
    for (let i = 0; i < 20; i++) {
      count[0]! += 1n
      wanted = (wanted + 1n) * 2n
      child.say('go')
      expect(await child.line()).toBe(String(wanted))
      expect(count[0]).toBe(wanted)
    }
    expect(await child.end()).toEqual({ how: 0, errors: '' })
    memory[Symbol.dispose]()
  })
})

test.skipIf(!numpy)(`NumPy squares a part of ours${whyNoNumpy}`, () => {
  const memory = SharedMemory.create({ name: freshName(), size: 1000 * 8 })
  const numbers = memory.view('float64')
  for (const i of numbers.keys()) numbers[i] = i
  const program = `${ATTACH}
import numpy as np
shm = attach(sys.argv[1])
a = np.ndarray((1000,), dtype='float64', buffer=shm.buf)
a[250:500] **= 2
print(a.sum())
del a
shm.close()
`
  const sum = Number(runPython(program, memory.name))
  expect([...numbers]).toEqual(Array.from(numbers, (_, i) => (i >= 250 && i < 500 ? i * i : i)))
  expect(sum).toBe(numbers.reduce((all, one) => all + one, 0))
  memory[Symbol.dispose]()
})
