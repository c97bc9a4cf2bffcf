// From samples to lines of the table: one line for each of our forms and each of its rivals.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export function spread(values) {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) }
}

/** `verdict`: 'goal', 'must', 'missed', 'none' where no bar is reached and none has to be, or 'not run'. */
export function linesOf(row) {
  return row.ours.flatMap((form) =>
    row.kind === 'idle' ? [idleLine(row, form)] : row.rivals.map((rival) => line(row, form, rival)),
  )
}

function line(row, form, rival) {
  const variant = fastestVariant(rival)
  const [must, goal] = form.bars[rival.name] ?? []
  const result = {
    ...head(row, form),
    rival: rival.variants.length > 1 ? `${rival.name} (${variant.label})` : rival.name,
    must,
    goal,
    ours: measured(form, (sample) => sample.rate),
    theirs: measured(variant, (sample) => sample.rate),
    failure: form.failure ?? variant.failure,
    verdict: 'not run',
  }
  if (result.failure !== undefined) return result
  const ratios = form.samples.map(({ rate }, round) => {
    const other = variant.samples[round].rate
    return row.kind === 'start' ? other / rate : rate / other
  })
  result.ratio = spread(ratios)
  result.verdict = verdict(result.ratio.median, must, goal, row.kind === 'start')
  return result
}

function idleLine(row, form) {
  const [must, goal] = form.bars['–']
  const result = {
    ...head(row, form),
    rival: '–',
    must,
    goal,
    ours: measured(form, (sample) => sample.share),
    failure: form.failure,
    verdict: 'not run',
  }
  if (form.failure === undefined) result.verdict = verdict(result.ours.median, must, goal, true)
  return result
}

function head(row, form) {
  return { id: row.id, kind: row.kind, work: row.work, between: row.between, form: form.label }
}

function measured(contestant, pick) {
  return contestant.samples.length === 0 ? undefined : spread(contestant.samples.map(pick))
}

/** By the median; a variant that failed only when all did. */
function fastestVariant({ variants }) {
  const sound = variants.filter(
    ({ failure, samples }) => failure === undefined && samples.length > 0,
  )
  if (sound.length === 0) return variants[0]
  const rate = ({ samples }) => median(samples.map((sample) => sample.rate))
  return sound.reduce((best, variant) => (rate(variant) > rate(best) ? variant : best))
}

function verdict(value, must, goal, atMost) {
  const reaches = (bar) => bar !== undefined && (atMost ? value <= bar : value >= bar)
  if (reaches(goal)) return 'goal'
  if (must === undefined) return 'none'
  return reaches(must) ? 'must' : 'missed'
}
