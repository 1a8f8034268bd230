/** What was known when: every expected number is worked out by hand beside its data. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { DAY } from '../core/time.ts'
import type { CustomSeries } from '../domain/market-events.ts'
import { guessSource, ingestSource, openBars, openStore, openTicks, placeOf, sourceNamed } from './index.ts'
import type { IngestSourceRequest } from './ingest/ingest-source.ts'
import { actionsOf, lastWords, readActions, readInstruments } from './reference.ts'
import { namesOf } from './renames.ts'

const folder = mkdtempSync(join(tmpdir(), 'point-in-time-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0

async function taken(
  store: string,
  text: string,
  more: Partial<IngestSourceRequest> & { readonly name?: string } = {},
) {
  const { name = `rows-${count++}.csv`, ...rest } = more
  const path = join(folder, name)
  writeFileSync(path, text.trim().replace(/^ +/gm, '') + '\n')
  const place = await placeOf(path)
  return ingestSource({ store, place, adapter: guessSource(place).adapter, ...rest })
}

const utc = (text: string) => Date.parse(text) * 1000
const AAA = {
  venue: 'XNYS',
  symbol: 'AAA',
  ticksPerUnit: 100,
  lotsPerUnit: 1,
  currency: 'USD',
  calendar: 'XNYS',
}

test('an announcement is what its last word by then says: revised, moved, called off', async () => {
  const store = join(folder, 'actions')
  await taken(
    store,
    `kind,instrument,date,ratio,amount,pay,known,id,canceled
     split,XNYS:AAA,2024-06-10,2,,,2024-05-01,s1,
     split,XNYS:AAA,2024-06-12,3,,,2024-05-20,s1,
     dividend,XNYS:AAA,2024-03-15,,0.5,2024-03-29,2024-02-01,,
     dividend,XNYS:AAA,2024-03-15,,0.6,2024-03-29,2024-02-10,,
     dividend,XNYS:AAA,2024-09-13,,0.7,2024-09-27,2024-08-01,d9,
     dividend,XNYS:AAA,2024-09-13,,,,2024-08-20,d9,yes`,
    { dataset: 'acts' },
  )
  const known = async (day: string) =>
    (
      await readActions({
        store: await openStore(store, { knownAt: utc(`${day}T23:59:59.999Z`) + 999 }),
        instruments: [AAA],
      })
    ).map(one => [one.kind, one.kind === 'split' ? one.ratio : one.kind === 'dividend' ? one.amount : 0])
  expect(await known('2024-01-31')).toEqual([])
  expect(await known('2024-02-01')).toEqual([['dividend', 0.5]])
  expect(await known('2024-02-10')).toEqual([['dividend', 0.6]])
  expect(await known('2024-05-19')).toEqual([
    ['dividend', 0.6],
    ['split', 2],
  ])
  // Moved to the 12th and made three for one: one event, not two.
  expect(await known('2024-05-20')).toEqual([
    ['dividend', 0.6],
    ['split', 3],
  ])
  expect(await known('2024-08-19')).toHaveLength(3)
  expect(await known('2024-08-20')).toHaveLength(2)
  const { actions, late } = await actionsOf({ store: await openStore(store), instruments: [AAA] })
  // 9:30 in New York in summer is 13:30 UTC.
  expect(actions.map(one => one.time)).toEqual([utc('2024-03-15T13:30:00Z'), utc('2024-06-12T13:30:00Z')])
  expect(late).toEqual([])
})

test('what was announced after it took effect is told as late', () => {
  const split = { kind: 'split', instrument: 'X:A', time: 100, ratio: 2 } as const
  expect(lastWords([{ action: split, receiveTime: 150 }], 149)).toEqual([])
  expect(lastWords([{ action: split, receiveTime: 150 }], 150)).toHaveLength(1)
})

test('a name belongs to who bore it at the time', async () => {
  const change = { kind: 'symbolChange', instrument: 'XNAS:FB', time: 500, to: 'META' } as const
  const ids = new Set(['XNAS:META'])
  const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
  expect(namesOf('XNAS:META', [change], ids)).toEqual([
    { ...always, id: 'XNAS:FB', to: 500 },
    { ...always, id: 'XNAS:META', from: 500 },
  ])
  expect(namesOf('XNAS:FB', [change], new Set(['XNAS:FB']))).toEqual([
    { ...always, id: 'XNAS:FB', to: 500 },
    { ...always, id: 'XNAS:META', from: 500 },
  ])
  // Where both are in the data, the one ends as the other begins.
  expect(namesOf('XNAS:META', [change], new Set(['XNAS:FB', 'XNAS:META']))).toEqual([
    { ...always, id: 'XNAS:META' },
  ])
  const store = join(folder, 'renames')
  await taken(
    store,
    `kind,instrument,date,ratio,amount,to,known
     symbolChange,XNAS:FB,2022-06-09,,,META,2022-05-31
     split,XNAS:FB,2020-01-06,2,,,2019-12-01
     split,XNAS:FB,2023-01-06,5,,,2022-12-01
     dividend,XNAS:META,2024-02-21,,0.5,,2024-02-01`,
  )
  const meta = { ...AAA, venue: 'XNAS', symbol: 'META' }
  const found = await readActions({ store: await openStore(store), instruments: [meta] })
  // The FB of 2023 is somebody else.
  expect(found.map(one => [one.kind, one.instrument, new Date(one.time / 1000).getUTCFullYear()])).toEqual([
    ['split', 'XNAS:META', 2020],
    ['dividend', 'XNAS:META', 2024],
  ])
})

test('terms are those that held at the time, and that were known', async () => {
  const store = join(folder, 'terms')
  const result = await taken(
    store,
    `instrument,from,to,tick,currency,known
     XNYS:GE,,2001-01-28,0.0625,USD,
     XNYS:GE,2001-01-29,,0.01,USD,2000-06-01
     XNYS:NEW,2015-01-05,,0.01,USD,`,
  )
  expect(result.datasets[0]).toMatchObject({ kind: 'instruments', rows: 3 })
  const ticks = async (at: string, knownAt?: string) =>
    (
      await readInstruments({
        store: await openStore(store, knownAt === undefined ? {} : { knownAt: utc(knownAt) }),
        at: utc(at),
      })
    ).map(one => [one.symbol, one.ticksPerUnit])
  expect(await ticks('2001-01-28T20:00:00Z')).toEqual([['GE', 16]])
  expect(await ticks('2001-01-29T20:00:00Z')).toEqual([['GE', 100]])
  // Asked in 1999, nobody had heard of decimal prices.
  expect(await ticks('2001-01-29T20:00:00Z', '1999-01-01T00:00:00Z')).toEqual([])
  expect(await ticks('2016-01-04T20:00:00Z')).toEqual([
    ['GE', 100],
    ['NEW', 100],
  ])
})

test('a table that cannot be read is refused with its line', async () => {
  const store = join(folder, 'bad')
  const of = (text: string, more = {}) => taken(store, text, more)
  const csv = 'kind,instrument,date,ratio,amount\n'
  await expect(of(`${csv}split,XNYS:A,2024-13-01,2,`)).rejects.toThrow(/line 2, column date.*2024-13-01/)
  await expect(of(`${csv}split,XNYS:A,2024-01-02,-2,`)).rejects.toThrow(/ratio is -2/)
  await expect(of(`${csv}split,A,2024-01-02,2,`)).rejects.toThrow(/has no venue/)
  await expect(of(`${csv}spilt,XNYS:A,2024-01-02,2,`)).rejects.toThrow(/"spilt": one of split, dividend/)
  await expect(of(`${csv}dividend,XNYS:A,2024-01-02,,1;5`)).rejects.toThrow(/1;5/)
  await expect(of('symbol,from,to\nXNYS:A,2024-01-02,2023-01-02')).rejects.toThrow(/begins on 2024-01-02/)
  await expect(
    of('instrument,from,tick,currency\nXNYS:A,2024-01-02,0.03,USD', {
      adapter: sourceNamed('instruments-csv'),
    }),
  ).rejects.toThrow(/0.03/)
  await expect(of('time,value,known\n2024-03-31,1,2024-03-01', { venue: 'X' })).rejects.toThrow(
    /known before/,
  )
})

test('sessions of a calendar come as they are told, lunch and all', async () => {
  const store = join(folder, 'calendar')
  const { datasets } = await taken(
    store,
    `calendar,zone,day,open,close,early
     XTKS,Asia/Tokyo,2024-05-01,09:00,11:30,
     XTKS,Asia/Tokyo,2024-05-01,12:30,15:00,
     EVE,America/Chicago,2024-05-01,-17:00,16:00,1`,
  )
  expect(datasets[0]).toMatchObject({ kind: 'calendars', rows: 3 })
  const rows = (
    await (await openStore(store)).sql(`SELECT * FROM "${datasets[0].id}" ORDER BY open`)
  ).toArray()
  // Chicago is five hours behind UTC in May: the session of the 1st began at 17:00 on April 30.
  expect(rows.map(row => Number(row.open) * 1000)).toEqual([
    utc('2024-04-30T22:00:00Z'),
    utc('2024-05-01T00:00:00Z'),
    utc('2024-05-01T03:30:00Z'),
  ])
  expect(Number(rows[0].close) * 1000).toBe(utc('2024-05-01T21:00:00Z'))
  expect(Number(rows[1].utc_offset)).toBe((9 * DAY) / 24)
})

const plain = (rows: readonly object[]) => rows.map(row => Object.values({ ...row }).map(Number))

test('a corrected close is known when it was published, and the first one until then', async () => {
  const store = join(folder, 'corrected')
  const of = { dataset: 'bars', venue: 'XNYS', symbol: 'AAA', interval: '1d' }
  const csv = 'date,open,high,low,close,volume\n'
  await taken(
    store,
    `${csv}2024-05-01,10,12,9,11,100\n2024-05-02,11,13,10,12,100\n2024-05-03,12,14,11,13,100`,
    of,
  )
  // Published on the 6th: the 2nd had closed at 12.5; the 1st and the 3rd are as they were, the 6th is new.
  const second = `${csv}2024-05-01,10,12,9,11,100\n2024-05-02,11,13,10,12.5,100\n2024-05-03,12,14,11,13,100\n2024-05-06,13,15,12,14,100`
  await expect(taken(store, second, { ...of, mode: 'append' })).rejects.toThrow(/say with --known/)
  const known = utc('2024-05-06T21:00:00Z')
  await expect(
    taken(store, second, { ...of, mode: 'append', known: utc('2024-05-02T12:00:00Z') }),
  ).rejects.toThrow(/differs from what was known at 2024-05-02T20:00:00/)
  const result = await taken(store, second, { ...of, mode: 'append', known })
  expect(result.datasets[0].rows).toBe(1)
  // Once more, on the 8th: 12.75.
  const third = `${csv}2024-05-02,11,13,10,12.75,100`
  await taken(store, third, { ...of, mode: 'append', known: utc('2024-05-08T21:00:00Z') })
  const closes = async (day?: string) => {
    const opened = await openStore(store, day === undefined ? {} : { knownAt: utc(`${day}T23:59:59Z`) })
    return plain(
      (await opened.sql('SELECT close FROM bars ORDER BY event_time, receive_time')).toArray(),
    ).flat()
  }
  expect(await closes('2024-05-02')).toEqual([11, 12])
  expect(await closes('2024-05-05')).toEqual([11, 12, 13])
  expect(await closes('2024-05-06')).toEqual([11, 12.5, 13, 14])
  expect(await closes('2024-05-08')).toEqual([11, 12.75, 13, 14])
  // Nothing is lost: every publication is a row.
  expect(await closes()).toEqual([11, 12, 12.5, 12.75, 13, 14])
  const first = await openBars({ store: await openStore(store) })
  expect(Array.from(first.streams[0].series!.close)).toEqual([11, 12, 13, 14])
  expect(Array.from(first.streams[0].corrections!.close)).toEqual([12.5, 12.75])
  const early = await openBars({
    store: await openStore(store, { knownAt: utc('2024-05-07T00:00:00Z') }),
    memoryRows: 0,
  })
  expect(early.streams[0].corrections!.length).toBe(1)
  expect(early.streams[0].rows).toBe(4)
  const reread = await taken(store, third, { ...of, mode: 'append', known: utc('2024-05-09T21:00:00Z') })
  expect(reread.datasets[0].rows).toBe(0)
  expect((await (await openStore(store)).check('bars')).whole).toBe(true)
})

test('a revised figure is two rows; asked in between, the first one', async () => {
  const store = join(folder, 'gdp')
  // The US GDP of the first quarter of 2024: advance estimate 1.6 %, second estimate 1.3 %, third 1.4 % (BEA).
  const vintages =
    'time,value,known\n2024-03-31,1.6,2024-04-25T12:30:00Z\n2024-03-31,1.3,2024-05-30T12:30:00Z'
  const of = { dataset: 'gdp', venue: 'BEA', name: 'gdp.csv' }
  await taken(store, vintages, of)
  await taken(store, `${vintages}\n2024-03-31,1.4,2024-06-27T12:30:00Z`, { ...of, mode: 'append' })
  const asked = async (day: string) => {
    const opened = await openStore(store, { knownAt: utc(day) })
    return plain((await opened.sql('SELECT value FROM gdp')).toArray()).flat()
  }
  expect(await asked('2024-04-25T12:29:59Z')).toEqual([])
  expect(await asked('2024-04-25T12:30:00Z')).toEqual([1.6])
  expect(await asked('2024-06-01T00:00:00Z')).toEqual([1.3])
  expect(await asked('2024-07-01T00:00:00Z')).toEqual([1.4])
  const { streams } = await openTicks({
    store: await openStore(store, { knownAt: utc('2024-06-01T00:00:00Z') }),
  })
  expect(Array.from((streams[0].series as CustomSeries).value)).toEqual([1.6, 1.3])
  // A file without times of release, downloaded on July 25: what it says otherwise is known from then.
  await taken(store, 'time,value\n2024-03-31,1.4\n2024-06-30,2.8', {
    ...of,
    mode: 'append',
    known: utc('2024-07-25T12:30:00Z'),
  })
  const all = await (await openStore(store)).sql('SELECT count(*) FROM gdp')
  expect(plain(all.toArray())).toEqual([[4]])
})

test('what was announced, listed and admitted later is not in the answer of SQL either', async () => {
  const store = join(folder, 'answers')
  await taken(
    store,
    `kind,instrument,date,ratio,amount,known,id,canceled
     split,XNYS:A,2024-06-10,2,,2024-05-01,s1,
     split,XNYS:A,2024-06-12,3,,2024-05-20,s1,
     split,XNYS:A,2024-06-12,3,,2024-06-01,s1,yes`,
    { dataset: 'acts' },
  )
  await taken(store, `universe,symbol,from,to\nu,XNYS:A,2010-01-04,2015-06-30\nu,XNYS:B,2012-01-03,`, {
    dataset: 'uni',
  })
  const asked = async (query: string, day: string) =>
    plain(
      (await (await openStore(store, { knownAt: utc(`${day}T23:59:59.999Z`) + 999 })).sql(query)).toArray(),
    ).flat()
  const ratios = 'SELECT ratio FROM acts'
  expect(await asked(ratios, '2024-04-30')).toEqual([])
  expect(await asked(ratios, '2024-05-01')).toEqual([2])
  expect(await asked(ratios, '2024-05-20')).toEqual([3])
  expect(await asked(ratios, '2024-06-01')).toEqual([])
  const open = 'SELECT count(*), count(valid_to) FROM uni'
  expect(await asked(open, '2011-01-03')).toEqual([1, 0])
  // Nobody knew in 2014 when A would leave.
  expect(await asked(open, '2014-01-03')).toEqual([2, 0])
  expect(await asked(open, '2015-07-01')).toEqual([2, 1])
})
