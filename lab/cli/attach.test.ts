/** What other programs see of a store: each is a process of its own that knows nothing of gordon. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ingestSource, openStore, placeOf, sourceNamed, type Store } from '../catalog/index.ts'
import { attachFile, attachSql, dataAttach } from './attach.ts'

const SAMPLE = fileURLToPath(new URL('../../data/sample', import.meta.url))
const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "gordon-attach-it's-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let sample: Store
beforeAll(async () => {
  sample = await openStore(SAMPLE)
})

/** Another process: statements one after another, the last one's rows as JSON. */
function ask(statements: readonly string[]) {
  const code = `
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    let rows
    for (const text of JSON.parse(process.env.STATEMENTS)) rows = (await connection.runAndReadAll(text)).getRowsJson()
    console.log(JSON.stringify(rows))`
  const env = { ...process.env, STATEMENTS: JSON.stringify(statements) }
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: PROJECT,
    env,
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(done.stderr)
  return JSON.parse(done.stdout)
}

// 3270 sessions: exchange_calendars 4.13.2, get_calendar('XNYS', start='2000-01-01').sessions_in_range.
const SESSIONS = '3270'
const COUNTS = ['AAPL', 'IBM', 'MSFT'].map(symbol => [symbol, SESSIONS])
const COUNTED = 'SELECT symbol, count(*) AS bars FROM us_daily_raw GROUP BY symbol ORDER BY symbol'

describe('a DuckDB of somebody else', () => {
  it('runs the statements and has every dataset as a view', async () => {
    expect(ask([await attachSql(sample), COUNTED])).toEqual(COUNTS)
    expect(ask([await attachSql(sample), 'SELECT view_name FROM duckdb_views() WHERE NOT internal'])).toEqual(
      [['us_daily_raw'], ['us_daily_total_return']],
    )
  })

  it('attaches the database', async () => {
    const path = await attachFile(sample, join(folder, 'deep/market.duckdb'))
    const attach = `ATTACH '${path.replaceAll("'", "''")}' AS market (READ_ONLY)`
    const counted = [attach, COUNTED.replace('us_daily_raw', 'market.us_daily_raw')]
    expect(ask(counted)).toEqual(COUNTS)
    expect(ask([attach, 'USE market', COUNTED])).toEqual(COUNTS)
    expect(readdirSync(join(folder, 'deep'))).toEqual(['market.duckdb'])
  })

  it('holds no rows: the database is small however much the store holds', async () => {
    const path = await attachFile(sample, join(folder, 'small.duckdb'))
    expect(readFileSync(path).length).toBeLessThan(1_000_000)
  })
})

describe('a store of one’s own', () => {
  let store: Store
  const place = () => join(folder, "o'clock store")
  const bring = async (symbol: string, close: number, mode: 'add' | 'append' = 'add') => {
    const file = join(folder, `${symbol}-${close}.csv`)
    const day = close < 10 ? '02' : '03'
    writeFileSync(
      file,
      `time,open,high,low,close,volume\n2020-01-${day},${close},${close},${close},${close},1\n`,
    )
    await ingestSource({
      store: place(),
      place: await placeOf(file),
      adapter: sourceNamed('bars-table'),
      dataset: 'asia/daily',
      venue: 'XHKG',
      symbol,
      calendar: '24/7',
      interval: '1d',
      mode,
    })
  }
  beforeAll(async () => {
    await bring('0005', 7)
    store = await openStore(place())
  })

  it('keeps a symbol of digits a text, in a folder with an apostrophe', async () => {
    expect(ask([await attachSql(store), 'SELECT symbol, close FROM asia_daily'])).toEqual([['0005', 7]])
  })

  it('views stand for their snapshot while the store goes on, and are made anew by asking again', async () => {
    const path = join(folder, 'asia.duckdb')
    const attach = [
      `ATTACH '${path.replaceAll("'", "''")}' AS m (READ_ONLY)`,
      'SELECT count(*) FROM m.asia_daily',
    ]
    await attachFile(store, path)
    await bring('0005', 11, 'append')
    expect(ask(attach)).toEqual([['1']])
    await attachFile(await openStore(place()), path)
    expect(ask(attach)).toEqual([['2']])
  })

  it('an empty store gives no view and no error', async () => {
    const empty = join(folder, 'empty')
    mkdirSync(join(empty, 'snapshots'), { recursive: true })
    writeFileSync(join(empty, 'store.json'), readFileSync(join(place(), 'store.json')))
    expect(ask([await attachSql(await openStore(empty)), 'SELECT 1'])).toEqual([[1]])
  })
})

describe('nothing is written over', () => {
  const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

  it('a database with tables of its own', async () => {
    const path = join(folder, 'mine.duckdb')
    ask([`ATTACH '${path.replaceAll("'", "''")}' AS m`, 'CREATE TABLE m.positions (n INTEGER)', 'DETACH m'])
    const before = digest(path)
    await expect(attachFile(sample, path)).rejects.toMatchObject({
      code: 'NOT_VIEWS',
      message: `${path} holds tables of its own (positions), and would be lost: give another name`,
    })
    expect(digest(path)).toBe(before)
  })

  it('a file that is something else', async () => {
    const path = join(folder, 'letter.txt')
    writeFileSync(path, 'Dear reader')
    await expect(attachFile(sample, path)).rejects.toMatchObject({ code: 'NOT_VIEWS' })
    expect(readFileSync(path, 'utf8')).toBe('Dear reader')
  })
})

it('the command prints the statements, or writes the file and says how it is attached', async () => {
  expect(await dataAttach({ store: SAMPLE })).toBe((await attachSql(sample)).trimEnd())
  const out = join(folder, 'command.duckdb')
  expect(await dataAttach({ store: SAMPLE, out })).toMatch(
    /^.*command\.duckdb has us_daily_raw, .* \(READ_ONLY\);$/,
  )
  expect(existsSync(out)).toBe(true)
  expect(JSON.parse(await dataAttach({ store: SAMPLE, json: true }))).toMatchObject({
    snapshot: sample.snapshot,
    views: ['us_daily_raw', 'us_daily_total_return'],
  })
})
