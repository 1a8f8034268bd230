/**
 * Rows that are stamped before they can have been known. A stamp cannot be proven, but some prove themselves wrong: a
 * receive time before the event's, a daily bar before its session is over, a row that holds what another
 * instrument prints only later, a series that foretells the next return better than anything known does.
 * Such a row is a leak where the strategy's decisions change without it.
 */
import { DAY, isoTime } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { instrumentId } from '../domain/instrument.ts'
import { rowAtOrAfter } from '../sim/series.ts'
import type { VetFinding } from './vet-findings.ts'
import type { Case } from './vet-request.ts'
import { agreement, termKeys } from './vet-compare.ts'
import { rotated, withSeries } from './vet-worlds.ts'

/** Rows below which nothing is said of a series. */
const ENOUGH = 40
/** Correlation with the next return that no honest series has. */
const FORETELLS = 0.5

export async function vetData(given: Case): Promise<{ findings: VetFinding[]; notes: VetFinding[] }> {
  const findings: VetFinding[] = []
  const notes: VetFinding[] = []
  for (const [handle, text] of suspects(given)) {
    const finding = { code: 'EARLY_DATA', text }
    if (await isUsed(given, handle)) findings.push(finding)
    else notes.push({ code: 'EARLY_DATA_UNUSED', text: `${text} No decision changes without it.` })
  }
  return { findings, notes }
}

/** One sentence for each instrument whose stamps cannot be right. */
function suspects({ world }: Case): Map<number, string> {
  const found = new Map<number, string>()
  const id = (handle: number) => instrumentId(world.instruments[handle])
  world.series.forEach((series, handle) => {
    const wrong = earlyStamp(series, world.source.intervals[handle] ?? '', world.instruments[handle].calendar)
    if (wrong !== undefined) found.set(handle, `${id(handle)} ${wrong}`)
  })
  world.series.forEach((x, first) => {
    world.series.forEach((y, second) => {
      if (found.has(first)) return
      const copied = first === second ? undefined : foretoldValues(x, y)
      const foretold = foretoldReturns(x, y, first === second)
      if (copied !== undefined)
        found.set(
          first,
          `${id(first)} has at ${isoTime(x.receiveTime[copied.row])} the close that ${id(second)} prints only at ${isoTime(copied.later)}, ` +
            `and so in ${Math.round(copied.part * 100)} % of its rows; stamp each row with the time at which it was known (receiveTime).`,
        )
      else if (foretold !== undefined) found.set(first, foretellingText(id(first), id(second), foretold))
    })
  })
  return found
}

/** One sentence where values foretell the returns of an instrument; undefined where they do not. */
export function foretelling(
  called: string,
  points: BarSeries,
  instrument: string,
  prices: BarSeries,
): string | undefined {
  const found = foretoldReturns(points, prices, false)
  return found === undefined ? undefined : foretellingText(called, instrument, found)
}

function foretellingText(called: string, of: string, { lead, column, correlation, rows }: Foretold): string {
  const which = lead === 1 ? 'next return' : `return ${lead} bars ahead`
  return (
    `${called} foretells the ${which} of ${of}: its ${column} and that return correlate by ${correlation.toFixed(2)} over ${rows} rows, ` +
    `which is what a series stamped before it was known looks like; stamp each row with the time at which it was known (receiveTime).`
  )
}

function earlyStamp(series: BarSeries, interval: string, calendar: string): string | undefined {
  for (let row = 0; row < series.length; row++)
    if (series.receiveTime[row] < series.eventTime[row])
      return (
        `is known at ${isoTime(series.receiveTime[row])} and happens at ${isoTime(series.eventTime[row])} (row ${row + 1}); ` +
        `receiveTime cannot lie before eventTime, so load it with the times at which it was known.`
      )
  if (!/^\d+[dw]$/.test(interval) || calendar === '24/7') return undefined
  const sessions = series.sessionClose
  if (sessions !== undefined) {
    for (let row = 0; row < series.length; row++)
      if (series.receiveTime[row] < sessions[row])
        return (
          `has a bar of ${interval} stamped ${isoTime(series.receiveTime[row])}, before its session closes at ${isoTime(sessions[row])} (row ${row + 1}): ` +
          `a bar is known at its close; ingest it with --stamp open, or with the session's close as its time.`
        )
    return undefined
  }
  // Days without a session column: Mondays and no Saturdays at midnight are the beginnings of trading days.
  const midnights = Array.from(series.receiveTime.subarray(0, series.length)).filter(time => time % DAY === 0)
  if (midnights.length < series.length || midnights.length < 10) return undefined
  const weekdays = new Set(midnights.map(time => new Date(time / 1000).getUTCDay()))
  if (!weekdays.has(1) || weekdays.has(6)) return undefined
  return (
    `stamps its bars with the midnight at which their day begins (${isoTime(midnights[0])}), hours before they close; ` +
    `ingest them with --stamp open, or with the session's close as their time.`
  )
}

interface Copied {
  readonly row: number
  readonly later: number
  readonly part: number
}

/** Closes of x that are closes of y within x's own step ahead, and were none just before. */
function foretoldValues(x: BarSeries, y: BarSeries): Copied | undefined {
  if (x.length < ENOUGH || y.length < ENOUGH) return undefined
  let ahead = 0
  let behind = 0
  let first: Omit<Copied, 'part'> | undefined
  let looked = 0
  for (let row = 1; row < x.length - 1; row++) {
    const known = x.receiveTime[row]
    const step = x.receiveTime[row + 1] - known
    const value = x.close[row]
    if (value === x.close[row - 1]) continue
    looked++
    const now = rowAtOrAfter(y, known + 1)
    for (let k = now; k < y.length && y.receiveTime[k] <= known + step; k++)
      if (y.close[k] === value) {
        ahead++
        first ??= { row, later: y.receiveTime[k] }
        break
      }
    for (let k = now - 1; k >= 0 && y.receiveTime[k] > known - step; k--)
      if (y.close[k] === value) {
        behind++
        break
      }
  }
  if (looked < ENOUGH || first === undefined || ahead < 0.6 * looked || behind > 0.5 * looked)
    return undefined
  return { ...first, part: ahead / looked }
}

interface Foretold {
  readonly column: string
  readonly correlation: number
  readonly rows: number
  /** 1: the next bar's. */
  readonly lead: number
}

/** What x knows at a bar of y against y's next return, and against what y's own last return says of it. */
function foretoldReturns(x: BarSeries, y: BarSeries, same: boolean): Foretold | undefined {
  for (const lead of [1, 2, 3]) {
    const found = foretoldAt(x, y, same, lead)
    if (found !== undefined) return found
  }
  return undefined
}

function foretoldAt(x: BarSeries, y: BarSeries, same: boolean, lead: number): Foretold | undefined {
  const next: number[] = []
  const own: number[] = []
  const known: number[] = []
  for (let k = 1; k + lead < y.length; k++) {
    const row = rowAtOrAfter(x, y.receiveTime[k] + 1) - 1
    // Only rows that are new at this bar, so that a slow series is not counted many times.
    if (row < 1 || x.receiveTime[row] <= y.receiveTime[k - 1]) continue
    next.push(Math.log(y.close[k + lead] / y.close[k + lead - 1]))
    own.push(Math.log(y.close[k] / y.close[k - 1]))
    known.push(row)
  }
  if (next.length < ENOUGH) return undefined
  const self = correlation(own, next)
  const columns: Record<string, (row: number) => number> = {
    volume: row => x.volume[row],
    // A price's own past may well say something of its future; its volume hardly the whole.
    ...(same
      ? {}
      : {
          close: row => x.close[row],
          'change of close': row => Math.log(x.close[row] / x.close[row - 1]),
          'step of close': row => x.close[row] - x.close[row - 1],
          'close against its open': row => Math.log(x.close[row] / x.open[row]),
        }),
  }
  for (const [column, of] of Object.entries(columns)) {
    const found = correlation(known.map(of), next)
    if (Math.abs(found) > FORETELLS && found * found - self * self > 0.2)
      return { column, correlation: found, rows: next.length, lead }
  }
  return undefined
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [ma, mb] = [mean(a), mean(b)]
  let aa = 0
  let bb = 0
  let ab = 0
  for (let k = 0; k < a.length; k++) {
    aa += (a[k] - ma) ** 2
    bb += (b[k] - mb) ** 2
    ab += (a[k] - ma) * (b[k] - mb)
  }
  const value = ab / Math.sqrt(aa * bb)
  return Number.isFinite(value) ? value : 0
}

/** Whether decisions change when this instrument alone tells another story. */
async function isUsed(given: Case, handle: number): Promise<boolean> {
  const { world, instants } = given
  const other = rotated(world, instants[Math.floor(instants.length / 3)])
  const mixed = withSeries(
    world,
    world.series.map((series, place) => (place === handle ? other.series[handle] : series)),
  )
  return agreement(termKeys(given.baseline), termKeys(await given.runIn(mixed))) < 1
}
