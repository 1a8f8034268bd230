/** Six shares of zipline's example (raw prices, its own table of splits and dividends) as of several dates, against pandas. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { acceptanceData } from '../testing/acceptance-data.ts'
import { python } from '../testing/python.ts'
import { adjustedBars } from './adjusted.ts'
import { ingestBars, ingestSource, openStore, placeOf, sourceNamed } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'zipline-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SYMBOLS = ['AAPL', 'AMD', 'COST', 'DELL', 'INTC', 'MSFT']

/** As of a day, by pandas: cumulative products over reversed factors, zipline's ratio 1 - amount / close before. */
const PANDAS = `
import sys, json, pandas as pd
given = json.load(sys.stdin)
root, out = given['root'], {}
splits = pd.read_csv(root + '/splits.csv'); dividends = pd.read_csv(root + '/dividends.csv')
for symbol in given['symbols']:
    bars = pd.read_csv(f'{root}/{symbol}.csv', float_precision='round_trip')
    # Days without usable prices are left out by both.
    bars = bars[bars.date.isin(given['held'][symbol])]
    out[symbol] = {}
    for day in given['days']:
        known = bars[bars.date <= day].reset_index(drop=True)
        factor = pd.Series(1.0, index=known.index)
        for _, row in splits[(splits.symbol == symbol) & (splits.effective_date <= day)].iterrows():
            factor[known.date < row.effective_date] *= row.price_ratio
        for _, row in dividends[(dividends.symbol == symbol) & (dividends.ex_date <= day)].iterrows():
            before = known[known.date < row.ex_date]
            if len(before): factor[known.date < row.ex_date] *= 1 - row.amount / before.close.iloc[-1]
        out[symbol][day] = list(known.close * factor)
print(json.dumps(out))
`

test('zipline’s shares, adjusted as of any date', async () => {
  const root = join(acceptanceData(), 'zipline/example_daily')
  const store = join(folder, 'store')
  for (const symbol of SYMBOLS)
    await ingestBars({
      store,
      path: join(root, `${symbol}.csv`),
      dataset: 'raw',
      venue: 'XNAS',
      interval: '1d',
      onIssue: 'drop',
    })
  const table = (name: string) =>
    readFileSync(join(root, `${name}.csv`), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
  const actions = [
    'kind,instrument,date,ratio,amount',
    ...table('splits')
      .map(line => line.split(','))
      .map(([symbol, day, ratio]) => `split,${symbol},${day},${1 / Number(ratio)},`),
    ...table('dividends')
      .map(line => line.split(','))
      .map(([symbol, day, amount]) => `dividend,${symbol},${day},,${amount}`),
  ]
  const path = join(folder, 'actions.csv')
  writeFileSync(path, actions.join('\n'))
  await ingestSource({
    store,
    place: await placeOf(path),
    adapter: sourceNamed('actions-csv'),
    venue: 'XNAS',
  })
  const whole = await adjustedBars({ store: await openStore(store), method: 'split' })
  const held = Object.fromEntries(
    whole.map(({ instrument, bars }) => [
      instrument.symbol,
      Array.from(bars.eventTime, time => new Date(time / 1000).toISOString().slice(0, 10)),
    ]),
  )
  const days = ['2005-02-25', '2005-02-28', '2010-06-30', '2014-06-06', '2014-06-09', '2014-12-31']
  const expected = (await python(PANDAS, { root, symbols: SYMBOLS, held, days })) as Record<
    string,
    Record<string, number[]>
  >
  let compared = 0
  for (const day of days) {
    const opened = await openStore(store, { knownAt: Date.parse(`${day}T23:59:59Z`) * 1000 })
    for (const { instrument, bars } of await adjustedBars({ store: opened, method: 'total-return' })) {
      const closes = expected[instrument.symbol][day]
      expect(bars.length).toBe(closes.length)
      for (let i = 0; i < closes.length; i++, compared++)
        if (!(Math.abs(bars.close[i] / closes[i] - 1) < 1e-12))
          expect(`${instrument.symbol} ${day} row ${i}: ${bars.close[i]}`).toBe(closes[i])
    }
  }
  expect(compared).toBeGreaterThan(50_000)
})
