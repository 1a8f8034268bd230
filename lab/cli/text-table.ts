/** Rows in aligned columns for a terminal: numbers to the right, texts to the left. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map(row => row[column].length)))
  const rightward = header.map(
    (_, column) => rows.length > 0 && rows.every(row => /^(-?[\d,.]+(e[+-]?\d+)?|NaN|)$/.test(row[column])),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        rightward[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd()
  return [line(header), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
