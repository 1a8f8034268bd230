/**
 * Several strategies in one report. Expected: by hand for two days; pandas 2.2.3 (`pct_change`, `corr`, `std`) for
 * curves of years; a browser for what a reader sees.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { runStatistics } from '../analytics/index.ts'
import type { RunResult } from '../domain/run-result.ts'
import { launchChromium } from '../testing/chromium.ts'
import { jointRun } from '../testing/fixtures/joint-run.ts'
import { sampleRun } from '../testing/fixtures/sample-run.ts'
import { python } from '../testing/python.ts'
import { renderReport, strategiesFigure } from './index.ts'
import { analyseMembers, correlations } from './members.ts'

const PANDAS = `
import json, sys, math, pandas
given = json.load(sys.stdin)
curves = pandas.DataFrame(given['curves']).T
if given['time']:
    curves.index = pandas.to_datetime(given['time'], unit='us')
    days = curves.resample('D', closed='right', label='right').last().dropna()
    curves = pandas.concat([curves.iloc[:1], days])
returns = curves.pct_change().iloc[1:]
year = math.sqrt(252)
print(json.dumps({
    'observations': len(returns),
    'correlations': returns.corr().values.tolist(),
    'sharpe': (returns.mean() / returns.std() * year).tolist(),
    'volatility': (returns.std() * year).tolist(),
    'drawdown': (1 - curves / curves.cummax()).max().tolist(),
}))
`

interface Expected {
  readonly observations: number
  readonly correlations: number[][]
  readonly sharpe: number[]
  readonly volatility: number[]
  readonly drawdown: number[]
}

function report(result: RunResult, benchmark?: { name: string; equity: Float64Array }): string {
  return renderReport({
    result,
    statistics: runStatistics({ ...result, benchmark: benchmark?.equity }),
    benchmark,
  })
}

/** The section as text: tags become `|`. */
function section(result: RunResult, id = 'strategies'): string {
  const text = report(result)
  const from = text.indexOf(`<section id="${id}"`)
  if (from < 0) return ''
  return text
    .slice(from, text.indexOf('</section>', from))
    .replace(/<[^>]*>/g, '|')
    .replace(/\s*\|[\s|]*/g, '|')
    .replaceAll('\u00a0', ' ')
}

/** A: 600 → 660 → 594. B: 400 → 400 → 440. Together 1000 → 1060 → 1034. */
function twoDays(more: { a?: number[]; b?: number[] } = {}): RunResult {
  const { result } = jointRun({ bars: 3, symbols: ['ALFA'] })
  const curves = [more.a ?? [600, 660, 594], more.b ?? [400, 400, 440]].map(curve => Float64Array.from(curve))
  const equity = curves[0].map((value, row) => value + curves[1][row])
  return {
    ...result,
    startEquity: equity[0],
    endEquity: equity[2],
    fees: 3,
    curve: { ...result.curve, equity, cash: equity },
    members: result.members!.map((member, place) => ({
      ...member,
      fees: place + 1,
      startEquity: curves[place][0],
      endEquity: curves[place][2],
      equity: curves[place],
    })),
  }
}

describe('strategies of a run, by hand', () => {
  const text = section(twoDays())

  it('have their return, and their contribution adds up to that of the whole', () => {
    // −6 of 600 and of 1,000; 40 of 400 and of 1,000; A fell from 660 to 594, all from 1,060 to 1,034.
    expect(text).toMatch(/\|Swift\|−1\.00 %\|−0\.60\|.*?\|10\.00 %\|0\|undefined\|/)
    expect(text).toMatch(/\|Steady\|\+10\.00 %\|\+4\.00\|.*?\|0\.00 %\|0\|undefined\|/)
    expect(text).toMatch(/\|Together\|\+3\.40 %\|\+3\.40\|.*?\|2\.45 %\|0\|undefined\|/)
    expect(text).toContain('Undefined (no closed trade): Trades won of all.')
  })

  it('have their money and their part of the profit of 34', () => {
    expect(text).toContain('|Swift|60.0 %|600.00|594.00|−6.00|−17.6 %|1.00|')
    expect(text).toContain('|Steady|40.0 %|400.00|440.00|+40.00|117.6 %|2.00|')
    expect(text).toContain('|Together|100.0 %|1,000.00|1,034.00|+34.00|100.0 %|3.00|')
  })

  it('are told to be observed too little', () => {
    // Returns of +10 % and −10 % beside 0 and +10 %: one falls as the other rises.
    expect(text).toContain('Correlation of daily returns, 2 observations')
    expect(text).toMatch(/\|Swift\|\+1\.00\|−1\.00\|Steady\|−1\.00\|\+1\.00\|/)
    expect(text).toContain('There are only 2 daily returns, fewer than 30')
    expect(text).toContain('Fewer than 30 closed trades: Swift (0), Steady (0).')
    expect(text).not.toContain('By chance alone')
  })

  it('share no profit where there was none, and correlate with nothing where they stood still', () => {
    const still = section(twoDays({ b: [400, 400, 400] }))
    expect(still).toContain('|Swift|60.0 %|600.00|594.00|−6.00|undefined|')
    expect(still).toContain('Undefined: parts of the profit, as together they made none.')
    expect(still).toMatch(/\|Swift\|\+1\.00\|undefined\|Steady\|undefined\|undefined\|/)
  })

  it('say why a figure is undefined', () => {
    const { result } = jointRun({ bars: 400, symbols: ['ALFA'] })
    const [swift, steady] = result.members!
    const idle = steady.equity.map(() => steady.startEquity)
    const equity = swift.equity.map((value, row) => value + idle[row])
    const text = section({
      ...result,
      curve: { ...result.curve, equity },
      members: [swift, { ...steady, equity: idle, endEquity: steady.startEquity }],
      trades: result.trades.filter(trade => trade.strategy === 'Swift'),
    })
    expect(text).toContain('Undefined (returns do not vary, or are too few): Sharpe of Steady.')
    expect(text).toContain('Undefined (no closed trade): Trades won of Steady.')
    expect(text).toMatch(/\|Steady\|0\.00 %\|0\.00\|0\.00 %\|0\.00 %\|undefined\|0\.00 %\|0\|undefined\|/)
  })

  it('that lost everything have a drawdown and no returns', () => {
    const ruined = section(twoDays({ a: [600, 300, 0] }))
    expect(ruined).toMatch(/\|Swift\|−100\.00 %\|−60\.00\|undefined\|undefined\|undefined\|100\.00 %\|/)
    expect(ruined).toContain(
      'Undefined (equity was not positive throughout): CAGR, Volatility, Sharpe of Swift.',
    )
    expect(ruined).toMatch(/\|Swift\|undefined\|undefined\|Steady\|undefined\|\+1\.00\|/)
  })

  it('are drawn from 100 on', () => {
    const { data } = strategiesFigure(twoDays())!
    expect(data.map(({ name, y }) => [name, y])).toEqual([
      ['Swift', [100, 110, 99]],
      ['Steady', [100, 100, 110]],
      ['Together', [100, 106, 103.4]],
    ])
  })
})

describe('strategies of a run, beside pandas', () => {
  it.each([
    ['daily', '1d', 1_500],
    ['hourly, by day', '1h', 2_000],
  ])('%s', async (_, interval, bars) => {
    const { result } = jointRun({ interval, bars })
    const { curve, members } = result
    const curves = [...members!.map(({ equity }) => equity), curve.equity]
    const expected = (await python(PANDAS, {
      time: interval === '1d' ? null : [...curve.time],
      curves: curves.map(column => [...column]),
    })) as Expected
    const actual = correlations(curve.time, curves)
    expect(expected.correlations[0][1]).toBeGreaterThan(0.2)
    for (const [n, row] of actual.entries())
      for (const [m, value] of row.entries()) expect(value).toBeCloseTo(expected.correlations[n][m], 9)
    const statistics = runStatistics({ ...result, periodsPerYear: 252 })
    const { rows, whole, periods, daily } = analyseMembers(result, statistics)!
    expect([periods, daily]).toEqual([expected.observations, true])
    for (const [n, row] of [...rows, whole].entries()) {
      expect(row.statistics.sharpe).toBeCloseTo(expected.sharpe[n], 9)
      expect(row.statistics.volatility).toBeCloseTo(expected.volatility[n], 9)
      // Depth is of every row, within the day too.
      if (interval === '1d') expect(row.statistics.maxDrawdown).toBeCloseTo(expected.drawdown[n], 12)
      else expect(row.statistics.maxDrawdown).toBeGreaterThanOrEqual(expected.drawdown[n])
    }
  })

  it('says what chance alone would show of 1,499 returns: 1.96 / √1499 = 0.051', () => {
    const { result } = jointRun({ bars: 1_500 })
    expect(section(result)).toContain('would show between −0.05 and +0.05 in 19 of 20 such samples')
  })
})

describe('elsewhere in the report', () => {
  const { result } = jointRun()

  it('costs are told by strategy, and assumptions name each file', () => {
    const [swift] = result.members!
    const fills = result.fills.filter(fill => fill.strategy === 'Swift').length
    expect(section(result, 'costs')).toMatch(new RegExp(`\\|By strategy\\|.*\\|Swift\\|${fills}\\|`))
    expect(section(result, 'costs')).toContain(swift.fees.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ','))
    expect(section(result, 'assumptions')).toContain('Swift, 60.0 % of the money|strategies/swift.ts|{')
  })

  it('is nothing new with one strategy', () => {
    const text = report(sampleRun().result)
    expect(text).not.toContain('id="strategies"')
    expect(text).not.toContain('trade-strategy"')
    expect(text).not.toContain('By strategy')
    expect(text).not.toContain('Strategies together')
  })

  it('stays under 3 MB with forty strategies of names that try to break out', () => {
    const attack = `</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">`
    const long = jointRun({ bars: 40_000, interval: '1m' }).result
    const members = Array.from({ length: 40 }, (_, n) => ({
      ...long.members![n % 2],
      name: `${attack} ${n}`,
      share: 1 / 40,
    }))
    const text = report({ ...long, members })
    expect(Buffer.byteLength(text)).toBeLessThan(3_000_000)
    expect(text).not.toContain(attack)
    expect(text).toContain('Drawn are the first 16 of 40 strategies.')
    expect(text).toContain('The first 16 of 40 strategies are compared.')
  })
})

describe('in a browser', () => {
  let browser: Browser
  let folder: string
  let file: string
  const run = jointRun({ bars: 900 })

  beforeAll(async () => {
    browser = await launchChromium()
    folder = await mkdtemp(join(tmpdir(), 'gordon-strategies-'))
    file = join(folder, 'joint.html')
    await writeFile(file, report(run.result, run.benchmark))
  })

  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function open(
    options: Parameters<Browser['newContext']>[0],
  ): Promise<{ page: Page; trouble: string[] }> {
    const page = await (await browser.newContext(options)).newPage()
    const trouble: string[] = []
    page.on('console', message => {
      if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text())
    })
    page.on('pageerror', error => trouble.push(String(error)))
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector('html[data-charts=drawn]', { state: 'attached', timeout: 60_000 })
    return { page, trouble }
  }

  it('the section is there, and trades name their strategy, are filtered by it and take it into the CSV', async () => {
    const { page, trouble } = await open({ viewport: { width: 1300, height: 900 }, colorScheme: 'light' })
    await expectSection(page, 1300)
    const column = (n: number) =>
      page.evaluate(
        `[...document.querySelectorAll('#trade-table tbody tr')].map(row => row.cells[${n}].textContent)`,
      ) as Promise<string[]>
    await page.selectOption('#trade-strategy', 'Steady')
    await page.selectOption('#trade-instrument', 'XTST:BRAVO')
    expect([new Set(await column(1)), new Set(await column(2))]).toEqual([
      new Set(['Steady']),
      new Set(['XTST:BRAVO']),
    ])
    const wanted = run.result.trades.filter(
      trade => trade.strategy === 'Steady' && trade.instrument === 'XTST:BRAVO',
    )
    expect(await page.textContent('#trade-page')).toContain(` of ${wanted.length}`)
    const waiting = page.waitForEvent('download')
    await page.click('#trade-csv')
    const csv = await readFile((await (await waiting).path())!, 'utf8')
    const [head, first] = csv.split('\r\n')
    expect(head).toMatch(/^trade,strategy,instrument,/)
    expect(first.split(',')[1]).toBe(run.result.trades[0].strategy)
    expect(trouble).toEqual([])
    await page.context().close()
  })

  it('it fits a phone in the dark', async () => {
    const viewport = { width: 390, height: 844 }
    const { page, trouble } = await open({ viewport, colorScheme: 'dark', isMobile: true, hasTouch: true })
    await expectSection(page, 390)
    await page.click('[data-for=strategies]:text("Log")')
    await page.waitForFunction(
      `document.querySelector('[data-chart=strategies]').layout.yaxis.type === 'log'`,
    )
    expect(trouble).toEqual([])
    await page.context().close()
  })

  async function expectSection(page: Page, width: number) {
    expect(await page.isVisible('#strategies h2')).toBe(true)
    const lines = `document.querySelectorAll('[data-chart=strategies] .scatterlayer path.js-line').length`
    expect(await page.evaluate(lines)).toBe(3)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  }
})
