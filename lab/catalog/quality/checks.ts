/** Which checks look at which kind of data, and one stream run through its own. */
import { DAY } from '../../core/time.ts'
import { BadPrices } from './bad-prices.ts'
import { BarOutliers } from './bar-outliers.ts'
import { BarShape } from './bar-shape.ts'
import type { Check, CheckedRows, CheckedStream } from './check.ts'
import { ClockShifts } from './clock-shifts.ts'
import { ClockSkew } from './clock-skew.ts'
import { CrossedQuotes } from './crossed-quotes.ts'
import { Disorder } from './disorder.ts'
import { Duplicates } from './duplicates.ts'
import { bySeverity, type Finding } from './findings.ts'
import { MissingBars } from './missing-bars.ts'
import { OutsideSessions } from './outside-sessions.ts'
import { SequenceGaps } from './sequence-gaps.ts'
import { Silence } from './silence.ts'
import { StaleRuns } from './stale-runs.ts'
import { TickOutliers } from './tick-outliers.ts'
import { UnlistedSplits } from './unlisted-splits.ts'
import { Volume } from './volume.ts'

/** New ones, before the first row. */
export function checksOf(stream: CheckedStream): readonly Check[] {
  const { kind, calendar } = stream
  const checks: Check<never>[] = [new Disorder(stream), new Duplicates(stream), new BadPrices(stream)]
  if (kind === 'bars') checks.push(...barChecks(stream))
  if (kind === 'trades' || kind === 'quotes') checks.push(new StaleRuns(stream))
  if (kind === 'trades' || kind === 'quotes' || kind === 'book') {
    checks.push(new Silence(stream), new SequenceGaps(stream))
    if (!calendar.continuous) checks.push(new OutsideSessions(stream), new ClockShifts(stream))
  }
  if (kind === 'trades') checks.push(new TickOutliers(stream, 'price'))
  if (kind === 'quotes')
    checks.push(new CrossedQuotes(stream), new TickOutliers(stream, 'bid'), new TickOutliers(stream, 'ask'))
  if (kind !== 'custom') checks.push(new ClockSkew(stream))
  return checks as readonly Check[]
}

function barChecks(stream: CheckedStream): Check<never>[] {
  const { calendar, interval } = stream
  const checks: Check<never>[] = [new BarShape(stream), new StaleRuns(stream), new Volume(stream)]
  if (interval === undefined) return checks
  const timed = { ...stream, interval }
  checks.push(new BarOutliers(timed))
  if (interval <= DAY) checks.push(new MissingBars(timed))
  if (calendar.continuous) return checks
  checks.push(new UnlistedSplits(stream))
  if (interval <= DAY) checks.push(new OutsideSessions(stream))
  if (interval < DAY) checks.push(new ClockShifts(stream))
  return checks
}

/**
 * Every check of a stream over its rows. Days by another clock leave the calendar's hours at one end and lack at the
 * other: that is told once, as the shift.
 * @param next the next rows in their order, undefined at the end; asked for one batch at a time
 * @returns what was found, the worst first
 */
export async function checkStream(
  stream: CheckedStream,
  next: () => CheckedRows | undefined | Promise<CheckedRows | undefined>,
): Promise<readonly Finding[]> {
  const checks = checksOf(stream)
  for (let rows = await next(); rows !== undefined; rows = await next())
    for (const check of checks) check.add(rows)
  const found: Finding[] = []
  for (const check of checks) found.push(...(await check.end()))
  return withoutConsequences(found).sort(bySeverity)
}

function withoutConsequences(found: readonly Finding[]): Finding[] {
  const shifts = found.filter(({ code }) => code === 'zoneShift' || code === 'dstShift')
  return found.filter(
    ({ code, place }) =>
      !(code === 'outsideSession' || code === 'missingBars') ||
      !shifts.some(shift => place.to > shift.place.from - DAY / 2 && place.from < shift.place.to + DAY / 2),
  )
}
