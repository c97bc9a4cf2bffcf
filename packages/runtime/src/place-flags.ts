/** Flags of Node for process places. */
const OWN_ALONE =
  /^--?(inspect|eval|print|check|interactive|test|watch|cpu-prof|heap-prof|e$|p$|pe$|c$|i$)/
const WITH_CODE = /^(-e|--eval|-p|--print|-pe)$/

/** Flags of this process that are for its own program alone stay here; loaders and conditions are passed on. */
export function placeFlags(): string[] {
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
