/** Trades that are larger than what is allowed to be held go in and come out with memory that does not grow. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { bundleScript, runChild } from '../testing/child.ts'

const folder = mkdtempSync(join(tmpdir(), 'ticks-memory-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Twelve streams that come mixed, as a feed's do: none is long enough alone to be written away by its length. */
const SCRIPT = `
import { ingestSource, openStore, openTicks, placeOf } from '/lab/catalog/index.ts'
const [store, path] = process.argv.slice(2)
const ROWS = 6_000_000
const STREAMS = 12
const megabytes = () => process.resourceUsage().maxRSS / 1024
const BATCH = 5_000
const columns = Array.from({ length: 4 }, () => new Float64Array(BATCH))
const ones = new Float64Array(BATCH).fill(1)
let halfway = 0
const adapter = {
  name: 'generated', kinds: ['trades'], about: '', guess: () => ({ confidence: 0, because: '' }),
  async *read() {
    const [time, price, size, number] = columns
    for (let at = 0; at < ROWS; at += BATCH) {
      for (let i = 0; i < BATCH; i++) {
        time[i] = 1704067200000000 + (at + i) * 500
        price[i] = 100 + ((at + i) % 977) / 100
        size[i] = 1 + ((at + i) % 13)
        number[i] = at + i
      }
      const symbol = 'S' + ((at / BATCH) % STREAMS)
      yield { kind: 'trades', instrument: { venue: 'X', symbol }, rows: { length: BATCH, eventTime: time, receiveTime: time, price, size, side: ones, venueSequence: number } }
      if (at < ROWS / 2) halfway = megabytes()
    }
  },
}
const result = await ingestSource({ store, place: await placeOf(path), adapter, dataset: 'd' })
const ingest = megabytes() - halfway
const source = await openTicks({ store: await openStore(store) })
let rows = 0
let total = 0
halfway = 0
for (const stream of source.streams) {
  for (let batch = await stream.next(65536); batch !== undefined; batch = await stream.next(65536)) {
    rows += batch.length
    for (let i = 0; i < batch.length; i++) total += Math.round(batch.price[i] * 100)
    if (rows < ROWS / 2) halfway = megabytes()
  }
}
console.log(JSON.stringify({ rows, total, streams: result.datasets[0].streams.length, held: source.streams.some(one => one.series !== undefined), ingest, feed: megabytes() - halfway, peak: megabytes() }))`

test('six million trades of twelve streams: the second half adds next to nothing, in and out', async () => {
  const path = join(folder, 'source')
  writeFileSync(path, 'generated')
  const script = await bundleScript('ticks', SCRIPT)
  const { out, code } = await runChild('node', [script, join(folder, 'store'), path])
  rmSync(script)
  expect(code).toBe(0)
  const { rows, total, streams, held, ingest, feed, peak } = JSON.parse(out)
  // Prices in cents are 10000 + i mod 977, summed over i < 6,000,000 by hand: 6141 whole rounds and 243 more.
  const cents = 6_000_000 * 10_000 + 6141 * ((976 * 977) / 2) + (242 * 243) / 2
  expect({ rows, total, streams, held }).toEqual({ rows: 6_000_000, total: cents, streams: 12, held: false })
  expect(ingest).toBeLessThan(80)
  expect(feed).toBeLessThan(60)
  expect(peak).toBeLessThan(500)
})
