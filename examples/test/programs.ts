/** Running the example programs: the compiled ones, and the `.ts` files where Node does that itself. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const PLACES = ['thread', 'process'] as const
export const examples: string = fileURLToPath(new URL('..', import.meta.url))

const native = Boolean((process.features as { typescript?: unknown }).typescript)

/** The forms in which this Node can run `name`, without a loader. */
export function formsOf(name: string): { form: string; path: string }[] {
  const compiled = { form: 'compiled', path: `${examples}dist/${name}.js` }
  return native ? [compiled, { form: 'as .ts', path: `${examples}${name}.ts` }] : [compiled]
}

export interface Outcome {
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
}

/** Starts a program in a process group of its own. */
export function start(path: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env }
  for (const name of Object.keys(env)) {
    if (name.startsWith('VITEST') || name === 'NODE_OPTIONS') delete env[name]
  }
  return spawn(process.execPath, [path, ...args], { env, detached: true })
}

/** Waits for the end of a program, at most 30 s. */
export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const outcome = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (outcome.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (outcome.stderr += text))
  const late = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), 30_000)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(late)
      resolve({ code, signal, ...outcome })
    })
  })
}

export function run(path: string, args: readonly string[]): Promise<Outcome> {
  return outcomeOf(start(path, args))
}
