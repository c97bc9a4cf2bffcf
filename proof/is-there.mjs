// Whether a process runs: not gone, and not a zombie that nobody has waited for.
import { existsSync, readFileSync } from 'node:fs'

export function isThere(pid) {
  if (!existsSync(`/proc/${pid}`)) return false
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
