// A small seeded generator (mulberry32, Tommy Ettinger), so that a failing run can be repeated.
export function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Prints a part's outcome as one line of JSON for the runner, and sets the exit code. */
export function report(part, seed, counts, failures) {
  console.log(JSON.stringify({ part, seed, counts, failures }))
  if (failures.length > 0) process.exitCode = 1
}

export const argument = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}

/** Whether the part's time is up, by `--minutes`: it then tells how far it came. */
export function timeIsUp() {
  return performance.now() > argument('minutes', 40) * 60_000
}
