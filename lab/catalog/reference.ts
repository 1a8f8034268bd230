/**
 * What is known of instruments beside their prices: their terms, each valid for a time, and what happens to holdings.
 * Read as a run knows them: at an instant of the simulation, not as the newest file says.
 */
import { GordonError } from '../core/errors.ts'
import type { Micros } from '../core/time.ts'
import { compareInstruments, type Instrument, instrumentId } from '../domain/instrument.ts'
import type { CorporateAction } from '../domain/market-events.ts'
import { sqlParquet, withDuckDb } from './duckdb.ts'
import { actionOf, instrumentOf, type PlainRow } from './fields.ts'
import type { ManifestFile } from './manifest.ts'
import { type DataKind, type KnownAction, type KnownInstrument, SCHEMAS } from './schema.ts'
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

/**
 * Actions of a run's instruments.
 * @param request.knownAt only what could have been known then; everything unless said. Of one event that was announced
 *   several times (same instrument, kind and time) the last announcement counts.
 */
export async function readActions(
  request: ReferenceRequest & { readonly instruments: readonly Instrument[]; readonly knownAt?: Micros },
): Promise<readonly CorporateAction[]> {
  const { instruments, knownAt = Number.POSITIVE_INFINITY } = request
  const wanted = new Set(instruments.map(instrumentId))
  const last = new Map<string, KnownAction>()
  for (const known of await allActions(request)) {
    const { kind, instrument, time } = known.action
    if (!wanted.has(instrument) || known.receiveTime > knownAt) continue
    const key = `${instrument} ${kind} ${time}`
    const before = last.get(key)
    if (before === undefined || before.receiveTime <= known.receiveTime) last.set(key, known)
  }
  return [...last.values()].map(({ action }) => action)
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
  kind: 'actions' | 'instruments',
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
  if (files.length === 0) return []
  const { columns } = SCHEMAS[kind]
  const selected = columns.map(({ name, type }) =>
    type === 'time' ? `epoch_us(${name}) AS ${name}` : type === 'whole' ? `${name}::DOUBLE AS ${name}` : name,
  )
  const brought = await store.storage.bring(files)
  try {
    const from = sqlParquet(brought.paths, ', union_by_name = true')
    const sql = `SELECT ${selected.join(', ')} FROM ${from} ORDER BY ${order}`
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

async function ofKind(store: Store, kind: DataKind): Promise<string[]> {
  return (await store.datasets()).filter(one => one.kind === kind).map(({ id }) => id)
}
