/** Bars in memory run through the checks of the catalog, and what a policy says of each finding done to them. */
import { checkStream } from '../../catalog/quality/checks.ts'
import type { Finding } from '../../catalog/quality/findings.ts'
import { measureOf, parsePolicy, type QualityPolicy } from '../../catalog/quality/policy.ts'
import { repair, type RepairEdit, type RepairRecord, undoRepair } from '../../catalog/quality/repair.ts'
import { GordonError } from '../../core/errors.ts'
import { parseInterval } from '../../core/time.ts'
import type { BarSeries } from '../../domain/bar.ts'
import { calendarNamed } from '../../domain/calendar/calendar.ts'
import { instrumentId } from '../../domain/instrument.ts'
import type { BarSource } from '../../domain/ports/store.ts'
import { findingsTable } from './findings-table.ts'
import { type FrameTable, recordTable } from './frame-table.ts'
import { heldBars } from './held-bars.ts'

export interface Mended {
  readonly source: BarSource
  /** Per instrument, plain JSON: from it and the mended rows the rows as they were are made again. */
  readonly records: readonly RepairRecord[]
  readonly edits: FrameTable
  readonly left: FrameTable
  /** Per instrument, in the order of the source. */
  readonly counts: readonly { readonly [kind in RepairEdit['kind']]: number }[]
}

/** @throws GordonError BAD_POLICY, QUALITY_REFUSED */
export async function mendBars(
  source: BarSource,
  series: readonly BarSeries[],
  policy: QualityPolicy | string,
): Promise<Mended> {
  const rules = typeof policy === 'string' ? parsePolicy(policy) : policy
  const { instruments, intervals, datasets } = source
  const mended: BarSeries[] = []
  const edits: EditRow[] = []
  const left: Finding[] = []
  const records: RepairRecord[] = []
  const counts: Mended['counts'][number][] = []
  for (const [handle, instrument] of instruments.entries()) {
    const stream = {
      kind: 'bars',
      instrument,
      calendar: calendarNamed(instrument.calendar),
      interval: parseInterval(intervals[handle]),
      adjustment: datasets[0]?.adjustment,
    } as const
    const batches = [series[handle]]
    const findings = await checkStream(stream, () => batches.pop())
    const refused = findings.find(one => measureOf(one, rules) === 'refuse')
    if (refused !== undefined)
      throw new GordonError(
        'QUALITY_REFUSED',
        `${refused.example}; the policy refuses it: say ${refused.code}=repair, or mend the source.`,
      )
    const made = repair('bars', series[handle], findings, rules)
    mended.push(made.series)
    left.push(...made.left)
    records.push(made.record)
    counts.push(countsOf(made.record.edits))
    const inTime = [...made.record.edits].sort((a, b) => a.row - b.row)
    edits.push(...inTime.map(edit => rowOf(instrumentId(instrument), series[handle], edit)))
  }
  const words = typeof policy === 'string' ? policy : JSON.stringify(policy)
  return {
    source: heldBars(source, mended, { words: `mended by ${words}` }),
    records,
    edits: recordTable(edits, {
      instrument: 'text',
      time: 'time',
      edit: 'text',
      code: 'text',
      column: 'text',
      was: 'number',
      is: 'number',
    }),
    left: findingsTable(left),
    counts,
  }
}

/** The bars as they were, from the mended ones and the record alone. @param datasets as they were called */
export function undoneBars({ source, records }: Mended, datasets: BarSource['datasets']): BarSource {
  const series = source.streams.map((stream, handle) => undoRepair(stream.series!, records[handle]))
  return heldBars({ ...source, datasets }, series)
}

interface EditRow {
  readonly instrument: string
  readonly time: number
  readonly edit: RepairEdit['kind']
  readonly code: string
  readonly column?: string
  readonly was?: number | null
  readonly is?: number | null
}

/** A bar that was left out is told by its close. */
function rowOf(instrument: string, { eventTime }: BarSeries, edit: RepairEdit): EditRow {
  const { kind, code, row } = edit
  const told = { instrument, time: eventTime[row], edit: kind, code }
  if (edit.kind === 'replaced') return { ...told, column: edit.column, was: edit.was, is: edit.is }
  return edit.kind === 'dropped' ? { ...told, column: 'close', was: edit.was.close } : told
}

function countsOf(edits: readonly RepairEdit[]): Mended['counts'][number] {
  const of = (kind: RepairEdit['kind']) => edits.filter(edit => edit.kind === kind).length
  return { dropped: of('dropped'), moved: of('moved'), replaced: of('replaced') }
}
