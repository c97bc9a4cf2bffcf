// Bytes of queues and pipes that somebody broke: values or errors with a code of ours, no crash, no hang.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFailed, test } from 'vitest'

const SEED = Number(process.env['TROUPE_SEED'] ?? 20_251)
const CASES = Number(process.env['TROUPE_CASES'] ?? 1500)

test.each(['', 'off'])(
  `${CASES} queues and pipes with broken bytes (seed ${SEED}) end in typed errors; addon '%s'`,
  { timeout: 300_000 },
  async (addon) => {
    const script = fileURLToPath(new URL('./fixtures/corrupt.mjs', import.meta.url))
    const child = spawn(process.execPath, [script, String(SEED), String(CASES)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TROUPE_ADDON: addon },
    })
    const ended = once(child, 'close')
    let last = ''
    onTestFailed(() => {
      console.error(`seed ${SEED}, ${last.slice(0, 100)}`)
      child.kill('SIGKILL')
    })
    for await (const line of createInterface({ input: child.stdout })) last = line
    // A crash ends the lines at a case.
    expect(last).toMatch(/^\{/)
    const { outcomes, failures } = JSON.parse(last)
    expect(failures).toEqual([])
    expect(outcomes.ERR_TROUPE_CODEC).toBeGreaterThan(CASES / 50)
    expect(outcomes.ERR_TROUPE_CORRUPT).toBeGreaterThan(CASES / 20)
    expect(await ended).toEqual([0, null])
  },
)
