/** Data in cells: brought in, looked at, mended with a record, made coarser, traced. Expected values are by hand. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE, SECOND } from '../../core/time.ts'
import { memoryBars, memoryTicks } from '../../sim/index.ts'
import { barsOf, share, START } from '../../testing/fixtures.ts'
import { ticksOf } from '../../testing/tick-play.ts'
import { toBundle } from './bundle.ts'
import { look, type NotebookStore, openStore } from './notebook-store.ts'

const SAMPLE = fileURLToPath(new URL('../../../data/sample', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'gordon-notebook-data-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const plain = (value: unknown) => String(toBundle(value)?.['text/plain'])
const column = (table: { getChild(name: string): { toJSON(): unknown[] } | null }, name: string) =>
  table.getChild(name)?.toJSON()

/** Sixty days at about 100, the k-th closing at 100 + (k mod 3); `spoil` changes lines. */
function csv(name: string, spoil: (lines: string[]) => void = () => undefined): string {
  const lines = Array.from({ length: 60 }, (_, k) => {
    const day = new Date(Date.UTC(2020, 0, 1 + k)).toISOString().slice(0, 10)
    return `${day},100,${103 + (k % 2)},${98 - (k % 2)},${100 + (k % 3)},${1000 + k}`
  })
  spoil(lines)
  const path = join(folder, name)
  writeFileSync(path, ['time,open,high,low,close,volume', ...lines, ''].join('\n'))
  return path
}

const TERMS = { dataset: 'a/daily', venue: 'X', symbol: 'A', calendar: '24/7' }
let store: NotebookStore
beforeAll(async () => {
  store = await openStore(join(folder, 'store'), { create: true })
})

describe('a file brought in from a cell', () => {
  it('is refused with its place, and the store stays as it was', async () => {
    const bad = csv('bad.csv', lines => lines.splice(30, 0, lines[30]))
    const before = store.snapshot
    await expect(store.ingest(bad, TERMS)).rejects.toThrow(/^bad\.csv line 33, column time: .*second bar/)
    expect([store.snapshot, await store.datasets()]).toEqual([before, []])
  })

  it('goes in, tells what was understood, and the store stands at the new snapshot', async () => {
    const print = csv('first.csv', lines => {
      lines[40] = lines[40].replace(/,\d+,(\d+)$/, ',10,$1').replace(/,9[78],/, ',10,')
      lines.splice(50, 2)
    })
    const done = await store.ingest(print, TERMS)
    expect(plain(done)).toMatch(/^first\.csv is read as bars-table .*\n58 bars went into a\/daily/)
    expect([store.snapshot, done.issues.numRows]).toEqual([done.snapshot, 0])
    expect(plain(await store.ingest(print, TERMS))).toBe('a/daily: these very rows are stored already.')
  })

  it('without a venue is refused in the words of a cell', async () => {
    await expect(store.ingest(csv('v.csv'), { symbol: 'A' })).rejects.toThrow(
      "give venue, for example { venue: 'XNAS' }",
    )
  })
})

describe('a check', () => {
  it('has every finding with its place, and pictures of them', async () => {
    const check = await store.check('a/daily')
    expect(column(check.findings, 'code')).toEqual(expect.arrayContaining(['outlier', 'missingSession']))
    const at = column(check.findings, 'code')!.indexOf('outlier')
    expect(column(check.findings, 'row')![at]).toBe(41)
    expect(plain(check)).toMatch(/^a\/daily is whole: 1 file with the bytes that were stored\.\n/)
    expect(check.pricesChart()?.data.length).toBeGreaterThan(1)
    expect(check.holesChart()?.data.length).toBeGreaterThan(1)
    expect(check.pricesChart('B')).toBeUndefined()
    const page = await check.savePage(join(folder, 'page.html'))
    expect(readFileSync(page!, 'utf8')).toContain('a/daily')
  })
})

describe('bars mended in memory', () => {
  it('lose the bad print, with a record that undoes it', async () => {
    const bars = await store.bars()
    const mended = await bars.mend('outlier=repair,missingSession=repair')
    expect(column(mended.edits, 'was')).toEqual([10])
    expect(column(mended.edits, 'edit')).toEqual(['dropped'])
    expect(mended.series().length).toBe(57)
    // What lacks cannot be invented.
    expect(column(mended.left, 'code')).toEqual(['missingSession'])
    const { length, ...before } = bars.series()
    const undone = mended.undo()
    expect(undone.series().length).toBe(length)
    for (const name of ['eventTime', 'open', 'high', 'low', 'close', 'volume'] as const)
      expect([...undone.series()[name]]).toEqual([...before[name]])
    expect(undone.datasets).toEqual(bars.datasets)
    expect(mended.datasets[0].id).toBe('a/daily mended by outlier=repair,missingSession=repair')
    // The record is plain JSON, and the store's own rows are untouched.
    expect(JSON.parse(JSON.stringify(mended.records))).toEqual(mended.records)
    expect((await store.bars()).series().length).toBe(58)
  })

  it('are refused where the policy refuses, and where there is no such policy', async () => {
    const bars = await store.bars()
    await expect(bars.mend('outlier=refuse')).rejects.toMatchObject({ code: 'QUALITY_REFUSED' })
    await expect(bars.mend('outliers=repair')).rejects.toMatchObject({ code: 'BAD_POLICY' })
  })
})

describe('the past', () => {
  it('stays what it was beside a correction', async () => {
    const first = store.snapshot
    await store.ingest(csv('second.csv'), { ...TERMS, replace: true })
    const count = 'SELECT count(*)::INT AS n, min(close) AS least FROM a_daily'
    expect((await store.sql(count)).toDataFrame().values).toEqual([[60, 100]])
    expect((await (await store.at(first)).sql(count)).toDataFrame().values).toEqual([[58, 10]])
    await expect(store.at('99')).rejects.toMatchObject({ code: 'UNKNOWN_SNAPSHOT' })
  })

  it('is traced to the bytes of its source, and one byte more is noticed', async () => {
    const now = async () => {
      const trace = await store.trace('a/daily', folder)
      return column(trace, 'now')![column(trace, 'what')!.indexOf('source')]
    }
    expect(await now()).toBe('same')
    appendFileSync(join(folder, 'second.csv'), ' ')
    expect(await now()).toBe('changed')
  })

  it('takes another store’s datasets beside its own', async () => {
    await store.adopt(SAMPLE)
    expect((await store.datasets()).map(one => one.id)).toEqual([
      'a/daily',
      'us-daily/raw',
      'us-daily/total-return',
    ])
    expect(existsSync(await store.saveViews(join(folder, 'views.duckdb')))).toBe(true)
  })
})

describe('bars and ticks in memory', () => {
  it('become coarser: 10 to 14, 9 to 15, then the rest', async () => {
    const series = barsOf(['10 12 9 11 5', '11 15 10 14 7', '14 14 13 13 1'], MINUTE)
    const bars = look(memoryBars([{ instrument: share('A'), series }], { interval: '1m' }))
    const coarse = await bars.resample('2m')
    const { eventTime, open, high, low, close, volume } = coarse.series()
    expect([...eventTime]).toEqual([START + 2 * MINUTE, START + 4 * MINUTE])
    expect([open, high, low, close, volume].map(values => [...values])).toEqual([
      [10, 14],
      [15, 14],
      [9, 13],
      [14, 13],
      [12, 1],
    ])
    expect(coarse.datasets[0]).toMatchObject({ id: 'memory resampled to 2m', interval: '2m' })
  })

  const ticks = look(
    memoryTicks([
      {
        instrument: share('X'),
        ...ticksOf(['0 trade 99x1', '10 trade 100x2', '20 trade 105x1', '30 trade 110x3']),
      },
    ]),
  )

  it('show what they are, and give columns by kind', () => {
    expect(plain(ticks)).toMatch(/TEST:X +trades +4 /)
    expect(column(ticks.table('trades'), 'price')).toEqual([99, 100, 105, 110])
    expect(() => ticks.series('quotes')).toThrow('There are no quotes here: there are trades of TEST:X.')
  })

  it('become bars of volume: each ends with the trade that fills it', async () => {
    const bars = (await ticks.bars({ by: 'volume', threshold: 3 })).series()
    expect([...bars.open]).toEqual([99, 105])
    expect([...bars.close]).toEqual([100, 110])
    expect([...bars.volume]).toEqual([3, 4])
  })

  it('become bars of the clock', async () => {
    const bars = (await ticks.bars({ interval: '1m' })).series()
    expect([...bars.volume].reduce((sum, value) => sum + value, 0)).toBe(7)
    expect(bars.eventTime[0] % (60 * SECOND)).toBe(0)
  })
})
