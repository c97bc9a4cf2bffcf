// Compiles the files of a user's project against the declarations that ship, with a given TypeScript.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../../..', import.meta.url))
// The compilers are the runtime's.
const require = createRequire(import.meta.url)

/** What a user's `tsconfig.json` says, beyond `strict`. */
export type Settings = Readonly<Record<string, unknown>>

/** Messages of the compiler by file; those of no file, and of declarations, under their own names. */
export type Diagnostics = ReadonlyMap<string, readonly string[]>

/** Version of the TypeScript that is installed as `name`. */
export function versionOf(name: string): string {
  const manifest = readFileSync(require.resolve(`${name}/package.json`), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

/** Compiles `files` together with the TypeScript that is installed as `name`. */
export async function compile(
  name: string,
  files: Readonly<Record<string, string>>,
  settings: Settings = {},
): Promise<Diagnostics> {
  const folder = mkdtempSync(path.join(tmpdir(), 'troupe-types-'))
  try {
    link(folder, '@troupe/memory', path.join(packages, 'memory'))
    link(folder, '@troupe/runtime', path.join(packages, 'runtime'))
    link(folder, '@troupe/shared', path.join(packages, 'shared'))
    link(folder, '@troupe/shared-memory', path.join(packages, 'shared-memory'))
    link(folder, '@types/node', path.dirname(require.resolve('@types/node/package.json')))
    const compilerOptions = {
      strict: true,
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      module: 'nodenext',
      types: ['node'],
      // The declarations are checked too.
      skipLibCheck: false,
      noEmit: true,
      ...settings,
    }
    write(folder, 'tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    write(folder, 'package.json', '{ "type": "module" }')
    for (const [file, text] of Object.entries(files)) write(folder, file, text)
    return parse(await runCompiler(name, folder))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runCompiler(name: string, folder: string): Promise<string> {
  const tsc = path.join(path.dirname(require.resolve(`${name}/package.json`)), 'bin/tsc')
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, maxBuffer: 2 ** 26 }
    execFile(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], options, (error, stdout) => {
      // Code 1 and 2 say that there are diagnostics.
      if (error && error.code !== 1 && error.code !== 2) reject(error)
      else resolve(stdout)
    })
  })
}

function parse(output: string): Diagnostics {
  const records: { readonly file: string; text: string }[] = []
  for (const line of output.split('\n')) {
    const [, file = '', text] = /^(?:(.+?)\(\d+,\d+\): )?(error TS\d+: .*)$/.exec(line) ?? []
    if (text !== undefined) records.push({ file, text })
    // Indented lines explain the one before.
    else if (line.startsWith(' ')) records.at(-1)!.text += `\n${line}`
  }
  const found = new Map<string, string[]>()
  for (const { file, text } of records) found.set(file, [...(found.get(file) ?? []), text])
  return found
}

function link(folder: string, name: string, target: string): void {
  const at = path.join(folder, 'node_modules', name)
  mkdirSync(path.dirname(at), { recursive: true })
  symlinkSync(target, at)
}

function write(folder: string, name: string, text: string): void {
  writeFileSync(path.join(folder, name), text)
}
