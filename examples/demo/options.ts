/** The command line. */
import { availableParallelism } from 'node:os'
import { stripVTControlCharacters } from 'node:util'
import { type ArgsDef, parseArgs, renderUsage } from 'citty'

export interface Options {
  paths: string[]
  consumers: number
  in: 'thread' | 'process'
  top: number
  repeat: number
  help: boolean
}

const definition = {
  files: {
    type: 'positional',
    required: false,
    description: 'Files or folders; without any, the chapters of Moby Dick',
  },
  consumers: {
    type: 'string',
    default: String(Math.max(2, availableParallelism())),
    description: 'How many actors count words, 1 to 256',
  },
  in: { type: 'string', default: 'thread', description: 'Where the actors run: thread or process' },
  top: {
    type: 'string',
    default: '10',
    description: 'How many of the most frequent words to print',
  },
  repeat: { type: 'string', default: '1', description: 'How many times to read all of it' },
  help: { type: 'boolean', default: false, alias: 'h', description: 'Print this' },
} satisfies ArgsDef

const KNOWN = new Set(['_', 'h', ...Object.keys(definition)])

/** Reads the command line; throws an error of one line for what it does not understand. */
export function readOptions(words: string[]): Options {
  // `pnpm run demo -- --top 3` hands the two dashes on.
  const given = words[0] === '--' ? words.slice(1) : words
  const args = parseArgs<typeof definition>(given, definition)
  for (const name of Object.keys(args)) {
    if (!KNOWN.has(name)) throw new Error(`unknown option --${name}; --help lists them`)
  }
  const place = args.in
  if (place !== 'thread' && place !== 'process') {
    throw new Error(`--in must be thread or process: it is '${place}'`)
  }
  return {
    paths: args._,
    consumers: wholeNumber('consumers', args.consumers, 1, 256),
    in: place,
    top: wholeNumber('top', args.top, 0, Number.MAX_SAFE_INTEGER),
    repeat: wholeNumber('repeat', args.repeat, 1, Number.MAX_SAFE_INTEGER),
    help: args.help,
  }
}

export async function usage(): Promise<string> {
  const description = 'Counts the words of files by a producer, several consumers and a collector'
  const text = await renderUsage({ meta: { name: 'demo', description }, args: definition })
  return process.stdout.isTTY ? text : stripVTControlCharacters(text)
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  const upTo = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`
  throw new Error(`--${name} must be a whole number, ${upTo}: it is '${text}'`)
}
