/**
 * What is known of instruments beside their prices: their terms, each valid for a time, what happens to holdings, who
 * belonged to a universe, when a calendar's venues were open. Read as it was known: what a store is asked for as of an
 * instant holds no row that came later (point-in-time.md).
 */
import { GordonError } from '../core/errors.ts'
import type { Micros } from '../core/time.ts'
import { compareInstruments, type Instrument, instrumentId } from '../domain/instrument.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import { sqlParquet, withDuckDb } from './duckdb.ts'
import { actionOf, instrumentOf, memberOf, type PlainRow, stretchOf } from './fields.ts'
import type { ManifestFile } from './manifest.ts'
import { namesOf, type Rename } from './renames.ts'
import {
  type Column,
  type DataKind,
  type KnownAction,
  type KnownInstrument,
  type KnownMember,
  SCHEMAS,
  type TableKind,
  type TradingStretch,
} from './schema.ts'
import type { ToldSplit } from './splits.ts'
import type { Store } from './store.ts'

export interface ReferenceRequest {
  readonly store: Store
  /** Ids; all of the kind that the store has unless said. */
  readonly datasets?: readonly string[]
}

/** Every row of the actions, in order of their times. @throws GordonError UNKNOWN_DATASET, NO_DATASET */
export async function allActions(request: ReferenceRequest): Promise<readonly KnownAction[]> {
  return (await readTables(request, 'actions', 'event_time, receive_time')).map(actionOf)
}

/** Every row of the terms, in order of instrument and time. @throws GordonError UNKNOWN_DATASET, NO_DATASET */
export async function allInstruments(request: ReferenceRequest): Promise<readonly KnownInstrument[]> {
  const order = 'venue, symbol, valid_from NULLS FIRST, receive_time NULLS FIRST'
  return (await readTables(request, 'instruments', order)).map(instrumentOf)
}

/** Every row of the universes, in order. @throws GordonError UNKNOWN_DATASET, NO_DATASET */
export async function allMembers(request: ReferenceRequest): Promise<readonly KnownMember[]> {
  const order = 'universe, venue, symbol, valid_from NULLS FIRST, receive_time NULLS FIRST'
  return (await readTables(request, 'universe', order)).map(memberOf)
}

/** Every stretch of trading of the calendars, in order. @throws GordonError UNKNOWN_DATASET, NO_DATASET */
export async function allStretches(request: ReferenceRequest): Promise<readonly TradingStretch[]> {
  return (await readTables(request, 'calendars', 'calendar, open')).map(stretchOf)
}

/**
 * The last word on each event that was known by an instant, without what had been called off. Rows of one event have the
 * same announcement, or, where the source has no names for events, the same instrument, kind and time.
 * @param knownAt everything that the rows have unless said
 */
export function lastWords(
  rows: readonly KnownAction[],
  knownAt: Micros = Number.POSITIVE_INFINITY,
): KnownAction[] {
  const last = new Map<string, KnownAction>()
  for (const known of rows) {
    if (known.receiveTime > knownAt) continue
    const key = eventKey(known)
    const before = last.get(key)
    if (before === undefined || before.receiveTime <= known.receiveTime) last.set(key, known)
  }
  return [...last.values()].filter(({ canceled }) => canceled !== true)
}

function eventKey({ action, announcement }: KnownAction): string {
  const { instrument, kind, time } = action
  return announcement === undefined
    ? `${instrument} ${kind} ${time}`
    : `${instrument} ${kind} #${announcement}`
}

export interface ActionsOf {
  readonly actions: readonly CorporateAction[]
  /** Those whose last word came after they had taken effect. */
  readonly late: readonly KnownAction[]
}

/**
 * Actions of a run's instruments, those included that they had under other names.
 * @param request.knownAt only what could have been known then; what the store is asked as of unless said
 */
export async function actionsOf(
  request: ReferenceRequest & { readonly instruments: readonly Instrument[]; readonly knownAt?: Micros },
): Promise<ActionsOf> {
  const { instruments, knownAt } = request
  const words = lastWords(await allActions(request), knownAt)
  const renames = words.flatMap(({ action }) => (action.kind === 'symbolChange' ? [action] : []))
  const owner = ownerOf(instruments, renames)
  const own = words.flatMap(known => {
    const { action } = known
    const instrument = owner(action.instrument, action.time)
    return instrument === undefined ? [] : [{ ...known, action: { ...action, instrument } }]
  })
  return {
    actions: own.map(({ action }) => action),
    late: own.filter(({ action, receiveTime }) => receiveTime > action.time),
  }
}

/** Splits of all bars that the store has, as openBars is told of them. */
export async function splitsTold(request: ReferenceRequest): Promise<readonly ToldSplit[]> {
  const { store } = request
  const shown = await Promise.all(store.ids.map(id => store.show(id)))
  const instruments = shown.flatMap(({ kind, instruments: own }) => (kind === 'bars' ? own : []))
  const { actions } = await actionsOf({ ...request, instruments })
  return actions.flatMap(one =>
    one.kind === 'split' ? [{ instrument: one.instrument, when: { time: one.time }, ratio: one.ratio }] : [],
  )
}

/** `actionsOf` without what is said of them. */
export async function readActions(
  request: Parameters<typeof actionsOf>[0],
): Promise<readonly CorporateAction[]> {
  return (await actionsOf(request)).actions
}

/** Which instrument of the data bore a name at an instant. */
export function ownerOf(
  instruments: readonly Instrument[],
  renames: readonly Rename[],
): (name: string, time: Micros) => string | undefined {
  const ids = new Set(instruments.map(instrumentId))
  const spells = renames.length === 0 ? [] : [...ids].map(id => ({ id, names: namesOf(id, renames, ids) }))
  return (name, time) => {
    const former = spells.find(
      ({ id, names }) =>
        id !== name && names.some(one => one.id === name && time >= one.from && time < one.to),
    )
    return former?.id ?? (ids.has(name) ? name : undefined)
  }
}

/**
 * Terms as they were at an instant: of each instrument those valid then, the latest that could have been known.
 * @param request.knownAt that instant unless said
 */
export async function readInstruments(
  request: ReferenceRequest & { readonly at: Micros; readonly knownAt?: Micros },
): Promise<readonly Instrument[]> {
  const { at, knownAt = at } = request
  const found = new Map<string, KnownInstrument>()
  for (const known of await allInstruments(request)) {
    if (known.validFrom > at || known.validTo <= at || known.receiveTime > knownAt) continue
    const id = instrumentId(known.instrument)
    const before = found.get(id)
    if (before === undefined || before.receiveTime <= known.receiveTime) found.set(id, known)
  }
  return [...found.values()].map(({ instrument }) => instrument).sort(compareInstruments)
}

async function readTables(
  { store, datasets }: ReferenceRequest,
  kind: TableKind,
  order: string,
): Promise<PlainRow[]> {
  const ids = datasets ?? (await ofKind(store, kind))
  const files: ManifestFile[] = []
  for (const id of ids) {
    const manifest = await store.show(id)
    if (manifest.kind !== kind) {
      throw new GordonError('NO_DATASET', `${id} holds ${manifest.kind} and no ${kind}: name another dataset`)
    }
    files.push(...(manifest.table?.files ?? []))
  }
  return readTableFiles(store, kind, files, order)
}

/** Rows of a table's files, none that came after what the store is asked as of. */
export async function readTableFiles(
  store: Store,
  kind: TableKind,
  files: readonly ManifestFile[],
  order: string,
): Promise<PlainRow[]> {
  if (files.length === 0) return []
  const { columns } = SCHEMAS[kind]
  const newest = Math.max(...files.map(({ schema }) => schema))
  const known = columns.some(({ name }) => name === 'receive_time') ? knownClause(store.knownAt) : ''
  const brought = await store.storage.bring(files)
  try {
    const from = sqlParquet(brought.paths, ', union_by_name = true')
    const selected = columns.map(column => selectedAs(column, newest)).join(', ')
    const sql = `SELECT ${selected} FROM ${from}${known} ORDER BY ${order}`
    const read = await withDuckDb(connection => connection.runAndReadAll(sql))
    return read
      .getRowObjects()
      .map(row =>
        Object.fromEntries(
          Object.entries(row).flatMap(([name, value]) =>
            value === null
              ? []
              : [[name, typeof value === 'bigint' ? Number(value) : (value as string | number)]],
          ),
        ),
      )
  } finally {
    brought.release()
  }
}

/** A column that files of an older schema do not have is NULL. */
function selectedAs({ name, type, since }: Column, newest: number): string {
  if (since > newest) return `NULL AS ${name}`
  return type === 'time'
    ? `epoch_us(${name}) AS ${name}`
    : type === 'whole'
      ? `${name}::DOUBLE AS ${name}`
      : name
}

function knownClause(knownAt: Micros | undefined): string {
  if (knownAt === undefined || knownAt === Number.POSITIVE_INFINITY) return ''
  return ` WHERE receive_time IS NULL OR receive_time <= make_timestamptz(${knownAt})`
}

async function ofKind(store: Store, kind: DataKind): Promise<string[]> {
  return (await store.datasets()).filter(one => one.kind === kind).map(({ id }) => id)
}
