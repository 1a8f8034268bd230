/**
 * Splits that raw prices still carry. Overnight a price jumps by the split's factor, times an ordinary move; a
 * crash may come near a factor too. Where an adjusted series is at hand it decides: a split is a night on which the
 * ratio of adjusted to raw prices jumps by a factor. Without one, a jump counts as a split when it lies within the
 * instrument's own plausible overnight move of a factor: four times the median of the sixty nights before, at
 * least 1 % and at most 4 %.
 */
import { DAY, isoDate, type Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'

/** New shares for old ones: a 2:1 split halves the price. */
const RATIOS: readonly (readonly [number, number])[] = [
  [2, 1],
  [3, 2],
  [3, 1],
  [4, 1],
  [5, 1],
  [7, 1],
  [10, 1],
  [20, 1],
]

export interface Split {
  /** Close of the first session at the new price. */
  readonly sessionClose: Micros
  /** `2:1`, or `1:10` for a reverse split. */
  readonly ratio: string
  readonly closeBefore: number
  readonly openAfter: number
}

/** A split that is told beside the prices: by the day of its first session, or by its time. */
export interface ToldSplit {
  /** `AAPL` or `XNAS:AAPL`. */
  readonly instrument: string
  readonly when: { readonly day: string } | { readonly time: Micros }
  /** New shares per old one. */
  readonly ratio: number
}

/** Nights that lie between two sessions at most, holidays included. */
const LONGEST_NIGHT = 11 * DAY

/** Whether a told split is the one that the prices show. */
export function explains(told: ToldSplit, id: string, { sessionClose, ratio }: Split): boolean {
  if (told.instrument !== id && told.instrument !== id.slice(id.indexOf(':') + 1)) return false
  const [news, olds] = ratio.split(':').map(Number)
  if (!(Math.abs(Math.log(told.ratio / (news / olds))) < 0.02)) return false
  const { when } = told
  if ('day' in when) return when.day === isoDate(sessionClose)
  return when.time < sessionClose && when.time > sessionClose - LONGEST_NIGHT
}

/** First opens and last closes, one row per session. */
export interface SessionPrices {
  readonly sessionClose: Float64Array
  readonly open: Float64Array
  readonly close: Float64Array
}

export function sessionPrices(series: BarSeries): SessionPrices {
  const sessions = series.sessionClose
  if (sessions === undefined) throw new Error('bug in gordon: a series without sessions has no nights')
  if (everyRowIsASession(sessions)) return { sessionClose: sessions, open: series.open, close: series.close }
  const rows: number[] = []
  for (let i = 0; i < series.length; i++) if (i === 0 || sessions[i] !== sessions[i - 1]) rows.push(i)
  const lastOf = (at: number): number => (at + 1 < rows.length ? rows[at + 1] : series.length) - 1
  return {
    sessionClose: Float64Array.from(rows, row => sessions[row]),
    open: Float64Array.from(rows, row => series.open[row]),
    close: Float64Array.from(rows, (_, at) => series.close[lastOf(at)]),
  }
}

function everyRowIsASession(sessions: Float64Array): boolean {
  for (let i = 1; i < sessions.length; i++) if (sessions[i] === sessions[i - 1]) return false
  return true
}

const NIGHTS = 60
const SMALLEST_FACTOR = Math.log(1.5)
/** No night beside a split is believed to have moved further. */
const WIDEST = 0.15

/**
 * @param adjusted asked for only when some night looks like a split; undefined where there is no such series
 * @param medians how many median moves a night beside a split may have made; more find more splits, and more crashes
 * @param widest what such a night may have moved at most, as a logarithm
 */
export async function findSplits(
  raw: SessionPrices,
  adjusted: () => Promise<SessionPrices | undefined>,
  medians = 4,
  widest = 0.04,
): Promise<Split[]> {
  const n = raw.open.length
  const moves = new Float64Array(n)
  for (let i = 1; i < n; i++) moves[i] = Math.log(raw.open[i] / raw.close[i - 1])
  const splits: Split[] = []
  for (let i = 1; i < n; i++) {
    // Cheap first: hardly a night in a thousand gets past this line.
    if (Math.abs(moves[i]) < SMALLEST_FACTOR - WIDEST) continue
    if (matchingRatio(-moves[i], WIDEST) === undefined) continue
    const confirmed = await adjustedRatio(raw, i, adjusted)
    const ratio =
      confirmed !== undefined
        ? matchingRatio(confirmed, 0.02)
        : matchingRatio(-moves[i], Math.min(widest, Math.max(0.01, medians * medianMove(moves, i))))
    if (ratio === undefined) continue
    splits.push({
      sessionClose: raw.sessionClose[i],
      ratio,
      closeBefore: raw.close[i - 1],
      openAfter: raw.open[i],
    })
  }
  return splits
}

/** Of the overnight moves before night i, at most sixty; after it where there are too few before. */
function medianMove(moves: Float64Array, i: number): number {
  const from = Math.max(1, i - NIGHTS)
  let sizes = Array.from(moves.subarray(from, i), Math.abs)
  if (sizes.length < 10) sizes = [...sizes, ...Array.from(moves.subarray(i + 1, i + 1 + NIGHTS), Math.abs)]
  sizes.sort((a, b) => a - b)
  return sizes.length === 0 ? 0.01 : sizes[Math.floor(sizes.length / 2)]
}

/** @param fall logarithm of old price over new */
function matchingRatio(fall: number, tolerance: number): string | undefined {
  for (const [news, olds] of RATIOS) {
    const factor = Math.log(news / olds)
    if (Math.abs(fall - factor) <= tolerance) return `${news}:${olds}`
    if (Math.abs(fall + factor) <= tolerance) return `${olds}:${news}`
  }
  return undefined
}

/** Logarithm by which adjusted over raw rose that night: 0 where nothing happened; undefined where unknown. */
async function adjustedRatio(
  raw: SessionPrices,
  i: number,
  adjusted: () => Promise<SessionPrices | undefined>,
): Promise<number | undefined> {
  const other = await adjusted()
  if (other === undefined) return undefined
  const before = other.sessionClose.indexOf(raw.sessionClose[i - 1])
  const after = other.sessionClose.indexOf(raw.sessionClose[i])
  if (before < 0 || after < 0) return undefined
  return Math.log(other.close[after] / raw.close[i] / (other.close[before] / raw.close[i - 1]))
}
