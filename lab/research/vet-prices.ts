/**
 * Prices that know of later: adjusted levels, and numbers in the code that only the whole sample gives. A split to
 * come divides all earlier adjusted prices by a whole number, exactly; whoever decides by quotients decides the same.
 */
import { instrumentId } from '../domain/instrument.ts'
import type { VetFinding } from './vet-findings.ts'
import type { Case } from './vet-request.ts'
import { agreement, at, orderKeys } from './vet-compare.ts'
import type { Watched } from './vet-watch.ts'
import { splitLater } from './vet-worlds.ts'

/** Floored lots may drop an order here and there. */
const ALIKE = 0.85

export async function vetPrices(
  given: Case,
  params: Readonly<Record<string, unknown>>,
): Promise<{ findings: VetFinding[]; notes: VetFinding[] }> {
  const { world, baseline } = given
  const orders = orderKeys(baseline)
  const findings: VetFinding[] = []
  const notes: VetFinding[] = []
  if (orders.size === 0) return { findings, notes }
  const alikeWith = async (factors: readonly number[]) =>
    agreement(orders, orderKeys(await given.runIn(splitLater(world, factors))))
  const halved = await given.runIn(
    splitLater(
      world,
      world.instruments.map(() => 2),
    ),
  )
  const level = agreement(orders, orderKeys(halved))
  const statistic = sampleStatistic(given, params)
  if (statistic !== undefined && (statistic.scaleFree || level < 1))
    findings.push({ code: 'SAMPLE_STATISTIC', text: statistic.text })
  const adjusted = world.source.datasets.find(set => set.adjustment !== 'raw')
  if (adjusted !== undefined) {
    const alike = Math.min(
      level,
      await alikeWith(world.instruments.map((_, handle) => (handle % 2 === 0 ? 4 : 1))),
    )
    if (alike < ALIKE)
      findings.push({
        code: 'HINDSIGHT_PRICES',
        text:
          `Decisions depend on the level of adjusted prices (dataset ${adjusted.id}, ${adjusted.adjustment}): a split after the data, which would divide them all by 2 or 4, ` +
          `leaves ${percent(alike)} of the orders as they were; adjusted levels know of later splits, so decide by quotients of prices or run on raw ones.`,
      })
    else {
      const { shares, other, first } = sizesAfterSplit(baseline, halved)
      if (other > 1 - ALIKE)
        findings.push({
          code: 'HINDSIGHT_PRICES',
          text:
            `Sizes depend on the level of adjusted prices (dataset ${adjusted.id}, ${adjusted.adjustment}): after a split by 2 that comes after the data, ${percent(other)} of the orders are neither for as many shares ` +
            `nor for as much money, the first of them at ${at(first)}; adjusted levels know of later splits, so size by quotients of prices or run on raw ones.`,
        })
      else if (shares > ALIKE)
        notes.push({
          code: 'SHARES_ON_ADJUSTED',
          text:
            `Orders are for numbers of shares whatever the price, and on adjusted prices (dataset ${adjusted.id}) a share of long ago is a part of one: what was to split weighs less. ` +
            `Size by money (targetWeights), or run on raw prices.`,
        })
    }
    return { findings, notes }
  }
  if (level < ALIKE && findings.length === 0)
    notes.push({
      code: 'LEVELS_IN_CODE',
      text:
        `Decisions depend on the level of prices or volumes: in another unit (prices and tick halved, volumes doubled) ${percent(level)} of the orders stay. ` +
        `vet cannot see whether the levels in the code were known before the sample; take them from bars that are past.`,
    })
  for (const [a, b] of twins(given)) {
    const alike = await alikeWith(world.instruments.map((_, handle) => (handle === b ? 4 : 1)))
    if (alike >= ALIKE) continue
    const names = [a, b].map(handle => instrumentId(world.instruments[handle]))
    findings.push({
      code: 'HINDSIGHT_PRICES',
      text:
        `${names[0]} and ${names[1]} are one share in printed and in adjusted prices, and decisions depend on how they stand to each other: a split after the data, ` +
        `which would divide the adjusted ones by 4, leaves ${percent(alike)} of the orders as they were; the quotient tells of splits to come, so use one of the two.`,
    })
    break
  }
  return { findings, notes }
}

/** Below, a lot more or less says nothing. */
const LOTS = 10

/** Parts of the orders that a split by 2 leaves at as many shares, and at neither as many nor twice as many. */
function sizesAfterSplit(before: Watched, after: Watched): { shares: number; other: number; first: number } {
  const sizes = new Map<string, number>()
  for (const one of after.decisions) if (one.order !== '') sizes.set(`${one.time} ${one.order}`, one.quantity)
  let [all, shares, other, first] = [0, 0, 0, Number.NaN]
  for (const one of before.decisions) {
    const size = sizes.get(`${one.time} ${one.order}`)
    if (one.order === '' || size === undefined || one.quantity < LOTS) continue
    const ratio = size / one.quantity
    all++
    if (Math.abs(ratio - 1) < 0.02) shares++
    if (ratio > 0.75 && ratio < 2.6) continue
    if (other++ === 0) first = one.time
  }
  return all < 10 ? { shares: 0, other: 0, first } : { shares: shares / all, other: other / all, first }
}

/** Pairs of instruments whose quotient stands still but for a few jumps. */
function twins({ world }: Case): [number, number][] {
  const found: [number, number][] = []
  world.series.forEach((a, first) => {
    world.series.forEach((b, second) => {
      if (first === second || a.length !== b.length || a.length < 20) return
      let still = 0
      let jumps = 0
      for (let row = 1; row < a.length; row++) {
        const change = Math.abs(
          Math.log((a.close[row] / b.close[row]) * (b.close[row - 1] / a.close[row - 1])),
        )
        if (change < 0.004) still++
        else if (change > 0.2) jumps++
      }
      if (jumps > 0 && still + jumps >= 0.97 * (a.length - 1)) found.push([first, second])
    })
  })
  return found
}

interface Statistic {
  readonly text: string
  /** True where it is none of price levels, so that scaling prices would not show that it is used. */
  readonly scaleFree: boolean
}

/** A number of the code, or two of fewer digits, that is a statistic of all rows. */
function sampleStatistic(given: Case, params: Readonly<Record<string, unknown>>): Statistic | undefined {
  const numbers = [
    ...given.literals.numbers,
    ...given.literals.textNumbers,
    ...Object.values(params)
      .filter(value => typeof value === 'number')
      .map(value => ({ value: Math.abs(value), text: String(Math.abs(value)) })),
  ]
  const written = numbers
    .map(({ value, text }) => ({
      value: Math.abs(value),
      text,
      digits: digitsOf(text),
      half: halfUnit(text),
    }))
    .filter(one => one.digits >= 4)
  if (written.length === 0) return undefined
  const hits: { text: string; digits: number; name: string; scaleFree: boolean }[] = []
  given.world.series.forEach((series, handle) => {
    const id = instrumentId(given.world.instruments[handle])
    for (const { name, value, scaleFree } of statisticsOf(series))
      for (const one of written)
        if (Math.abs(one.value - Math.abs(value)) <= one.half * 1.2)
          hits.push({ text: one.text, digits: one.digits, name: `${name} of ${id}`, scaleFree })
  })
  const clear = hits.find(hit => hit.digits >= 5)
  const hit = clear ?? (new Set(hits.map(one => one.text)).size >= 2 ? hits[0] : undefined)
  if (hit === undefined) return undefined
  return {
    scaleFree: hit.scaleFree,
    text:
      `The number ${hit.text} in the code or the parameters is the ${hit.name} over the whole sample, which nobody knew before its end; ` +
      `work it out from bars that are past (an indicator, ctx.history).`,
  }
}

function statisticsOf(
  series: Case['world']['series'][number],
): { name: string; value: number; scaleFree: boolean }[] {
  const close = Array.from(series.close.subarray(0, series.length))
  const logs = close.map(Math.log)
  const simple = close.slice(1).map((price, row) => price / close[row] - 1)
  const logReturns = logs.slice(1).map((value, row) => value - logs[row])
  const moments = (name: string, values: readonly number[], scaleFree: boolean) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    return [
      { name: `mean ${name}`, value: mean, scaleFree },
      {
        name: `standard deviation of the ${name}`,
        value: Math.sqrt(squares / (values.length - 1)),
        scaleFree,
      },
      { name: `standard deviation of the ${name}`, value: Math.sqrt(squares / values.length), scaleFree },
    ]
  }
  const sorted = [...close].sort((a, b) => a - b)
  const quantile = (part: number) => {
    const place = part * (sorted.length - 1)
    const low = Math.floor(place)
    return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low])
  }
  const mean = close.reduce((sum, price) => sum + price, 0) / close.length
  const width = Math.sqrt(close.reduce((sum, price) => sum + (price - mean) ** 2, 0) / close.length)
  const level = (name: string, value: number) => ({ name, value, scaleFree: false })
  return [
    level('logarithm of the mean close', Math.log(mean)),
    level('logarithm of the highest close', Math.log(sorted[sorted.length - 1])),
    level('logarithm of the lowest close', Math.log(sorted[0])),
    level('inverse of the mean close', 1 / mean),
    level('inverse of the standard deviation of the close', 1 / width),
    ...moments('close', close, false),
    ...moments('logarithm of the close', logs, false),
    ...moments('return', simple, true),
    ...moments('logarithmic return', logReturns, true),
    ...moments('volume', Array.from(series.volume.subarray(0, series.length)), true),
    // Between two closes, and as the close on either side of them.
    ...[0.05, 0.1, 0.2, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95].flatMap(part => {
      const name = part === 0.5 ? 'median close' : `${part * 100} % quantile of the close`
      const place = part * (sorted.length - 1)
      const values = [quantile(part), sorted[Math.floor(place)], sorted[Math.ceil(place)]]
      return [...new Set([...values, sorted[Math.floor(part * sorted.length)]])].map(one => level(name, one))
    }),
    { name: 'last close', value: close[close.length - 1], scaleFree: false },
    { name: 'highest close', value: sorted[sorted.length - 1], scaleFree: false },
    { name: 'lowest close', value: sorted[0], scaleFree: false },
    { name: 'highest price', value: series.high.reduce((a, b) => Math.max(a, b), 0), scaleFree: false },
    { name: 'lowest price', value: series.low.reduce((a, b) => Math.min(a, b), Infinity), scaleFree: false },
  ].filter(one => Number.isFinite(one.value) && one.value !== 0)
}

/** Significant digits as they are written. */
function digitsOf(text: string): number {
  return text
    .replace(/[eE].*$/, '')
    .replace(/[_.]/g, '')
    .replace(/^0+/, '').length
}

/** Half a unit of the last digit that is written. */
function halfUnit(text: string): number {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e')
  const decimals = mantissa.includes('.') ? mantissa.length - mantissa.indexOf('.') - 1 : 0
  return 0.5 * 10 ** (Number(exponent) - decimals)
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`
}
