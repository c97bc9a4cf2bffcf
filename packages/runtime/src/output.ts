/**
 * Output of actors on the parent's terminal. A process inherits the descriptors; a thread's streams go
 * through its parent's event loop, which may be blocked, so they write to the descriptors themselves.
 */
import { writeSync } from 'node:fs'
import { format } from 'node:util'

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
    }
  }
}

/** Makes the standard streams of a worker thread write at once. */
export function writeDirectly(): void {
  for (const [stream, fd] of [
    [process.stdout, 1],
    [process.stderr, 2],
  ] as const) {
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
  }
}

/** Prints a line for an actor. */
export function writeLine(name: string, items: readonly unknown[]): void {
  writeAll(1, Buffer.from(`[${name}] ${format(...items)}\n`))
}
