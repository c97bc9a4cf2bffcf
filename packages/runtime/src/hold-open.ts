/** Holds this thread's event loop open while something is awaited that no handle of Node stands for. */
const FAR = 2 ** 31 - 1
let holders = 0
let timer: NodeJS.Timeout | undefined

/** Holds the event loop until the returned function is called. */
export function holdOpen(): () => void {
  if (holders++ === 0) timer = setInterval(() => {}, FAR)
  let held = true
  return () => {
    if (!held) return
    held = false
    if (--holders === 0) clearInterval(timer)
  }
}
