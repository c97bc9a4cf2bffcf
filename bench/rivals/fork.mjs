// child_process.fork: start a process and hear from it.

if (process.env.BENCH_CHILD === '1') {
  process.send('started', () => process.disconnect())
} else {
  const { fork } = await import('node:child_process')
  const { fileURLToPath } = await import('node:url')
  const { programArguments } = await import('../program.mjs')
  const { measureStarts } = await import('./starts.mjs')
  const given = programArguments({ amount: 10 })
  const env = { ...process.env, BENCH_CHILD: '1' }
  await measureStarts(() => fork(fileURLToPath(import.meta.url), { env }), given.amount)
}
