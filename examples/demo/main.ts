/**
 * Counts the words of real text: one producer reads files, several consumers count, a collector merges.
 *
 *   producer ──pieces──▶ consumers ──tallies──▶ collector ──result──▶ main
 *                            └────────progress───────────────────────▶ main
 */
import { ActorDiedError, main, Queue, spawn } from '@troupe/runtime'
import { collector, consumer, producer, type Report, type Tally } from './actors.ts'
import { defaultFiles, type Files, findFiles, type Piece } from './files.ts'
import { type Options, readOptions, usage } from './options.ts'
import { showProgress } from './progress.ts'
import { formatReport } from './report.ts'

main(import.meta, async () => {
  try {
    const options = readOptions(process.argv.slice(2))
    if (options.help) {
      console.log(await usage())
      return
    }
    const files = await findFiles(options.paths.length > 0 ? options.paths : await defaultFiles())
    const { length } = files.paths
    const what = length === 1 ? '1 file' : `${length} files`
    console.log(
      `Counting the words of ${what}. Consumers: ${options.consumers}, in: ${options.in}\n`,
    )
    const start = performance.now()
    const report = await count(files, options)
    console.log(formatReport(report, (performance.now() - start) / 1000))
  } catch (error) {
    // An actor that was ended: main tells it, and is silent when Ctrl-C ended it.
    if (error instanceof ActorDiedError) throw error
    console.error(`demo: ${(error as Error).message}`)
    process.exitCode = 1
  }
})

/** Starts the actors and waits for the collector's result. When one of them fails, all are stopped. */
async function count(files: Files, options: Options): Promise<Report> {
  const pieces = new Queue<Piece>()
  const tallies = new Queue<Tally>()
  const progress = new Queue<number>()
  const where = { in: options.in }
  // Every end is made before the first actor starts: a queue ends with the last of its producer ends.
  const crew = Array.from({ length: options.consumers }, (_, index) => ({
    number: index + 1,
    pieces: pieces.consumer(),
    tallies: tallies.producer(),
    progress: progress.producer(),
  }))
  const merging = spawn(collector, [tallies.consumer(), options.top], where)
  const counting = crew.map((ends) =>
    spawn(consumer, [ends.number, ends.pieces, ends.tallies, ends.progress], where),
  )
  const reading = spawn(producer, [pieces.producer(), files.paths, options.repeat], where)
  const shown = showProgress(progress, files.bytes * options.repeat)
  try {
    const others = [reading, ...counting].map((ref) => ref.result)
    const [report] = await Promise.all([merging.result, ...others])
    return report
  } catch (error) {
    for (const ref of [reading, ...counting, merging]) ref.kill()
    throw error
  } finally {
    await shown
  }
}
