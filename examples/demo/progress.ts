/** A progress bar, where somebody looks. */
import type { Queue } from '@troupe/runtime'
import { SingleBar } from 'cli-progress'

/** Draws the bytes that come through `progress` on a terminal; elsewhere only takes them. */
export async function showProgress(progress: Queue<number>, total: number): Promise<void> {
  const stream = process.stdout
  const bar = new SingleBar({
    stream,
    format: 'Counting [{bar}] {percentage} %',
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    clearOnComplete: true,
    noTTYOutput: false,
    // A terminal whose line wrapping is off would stay so after Ctrl-C.
    linewrap: true,
    gracefulExit: false,
  })
  if (stream.isTTY) bar.start(total, 0)
  try {
    let done = 0
    for await (const bytes of progress) {
      done += bytes
      // The sizes of special files are not known beforehand.
      if (stream.isTTY) bar.update(Math.min(done, total))
    }
  } finally {
    if (stream.isTTY) bar.stop()
  }
}
