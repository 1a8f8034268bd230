/** A run on ticks from the store decides what it decides on the same ticks in memory; seeds 1 to 3. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { backtest } from '../sim/index.ts'
import { randomTicks, Restless } from '../testing/fixtures-ticks.ts'
import { ingestSource } from './ingest/ingest-source.ts'
import { openTicks } from './open-ticks.ts'
import { placeOf } from './sources/place.ts'
import type { SourceAdapter, SourceBatch } from './sources/source.ts'
import { openStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'ticks-run-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('held in memory, or in batches: the same decisions to the last bit', async () => {
  for (const seed of [1, 2, 3]) {
    const market = randomTicks({ seed, events: 800, symbols: 2, kinds: ['book', 'trades', 'quotes'] })
    const path = join(folder, `market-${seed}`)
    writeFileSync(path, String(seed))
    const adapter: SourceAdapter = {
      name: 'random',
      kinds: ['book', 'trades', 'quotes'],
      about: '',
      guess: () => ({ confidence: 0, because: '' }),
      async *read() {
        for (const { kind, instrument, series } of market.streams)
          yield { kind, instrument: market.instruments[instrument], rows: series } as SourceBatch
      },
    }
    await ingestSource({ store: join(folder, 'store'), place: await placeOf(path), adapter })
    const store = await openStore(join(folder, 'store'))
    const datasets = ['book', 'trades', 'quotes'].map(kind => `market-${seed}/${kind}`)
    const expected = await backtest({ strategy: Restless, ticks: market, seed })
    expect(expected.fills.length).toBeGreaterThan(50)
    for (const memoryRows of [undefined, 0]) {
      const run = await backtest({
        strategy: Restless,
        ticks: await openTicks({ store, datasets, memoryRows }),
        seed,
      })
      expect(run.decisions, `seed ${seed}, memoryRows ${memoryRows}`).toBe(expected.decisions)
    }
  }
})
