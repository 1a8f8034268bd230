/**
 * What a run replays, as `--data` names it: datasets of bars, of trades, quotes, books, funding and custom series, of
 * instruments' terms and of what happens to holdings, each for what it holds.
 */
import type { DataKind, DatasetInfo, KnownAction, MemberSpell } from '../catalog/index.ts'
import { GordonError } from '../core/errors.ts'
import { isoDate } from '../core/time.ts'
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
  /** Members by date, where a dataset of them is named. */
  readonly universe?: readonly MemberSpell[]
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
  const { actionsOf, openBars, openTicks, readCalendars, readInstruments, readUniverse, splitsTold } =
    await import('../catalog/index.ts')
  const store = await storeOf(options)
  const held = new Map((await store.datasets()).map(dataset => [dataset.id, dataset]))
  // A name that the store does not have is told of by whoever opens it.
  const named = (...kinds: readonly DataKind[]) =>
    options.data!.filter(id => kinds.includes(held.get(id)?.kind ?? 'bars'))
  const told = named('actions')
  const termed = named('instruments')
  const listed = named('universe')
  const kept = named('calendars')
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
  const known = told.length === 0 ? [] : await splitsTold({ store, datasets: told })
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
        splits: [...splits, ...known],
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
  const found = told.length === 0 ? undefined : await actionsOf({ store, datasets: told, instruments })
  const calendars = kept.length === 0 ? [] : await readCalendars({ store, datasets: kept })
  const notes = found === undefined ? [] : lateNotes(found.late)
  return {
    bars: bars.map((source, i) =>
      i > 0
        ? source
        : {
            ...source,
            notes: [...source.notes, ...notes],
            calendars: [...calendars, ...(source.calendars ?? [])],
          },
    ),
    ticks:
      ticks &&
      (bars.length > 0 ? ticks : { ...ticks, calendars: [...calendars, ...(ticks.calendars ?? [])] }),
    instruments,
    actions: found === undefined ? actionsIn(actionsFile, actions, instruments) : found.actions,
    ...(listed.length === 0
      ? {}
      : {
          universe: await readUniverse({
            ...{ store, datasets: listed, universe: options.universe, instruments, actions: told },
          }),
        }),
  }
}

/** The account must follow what happened; a strategy could not have known why. */
function lateNotes(late: readonly KnownAction[]): string[] {
  if (late.length === 0) return []
  const [{ action, receiveTime }] = late
  const more = late.length === 1 ? '' : `, and ${late.length - 1} more`
  return [
    `the ${action.kind} of ${action.instrument} on ${isoDate(action.time)} was announced or corrected only on ` +
      `${isoDate(receiveTime)}${more}: the run takes it as known when it took effect`,
  ]
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
