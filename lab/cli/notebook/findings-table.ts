/** What was found in data, a row per place. */
import type { Finding } from '../../catalog/quality/findings.ts'
import { type FrameTable, recordTable } from './frame-table.ts'

export function findingsTable(findings: readonly Finding[]): FrameTable {
  return recordTable(
    findings.map(({ code, severity, place, count, value, example }) => ({
      severity,
      code,
      instrument: place.instrument,
      from: place.from,
      to: place.to,
      row: place.row,
      column: place.column,
      value,
      count,
      what: sentence(example),
    })),
    {
      severity: 'text',
      code: 'text',
      instrument: 'text',
      from: 'time',
      to: 'time',
      row: 'number',
      column: 'text',
      value: 'number',
      count: 'number',
      what: 'text',
    },
  )
}

/** Without the stream and the time, which have columns of their own. */
function sentence(example: string): string {
  const at = example.indexOf(': ')
  return at < 0 ? example : example.slice(at + 2)
}
