/** Flawed files through the commands: what is told of them, refused, mended, undone, and seen by a strategy. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openStore } from '../catalog/index.ts'
import { Random } from '../core/random.ts'
import { isoTime } from '../core/time.ts'
import { calendarNamed, sessionsBetween } from '../domain/calendar/calendar.ts'
import { dayOf } from '../domain/calendar/civil.ts'
import { backtestCommand } from './backtest.ts'
import { dataCheck } from './data-check.ts'
import { dataMend } from './data-mend.ts'
import { ingestCommand } from './ingest.ts'

const folder = mkdtempSync(join(tmpdir(), 'data-mend-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let stores = 0
const newStore = () => join(folder, `store-${stores++}`)

interface Line {
  time: number
  o: number
  h: number
  l: number
  c: number
  v: number
}

/** A walk of closes in cents, one bar per instant. */
function walk(times: readonly number[], seed: number): Line[] {
  const random = Random.ofChoice(seed, 1)
  let price = 10_000
  return times.map(time => {
    const o = price
    price += random.integer(-60, 61)
    const [h, l] = [Math.max(o, price) + random.integer(1, 30), Math.min(o, price) - random.integer(1, 30)]
    return { time, o: o / 100, h: h / 100, l: l / 100, c: price / 100, v: 1000 + random.integer(0, 500) }
  })
}

function written(name: string, lines: readonly Line[]): string {
  const path = join(folder, name)
  const rows = lines.map(({ time, o, h, l, c, v }) => [time, o, h, l, c, v].join())
  writeFileSync(path, ['time,open,high,low,close,volume', ...rows].join('\n'))
  return path
}

const NYSE = calendarNamed('XNYS')
const days = sessionsBetween(NYSE, dayOf(2023, 1, 3), dayOf(2023, 12, 29)).map(({ close }) => close)
const STOCK = { venue: 'XNYS', symbol: 'ACME', interval: '1d', timezone: 'UTC' }

type Quality = {
  quality: {
    findings: {
      code: string
      count: number
      example: string
      known: number
      place: { from: number; row: number }
    }[]
  }
}
const checked = async (store: string, id: string) =>
  (JSON.parse(await dataCheck(id, { store, json: true })) as Quality).quality.findings

test('a bad print is refused, or flagged and seen by a strategy with the next bar, or mended and made again', async () => {
  const lines = walk(days, 7)
  const at = 120
  lines[at] = { ...lines[at], h: 170, c: 169.5 }
  const file = written('acme.csv', lines)
  const store = newStore()
  await expect(ingestCommand(file, { ...STOCK, store, quality: 'outlier=refuse' })).rejects.toMatchObject({
    code: 'QUALITY_REFUSED',
  })
  // Nothing of it is in the store, nor is there one.
  expect(readdirSync(folder).filter(name => join(folder, name) === store)).toEqual([])
  const said = await ingestCommand(file, { ...STOCK, store, quality: 'outlier=flag' })
  expect(said).toContain('1 flags went into acme/quality: a strategy sees them with --data acme,acme/quality')
  // A strategy writes down what it is told, and when.
  const strategy = join(folder, 'watch.ts')
  writeFileSync(
    strategy,
    `import { strategy, type Context, type PointView } from 'gordon/strategy'
export default class Watch extends strategy({}) {
  override onPoint({ name, value }: PointView, ctx: Context): void {
    ctx.log(name + ' ' + value)
  }
}
`,
  )
  const run = JSON.parse(
    await backtestCommand([strategy], { store, data: ['acme', 'acme/quality'], json: true } as never),
  ) as { logs: { time: string; text: string }[] }
  expect(run.logs.map(({ time, text }) => `${time} ${text}`)).toEqual([
    `${isoTime(days[at + 1])} quality.outlier 2`,
  ])
  const [found] = await checked(store, 'acme')
  expect(found).toMatchObject({ code: 'outlier', known: days[at + 1], place: { from: days[at] } })
  // Mended: the bar is gone, and by the record it is there again, bit by bit.
  const mended = JSON.parse(await dataMend('acme', { store, policy: 'outlier=repair', json: true }))
  expect(mended).toMatchObject({ dataset: 'acme-mended', dropped: 1, replaced: 0 })
  expect((await openStore(store).then(one => one.show('acme-mended'))).rows).toBe(days.length - 1)
  expect((await checked(store, 'acme-mended')).filter(({ code }) => code === 'outlier')).toEqual([])
  expect(await dataMend('acme-mended', { store, undo: true })).toContain(
    'acme-mended-unmended has the rows of acme as they were, to the last bit',
  )
  const opened = await openStore(store)
  const filesOf = async (id: string) => (await opened.show(id)).instruments.flatMap(one => one.files)
  const hashes = async (id: string) => (await filesOf(id)).map(({ sha256, rows }) => ({ sha256, rows }))
  expect(await hashes('acme-mended-unmended')).toEqual(await hashes('acme'))
  const bytes = async (id: string) =>
    (await filesOf(id)).map(({ path }) => readFileSync(join(store, path)).toString('base64'))
  expect(await bytes('acme-mended-unmended')).toEqual(await bytes('acme'))
  // A record that was tampered with is noticed.
  writeFileSync(join(store, mended.record), '{}')
  await expect(dataMend('acme-mended', { store, undo: true })).rejects.toMatchObject({
    code: 'STORE_DAMAGED',
  })
})

test('what a policy repairs and nothing mends is told, and a dataset that was not mended cannot be undone', async () => {
  const store = newStore()
  const lines = walk(days, 8)
  for (const line of lines.slice(100)) for (const name of ['o', 'h', 'l', 'c'] as const) line[name] /= 2
  await ingestCommand(written('split.csv', lines), { ...STOCK, store })
  const [found, ...others] = await checked(store, 'split')
  expect(found).toMatchObject({ code: 'unlistedSplit', place: { row: 101 } })
  expect(found.example).toMatch(/as in a 2:1 split, and no corporate action says so$/)
  expect(others.filter(({ code }) => code !== 'jump')).toEqual([])
  await expect(dataMend('split', { store, policy: 'unlistedSplit=repair' })).rejects.toMatchObject({
    code: 'NOTHING_TO_MEND',
  })
  await expect(dataMend('split', { store, undo: true })).rejects.toMatchObject({ code: 'NOT_MENDED' })
  await expect(dataMend('split', { store })).rejects.toMatchObject({ code: 'POLICY_NEEDED' })
  const refused = ingestCommand(written('split-2.csv', lines), {
    ...STOCK,
    store,
    quality: 'unlistedSplit=refuse',
  })
  await expect(refused).rejects.toMatchObject({ code: 'QUALITY_REFUSED' })
  // With the split in the reference there is nothing to tell.
  const day = new Date(days[100] / 1000).toISOString().slice(0, 10)
  const actions = join(folder, 'actions.csv')
  writeFileSync(actions, `kind,instrument,date,ratio\nsplit,XNYS:ACME,${day},2\n`)
  await ingestCommand(actions, { store, format: 'actions-csv', dataset: 'actions' })
  expect((await checked(store, 'split')).map(({ code }) => code)).not.toContain('unlistedSplit')
  const taken = await ingestCommand(written('split-3.csv', lines), {
    ...STOCK,
    store,
    quality: 'unlistedSplit=refuse',
  })
  expect(taken).toContain('went into split-3')
})

test('summer time that begins three weeks late is told', async () => {
  const HALF_HOUR = 1800e6
  const times = sessionsBetween(NYSE, dayOf(2023, 2, 1), dayOf(2023, 5, 1)).flatMap(({ open, close }) =>
    Array.from({ length: (close - open) / HALF_HOUR }, (_, i) => open + (i + 1) * HALF_HOUR),
  )
  // New York's clocks go forward on 2023-03-12, London's on 2023-03-26.
  const late = times.map(time =>
    time > Date.UTC(2023, 2, 12) * 1000 && time < Date.UTC(2023, 2, 26) * 1000 ? time + 2 * HALF_HOUR : time,
  )
  const store = newStore()
  await ingestCommand(written('dst.csv', walk(late, 9)), { ...STOCK, interval: '30m', store })
  const told = (await checked(store, 'dst')).filter(({ code }) => code === 'dstShift')
  expect(told.map(({ count, example }) => `${count} ${example}`)).toEqual([
    expect.stringMatching(
      /^10 XNYS:ACME 2023-03-13T\S+ 10 days of trading up to 2023-03-24 are 1 h too late/,
    ),
  ])
})

test('a clock that was set, rows received before they happened, and a hole in the numbers are told', async () => {
  const random = Random.ofChoice(5, 2)
  const begin = Date.UTC(2023, 4, 3, 14) * 1000
  let event = begin
  let received = begin
  const rows: string[] = []
  for (let i = 0; i < 6000; i++) {
    event += random.integer(1000, 90_000)
    // The venue's clock goes back by 200 ms at row 4000; at rows 1000 to 1099 the receiver's is half a second slow.
    const told = event - (i >= 4000 ? 200_000 : 0)
    received = Math.max(received + 1, event + 3000 + random.integer(0, 4000))
    const seen = i >= 1000 && i < 1100 ? event - 500_000 : received
    if (i >= 2000 && i < 2007) continue
    const price = (10_000 + random.integer(-20, 21)) / 100
    rows.push([told, seen, i + 1, price, random.integer(1, 900), i % 2 ? 'buy' : 'sell'].join())
  }
  const path = join(folder, 'ticks.csv')
  writeFileSync(path, ['time,received,id,price,size,side', ...rows].join('\n'))
  const store = newStore()
  await ingestCommand(path, {
    store,
    format: 'trades-csv',
    venue: 'XNAS',
    symbol: 'ACME',
    calendar: '24/7',
    sort: true,
  })
  const found = await checked(store, 'ticks')
  const of = (code: string) => found.filter(one => one.code === code)
  expect(of('receivedBefore').reduce((sum, { count }) => sum + count, 0)).toBe(100)
  expect(of('sequenceGap').map(({ example }) => example.slice(example.indexOf(': ') + 2))).toContain(
    '7 numbers lack between 2000 and 2008',
  )
  expect(of('clockStep').map(({ example }) => example)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/the least delay goes from 3\.\d+ ms to 203\.\d+ ms and stays/),
    ]),
  )
})
