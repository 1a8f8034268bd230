/**
 * From a table's raw rows to bars that may be relied on: times resolved, prices checked and adjusted, rows split
 * by instrument and in order. Rows that cannot be bars go to the issue log, each with the first thing wrong.
 */
import { GordonError } from '../../core/errors.ts'
import { isoTime, type Micros } from '../../core/time.ts'
import type { Adjustment } from '../../domain/bar.ts'
import { type Calendar, calendarNamed, calendarOfVenue } from '../../domain/calendar/calendar.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { BarColumnsBuilder, type BuilderOptions } from './bar-columns.ts'
import { ADJUSTED_TICKS_PER_UNIT, GridFinder, perUnit } from './grid.ts'
import { type IssueCode, IssueLog } from './issues.ts'
import { MISSING, type RawBatch, type RawColumn, type RawTable, UNREADABLE } from './raw-batch.ts'
import type { ReadingOptions } from './reading.ts'
import { takeSound } from './take-sound.ts'
import { TimeResolver } from './times.ts'

/** One instrument's bars while they come in. */
export class InstrumentRows {
  readonly symbol: string
  readonly bars: BarColumnsBuilder
  readonly grid = new GridFinder()
  wholeVolumes = true
  /** Rows taken, those already written elsewhere included. */
  rows = 0
  lastTime = Number.NEGATIVE_INFINITY
  lastNanos = 0

  constructor(symbol: string, builder: BuilderOptions) {
    this.symbol = symbol
    this.bars = new BarColumnsBuilder(builder)
  }
}

export interface Assembled {
  readonly interval: string
  readonly adjustment: Adjustment
  readonly adjusted: boolean
  readonly notes: readonly string[]
  readonly instruments: readonly { readonly instrument: Instrument; readonly rows: InstrumentRows }[]
  /** Rows of the file, whatever became of them. */
  readonly rowsSeen: number
  readonly log: IssueLog
}

/** What is known of a table's bars while it is read. */
export interface Assembling {
  readonly interval: string
  /** Prices are multiplied, and so on a grid of their own. */
  readonly adjusted: boolean
  readonly instruments: Iterable<InstrumentRows>
}

/**
 * Reads a whole table into memory.
 * @param defaultSymbol where neither a column nor an option names one
 * @throws GordonError BAD_ROWS unless issues are to be dropped; UNKNOWN_SYMBOL, NO_ROWS
 */
export async function assemble(
  table: RawTable,
  options: ReadingOptions,
  defaultSymbol: string,
): Promise<Assembled> {
  const log = new IssueLog(table.file, table.rowWord)
  // A file of one instrument fills just what it needs.
  const capacity = Math.min(table.rows ?? 4096, 64_000_000)
  const reading = assembling(table, options, defaultSymbol, log, capacity)
  for (;;) {
    const { done, value } = await reading.next()
    if (done === true) return value
  }
}

/**
 * The same batch by batch: after each one whoever reads may take rows out of the builders. Nothing is given before
 * the end where rows are to be sorted.
 * @param capacity rows expected of one instrument between two takings
 */
export async function* assembling(
  table: RawTable,
  options: ReadingOptions,
  defaultSymbol: string,
  log: IssueLog,
  capacity = 65_536,
): AsyncGenerator<Assembling, Assembled> {
  const venue = options.venue ?? 'FILE'
  const calendar = calendarNamed(options.calendar ?? calendarOfVenue(venue))
  const adjustment = options.adjustment ?? 'raw'
  let resolver: TimeResolver | undefined
  const bySymbol = new Map<string, InstrumentRows>()
  let rowsSeen = 0
  let adjusted = false
  let hasVolume = true
  const builder: BuilderOptions = {
    capacity,
    sessions: !calendar.continuous,
    rowNumbers: options.sort === true,
  }
  for await (const batch of table.batches()) {
    resolver ??= new TimeResolver(table.file, batch, options, calendar, log)
    adjusted = adjustment === 'total-return' && batch.adjustedClose !== undefined
    hasVolume = batch.volume !== undefined
    rowsSeen += take(batch, resolver, options, defaultSymbol, adjusted, bySymbol, builder, log)
    if (options.sort !== true) yield { interval: resolver.interval, adjusted, instruments: bySymbol.values() }
  }
  if (resolver === undefined) throw new Error(`bug in gordon: ${table.file} gave neither rows nor an error`)
  if (options.sort === true) for (const rows of bySymbol.values()) sortRows(rows, log)
  if (options.onIssue !== 'drop') log.refuseFatal(rowsSeen)
  const total = [...bySymbol.values()].reduce((sum, { rows }) => sum + rows, 0)
  if (options.symbol !== undefined && rowsSeen === 0) {
    throw new GordonError(
      'UNKNOWN_SYMBOL',
      `${table.file} has no rows of ${options.symbol}: check --symbol against its column of symbols`,
    )
  }
  if (total === 0) {
    throw new GordonError(
      'NO_ROWS',
      `${table.file} has no row left that is a bar: ${log.summary()[0]?.example ?? ''}`,
    )
  }
  const notes = [...table.notes, ...resolver.notes]
  if (adjusted) notes.push('prices are multiplied by adjusted close / close of their row and rounded to 1e-9')
  if (!hasVolume) notes.push('there is no column of volumes: volume is not known')
  const instruments = [...bySymbol.values()]
    .filter(({ rows }) => rows > 0)
    .map(rows => ({ instrument: instrumentOf(rows, venue, calendar, adjusted, options, notes), rows }))
  return { interval: resolver.interval, adjustment, adjusted, notes, instruments, rowsSeen, log }
}

function instrumentOf(
  rows: InstrumentRows,
  venue: string,
  calendar: Calendar,
  adjusted: boolean,
  options: ReadingOptions,
  notes: string[],
): Instrument {
  let ticksPerUnit: number
  if (options.tick !== undefined) ticksPerUnit = perUnit('--tick', options.tick)
  else if (adjusted) ticksPerUnit = ADJUSTED_TICKS_PER_UNIT
  else {
    ticksPerUnit = rows.grid.ticksPerUnit
    if (rows.grid.offGrid)
      notes.push(`prices of ${rows.symbol} have more digits than their grid of ${1 / ticksPerUnit}`)
  }
  const lotsPerUnit = options.lot !== undefined ? perUnit('--lot', options.lot) : rows.wholeVolumes ? 1 : 1e8
  const currency = options.currency ?? 'USD'
  return { venue, symbol: rows.symbol, ticksPerUnit, lotsPerUnit, currency, calendar: calendar.name }
}

/** Appends a batch's usable rows to their instruments; gives the number of rows that were meant. */
function take(
  batch: RawBatch,
  resolver: TimeResolver,
  options: ReadingOptions,
  defaultSymbol: string,
  adjusted: boolean,
  bySymbol: Map<string, InstrumentRows>,
  builder: BuilderOptions,
  log: IssueLog,
): number {
  const only = batch.symbol === undefined ? undefined : options.symbol
  const wanted = (row: number): boolean =>
    batch.broken?.has(row) !== true && (only === undefined || batch.symbol![row] === only)
  const times = resolver.resolve(batch, wanted)
  const { eventTime, nanos, sessionClose, bad } = times
  const { open, high, low, close, volume, adjustedClose } = batch
  const now = options.now ?? Number.POSITIVE_INFINITY
  const sort = options.sort === true
  const lone =
    batch.symbol === undefined
      ? instrumentRows(bySymbol, options.symbol ?? defaultSymbol, builder)
      : undefined
  if (lone !== undefined && !sort && !adjusted && takeSound(batch, times, lone, now)) return batch.rows
  const manyBuilders = { ...builder, capacity: Math.min(builder.capacity, 4096) }
  let meant = 0
  for (let row = 0; row < batch.rows; row++) {
    if (batch.broken?.has(row)) {
      meant++
      log.add({ code: 'fieldCount', row: batch.rowNumber(row), text: batch.broken.get(row)! })
      continue
    }
    if (lone === undefined && only !== undefined && batch.symbol![row] !== only) continue
    meant++
    if (bad[row] === 1) continue
    const into = lone ?? instrumentRows(bySymbol, batch.symbol![row] ?? defaultSymbol, manyBuilders)
    let o = open.values[row]
    let h = high.values[row]
    let l = low.values[row]
    let c = close.values[row]
    const v = volume === undefined ? Number.NaN : volume.values[row]
    const time = eventTime[row]
    // One comparison chain passes every sound row; a NaN fails it, and the words are found below.
    if (
      !(l > 0 && h >= l && o >= l && o <= h && c >= l && c <= h) ||
      v < 0 ||
      flagged(open, high, low, close, row)
    ) {
      reportPrices(batch, row, log)
      continue
    }
    if (volume?.flags !== undefined && volume.flags[row] === UNREADABLE) {
      reportNumber(batch, row, 'volume', volume, log)
      continue
    }
    if (adjusted) {
      const factor = adjustedClose!.values[row] / c
      if (!(factor > 0 && factor < Number.POSITIVE_INFINITY)) {
        reportNumber(batch, row, 'adjusted close', adjustedClose!, log)
        continue
      }
      o = onNano(o * factor)
      h = onNano(h * factor)
      l = onNano(l * factor)
      c = onNano(c * factor)
    } else {
      into.grid.see(o)
      into.grid.see(h)
      into.grid.see(l)
      into.grid.see(c)
    }
    if (time > now) {
      log.add({
        code: 'futureTime',
        row: batch.rowNumber(row),
        column: batch.time.name,
        text: `the bar closes at ${isoTime(time)}, which is in the future`,
      })
      continue
    }
    if (!sort) {
      if (time < into.lastTime || (time === into.lastTime && nanos[row] <= into.lastNanos)) {
        reportOrder(batch.rowNumber(row), batch.time.name, time, nanos[row], into, log)
        continue
      }
      into.lastTime = time
      into.lastNanos = nanos[row]
    }
    const { bars } = into
    bars.reserve(1)
    const at = bars.length++
    bars.eventTime[at] = time
    if (bars.hasSessions) bars.sessionClose[at] = sessionClose[row]
    bars.open[at] = o
    bars.high[at] = h
    bars.low[at] = l
    bars.close[at] = c
    bars.volume[at] = v
    if (bars.hasRowNumbers) bars.row[at] = batch.rowNumber(row)
    if (nanos[row] !== 0) {
      bars.nanos[at] = nanos[row]
      bars.hasNanos = true
    } else bars.nanos[at] = 0
    if (volume?.flags !== undefined && volume.flags[row] === MISSING) {
      log.add({
        code: 'missingVolume',
        row: batch.rowNumber(row),
        column: volume.name,
        text: 'volume is empty',
      })
    } else {
      if (into.wholeVolumes && v % 1 !== 0 && !Number.isNaN(v)) into.wholeVolumes = false
    }
    into.rows++
  }
  return meant
}

function instrumentRows(
  bySymbol: Map<string, InstrumentRows>,
  symbol: string,
  builder: BuilderOptions,
): InstrumentRows {
  let rows = bySymbol.get(symbol)
  if (rows === undefined) bySymbol.set(symbol, (rows = new InstrumentRows(symbol, builder)))
  return rows
}

/** Nearest multiple of 1e-9. */
function onNano(price: number): number {
  return Math.round(price * 1e9) / 1e9
}

function flagged(open: RawColumn, high: RawColumn, low: RawColumn, close: RawColumn, row: number): boolean {
  return (
    (open.flags !== undefined && open.flags[row] !== 0) ||
    (high.flags !== undefined && high.flags[row] !== 0) ||
    (low.flags !== undefined && low.flags[row] !== 0) ||
    (close.flags !== undefined && close.flags[row] !== 0)
  )
}

function reportPrices(batch: RawBatch, row: number, log: IssueLog): void {
  for (const role of ['open', 'high', 'low', 'close'] as const) {
    const column = batch[role]
    const value = column.values[row]
    if (Number.isNaN(value)) {
      reportNumber(batch, row, role, column, log)
      return
    }
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      const text = `${role} is ${value}: a price must be above zero and finite`
      log.add({ code: 'notPositive', row: batch.rowNumber(row), column: column.name, text })
      return
    }
  }
  const [o, h, l, c] = [batch.open, batch.high, batch.low, batch.close].map(column => column.values[row])
  const add = (code: IssueCode, column: RawColumn, text: string): void => {
    log.add({ code, row: batch.rowNumber(row), column: column.name, text })
  }
  if (h < l) add('highBelowLow', batch.high, `high ${h} is below low ${l}`)
  else if (o < l || o > h) add('outsideRange', batch.open, `open ${o} is outside low ${l} to high ${h}`)
  else if (c < l || c > h) add('outsideRange', batch.close, `close ${c} is outside low ${l} to high ${h}`)
  else add('negativeVolume', batch.volume!, `volume is ${batch.volume!.values[row]}`)
}

function reportNumber(batch: RawBatch, row: number, role: string, column: RawColumn, log: IssueLog): void {
  const flag = column.flags?.[row] ?? 0
  const at = { row: batch.rowNumber(row), column: column.name }
  if (flag === MISSING) log.add({ ...at, code: 'missing', text: `${role} is empty` })
  else if (flag === UNREADABLE) {
    log.add({
      ...at,
      code: 'badNumber',
      text: `${role} ${JSON.stringify(column.text?.(row) ?? '')} is not a number`,
    })
  } else if (Number.isNaN(column.values[row])) log.add({ ...at, code: 'notANumber', text: `${role} is NaN` })
  else
    log.add({
      ...at,
      code: 'notPositive',
      text: `${role} is ${column.values[row]}: a price must be above zero and finite`,
    })
}

function reportOrder(
  row: number,
  column: string,
  time: Micros,
  nanos: number,
  into: InstrumentRows,
  log: IssueLog,
): void {
  if (time === into.lastTime && nanos === into.lastNanos) {
    log.add({
      code: 'duplicate',
      row,
      column,
      text: `there is a second bar of ${into.symbol} at ${isoTime(time)}`,
    })
  } else {
    const text = `the bar of ${into.symbol} at ${isoTime(time)} comes after that at ${isoTime(into.lastTime)}`
    log.add({ code: 'unsorted', row, column, text })
  }
}

function sortRows(rows: InstrumentRows, log: IssueLog): void {
  const { bars } = rows
  bars.sort()
  const keep = new Uint8Array(bars.length).fill(1)
  let doubled = 0
  for (let i = 1; i < bars.length; i++) {
    if (bars.eventTime[i] !== bars.eventTime[i - 1] || bars.nanos[i] !== bars.nanos[i - 1]) continue
    keep[i] = 0
    doubled++
    const text = `there is a second bar of ${rows.symbol} at ${isoTime(bars.eventTime[i])}`
    log.add({ code: 'duplicate', row: bars.row[i], text })
  }
  if (doubled === 0) return
  bars.filter(keep)
  rows.rows -= doubled
}
