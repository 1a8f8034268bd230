/** vet on the corpus that was written before it: every cheat is named, every honest strategy passes. */
import { afterAll, describe, expect, it } from 'vitest'
import { type CorpusEntry, corpusMarket, readCorpus } from './corpus/read-corpus.ts'
import { vet } from './vet.ts'

const corpus = readCorpus()
afterAll(corpus.remove)

/** All hundred places for some, fewer for the rest: the leaks show in a handful. */
const WHOLE = ['coin-flip', 'sma-cross', 'blackout-dates']

const vetEntry = (entry: CorpusEntry) =>
  vet({
    file: entry.file,
    bars: corpusMarket(entry.market),
    places: WHOLE.includes(entry.name) ? 100 : 12,
    fees: '1bps',
    ...entry.settings,
  })

/** What, where and how to mend it. */
const SENTENCES: Readonly<Record<string, RegExp>> = {
  FORBIDDEN_USE:
    /^\/.*:1\d:24 puts a method in place of Float64Array\.prototype\.\w+, which would be handed whole columns, rows to come included.*remove it/,
  STATE_ACROSS_RUNS:
    /earlier runs in the process: at 20\d\d-.*the first run did ".*" and the .*run.* ".*"; keep what/,
  KNOWN_BY_DATE:
    /(holds \d+ numbers by date|dates in the code were picked).*from 20\d\d-.* on decisions differ.*(bring them in as data|leave out dates)/,
  KNOWN_BY_BAR: /after which bar: from 20\d\d-.*list of 638; decide by prices/,
  KNOWN_BY_PRICE: /these very prices.*falls by \d+\.\d spreads; decide by what prices do/,
  SAMPLE_STATISTIC: /number 96\.8183 .* mean close of XNAS:A over the whole sample.*past/,
  END_KNOWN: /when the data end:.*until 2020-06-10T21:00:00Z.*take the last day/,
  SAME_BAR_FILL: /order 1 was sent and filled at 2018-01-05T21:00:00Z at 100\.73.*nextOpen/,
  HINDSIGHT_PRICES:
    /(level of adjusted prices|printed and in adjusted prices).*\d+ % of the orders.*(quotients|use one of the two)/,
  SURVIVORS:
    /XNAS:A, XNAS:B, XNAS:C.*XNAS:D, XNAS:E, XNAS:F, which ended from 2019-02-22 on.*(list the dead too|choose among all)/,
  EARLY_DATA:
    /(XNAS:NEWS foretells the next return of XNAS:A|XNAS:A\.DAY has a bar of 1d stamped).*(stamp each row|ingest it)/,
}

describe('a cheat', () => {
  it.each(corpus.cheating)('$name is caught', async entry => {
    const report = await vetEntry(entry)
    expect(report.verdict).toBe('failed')
    const found = report.findings.find(finding => finding.code === entry.expect)
    expect(found?.text).toMatch(SENTENCES[entry.expect])
  })
})

describe('an honest strategy', () => {
  it.each(corpus.honest)('$name is $expect', async entry => {
    const report = await vetEntry(entry)
    expect(report.findings).toEqual([])
    expect(report.verdict).toBe(entry.expect)
  })
})
