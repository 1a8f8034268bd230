/**
 * The sessions of a dataset's instruments, written into it as it is published: a run reads them from the snapshot, so that
 * a calendar that is corrected later changes no run on what was stored before. What is written stays: a file that is
 * appended adds days that were not there, and replaces none.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { textDigest } from '../core/digest.ts'
import { DAY, type Micros } from '../core/time.ts'
import {
  type Calendar,
  calendarNamed,
  localDay,
  type Session,
  sessionsBetween,
} from '../domain/calendar/calendar.ts'
import { type Day, civilOf, dayOf, dayText, parseDay } from '../domain/calendar/civil.ts'
import { tableCalendar, type WrittenSession } from '../domain/calendar/session-table.ts'
import { zoneNamed } from '../domain/calendar/zone.ts'
import { cacheKey } from './column-cache.ts'
import { writeLosable } from './durable.ts'
import { fieldsOf, stretchOf } from './fields.ts'
import { Staging } from './ingest/partitions.ts'
import type { Manifest, ManifestSessions } from './manifest.ts'
import { allStretches, readTableFiles, type ReferenceRequest } from './reference.ts'
import type { TradingStretch } from './schema.ts'
import type { StorePlace } from './storage/storage.ts'
import type { Store } from './store.ts'

interface Cover {
  readonly firstDay: Day
  readonly lastDay: Day
}

/**
 * The manifest with the sessions that its rows need, and those of a year around them. Called for each manifest that is
 * about to be published; writes nothing where all are there.
 * @param named calendars by their names; the project's own unless said
 */
export async function withWrittenSessions(
  store: StorePlace,
  manifest: Manifest,
  named: (name: string) => Calendar = calendarNamed,
): Promise<Manifest> {
  const held = manifest.sessions
  const stretches: TradingStretch[] = []
  const covers: Record<string, Cover> = { ...held?.covers }
  const overnight: Record<string, boolean> = { ...held?.overnight }
  for (const [name, wanted] of neededDays(manifest, named)) {
    const calendar = named(name)
    const before = covers[name] as Cover | undefined
    const missing = before === undefined ? [wanted] : outside(wanted, before)
    if (missing.length === 0) continue
    for (const { firstDay, lastDay } of missing)
      stretches.push(
        ...sessionsBetween(calendar, firstDay, lastDay).flatMap(one => stretchesOf(calendar, one)),
      )
    covers[name] = {
      firstDay: Math.min(wanted.firstDay, before?.firstDay ?? wanted.firstDay),
      lastDay: Math.max(wanted.lastDay, before?.lastDay ?? wanted.lastDay),
    }
    overnight[name] = calendar.overnight
  }
  if (stretches.length === 0) return manifest
  const staging = await Staging.open(store)
  try {
    const part = staging.part('calendars')
    await part.append(fieldsOf('calendars', stretches))
    const files = await staging.moveIn({ dataset: manifest.id, kind: 'calendars' }, await part.finish())
    await staging.settle()
    const sessions: ManifestSessions = { covers, overnight, files: [...(held?.files ?? []), ...files] }
    return { ...manifest, sessions }
  } finally {
    await staging.close()
  }
}

/** Of each calendar that has sessions: from the year before the first row to the end of the year after the last. */
function neededDays(manifest: Manifest, named: (name: string) => Calendar): Map<string, Cover> {
  const needed = new Map<string, Cover>()
  for (const { calendar: name, first, last } of manifest.instruments) {
    const calendar = named(name)
    if (calendar.continuous) continue
    const before = needed.get(name)
    const firstDay = Math.max(
      calendar.firstDay,
      dayOf(civilOf(localDay(calendar.zone, first)).year - 1, 1, 1),
    )
    const lastDay = Math.min(calendar.lastDay, dayOf(civilOf(localDay(calendar.zone, last)).year + 1, 12, 31))
    if (lastDay < firstDay) continue
    needed.set(name, {
      firstDay: Math.min(firstDay, before?.firstDay ?? firstDay),
      lastDay: Math.max(lastDay, before?.lastDay ?? lastDay),
    })
  }
  return needed
}

/** Parts of what is wanted that are not covered. */
function outside(wanted: Cover, covered: Cover): Cover[] {
  return [
    ...(wanted.firstDay < covered.firstDay
      ? [{ firstDay: wanted.firstDay, lastDay: Math.min(wanted.lastDay, covered.firstDay - 1) }]
      : []),
    ...(wanted.lastDay > covered.lastDay
      ? [{ firstDay: Math.max(wanted.firstDay, covered.lastDay + 1), lastDay: wanted.lastDay }]
      : []),
  ]
}

/** A session without its breaks. */
function stretchesOf(calendar: Calendar, { day, open, close, early, breaks }: Session): TradingStretch[] {
  const edges: Micros[] = [open, ...breaks.flatMap(({ from, to }) => [from, to]), close]
  const { name, zone } = calendar
  const common = { calendar: name, zone: zone.name, day: dayText(day), early, utcOffset: zone.offsetAt(open) }
  return Array.from({ length: edges.length / 2 }, (_, i) => ({
    ...common,
    open: edges[2 * i],
    close: edges[2 * i + 1],
  }))
}

/** The calendars as a dataset has them written down; none where it was stored before that was done. */
export async function writtenCalendars(store: Store, { sessions }: Manifest): Promise<readonly Calendar[]> {
  if (sessions === undefined) return []
  return calendarsOf(await cachedStretches(store, sessions), sessions)
}

/** A run whose columns are cached shall not wait for DuckDB to learn when its venue is open: a text beside them says it. */
async function cachedStretches(
  store: Store,
  { files }: ManifestSessions,
): Promise<readonly TradingStretch[]> {
  const path = join(store.folder, 'cache', `${cacheKey(files.map(({ sha256 }) => sha256))}.json`)
  const [text, digest] = (await readFile(path, 'utf8').catch(() => '')).split('\n')
  // A cache that cannot be read is no error: it is made again.
  if (digest !== undefined && textDigest(text) === digest) return JSON.parse(text) as TradingStretch[]
  const rows = await readTableFiles(store, 'calendars', files, 'calendar, open')
  const stretches = rows.map(stretchOf)
  const written = JSON.stringify(stretches)
  // A store that cannot be written to simply has no cache.
  const write = () => writeLosable(path, `${written}\n${textDigest(written)}`).catch(() => undefined)
  if (!store.readOnly) await write()
  return stretches
}

/** Of every dataset that a run reads, each calendar once. */
export async function writtenIn(
  store: Store,
  chosen: readonly { readonly manifest: Manifest }[],
): Promise<readonly Calendar[]> {
  const all = await Promise.all(
    [...new Set(chosen.map(({ manifest }) => manifest))].map(one => writtenCalendars(store, one)),
  )
  const names = new Set<string>()
  return all.flat().filter(({ name }) => !names.has(name) && names.add(name) !== undefined)
}

/** Calendars of datasets of their own, for whoever knows better. @throws GordonError UNKNOWN_DATASET, NO_DATASET */
export async function readCalendars(request: ReferenceRequest): Promise<readonly Calendar[]> {
  return calendarsOf(await allStretches(request), { covers: {}, overnight: {} })
}

/** @param stretches in order of calendar and time */
export function calendarsOf(
  stretches: readonly TradingStretch[],
  { covers, overnight }: Pick<ManifestSessions, 'covers' | 'overnight'>,
): Calendar[] {
  const byName = new Map<string, WrittenSession[]>()
  const zones = new Map<string, string>()
  for (const { calendar, zone, day: text, open, close, early, utcOffset } of stretches) {
    const day = parseDay(text)!
    const sessions = byName.get(calendar) ?? []
    byName.set(calendar, sessions)
    zones.set(calendar, zone)
    const last = sessions.at(-1)
    if (last?.day === day) {
      const breaks = [...last.breaks, { from: last.close, to: open }]
      sessions[sessions.length - 1] = { ...last, close, breaks }
    } else sessions.push({ day, open, close, early, breaks: [], utcOffset })
  }
  return [...byName].map(([name, sessions]) => {
    const cover = covers[name] ?? { firstDay: sessions[0].day, lastDay: sessions[sessions.length - 1].day }
    const isOvernight =
      overnight[name] ?? sessions.some(one => Math.floor((one.open + one.utcOffset) / DAY) < one.day)
    return tableCalendar({ name, zone: zoneNamed(zones.get(name)!), overnight: isOvernight }, sessions, cover)
  })
}
