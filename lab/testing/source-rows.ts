/** What an adapter makes of a file or a folder, stream by stream, for its tests. */
import { IssueLog } from '../catalog/ingest/issues.ts'
import { RowCheck } from '../catalog/ingest/sound-rows.ts'
import type { ReadingOptions } from '../catalog/ingest/reading.ts'
import type { QualityIssue } from '../catalog/quality/issue.ts'
import type { SourceAdapter, SourceInstrument } from '../catalog/sources/source.ts'

export interface SourceRows {
  /** By `bars 1m bid OANDA:EURUSD`, `trades BINANCE:BTCUSDT`: column by column. */
  readonly streams: Readonly<Record<string, Readonly<Record<string, number[]>>>>
  readonly instruments: Readonly<Record<string, SourceInstrument>>
  /** Numbers of the rows in the source. */
  readonly lines: Readonly<Record<string, number[]>>
  readonly notes: readonly string[]
  readonly issues: readonly QualityIssue[]
  /** Rows of the largest batch. */
  readonly largest: number
}

/** @param check look at each row as ingest does; those that it refuses are left out */
export async function sourceRows(
  adapter: SourceAdapter,
  path: string,
  options: ReadingOptions & { readonly check?: true } = {},
): Promise<SourceRows> {
  const issues = new IssueLog(path.slice(path.lastIndexOf('/') + 1))
  const notes: string[] = []
  const streams: Record<string, Record<string, number[]>> = {}
  const lines: Record<string, number[]> = {}
  const instruments: Record<string, SourceInstrument> = {}
  const checks = new Map<string, RowCheck>()
  let largest = 0
  const reading = { path, options, issues, note: (text: string) => void notes.push(text) }
  for await (const batch of adapter.read(reading)) {
    if (!('instrument' in batch)) throw new Error(`rows of ${batch.kind}`)
    const { kind, instrument } = batch
    const id = `${instrument.venue}:${instrument.symbol}`
    const of = batch.kind === 'bars' ? [batch.interval, batch.price] : []
    const key = [kind, ...of, id].filter(Boolean).join(' ')
    let { rows } = batch
    if (options.check === true) {
      let check = checks.get(key)
      if (check === undefined)
        checks.set(key, (check = new RowCheck(kind, id, issues, Number.POSITIVE_INFINITY)))
      rows = check.sound(rows, batch.rowNumber)
    }
    const all = (streams[key] ??= {})
    for (const [name, values] of Object.entries(rows)) {
      if (!(values instanceof Float64Array || values instanceof Uint16Array)) continue
      const column = (all[name] ??= [])
      for (let i = 0; i < rows.length; i++) column.push(values[i])
    }
    const own = (lines[key] ??= [])
    if (batch.rowNumber !== undefined && rows === batch.rows)
      for (let row = 0; row < rows.length; row++) own.push(batch.rowNumber(row))
    instruments[id] = { ...instruments[id], ...instrument }
    largest = Math.max(largest, rows.length)
  }
  return { streams, instruments, lines, notes: [...new Set(notes)], issues: issues.summary(), largest }
}
