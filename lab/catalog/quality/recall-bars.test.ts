/** Faults put into clean bars are found at their place; quality.md says how many, and what was told of clean bars. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { DAY } from '../../core/time.ts'
import { calendarNamed } from '../../domain/calendar/calendar.ts'
import {
  type CleanMarket,
  dailyMarket,
  intradayMarket,
  roundTheClockMarket,
} from '../../testing/clean-markets.ts'
import { type Recall, recallOf, recallTables } from '../../testing/recall.ts'
import { openBars } from '../open-bars.ts'
import { openStore } from '../store.ts'

/** Apple's and Microsoft's, as data/SOURCES.md lists them. */
const SPLITS = [
  { instrument: 'XNAS:AAPL', when: { day: '2000-06-21' }, ratio: 2 },
  { instrument: 'XNAS:AAPL', when: { day: '2005-02-28' }, ratio: 2 },
  { instrument: 'XNAS:MSFT', when: { day: '2003-02-18' }, ratio: 2 },
]

/** Thirteen years of AAPL, IBM or MSFT, as they were printed. */
async function sampleMarkets(): Promise<(seed: number) => CleanMarket> {
  const store = await openStore(fileURLToPath(new URL('../../../data/sample', import.meta.url)))
  const { instruments, streams } = await openBars({ store, datasets: ['us-daily/raw'], splits: SPLITS })
  return seed => {
    const at = seed % instruments.length
    const instrument = instruments[at]
    const stream = {
      kind: 'bars',
      instrument,
      calendar: calendarNamed(instrument.calendar),
      interval: DAY,
      adjustment: 'raw',
      splits: SPLITS,
    } as const
    return { name: 'sample', stream, rows: streams[at].series! }
  }
}

test('every fault put into bars is found at its place', async () => {
  const recalls = new Map<string, Recall>([
    ['daily bars', await recallOf(dailyMarket, 20)],
    ['5m bars', await recallOf(intradayMarket, 20)],
    ['15m bars, 24/7', await recallOf(roundTheClockMarket, 20)],
    ['us-daily/raw', await recallOf(await sampleMarkets(), 20, 3)],
  ])
  expect([...recalls.values()].flatMap(({ missed }) => missed)).toEqual([])
  expect(await readFile(new URL('quality.md', import.meta.url), 'utf8')).toContain(recallTables(recalls))
}, 60_000)
