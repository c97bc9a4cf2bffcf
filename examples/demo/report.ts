/** What is printed at the end. Counts are plain digits. */
import type { Report } from './actors.ts'

export function formatReport(report: Report, seconds: number): string {
  const { frequent, different, lines, words, shares } = report
  const rate = (count: number): number => Math.round(count / seconds)
  return [
    `Most frequent words (${different} different ones)`,
    ...table(frequent.map(([word, count]) => [word, String(count)])),
    '',
    `Lines ${lines}, words ${words}`,
    `Time ${seconds.toFixed(3)} s, start of the actors included`,
    `Speed ${rate(lines)} lines/s, ${rate(words)} words/s`,
    '',
    'How the work was shared',
    ...table([
      ['', 'pieces', 'lines', 'words'],
      ...shares.map((share) => [
        `consumer ${share.consumer}`,
        ...[share.pieces, share.lines, share.words].map(String),
      ]),
    ]),
  ].join('\n')
}

/** Rows with the first column aligned left, the others right. */
function table(rows: string[][]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    }
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    return `  ${cells.join('  ')}`
  })
}
