/**
 * `gordon data derive <dataset> --continuous <roll>`: one series of the contracts of a future, which are instruments of
 * one dataset of bars, each with its expiry. Contracts are read side by side, as far as all of them have come. Back
 * adjustment needs every roll, so it reads twice.
 */
import { plainInstrument } from '../catalog/choose.ts'
import type { ManifestInstrument } from '../catalog/index.ts'
import { allInstruments } from '../catalog/reference.ts'
import { readStream, type SeriesReader, sliceRows } from '../catalog/series-reader.ts'
import { firstAfter } from '../catalog/series.ts'
import type { SourceBatch } from '../catalog/sources/source.ts'
import { GordonError } from '../core/errors.ts'
import { isoDate, isoTime, type Micros } from '../core/time.ts'
import type { BarSeries } from '../domain/bar.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import {
  BackAdjustment,
  type ContractBars,
  contractBars,
  ContinuousFutures,
  type ContinuousSeries,
  type ContinuousTerms,
} from '../derive/index.ts'
import type { DerivedRows, DeriveWork } from './data-derive.ts'
import { readChoice } from './read-flags.ts'

export interface ContinuousOptions {
  /** `volume`, `expiry`, `expiry:3`, or dates. */
  readonly continuous?: string
  readonly adjust?: string
  /** Of the series. */
  readonly symbol?: string
  readonly calendar?: string
}

const ADJUSTMENTS = ['none', 'forward-difference', 'forward-ratio', 'back-difference', 'back-ratio'] as const
type Adjust = (typeof ADJUSTMENTS)[number]
const FORWARD: Readonly<Partial<Record<Adjust, ContinuousTerms['adjust']>>> = {
  'forward-difference': 'forwardDifference',
  'forward-ratio': 'forwardRatio',
}

/** Rows of a contract that are read at once. */
const BATCH_ROWS = 8192

/** @throws GordonError where the dataset is no list of contracts */
export async function continuousRecipe(work: DeriveWork, options: ContinuousOptions): Promise<DerivedRows> {
  const { manifest } = work
  if (manifest.kind !== 'bars')
    throw new GordonError(
      'DERIVE_WHAT',
      `A continuous series is made of bars, and ${manifest.id} holds ${manifest.kind}: make bars of them first, with --bars.`,
    )
  const order = await contractsOf(work)
  const adjust = readChoice('--adjust', options.adjust, ADJUSTMENTS) ?? 'none'
  const terms: ContinuousTerms = {
    contracts: order.map(({ symbol, expiry }) => ({ symbol, expiry })),
    calendar: options.calendar ?? order[0].calendar,
    roll: rollOf(options.continuous!),
    ...(FORWARD[adjust] === undefined ? {} : { adjust: FORWARD[adjust] }),
  }
  const instrument = instrumentOf(order, options, adjust)
  const notes: string[] = []
  const { interval, price = 'trade' } = manifest
  const adjustment = adjust === 'none' ? manifest.adjustment : 'total-return'

  async function* batches(): AsyncGenerator<SourceBatch> {
    let back: BackAdjustment | undefined
    if (adjust === 'back-difference' || adjust === 'back-ratio') {
      const first = new ContinuousFutures(terms)
      for await (const bars of contractRows(work, order)) first.add(bars)
      back = new BackAdjustment(first.rolls, adjust === 'back-ratio' ? 'ratio' : 'difference')
    }
    const front = new ContinuousFutures(terms)
    const batch = (rows: ContinuousSeries): SourceBatch => ({
      ...{ kind: 'bars', interval, price, adjustment, instrument },
      rows: back === undefined ? rows : back.add(rows),
    })
    for await (const bars of contractRows(work, order)) yield batch(front.add(bars))
    yield batch(front.end())
    notes.push(
      ...front.rolls.map(
        ({ time, from, to, fromPrice, toPrice }) =>
          `rolled from ${from} to ${to} after ${isoDate(time - 1)}` +
          (fromPrice === undefined ? '' : `, at ${fromPrice} and ${toPrice}`),
      ),
    )
    if (back !== undefined)
      notes.push(`${back.label}: prices before a roll are not those of their day, and were not known then`)
  }

  return {
    recipe: {
      words: 'continuous series',
      suffix: 'continuous',
      kind: 'bars',
      price,
      terms: {
        ...{
          make: 'continuous futures',
          contracts: order.map(one => ({ id: instrumentId(one), expiry: isoTime(one.expiry) })),
          calendar: terms.calendar,
        },
        ...{ roll: terms.roll, adjust, symbol: instrument.symbol },
      },
    },
    batches: batches(),
    notes: () => [`${order.length} contracts of ${manifest.id} as one, ${WORDS[adjust]}`, ...notes],
  }
}

const WORDS: Readonly<Record<Adjust, string>> = {
  none: 'with the jumps of its rolls',
  'forward-difference': 'moved by the differences of past rolls',
  'forward-ratio': 'scaled by the ratios of past rolls',
  'back-difference': 'moved by the differences of later rolls',
  'back-ratio': 'scaled by the ratios of later rolls',
}

type Contract = ManifestInstrument & { readonly expiry: Micros }

/** In order of expiry, which the bars' source told or the store's terms of instruments do. */
async function contractsOf({ store, manifest, instruments }: DeriveWork): Promise<Contract[]> {
  const told = new Map<string, Micros>()
  for (const { instrument } of await allInstruments({ store }))
    if (instrument.expiry !== undefined) told.set(instrumentId(instrument), instrument.expiry)
  const contracts = instruments.map(one => {
    const expiry = one.expiry ?? told.get(instrumentId(one))
    if (expiry !== undefined) return { ...one, expiry }
    throw new GordonError(
      'NO_EXPIRY',
      `When ${instrumentId(one)} of ${manifest.id} expires is not known: ingest its terms as a CSV with the columns ` +
        'instrument,tick,currency,expiry, or leave it out with --symbols.',
    )
  })
  return contracts.sort((a, b) => a.expiry - b.expiry)
}

function rollOf(text: string): ContinuousTerms['roll'] {
  if (text === 'volume') return { at: 'volume' }
  const before = /^expiry(?::(\d+))?$/.exec(text)
  if (before !== null) return { at: 'expiry', sessionsBefore: Number(before[1] ?? 0) }
  if (/^\d{4}-\d{2}-\d{2}(,\d{4}-\d{2}-\d{2})*$/.test(text)) return { at: 'dates', dates: text.split(',') }
  throw new GordonError(
    'FLAG_CHOICE',
    `--continuous is "${text}"; give volume, expiry, expiry:5 (sessions before it), or dates such as 2024-03-13,2024-06-12.`,
  )
}

/** It never expires, and trades as its newest contract; ratios leave the grid. */
function instrumentOf(
  order: readonly Contract[],
  { symbol, calendar }: ContinuousOptions,
  adjust: Adjust,
): Instrument {
  if (symbol === undefined)
    throw new GordonError(
      'FLAG_MISSING',
      'A continuous series has a name of its own: give --symbol, e.g. ES.',
    )
  const { expiry: _, kind, ...terms } = plainInstrument(order[order.length - 1])
  return {
    ...terms,
    ...(kind === undefined ? {} : { kind: kind === 'future' ? 'linear' : kind }),
    symbol,
    calendar: calendar ?? terms.calendar,
    ticksPerUnit: adjust.endsWith('ratio')
      ? 1e9
      : order.reduce((most, one) => Math.max(most, one.ticksPerUnit), 1),
  }
}

/** Bars of all contracts in order of time; a contract is opened when the others have come to its first bar. */
async function* contractRows(
  { store, manifest, windows, instruments, progress }: DeriveWork,
  order: readonly Contract[],
): AsyncGenerator<ContractBars> {
  const readers: (SeriesReader<'bars'> | undefined)[] = order.map(() => undefined)
  const waiting = new Map(order.map((one, at) => [at, one.first]))
  const held = new Map<number, BarSeries>()
  const total = order.reduce((sum, { rows }) => sum + rows, 0)
  let done = 0
  const fill = async (at: number): Promise<void> => {
    readers[at] ??= readStream<'bars'>(store, manifest, order[at], {
      window: windows[instruments.findIndex(one => instrumentId(one) === instrumentId(order[at]))],
    })
    waiting.delete(at)
    const rows = await readers[at].next(BATCH_ROWS)
    if (rows === undefined) held.delete(at)
    else held.set(at, rows)
  }
  for (;;) {
    // As far as every contract that is read has come, and before any that is not opened begins.
    const reach = Math.min(...[...held.values()].map(one => one.eventTime[one.length - 1]))
    const begins = [...waiting].filter(([, first]) => first <= reach || held.size === 0)
    if (begins.length > 0) {
      const earliest = begins.reduce((a, b) => (b[1] < a[1] ? b : a))
      await fill(earliest[0])
      continue
    }
    if (held.size === 0) return
    const parts: BarSeries[] = []
    const places: number[] = []
    const spent: number[] = []
    for (const at of [...held.keys()].sort((a, b) => a - b)) {
      const rows = held.get(at)!
      const end = firstAfter(rows.eventTime, reach)
      parts.push(sliceRows(rows, 0, end))
      places.push(at)
      done += end
      if (end === rows.length) spent.push(at)
      else held.set(at, sliceRows(rows, end, rows.length))
    }
    const joined = contractBars(parts)
    yield { ...joined, contract: joined.contract.map(place => places[place]) }
    progress(done, total)
    for (const at of spent) await fill(at)
  }
}
