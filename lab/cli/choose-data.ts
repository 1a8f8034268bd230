/**
 * What a run replays, as `--data` names it: datasets of bars, of trades, quotes, books, funding and custom series, of
 * instruments' terms and of what happens to holdings, each for what it holds.
 */
import type { DataKind, DatasetInfo, KnownAction, ToldSplit } from '../catalog/index.ts'
import { GordonError } from '../core/errors.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import type { BarSource, TickSource } from '../domain/ports/store.ts'
import { type ActionRow, resolveActions } from './actions-csv.ts'
import { ADJUSTMENTS, chooseBars, type DataOptions, storeOf } from './choose-bars.ts'
import { readChoice } from './read-flags.ts'

export interface ChosenData {
  /** One source for each interval of the datasets. */
  readonly bars: readonly BarSource[]
  readonly ticks?: TickSource
  /** Of its bars and ticks together. */
  readonly instruments: readonly Instrument[]
  readonly actions?: readonly CorporateAction[]
}

export interface DataRequest {
  readonly options: DataOptions
  /** First instant of decisions, µs UTC: terms of instruments are those of then. */
  readonly from?: number
  /** Last day or time, as the caller wrote it. */
  readonly to?: string
  /** Of `--actions`, and the file that they are in. */
  readonly actions: readonly ActionRow[]
  readonly actionsFile?: string
}

/** @throws GordonError NO_MARKET_DATA, ACTIONS_TWICE, and what the store says */
export async function chooseData(request: DataRequest): Promise<ChosenData> {
  const { options, to, actions, actionsFile } = request
  const splits = actions.filter(({ kind }) => kind === 'split')
  if (options.file !== undefined || options.data === undefined) {
    const bars = await chooseBars(options, to, splits)
    const { instruments } = bars
    return { bars: [bars], instruments, actions: actionsIn(actionsFile, actions, instruments) }
  }
  const { allActions, openBars, openTicks, readActions, readInstruments } = await import(
    '../catalog/index.ts'
  )
  const store = await storeOf(options)
  const held = new Map((await store.datasets()).map(dataset => [dataset.id, dataset]))
  // A name that the store does not have is told of by whoever opens it.
  const named = (...kinds: readonly DataKind[]) =>
    options.data!.filter(id => kinds.includes(held.get(id)?.kind ?? 'bars'))
  const told = named('actions')
  const termed = named('instruments')
  const barIds = named('bars')
  const tickIds = named('trades', 'quotes', 'book', 'funding', 'custom')
  if (told.length > 0 && actionsFile !== undefined)
    throw new GordonError(
      'ACTIONS_TWICE',
      `Actions are in ${told.join(', ')} and in ${actionsFile}; choose the dataset or --actions.`,
    )
  if (barIds.length + tickIds.length === 0)
    throw new GordonError(
      'NO_MARKET_DATA',
      `There are no prices in ${options.data.join(', ')}; name a dataset of bars, trades, quotes or a book with --data too.`,
    )
  const known = told.length === 0 ? [] : await allActions({ store, datasets: told })
  const terms =
    termed.length === 0
      ? undefined
      : await readInstruments({ store, datasets: termed, at: request.from ?? Number.MAX_SAFE_INTEGER })
  const { venue, symbol, interval } = options
  const symbols = options.symbols?.split(',') ?? (symbol === undefined ? undefined : [symbol])
  const adjustment = readChoice('--adjustment', options.adjustment, ADJUSTMENTS)
  const bars: BarSource[] = []
  for (const datasets of byInterval(barIds, held))
    bars.push(
      await openBars({
        ...{ store, datasets, symbols, venue, interval, adjustment, to, terms },
        splits: [...splits, ...known.flatMap(splitOf)],
      }),
    )
  const ticks =
    tickIds.length === 0
      ? undefined
      : await openTicks({
          ...{ store, datasets: tickIds, symbols, venue, to },
          terms: terms ?? bars.flatMap(source => source.instruments),
        })
  const instruments = [...bars, ...(ticks === undefined ? [] : [ticks])].flatMap(source => source.instruments)
  return {
    bars,
    ticks,
    instruments,
    actions:
      told.length === 0
        ? actionsIn(actionsFile, actions, instruments)
        : await readActions({ store, datasets: told, instruments }),
  }
}

function actionsIn(
  file: string | undefined,
  rows: readonly ActionRow[],
  instruments: readonly Instrument[],
): readonly CorporateAction[] | undefined {
  return file === undefined ? undefined : resolveActions(rows, instruments, file)
}

/** Datasets of one interval are one source: a run may look at several intervals of an instrument. */
function byInterval(ids: readonly string[], held: ReadonlyMap<string, DatasetInfo>): string[][] {
  const groups = new Map<string, string[]>()
  for (const id of ids) {
    const interval = held.get(id)?.interval ?? ''
    groups.set(interval, [...(groups.get(interval) ?? []), id])
  }
  return [...groups.values()]
}

function splitOf({ action }: KnownAction): ToldSplit[] {
  if (action.kind !== 'split') return []
  const { instrument, time, ratio } = action
  return [{ instrument, when: { time }, ratio }]
}
