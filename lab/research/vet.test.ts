/** vet on the corpus that was written before it: every cheat is named, every honest strategy passes. */
import { afterAll, describe, expect, it } from 'vitest'
import { type CorpusEntry, corpusMarket, readCorpus } from './corpus/read-corpus.ts'
import { vet } from './vet.ts'

const corpus = readCorpus()
afterAll(corpus.remove)

const vetEntry = (entry: CorpusEntry, places = 12) =>
  vet({ file: entry.file, bars: corpusMarket(entry.market), places, fees: '1bps', ...entry.settings })

describe('a cheat', () => {
  it.each(corpus.cheating)('$name is caught', async entry => {
    const report = await vetEntry(entry)
    expect(report.verdict).toBe('failed')
    expect(report.findings.map(finding => finding.code)).toContain(entry.expect)
  })
})

describe('an honest strategy', () => {
  it.each(corpus.honest)('$name is $expect', async entry => {
    const report = await vetEntry(entry)
    expect(report.findings).toEqual([])
    expect(report.verdict).toBe(entry.expect)
  })
})
