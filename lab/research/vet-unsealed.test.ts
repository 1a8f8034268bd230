/**
 * Cheats that read rows to come through typed arrays, in a process in which these are not closed to strategies: the
 * perturbed future alone must tell.
 */
import { afterAll, expect, it, vi } from 'vitest'
import { corpusMarket, readCorpus } from './corpus/read-corpus.ts'
import { vet } from './vet.ts'

vi.mock('../sim/loading/seal.ts', () => ({ sealColumns: () => undefined }))

const corpus = readCorpus()
const own = { slice: Float64Array.prototype.slice, subarray: Float64Array.prototype.subarray }
afterAll(() => {
  corpus.remove()
  Object.assign(Float64Array.prototype, own)
})

const cheats = corpus.cheating.filter(entry => entry.unsealed !== undefined)

it('are three', () => {
  expect(cheats).toHaveLength(3)
})

it.each(cheats)('$name is caught in a hundred places', async entry => {
  const { verdict, findings } = await vet({
    file: entry.file,
    bars: corpusMarket(entry.market),
    places: 100,
    fees: '1bps',
    ...entry.settings,
  })
  expect(verdict).toBe('failed')
  expect(findings.find(finding => finding.code === entry.unsealed)?.text).toMatch(
    /not known yet: at 20\d\d-.*Z the strategy did ".*order \d+.*XNAS:A.*from 20\d\d-.*\(\d+ of \d+ places\); decide from/,
  )
})
