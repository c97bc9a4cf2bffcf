/**
 * Output of actors on the parent's terminal. A thread's streams go through its parent's event
 * loop, which may be blocked, and a process may end before a slow pipe took all: so both write to the
 * descriptors themselves.
 */
import { nap } from '@troupe/memory'
import { writeSync } from 'node:fs'
import { format } from './inspect.js'

/** Writes everything, also to a pipe that is full for a moment. */
function writeAll(fd: number, bytes: Uint8Array): void {
  let rest = bytes
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE' || code === 'EBADF') return // Nobody reads it.
      if (code !== 'EAGAIN') throw error
      nap(1) // Its reader is slow.
    }
  }
}

/** Makes the standard streams of this place write at once. They are made at their first use. */
export function writeDirectly(): void {
  for (const [name, fd] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    const own = Object.getOwnPropertyDescriptor(process, name)
    if (!own?.get || !own.configurable) continue
    const make = own.get.bind(process) as () => NodeJS.WriteStream
    let stream: NodeJS.WriteStream | undefined
    Object.defineProperty(process, name, {
      ...own,
      get: () => (stream ??= direct(make(), fd)),
    })
  }
}

function direct(stream: NodeJS.WriteStream, fd: number): NodeJS.WriteStream {
  const write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ): boolean => {
    const bytes =
      typeof chunk === 'string'
        ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8')
        : chunk
    writeAll(fd, bytes)
    const callback = typeof encoding === 'function' ? encoding : done
    if (callback) process.nextTick(callback)
    return true
  }
  stream.write = write as typeof stream.write
  return stream
}

/** Prints a line for an actor. */
export function writeLine(name: string, items: readonly unknown[]): void {
  writeAll(1, Buffer.from(`[${name}] ${format(...items)}\n`))
}
