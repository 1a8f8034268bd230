/**
 * How many of the faults that are put into clean markets are found at their place, and what is found where there is
 * none. A fault is found when one of its codes is told of a stretch of time that the fault lies in, and was not told of
 * the clean market. What the market does by itself at three places or more (a hole as long, a price that stands still
 * as long) is told of neither, and counted apart. Whatever else is
 * told, of rows elsewhere, that is not told of the clean market too, is an alarm by the way: a step back to normal,
 * mostly.
 */
import type { CheckedRows, CheckedStream } from '../catalog/quality/check.ts'
import { checkStream } from '../catalog/quality/checks.ts'
import type { Finding } from '../catalog/quality/findings.ts'
import { Random } from '../core/random.ts'
import type { CleanMarket } from './clean-markets.ts'
import { FAULTS } from './corruption.ts'

/** So many places of the market itself that are like a fault hide it. */
const ALIKE = 3

export interface Recall {
  /** Per fault of the market. */
  readonly faults: ReadonlyMap<string, { injected: number; found: number; elsewhere: number; alike: number }>
  /** What was missed, for the message of a test. */
  readonly missed: readonly string[]
  /** Of clean markets. */
  readonly rows: number
  readonly alarms: ReadonlyMap<string, number>
}

/** Rows are handed over in three batches, so that what is kept between them is tried too. */
export async function findingsOf(stream: CheckedStream, rows: CheckedRows): Promise<readonly Finding[]> {
  const cuts = [0, Math.floor(rows.length / 3), Math.floor(rows.length / 2), rows.length]
  let at = 0
  return checkStream(stream, () => (at === 3 ? undefined : batch(rows, cuts[at], cuts[++at])))
}

function batch(rows: CheckedRows, from: number, to: number): CheckedRows {
  const cut: Record<string, unknown> = { ...rows, length: to - from }
  for (const [name, column] of Object.entries(rows))
    if (column instanceof Float64Array) cut[name] = column.subarray(from, to)
  if (rows.receiveTime === rows.eventTime) cut.receiveTime = cut.eventTime
  return cut as unknown as CheckedRows
}

/** @param markets how many different ones there are, where seeds take turns; each is looked at clean once */
export async function recallOf(
  make: (seed: number) => CleanMarket,
  seeds: number,
  markets = seeds,
): Promise<Recall> {
  const faults = new Map<string, { injected: number; found: number; elsewhere: number; alike: number }>()
  const alarms = new Map<string, number>()
  const missed: string[] = []
  let rows = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const market = make(seed)
    const clean = await findingsOf(market.stream, market.rows)
    if (seed <= markets) {
      rows += market.rows.length
      for (const { code } of clean) alarms.set(code, (alarms.get(code) ?? 0) + 1)
    }
    const known = new Set(clean.map(placeOf))
    const told = new Set(clean.map(one => `${placeOf(one)} ${one.place.to} ${one.count}`))
    let stream = 100
    for (const [name, fault] of Object.entries(FAULTS)) {
      const injected = fault(market, Random.ofChoice(seed, stream++))
      if (injected === undefined) continue
      const found = await findingsOf(market.stream, injected.rows)
      const isThere = ({ place }: Finding) => place.from <= injected.to && place.to >= injected.from
      const count = faults.get(name) ?? { injected: 0, found: 0, elsewhere: 0, alike: 0 }
      faults.set(name, count)
      count.injected++
      const isNew = (one: Finding) => !told.has(`${placeOf(one)} ${one.place.to} ${one.count}`)
      if (found.some(one => injected.codes.includes(one.code) && isThere(one) && isNew(one))) count.found++
      else if ((injected.alike?.() ?? 0) >= ALIKE) count.alike++
      else
        missed.push(
          `${market.name}, seed ${seed}: ${name} at ${new Date(injected.from / 1000).toISOString()}`,
        )
      count.elsewhere += found.filter(one => !isThere(one) && !known.has(placeOf(one))).length
    }
  }
  return { faults, missed, rows, alarms }
}

function placeOf({ code, place }: Finding): string {
  return `${code} ${place.from}`
}

/** Two tables as quality.md has them: one row per fault, then one per market. */
export function recallTables(recalls: ReadonlyMap<string, Recall>): string {
  const names = [...recalls.keys()]
  const faults = Object.keys(FAULTS).filter(name =>
    names.some(market => recalls.get(market)!.faults.has(name)),
  )
  const cell = (market: string, fault: string) => {
    const count = recalls.get(market)!.faults.get(fault)
    if (count === undefined) return ''
    const elsewhere = count.elsewhere === 0 ? '' : ` (+${count.elsewhere})`
    const alike = count.alike === 0 ? '' : `, ${count.alike} like others`
    return `${count.found} of ${count.injected}${alike}${elsewhere}`
  }
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(['fault', ...names]),
    line(['---', ...names.map(() => '---')]),
    ...faults.map(fault => line([fault, ...names.map(market => cell(market, fault))])),
    '',
    line(['clean market', 'rows', 'false alarms']),
    line(['---', '---', '---']),
    ...names.map(market => {
      const { rows, alarms } = recalls.get(market)!
      const told = [...alarms].sort().map(([code, count]) => `${code} ${count}`)
      return line([market, String(rows), told.join(', ') || 'none'])
    }),
  ].join('\n')
}
