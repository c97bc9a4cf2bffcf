// The table, as Markdown for the documentation and as short lines for the terminal.

const VERDICTS = { goal: 'goal', must: 'must', missed: '**no**', none: '–', 'not run': 'not run' }

export function markdown(lines, facts) {
  const rows = lines.map((line) => [
    line.work,
    line.between,
    line.form,
    line.rival,
    range(line, line.ours),
    range(line, line.theirs),
    ratio(line),
    bar(line, line.must),
    bar(line, line.goal),
    VERDICTS[line.verdict],
  ])
  const heads = 'work|between|our form|rival|ours|rival’s|ratio|must|goal|reached'.split('|')
  return `# Benchmarks

Written by \`pnpm bench\` (\`bench/run.mjs\`); do not edit.

${Object.entries(facts)
  .map(([name, value]) => `- ${name}: ${value}`)
  .join('\n')}

Each figure is a median with its range over the rounds of one run. In each round every program of a
row ran once, as a process of its own, ours and the rivals' in turn; a ratio is taken within a
round, and the median of these ratios counts. Only completed work is counted, after a warm-up, and
each program checks that what arrived is what was sent. Of the two serializations of
\`child_process\` the faster one is the rival. A ratio says how many times faster Troupe is; for
starts it says how many times the rival's time Troupe takes, so there lower is better.

| ${heads.join(' | ')} |
|${heads.map(() => '---').join('|')}|
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}
${failures(lines)}`
}

function failures(lines) {
  const items = new Set(
    lines
      .filter(({ failure }) => failure !== undefined)
      .map(({ id, form, failure }) => `- ${id}, ${form}: ${failure}`),
  )
  return items.size === 0 ? '' : `\nNot run:\n\n${[...items].join('\n')}\n`
}

export function terminalLines(lines) {
  return lines.map((line) => {
    const what = `${line.id}  ${line.form}`.padEnd(42)
    const figures = `${value(line, line.ours?.median)} : ${value(line, line.theirs?.median)}`
    const result = line.failure ?? `${ratio(line)} (must ${bar(line, line.must)}) ${line.verdict}`
    return `${what} ${line.rival.padEnd(24)} ${figures.padEnd(28)} ${result}`
  })
}

function range(line, spread) {
  if (spread === undefined) return '–'
  const figures = [spread.low, spread.high].map((figure) => value(line, figure))
  if (line.kind === 'round trip' || line.kind === 'start') figures.reverse()
  return `${value(line, spread.median)} (${figures.join(' … ')})`
}

/** The programs give operations a second; a reader wants M/s, or the time of one. Those of a bandwidth are bytes. */
function value({ kind }, rate) {
  if (rate === undefined) return '–'
  if (kind === 'throughput') {
    if (rate >= 1e6) return `${digits(rate / 1e6)} M/s`
    return rate >= 1e3 ? `${digits(rate / 1e3)} k/s` : `${digits(rate)} /s`
  }
  if (kind === 'bandwidth') return `${digits(rate / 2 ** 30)} GiB/s`
  if (kind === 'round trip')
    return rate > 100 ? `${digits(1e6 / rate)} µs` : `${digits(1e3 / rate)} ms`
  if (kind === 'start') return `${digits(1e3 / rate)} ms`
  return percent(rate)
}

function ratio(line) {
  if (line.ratio === undefined) return '–'
  const { median, low, high } = line.ratio
  return `${digits(median)}× (${digits(low)} … ${digits(high)})`
}

function bar({ kind }, figure) {
  if (figure === undefined) return '–'
  if (kind === 'idle') return `≤ ${percent(figure)}`
  return `${kind === 'start' ? '≤ ' : ''}${digits(figure)}×`
}

function percent(share) {
  return `${digits(share * 100)} % of a core`
}

function digits(figure) {
  if (figure === 0) return '0'
  return figure >= 100
    ? figure.toFixed(0)
    : figure.toPrecision(figure >= 1 ? 3 : 2).replace(/\.0+$/, '')
}
