/**
 * Everything that writes into a store, one small step after another: files appended, a dataset replaced, rows recorded
 * from a feed, small files joined, old snapshots taken away, another store adopted. Step n always does the same, so
 * what a store has to hold after it is known from one at which nobody was killed.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  adoptStore,
  compactDataset,
  ingestBars,
  ingestSource,
  openStore,
  placeOf,
  Recorder,
  retainSnapshots,
  rowsDigest,
  sourceNamed,
} from '../catalog/index.ts'
import { textDigest } from '../core/digest.ts'

export const WORK = ['append', 'record', 'append', 'compact', 'replace', 'retain', 'adopt'] as const

const ROWS = 400
const BEGIN = Date.UTC(2024, 0, 1)

/** @param folder for the files that steps read; anybody may write them again */
export async function workOn(store: string, folder: string, step: number): Promise<void> {
  const work = WORK[step % WORK.length]
  mkdirSync(folder, { recursive: true })
  if (work === 'append') {
    const path = join(folder, `trades-${step}-${process.pid}.csv`)
    const lines = Array.from({ length: ROWS }, (_, i) => {
      const k = step * ROWS + i
      return `${BEGIN + k * 1000},${(100 + (k % 7) / 10).toFixed(1)},${1 + (k % 3)},${k % 2 === 0 ? 'buy' : 'sell'}`
    })
    writeFileSync(path, `time,price,qty,side\n${lines.join('\n')}\n`)
    const terms = { store, dataset: 'appended', mode: 'append', venue: 'X', symbol: 'BTC' } as const
    await ingestSource({ ...terms, adapter: sourceNamed('trades-csv'), place: await placeOf(path) })
  } else if (work === 'record') {
    const now = () => (BEGIN + step * 1_000_000) * 1000
    const recorder = await Recorder.open({
      store,
      dataset: 'recorded',
      feed: 'wss://x',
      kinds: ['trades'],
      now,
    })
    const times = Float64Array.from({ length: ROWS }, (_, i) => (BEGIN + (step * ROWS + i) * 1000) * 1000)
    const numbers = (of: (i: number) => number) => Float64Array.from(times, (_, i) => of(i))
    recorder.add({
      kind: 'trades',
      instrument: {
        venue: 'X',
        symbol: 'ETH',
        ticksPerUnit: 10,
        lotsPerUnit: 1,
        currency: 'USD',
        calendar: '24/7',
      },
      rows: {
        length: ROWS,
        eventTime: times,
        receiveTime: times,
        price: numbers(i => 50 + ((step + i) % 9) / 10),
        size: numbers(i => 1 + (i % 4)),
        side: numbers(i => (i % 2 === 0 ? 1 : -1)),
      },
    })
    await recorder.flush()
  } else if (work === 'compact') {
    await compactDataset(store, 'appended')
    await compactDataset(store, 'recorded')
  } else if (work === 'replace') {
    const path = bars(folder, `bars-${process.pid}`, step, 900)
    await ingestBars({ store, path, ...MARKET, dataset: 'replaced', replace: true })
  } else if (work === 'retain') {
    await retainSnapshots(store, { keep: 2, grace: 0, now: Date.now() * 1000 })
  } else {
    const donor = join(folder, `donor-${step}-${process.pid}`)
    await ingestBars({ store: donor, path: bars(folder, 'given', step, 500), ...MARKET, dataset: 'given' })
    await adoptStore(donor, store)
  }
}

const MARKET = { venue: 'X', symbol: 'A', calendar: '24/7', interval: '1d' } as const

function bars(folder: string, name: string, step: number, days: number): string {
  const path = join(folder, `${name}.csv`)
  const lines = Array.from({ length: days }, (_, day) => {
    const price = (100 + ((day * 7 + step) % 50) / 10).toFixed(2)
    return `${new Date(Date.UTC(2012, 0, 1) + day * 86_400_000).toISOString()},${price},${price},${price},${price},${step}`
  })
  writeFileSync(path, `time,open,high,low,close,volume\n${lines.join('\n')}\n`)
  return path
}

/** Hash over every row of every dataset. @throws GordonError where one is not whole */
export async function stateOf(store: string, known: Map<string, string>): Promise<string> {
  const opened = await openStore(store)
  const lines: string[] = []
  for (const id of opened.ids) {
    const name = opened.manifestOf(id)
    let digest = known.get(name)
    if (digest === undefined) {
      const { kind, instruments } = await opened.show(id)
      const digests = await Promise.all(instruments.map(one => rowsDigest(store, kind, one)))
      known.set(name, (digest = digests.join(' ')))
    }
    lines.push(`${id} ${digest}`)
  }
  return textDigest(lines.join('\n'))
}
