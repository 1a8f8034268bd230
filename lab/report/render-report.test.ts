import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { runStatistics } from '../analytics/index.ts'
import type { RunResult } from '../domain/run-result.ts'
import { launchChromium } from '../testing/chromium.ts'
import { type SampleRun, sampleRun } from '../testing/fixtures/sample-run.ts'
import { renderReport } from './index.ts'

const MEGABYTES_3 = 3_000_000

function report({ result, benchmark }: { result: RunResult; benchmark?: SampleRun['benchmark'] }): string {
  const statistics = runStatistics({ ...result, benchmark: benchmark?.equity })
  return renderReport({ result, statistics, benchmark })
}

/** What a reader sees, without the scripts and their data. */
function seen(input: Parameters<typeof report>[0]): string {
  const text = report(input)
  return text.slice(text.indexOf('<header'), text.indexOf('<script type="application/json"'))
}

/** Names, tags, logs and warnings that try to break out of the page. */
function hostileRun(): SampleRun {
  const attack = `</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">'"@gain`
  const run = sampleRun({ symbols: [attack, 'BRAVO'], bars: 800 })
  const result = {
    ...run.result,
    strategy: attack,
    strategyFile: attack,
    params: { [attack]: attack },
    currency: '<b>USD',
    orders: run.result.orders.map(order => ({ ...order, tag: `=HYPERLINK("https://x.example")${attack}` })),
    logs: [{ time: run.result.from, text: attack }],
    plots: run.result.plots.map(plot => ({ ...plot, name: `<a href="https://x.example">${attack}</a>` })),
    warnings: [{ code: attack, text: attack }],
    datasets: run.result.datasets.map(dataset => ({ ...dataset, id: attack, snapshot: attack })),
  }
  return { result, benchmark: { ...run.benchmark, name: attack } }
}

let browser: Browser
let folder: string

beforeAll(async () => {
  browser = await launchChromium()
  folder = await mkdtemp(join(tmpdir(), 'gordon-report-'))
})

afterAll(async () => {
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
})

interface Opened {
  readonly page: Page
  /** Console errors, exceptions, and anything that was asked of a network. */
  readonly trouble: readonly string[]
}

async function open(text: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1300, height: 900 }, ...options })
  const page = await context.newPage()
  const trouble: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text())
  })
  page.on('pageerror', error => trouble.push(String(error)))
  page.on('request', request => {
    if (!/^(file|data|blob):/.test(request.url())) trouble.push(request.url())
  })
  const file = join(folder, `${Math.abs(text.length)}-${trouble.length}.html`)
  await writeFile(file, text)
  await page.goto(pathToFileURL(file).href)
  await page.waitForSelector('html[data-charts=drawn]', { state: 'attached', timeout: 60_000 })
  return { page, trouble }
}

/** Waits until no chart is left in another theme. */
function allDrawn(page: Page, theme: 'light' | 'dark') {
  return page.waitForSelector(`.chart:not([data-drawn=${theme}])`, { state: 'detached' })
}

describe('the report as a file', () => {
  const run = sampleRun()

  it('is the same text for the same run', () => {
    const once = report(run)
    const again = report(sampleRun())
    expect(again === once).toBe(true)
  })

  it('says the claim with the benchmark beside it', () => {
    const text = seen(run)
    expect(text).toContain('From 2000-01-03 to 2013-05-31')
    expect(text).toMatch(/100,000\u00a0USD<\/strong> became/)
    const held = run.benchmark.equity.at(-1)! / run.result.startEquity - 1
    const gained = run.result.endEquity / run.result.startEquity - 1
    expect(text).toContain(
      `Buy and hold, equal weight, made +${(held * 100).toFixed(2)}\u00a0% without costs: ${((held - gained) * 100).toFixed(2)} points more.`,
    )
    expect(text).toMatch(/<dt>Maximum drawdown<\/dt>/)
  })

  it('says when a cost is nothing because nothing was assumed', () => {
    expect(seen(run)).not.toContain('none assumed')
    const assumptions = { ...run.result.assumptions, slippage: 'none' }
    const free = { ...run.result, slippageCost: 0, assumptions }
    expect(seen({ result: free })).toContain('slippage none assumed')
  })

  it('names bars in words, as 1m may be a minute or a month', () => {
    const every = (interval: string) => {
      const datasets = run.result.datasets.map(dataset => ({ ...dataset, interval }))
      return /<p class="what">.*? · (.*?), total-return prices/.exec(
        seen({ result: { ...run.result, datasets } }),
      )?.[1]
    }
    expect(['1d', '1m', '15m', '1h', '4h', '1w', 'ticks'].map(every)).toEqual([
      'daily bars',
      '1-minute bars',
      '15-minute bars',
      'hourly bars',
      '4-hour bars',
      'weekly bars',
      'ticks',
    ])
  })

  it('names the missing benchmark', () => {
    expect(seen({ result: run.result })).toContain('No benchmark was handed in')
  })

  it('says that few trades are little evidence, and that statistics without trades are undefined', () => {
    const few = { ...run.result, trades: run.result.trades.slice(0, 3) }
    expect(seen({ result: few })).toContain('Only 3 trades were closed')
    const none = seen({ result: { ...run.result, trades: [], fills: [], openTrades: [] } })
    expect(none).toContain('No trade was closed')
    expect(none).toContain('undefined (no closed trade)')
  })

  it('puts warnings before the result', () => {
    const warned = { ...run.result, warnings: [{ code: 'MARKET_FILL_LAST', text: 'Filled at the close.' }] }
    const text = seen({ result: warned })
    expect(text.indexOf('Filled at the close.')).toBeLessThan(text.indexOf('id="claim"'))
    expect(text).toContain('1 warning')
  })

  it('shows a run that saw no bar', () => {
    const nothing = new Float64Array(0)
    const curve = {
      time: nothing,
      equity: nothing,
      cash: nothing,
      grossExposure: nothing,
      netExposure: nothing,
    }
    const empty = { trades: [], fills: [], orders: [], openTrades: [], logs: [], plots: [] }
    const text = seen({
      result: {
        ...run.result,
        ...empty,
        bars: [],
        curve,
        from: Number.NaN,
        to: Number.NaN,
        endEquity: 100_000,
      },
    })
    expect(text).toContain('The run saw no bar')
  })

  it('tells of ruin instead of dividing by it', () => {
    const equity = run.result.curve.equity.map((value, row) => (row < 500 ? value : -1_000))
    const text = seen({
      result: { ...run.result, endEquity: -1_000, curve: { ...run.result.curve, equity } },
      benchmark: run.benchmark,
    })
    expect(text).toContain('equity was -1000 at ')
    expect(text).not.toContain('data-for="equity"')
    expect(text).not.toMatch(/not a number|infinite/)
  })

  it('leaves out what a recipe leaves out, but never warnings, claim and assumptions', () => {
    const text = renderReport({
      result: { ...run.result, warnings: [{ code: 'W', text: 'beware' }] },
      statistics: runStatistics(run.result),
      recipe: { name: 'curve', sections: ['equity'] },
    })
    expect([...text.matchAll(/<section id="([a-z-]+)"/g)].map(match => match[1])).toEqual([
      'warnings',
      'claim',
      'equity',
      'assumptions',
    ])
  })

  it('stays under 3 MB with a million bars, forty thousand trades and twenty-five symbols', () => {
    const many = sampleRun({
      bars: 40_000,
      interval: '1m',
      fast: 3,
      slow: 6,
      cash: 1e9,
      feeRate: 0,
      slippageRate: 0,
      symbols: Array.from({ length: 25 }, (_, n) => `SYMBOL${n}`),
    })
    const one = sampleRun({
      bars: 1_000_000,
      interval: '1m',
      fast: 3,
      slow: 8,
      feeRate: 1e-6,
      symbols: ['ONE'],
    })
    expect(many.result.trades.length).toBeGreaterThan(40_000)
    for (const large of [many, one]) {
      const plots = Array.from({ length: 30 }, (_, n) => ({ ...large.result.plots[0], name: `series ${n}` }))
      const logs = Array.from({ length: 10_000 }, (_, n) => ({
        time: large.result.from + n,
        text: 'x'.repeat(1_000),
      }))
      const text = report({ ...large, result: { ...large.result, plots, logs } })
      expect(Buffer.byteLength(text)).toBeLessThan(MEGABYTES_3)
      expect(text).toMatch(/Shown and in the CSV: the [\d,]+ of [\d,]+ trades that gained or lost most/)
      expect(text).toContain('so no peak or trough is missing')
    }
  })
})

describe('the report in a browser', () => {
  const run = sampleRun()
  const text = report(run)

  it('draws every chart without an error and without asking a network', async () => {
    const { page, trouble } = await open(text)
    const marks =
      (await page.evaluate(`Object.fromEntries([...document.querySelectorAll('.chart')].map(chart =>
      [chart.dataset.chart, chart.querySelectorAll('.scatterlayer path, .barlayer path, .boxlayer path, .ohlclayer path').length]))`)) as Record<
        string,
        number
      >
    expect(Object.keys(marks).sort()).toEqual(
      [
        'candles',
        'costs',
        'equity',
        'excursions',
        'exposure',
        'plots',
        'rolling',
        'trade-returns',
        'turnover',
      ].sort(),
    )
    for (const [chart, count] of Object.entries(marks)) expect(count, chart).toBeGreaterThan(0)
    expect(marks.candles).toBeGreaterThan(200)
    expect(trouble).toEqual([])
    await page.context().close()
  })

  it('changes all charts and the page with the theme', async () => {
    const { page, trouble } = await open(text, { colorScheme: 'light' })
    const colours = `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('[data-chart=equity] .main-svg')).backgroundColor]`
    expect(await page.evaluate(colours)).toEqual(['rgb(246, 247, 248)', 'rgb(255, 255, 255)'])
    await page.click('[data-set-theme=dark]')
    await allDrawn(page, 'dark')
    expect(await page.evaluate(colours)).toEqual(['rgb(14, 17, 20)', 'rgb(20, 24, 29)'])
    await page.click('[data-set-theme=auto]')
    await page.emulateMedia({ colorScheme: 'dark' })
    await allDrawn(page, 'dark')
    expect(trouble).toEqual([])
    await page.context().close()
  })

  it('switches equity to a logarithmic scale, and keeps it through a change of theme', async () => {
    const { page, trouble } = await open(text)
    await page.click('[data-for=equity]:text("Log")')
    await page.click('[data-set-theme=dark]')
    await allDrawn(page, 'dark')
    expect(await page.evaluate(`document.querySelector('[data-chart=equity]').layout.yaxis.type`)).toBe('log')
    expect(trouble).toEqual([])
    await page.context().close()
  })

  it('shows the candles of the instrument that is picked', async () => {
    const { page, trouble } = await open(text)
    await page.selectOption('#candle-instrument', '2')
    await page.waitForTimeout(500)
    const shown = await page.evaluate(`document.querySelector('[data-chart=candles]').layout.yaxis.range`)
    const [low, high] = shown as number[]
    const lastClose = run.result.bars[2]!.close.at(-1)!
    expect(low).toBeLessThan(lastClose)
    expect(high).toBeGreaterThan(lastClose)
    expect(trouble).toEqual([])
    await page.context().close()
  })

  it('is never wider than a phone', async () => {
    const { page, trouble } = await open(text, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    expect(trouble).toEqual([])
    await page.context().close()
  })

  it('sorts, pages and filters the trades', async () => {
    const { page } = await open(text)
    const column = (n: number) =>
      page.evaluate(
        `[...document.querySelectorAll('#trade-table tbody tr')].map(row => row.cells[${n}].textContent)`,
      ) as Promise<string[]>
    const profits = run.result.trades.map(trade => trade.profit)
    const shown = (value: number) =>
      Math.abs(value)
        .toFixed(2)
        .replace(/\B(?=(\d{3})+\.)/g, ',')
        .replace(/^/, value < 0 ? '−' : '+')
    expect((await column(0))[0]).toBe('1')
    await page.click('#trade-table th:nth-child(10) button')
    expect((await column(9))[0]).toBe(shown(Math.max(...profits)))
    expect(await page.getAttribute('#trade-table th:nth-child(10)', 'aria-sort')).toBe('descending')
    await page.click('#trade-table th:nth-child(10) button')
    expect((await column(9))[0]).toBe(shown(Math.min(...profits)))
    expect(await page.textContent('#trade-page')).toBe(`1–25 of ${run.result.trades.length}`)
    await page.click('#trade-next')
    expect(await page.textContent('#trade-page')).toBe(`26–50 of ${run.result.trades.length}`)
    await page.selectOption('#trade-instrument', 'XTST:BRAVO')
    expect(new Set(await column(1))).toEqual(new Set(['XTST:BRAVO']))
    await page.context().close()
  })

  it('gives all trades as CSV with full precision', async () => {
    const { page } = await open(text)
    const waiting = page.waitForEvent('download')
    await page.click('#trade-csv')
    const download = await waiting
    expect(download.suggestedFilename()).toBe('sma-cross-trades.csv')
    const [head, ...lines] = (await readFile((await download.path())!, 'utf8')).trimEnd().split('\r\n')
    expect(head).toBe(
      'trade,instrument,direction,entryTime,exitTime,quantity,entryPrice,exitPrice,return,profitUSD,feesUSD,bars,mae,mfe,entryTag',
    )
    expect(lines).toHaveLength(run.result.trades.length)
    const [first] = run.result.trades
    expect(lines[0].split(',').slice(0, 10)).toEqual([
      '1',
      first.instrument,
      'long',
      new Date(first.entryTime / 1000).toISOString().replace('.000', ''),
      new Date(first.exitTime / 1000).toISOString().replace('.000', ''),
      ...[first.quantity, first.entryPrice, first.exitPrice, first.return, first.profit].map(String),
    ])
    await page.context().close()
  })

  it('leads from a trade to its candles, and prices follow what is in view', async () => {
    const { page, trouble } = await open(text)
    await page.click('#trade-table tbody tr:nth-child(3) td:first-child button')
    await page.waitForTimeout(300)
    const trade = run.result.trades[2]
    const [chosen, x, y] =
      (await page.evaluate(`(() => { const chart = document.querySelector('[data-chart=candles]'); const picker = document.getElementById('candle-instrument');
      return [picker.selectedOptions[0].textContent, chart.layout.xaxis.range.map(value => typeof value === 'number' ? value : Date.parse(value.replace(' ', 'T') + 'Z')), chart.layout.yaxis.range] })()`)) as [
        string,
        number[],
        number[],
      ]
    expect(chosen).toContain(trade.instrument)
    expect(x[0]).toBeLessThan(trade.entryTime / 1000)
    expect(x[1]).toBeGreaterThan(trade.exitTime / 1000)
    const bars =
      run.result.bars[run.result.instruments.findIndex(one => `XTST:${one.symbol}` === trade.instrument)]!
    const inView = [...bars.high].filter(
      (_, row) => bars.eventTime[row] / 1000 >= x[0] && bars.eventTime[row] / 1000 <= x[1],
    )
    expect(y[1]).toBeGreaterThan(Math.max(...inView))
    expect(y[1]).toBeLessThan(Math.max(...inView) * 1.2)
    expect(trouble).toEqual([])
    await page.context().close()
  })

  it('prints on light paper, charts included, whatever the theme', async () => {
    const { page, trouble } = await open(text, { colorScheme: 'dark' })
    const pdf = await page.pdf({ format: 'A4', printBackground: true })
    expect(pdf.length).toBeGreaterThan(50_000)
    await page.emulateMedia({ media: 'print' })
    await allDrawn(page, 'light')
    expect(await page.isVisible('nav.contents')).toBe(false)
    expect(trouble).toEqual([])
    await page.context().close()
  })

  it('runs no script and follows no link that a name brought in', async () => {
    const hostile = hostileRun()
    const { page, trouble } = await open(report(hostile))
    expect(await page.evaluate('window.hacked')).toBeUndefined()
    expect(await page.evaluate(`document.querySelectorAll('a[href*="x.example"], img').length`)).toBe(0)
    expect(await page.textContent('h1')).toBe(hostile.result.strategy)
    const waiting = page.waitForEvent('download')
    await page.click('#trade-csv')
    const csv = await readFile((await (await waiting).path())!, 'utf8')
    expect(csv).toContain(`"'=HYPERLINK(""https://x.example"")`)
    expect(trouble).toEqual([])
    await page.context().close()
  })
})
