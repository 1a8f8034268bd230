import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parsePolicy } from '../../catalog/quality/index.ts'
import { bySeverity } from '../../catalog/quality/findings.ts'
import { Random } from '../../core/random.ts'
import { launchChromium } from '../../testing/chromium.ts'
import {
  type CleanMarket,
  dailyMarket,
  intradayMarket,
  quotesMarket,
  tradesMarket,
} from '../../testing/clean-markets.ts'
import { FAULTS } from '../../testing/corruption.ts'
import { findingsOf } from '../../testing/recall.ts'
import { type QualityPage, renderQuality } from './render-quality.ts'
import { StreamPicture } from './stream-picture.ts'

let browser: Browser
let folder: string

beforeAll(async () => {
  browser = await launchChromium()
  folder = await mkdtemp(join(tmpdir(), 'gordon-quality-'))
})
afterAll(async () => {
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
})

function named(market: CleanMarket, symbol: string): CleanMarket {
  const { stream } = market
  return { ...market, stream: { ...stream, instrument: { ...stream.instrument, symbol } } }
}

/** Faults one on top of the other. */
function spoilt(market: CleanMarket, faults: readonly string[]): CleanMarket {
  return faults.reduce((spoiling, name, i) => {
    const injected = FAULTS[name](spoiling, Random.ofChoice(i, 7))
    return injected === undefined
      ? spoiling
      : { name: market.name, stream: market.stream, rows: injected.rows }
  }, market)
}

const ATTACK = '</script><img src=x onerror="window.hacked=1">'

async function pageOf(dataset: string, markets: readonly CleanMarket[]): Promise<QualityPage> {
  const pictures = markets.map(({ stream, rows }) => {
    const picture = new StreamPicture(stream)
    picture.add(rows)
    return picture
  })
  const streams = await Promise.all(
    markets.map(async ({ stream, rows }) => ({
      name: `SYNTHETIC:${stream.instrument.symbol}`,
      rows: rows.length,
      first: rows.eventTime[0],
      last: rows.eventTime[rows.length - 1],
      findings: await findingsOf(stream, rows),
    })),
  )
  const findings = streams.flatMap(one => one.findings).sort(bySeverity)
  const rows = streams.reduce((sum, one) => sum + one.rows, 0)
  return {
    quality: {
      dataset,
      snapshot: 'snapshot-1-0123456789abcdef',
      kind: 'bars',
      interval: '5m',
      rows,
      streams,
      findings,
    },
    pictures,
  }
}

const BARS = ['missing session', 'hole in a session', 'stale run', 'bad print', 'volume', 'high below low']

const spoiltPage = () =>
  pageOf(ATTACK, [
    spoilt(named(intradayMarket(2), ATTACK), [...BARS, 'summer time']),
    spoilt(named(intradayMarket(3), 'HOLES'), ['missing session', 'missing session', 'time zone']),
    spoilt(named(dailyMarket(4), 'DAILY'), ['missing session', 'bad print', 'split', 'negative price']),
    spoilt(named(tradesMarket(5), 'TRADES'), ['hole in a session', 'bad print', 'bad print', 'clock set']),
    spoilt(named(quotesMarket(6), 'QUOTES'), ['crossed quote', 'stale run']),
  ])

describe('the page of a dataset’s quality', () => {
  it('says what was found, by kind, with what the policy does', async () => {
    const page = await spoiltPage()
    const text = renderQuality({ ...page, policy: parsePolicy('missingSession=refuse') })
    const codes = new Set(page.quality.findings.map(({ code }) => code))
    for (const code of codes) expect(text).toContain(`<code>${code}</code>`)
    const kinds = text.slice(text.indexOf('id="kinds"'), text.indexOf('id="coverage"'))
    const row = /<tr><th scope="row"><code>missingSession<\/code>.*?<\/tr>/s.exec(kinds)![0]
    expect(row).toContain('>refuse<')
    expect(row).toContain(
      `<td class="">${page.quality.findings.filter(({ code }) => code === 'missingSession').length}</td>`,
    )
    expect(renderQuality({ ...page, damage: ['x.parquet is missing'] })).toContain('x.parquet is missing')
  })

  it('counts the days that are there and those that are not', async () => {
    // New York had 251 sessions in 2018, 21 of them in January, and 252 in 2019 (NYSE, holidays of those years).
    const market = named(dailyMarket(2), 'ONE')
    const page = await pageOf('one', [market])
    const clean = renderQuality(page)
    expect(clean).toContain('Nothing is wrong with 1,007 rows that any check could find.')
    expect(clean).toContain('aria-label="2018: 230 sessions whole, 0 in part, 0 without a row"')
    expect(clean).toContain('aria-label="2019: 252 sessions whole, 0 in part, 0 without a row"')
    const without = await pageOf('one', [spoilt(market, ['missing session'])])
    expect(renderQuality(without)).toMatch(/sessions whole, 0 in part, [1-4] without a row/)
  })

  it('is the same bytes for the same findings', async () => {
    expect(renderQuality(await spoiltPage())).toBe(renderQuality(await spoiltPage()))
  })

  for (const [width, height, theme] of [
    [1300, 900, 'light'],
    [1300, 900, 'dark'],
    [390, 844, 'light'],
    [390, 844, 'dark'],
  ] as const) {
    it(`draws every chart at ${width} px, ${theme}, and fits`, async () => {
      const path = join(folder, `${width}-${theme}.html`)
      await writeFile(path, renderQuality(await spoiltPage()))
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme })
      const trouble: string[] = []
      page.on('console', message => message.type() === 'error' && trouble.push(message.text()))
      page.on('pageerror', error => trouble.push(String(error)))
      page.on('request', request => /^https?:/.test(request.url()) && trouble.push(request.url()))
      await page.goto(pathToFileURL(path).href)
      await page.waitForSelector('html[data-charts=drawn]')
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      const [charts, drawn] = (await page.evaluate(
        "[document.querySelectorAll('.chart').length, document.querySelectorAll('.chart .main-svg .scatterlayer .trace').length]",
      )) as [number, number]
      expect(charts).toBeGreaterThanOrEqual(4)
      expect(drawn).toBeGreaterThan(charts)
      expect(await page.evaluate('window.hacked')).toBeUndefined()
      expect(trouble).toEqual([])
      await page.close()
    })
  }
})
