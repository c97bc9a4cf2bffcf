/** Flags of Node for process places. */
const OWN_ALONE =
  /^--?(inspect|eval|print|check|interactive|test|watch|cpu-prof|heap-prof|e$|p$|pe$|c$|i$)/
const WITH_CODE = /^(-e|--eval|-p|--print|-pe)$/

/**
 * See docs/decisions/0009. Node ends at a flag that it does not know, so it is for versions that were tried.
 * Underscores, which V8 takes for the same, tell ours from the user's.
 */
const SWEEP_HERE = '--no_concurrent_array_buffer_sweeping'
const TRIED = /^2[0-6]\./

/** The flags of a process place. */
export function placeFlags(): string[] {
  const { node, v8 } = process.versions
  const isTried = TRIED.test(node) && v8.includes('-node.')
  return isTried ? [...inheritedFlags(), SWEEP_HERE] : inheritedFlags()
}

/** `new Worker(…, { execArgv: process.execArgv })` refuses flags of V8: in a place, ours is not among them. */
export function hideFlag(): void {
  const at = process.execArgv.indexOf(SWEEP_HERE)
  if (at >= 0) process.execArgv.splice(at, 1)
}

// Flags of this process that are for its own program alone stay here; loaders and conditions are passed on.
function inheritedFlags(): string[] {
  const flags: string[] = []
  let passes = true
  for (let i = 0; i < process.execArgv.length; i++) {
    const flag = process.execArgv[i]!
    // What does not look like a flag is the value of the one before it.
    if (flag.startsWith('-')) passes = !OWN_ALONE.test(flag)
    if (WITH_CODE.test(flag)) i++
    else if (passes) flags.push(flag)
  }
  return flags
}
