/** Flags of the account, of corporate actions and of finer bars, read and run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { interactiveBrokersRates } from '../costs/financing.ts'
import { isoTime } from '../core/time.ts'
import { share } from '../testing/fixtures.ts'
import { readAccount, readFinancing } from './account-flags.ts'
import { parseActions, resolveActions } from './actions-csv.ts'
import { type BacktestOptions, backtestCommand } from './backtest.ts'
import { projectPath } from './project-path.ts'

const folder = mkdtempSync(join(tmpdir(), 'account-flags-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function given(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('money', () => {
  it('is read by currency, any number of times', () => {
    expect(
      readAccount({ rate: ['USDT=1', 'EUR=1.1'], deposit: ['BTC=0.5'], accountCurrency: 'USD' }),
    ).toEqual({
      currency: 'USD',
      rates: { USDT: 1, EUR: 1.1 },
      deposits: { BTC: 0.5 },
      margin: undefined,
    })
  })

  it.each([
    [{ rate: ['USDT'] }, '--rate is "USDT"; give a currency and a number: USDT=1.'],
    [{ rate: ['=1'] }, '--rate is "=1"; give a currency and a number: USDT=1.'],
    [{ deposit: ['BTC=-1'] }, '--deposit is "BTC=-1"; give a currency and a number: BTC=0.5.'],
    [{ deposit: ['BTC='] }, '--deposit is "BTC="; give a currency and a number: BTC=0.5.'],
    [{ deposit: ['BTC=1=2'] }, '--deposit is "BTC=1=2"; give a currency and a number: BTC=0.5.'],
    [{ rate: ['A=1', 'A=2'] }, '--rate names A twice; give it once.'],
    [
      { maintenance: '0.6' },
      '--maintenance is 0.6; give a fraction of value above 0 and no more than the initial margin, 0.5 at a leverage of 2.',
    ],
    [{ maintenance: '0' }, '--maintenance is 0; give a fraction'],
    [{ financing: 'prime' }, '--financing is "prime"; give interactive-brokers:4.33%'],
    [{ financing: 'cash=2%,gold=1%' }, '--financing is "cash=2%,gold=1%"; give'],
    [{ financing: 'interactive-brokers' }, '--financing is "interactive-brokers"; give'],
  ])('that is none is refused: %o', (options, sentence) => {
    expect(() => readAccount(options)).toThrow(sentence)
  })

  it('is financed by a venue’s terms or by plain rates', () => {
    const { cash, debit } = interactiveBrokersRates(0.0433)
    expect(readFinancing('interactive-brokers:4.33%', 'USD')).toEqual({
      credit: { USD: cash },
      debit: { USD: debit },
    })
    const flat = (rate: number) => ({ EUR: { dayCount: 360, tiers: [{ from: 0, rate }] } })
    const plain = readFinancing('cash=2%,debt=0.06,borrow=0.5%', 'EUR')
    expect([plain?.credit, plain?.debit]).toEqual([flat(0.02), flat(0.06)])
    expect(plain?.borrow?.(share('A'))).toEqual({ rate: 0.005, dayCount: 360, collateral: 'market' })
  })

  it('keeps what maintenance asks for: at three times leverage a fifth is three fifths of the initial third', () => {
    expect(readAccount({ maintenance: '0.2', leverage: '3' }).margin?.maintenanceOverInitial).toBeCloseTo(
      0.6,
      12,
    )
  })
})

describe('a table of actions', () => {
  const NYSE = share('A', { venue: 'XNYS', calendar: 'XNYS' })

  it('means the open of a day’s session, or the time itself', () => {
    const rows = parseActions(
      'kind,instrument,date,ratio,amount,pay,to,price,time\n' +
        'split,A,2024-03-11,2,,,,,\n' +
        // A Saturday: the next session is Monday's.
        'dividend,XNYS:A,2024-03-09,,0.5,2024-03-28,,,\n' +
        'delisting,A,,,,,,0,2024-04-01T12:00:00-04:00\n' +
        'symbolChange,A,2024-04-02,,,,B,,\n' +
        'split,OTHER,2024-03-11,3,,,,,\n',
      'a.csv',
    )
    const actions = resolveActions(rows, [NYSE], 'a.csv')
    expect(
      actions.map(action => [
        action.kind,
        isoTime(action.time),
        action.kind === 'dividend' ? isoTime(action.payTime) : undefined,
      ]),
    ).toEqual([
      ['split', '2024-03-11T13:30:00Z', undefined],
      ['dividend', '2024-03-11T13:30:00Z', '2024-03-28T13:30:00Z'],
      ['delisting', '2024-04-01T16:00:00Z', undefined],
      ['symbolChange', '2024-04-02T13:30:00Z', undefined],
    ])
    expect(actions[0]).toMatchObject({ ratio: 2 })
    expect(actions[2]).toMatchObject({ price: 0 })
  })

  it.each([
    ['', 'a.csv is empty; give it columns'],
    ['kind,date\n', 'a.csv has no column instrument; name it in the first row.'],
    ['kind,instrument,day\n', 'a.csv has a column day; its columns are among kind, instrument, date,'],
    [
      'kind,instrument,date,ratio\nmerger,A,2024-01-02,2\n',
      'a.csv row 2 is of kind merger; give one of split,',
    ],
    ['kind,instrument,date,ratio\nsplit,A,2024-01-02,\n', 'a.csv row 2 (split) has no ratio; give it.'],
    [
      'kind,instrument,date,ratio\nsplit,A,2024-01-02,two\n',
      'a.csv row 2 has the ratio "two"; give a number.',
    ],
    [
      'kind,instrument,date,ratio\nsplit,A,2024-02-30,2\n',
      'a.csv row 2 has the date "2024-02-30"; give a day',
    ],
    [
      'kind,instrument,date,ratio\nsplit,A,2024-02-03\n',
      'a.csv row 2 has 3 fields where the header has 4; mend it.',
    ],
  ])('that is none is refused: %j', (text, sentence) => {
    expect(() => parseActions(text, 'a.csv')).toThrow(sentence)
  })

  it('of other instruments alone is refused', () => {
    const rows = parseActions('kind,instrument,date,ratio\nsplit,B,2024-01-02,2\n', 'a.csv')
    expect(() => resolveActions(rows, [NYSE], 'a.csv')).toThrow(
      'None of the 1 actions of a.csv is for XNYS:A; name instruments as the data do.',
    )
  })
})

describe('gordon backtest', () => {
  const hold = given(
    'hold.ts',
    `import { strategy } from 'gordon/strategy'
export default class Hold extends strategy() {
  onBar(bar, ctx) { if (ctx.position(bar.instrument) === 0 && ctx.openOrders().length === 0) ctx.targetWeights(new Map([[bar.instrument, 0.9]])) }
}
`,
  )
  const apple = { store: projectPath('data/sample'), data: ['us-daily/raw'], symbols: 'AAPL', json: true }
  const run = async (options: BacktestOptions) => JSON.parse(await backtestCommand([hold], options))

  it('runs raw prices over splits that are told, and refuses those that are not', async () => {
    const actions = projectPath('data/aapl-actions.csv')
    const raw = await run({ ...apple, actions })
    const adjusted = await run({ ...apple, data: ['us-daily/total-return'] })
    // Splits alone make 4 of 1; dividends are cash here and prices there.
    expect(raw.cashFlows.filter((flow: { kind: string }) => flow.kind === 'entitlement')).toHaveLength(3)
    expect(raw.endEquity / adjusted.endEquity).toBeCloseTo(1, 1)
    await expect(run(apple)).rejects.toThrow('as a 2:1 split does, and these prices are raw')
    const one = given('one.csv', 'kind,instrument,date,ratio\nsplit,AAPL,2000-06-21,2\n')
    await expect(run({ ...apple, actions: one })).rejects.toThrow('overnight before 2005-02-28')
    const wrong = given(
      'wrong.csv',
      'kind,instrument,date,ratio\nsplit,AAPL,2000-06-21,3\nsplit,AAPL,2005-02-28,2\n',
    )
    await expect(run({ ...apple, actions: wrong })).rejects.toThrow('overnight before 2000-06-21')
  })

  it('tells the account’s terms and what moved money, as text and as JSON', async () => {
    const options = { ...apple, data: ['us-daily/total-return'], account: 'margin', to: '2000-06-01' }
    const document = await run({ ...options, financing: 'cash=3.6%', maintenance: '0.3' })
    expect(document.assumptions).toMatchObject({
      leverage: 2,
      financing: 'USD earns 3.6 % a year of 360 days',
      margin: expect.stringContaining('50 % to open and 30 % to keep'),
    })
    expect(document.cashFlows[0]).toMatchObject({
      kind: 'interest',
      currency: 'USD',
      time: '2000-03-02T00:00:00Z',
    })
    expect(await backtestCommand([hold], { ...options, financing: 'cash=3.6%', json: false })).toMatch(
      /cash flows +interest on cash \d/,
    )
  })

  it('fills inside finer bars of the same instrument', async () => {
    const table = (rows: readonly (readonly [string, number])[]) =>
      `time,open,high,low,close,volume\n${rows.map(([time, p]) => `${time},${p},${p + 2},${p - 1},${p + 1},1000\n`).join('')}`
    const days = given('days.csv', table([1, 2, 3, 4].map(day => [`2024-01-0${day}`, 10 + day])))
    const hours = given(
      'hours.csv',
      table(
        Array.from({ length: 16 }, (_, k) => [
          new Date(Date.UTC(2024, 0, 1, 6 * (k + 1))).toISOString(),
          10 + k / 4,
        ]),
      ),
    )
    const flags = { file: days, venue: 'X', symbol: 'C', calendar: '24/7', tick: '0.01', json: true }
    const coarse = await run(flags)
    const finer = await run({ ...flags, finer: hours })
    expect(coarse.orders[0].submittedAt).toBe(finer.orders[0].submittedAt)
    expect([coarse.fills[0].time, finer.fills[0].time]).toEqual([
      '2024-01-03T00:00:00Z',
      '2024-01-02T06:00:00Z',
    ])
    expect(finer.datasets).toHaveLength(2)
  })
})
