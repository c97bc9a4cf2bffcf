/** The actors: one reads, several count, one merges. They share nothing and talk by queues. */
import { actor, type Consumer, type Producer } from '@troupe/runtime'
import { type Piece, piecesOf } from './files.ts'
import { type Counts, countLines, countWords, mergeCounts, mostFrequent } from './words.ts'

/** What one consumer did. */
export interface Share {
  consumer: number
  pieces: number
  lines: number
  words: number
}

/** What a consumer hands to the collector at its end. */
export interface Tally extends Share {
  counts: Counts
}

export interface Report {
  frequent: [word: string, count: number][]
  different: number
  lines: number
  words: number
  shares: Share[]
}

/** Reads the files, `repeat` times, and puts their text in pieces. Waits while the consumers are behind. */
export const producer = actor(
  import.meta,
  'producer',
  async (_ctx, pieces: Producer<Piece>, paths: string[], repeat: number) => {
    for (let round = 0; round < repeat; round += 1) {
      for (const path of paths) {
        for await (const piece of piecesOf(path)) await pieces.put(piece)
      }
    }
  },
)

/** Counts the pieces that it gets, and says after each how many bytes of the files are done. */
export const consumer = actor(
  import.meta,
  'consumer',
  async (
    _ctx,
    number: number,
    pieces: Consumer<Piece>,
    tallies: Producer<Tally>,
    progress: Producer<number>,
  ) => {
    const tally: Tally = { consumer: number, pieces: 0, lines: 0, words: 0, counts: new Map() }
    for await (const { text, bytes } of pieces) {
      tally.words += countWords(text, tally.counts)
      tally.lines += countLines(text)
      tally.pieces += 1
      await progress.put(bytes)
    }
    await tallies.put(tally)
  },
)

/** Merges what the consumers counted. */
export const collector = actor(
  import.meta,
  'collector',
  async (_ctx, tallies: Consumer<Tally>, top: number): Promise<Report> => {
    const counts: Counts = new Map()
    const shares: Share[] = []
    for await (const { counts: more, ...share } of tallies) {
      mergeCounts(counts, more)
      shares.push(share)
    }
    const sum = (of: 'lines' | 'words'): number => shares.reduce((all, share) => all + share[of], 0)
    return {
      frequent: mostFrequent(counts, top),
      different: counts.size,
      lines: sum('lines'),
      words: sum('words'),
      shares: shares.sort((a, b) => a.consumer - b.consumer),
    }
  },
)
