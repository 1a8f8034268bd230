/** Money that moves without orders, and the account's terms, in the report of a real run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { runStatistics } from '../analytics/index.ts'
import { DAY } from '../core/time.ts'
import { backtest } from '../sim/backtest.ts'
import type { Run } from '../sim/run.ts'
import { memoryBars } from '../sim/series.ts'
import { memoryTicks } from '../sim/ticks.ts'
import { launchChromium } from '../testing/chromium.ts'
import { barsOf, planned, START, share } from '../testing/fixtures.ts'
import { randomSeries } from '../testing/fixtures-random.ts'
import { renderReport } from './index.ts'

const DAYS = 240
const perpetual = share('PERP', { kind: 'linear', currency: 'USD', base: 'BTC' })

/** A perpetual with funding, a share with dividends, one sold short, interest, and an idle euro. */
async function manyFlows(): Promise<Run> {
  const flat = new Array(DAYS).fill('100')
  const time = Float64Array.from({ length: DAYS - 1 }, (_, k) => START + (k + 1.5) * DAY)
  return backtest({
    strategy: planned({
      2: ({ ctx, of }) => {
        ctx.buy(of.PERP, 50)
        ctx.buy(of.PAYS, 200)
        ctx.sell(of.LENT, 100)
      },
    }),
    bars: memoryBars([
      { instrument: perpetual, series: randomSeries(5, DAYS) },
      { instrument: share('PAYS'), series: barsOf(flat) },
      { instrument: share('LENT'), series: barsOf(flat) },
    ]),
    ticks: memoryTicks([
      {
        instrument: perpetual,
        funding: {
          length: time.length,
          eventTime: time,
          receiveTime: time,
          rate: time.map((_, k) => 0.0002 * Math.sin(k / 20) + 0.0001),
          markPrice: new Float64Array(time.length).fill(Number.NaN),
        },
      },
    ]),
    actions: [60, 150].map(day => ({
      kind: 'dividend' as const,
      instrument: 'PAYS',
      time: START + day * DAY + 1,
      payTime: START + (day + 14) * DAY,
      amount: 0.5,
    })),
    financing: {
      credit: { USD: { dayCount: 360, tiers: [{ from: 0, rate: 0.036 }] } },
      borrow: one =>
        one.symbol === 'LENT' ? { rate: 0.018, dayCount: 360, collateral: 'market' } : undefined,
    },
    currency: 'USD',
    deposits: { EUR: 100 },
    rates: { EUR: 1.1 },
    account: 'margin',
    fees: '5bps',
    latency: '5ms',
  })
}

let browser: Browser
let folder: string
let run: Run
let text: string

beforeAll(async () => {
  browser = await launchChromium()
  folder = await mkdtemp(join(tmpdir(), 'gordon-flows-'))
  run = await manyFlows()
  text = renderReport({ result: run, statistics: runStatistics(run) })
  await writeFile(join(folder, 'report.html'), text)
})

afterAll(async () => {
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
})

it('tells each kind with its total, dividends when they were earned', () => {
  const section = text.slice(text.indexOf('<section id="cash-flows"'))
  const body = section
    .slice(0, section.indexOf('</section>'))
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
  const funding = run.cashFlows
    .filter(one => one.kind === 'funding')
    .reduce((sum, one) => sum + one.amount, 0)
  expect(funding).toBeLessThan(0)
  // Held from the third day on, of 240: 238 nights, of which 100 borrowed shares of 100 cost 0.50 each at 1.8 % of
  // 360 days, and 237 fundings. Two dividends of 0.50 on 200 shares.
  expect(body).toContain('Dividends 2 200.00')
  expect(body).toContain('Borrowing 238 −119.00')
  expect(body).toContain(`Funding 237 ${'−'}${Math.abs(funding).toFixed(2)}`)
  expect(body).toContain('TEST:PAYS, dividends 2 200.00')
  expect(body).toContain('Account, interest on cash')
})

it('tells latency, margin, currencies, interest and borrowing among the assumptions', () => {
  const facts = text.slice(text.indexOf('<section id="assumptions"')).replace(/<[^>]+>/g, ' ')
  for (const fact of [
    /Latency\s+.*5/,
    /margin, leverage 2/,
    /50 % to open and 25 % to keep/,
    /EUR as set to 1\.1/,
    /USD earns 3\.6 % a year of 360 days/,
    /TEST:LENT: 1\.8 % a year of 360 days/,
  ])
    expect(facts).toMatch(fact)
})

it('has no such section for a run without them', async () => {
  const plain = await backtest({
    strategy: planned({}),
    bars: memoryBars([{ instrument: share('A'), series: barsOf(['1', '1']) }]),
  })
  expect(renderReport({ result: plain, statistics: runStatistics(plain) })).not.toContain('id="cash-flows"')
})

it.each([
  ['light', 1300],
  ['dark', 390],
] as const)('is drawn in %s at %i px without trouble, and is no wider', async (colorScheme, width) => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
  const page = await context.newPage()
  const trouble: string[] = []
  page.on('pageerror', error => trouble.push(String(error)))
  await page.goto(pathToFileURL(join(folder, 'report.html')).href)
  await page.waitForSelector('html[data-charts=drawn]', { state: 'attached', timeout: 60_000 })
  const lines = await page.evaluate(
    "document.querySelectorAll('[data-chart=cashFlows] .scatterlayer path.js-line').length",
  )
  expect(lines).toBe(4)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  expect(trouble).toEqual([])
  await context.close()
})
