/** What a dataset becomes when streams are added to it, whoever was first. */
import { expect, test } from 'vitest'
import type { Manifest, ManifestInstrument } from '../manifest.ts'
import { type Addition, type DatasetTerms, merge, type MergeMode } from './merge.ts'

const terms: DatasetTerms = { id: 'd', kind: 'trades', interval: 'ticks', adjustment: 'raw' }

function stream(
  symbol: string,
  first: number,
  last: number,
  more: Partial<ManifestInstrument> = {},
): ManifestInstrument {
  const source = { name: `${symbol}-${first}.csv`, sha256: `${first}`, bytes: 1, reading: '' }
  return {
    ...{ venue: 'X', symbol, ticksPerUnit: 100, lotsPerUnit: 1, currency: 'USD', calendar: '24/7' },
    ...{ rows: last - first, first, last, sources: [source], notes: [`n${first}`], issues: [], dropped: 1 },
    files: [
      { path: `${first}`, rows: last - first, bytes: 1, sha256: '', schema: 1, source: 0, first, last },
    ],
    ...more,
  }
}

const added = (one: ManifestInstrument, start?: number): Addition => ({
  terms,
  instruments: [one],
  starts: start === undefined ? undefined : new Map([[`X:${one.symbol}`, start]]),
})

const into = (current: Manifest | undefined, mode: MergeMode, ...more: Addition[]): Manifest =>
  more.reduce<Manifest | undefined>((manifest, one) => merge(manifest, one, mode), current)!

test('streams stand beside each other in canonical order, with rows and times over all', () => {
  const manifest = into(undefined, 'add', added(stream('B', 10, 20)), added(stream('A', 5, 8)))
  expect(manifest).toMatchObject({ format: 2, schema: 1, kind: 'trades', rows: 13, first: 5, last: 20 })
  expect(manifest.instruments.map(({ symbol }) => symbol)).toEqual(['A', 'B'])
})

test('appended rows follow: sources, files, notes and what was left out add up', () => {
  const manifest = into(undefined, 'append', added(stream('A', 10, 20)), added(stream('A', 20, 25), 10))
  expect(manifest.instruments).toMatchObject([
    { rows: 15, first: 10, last: 25, dropped: 2, notes: ['n10', 'n20'] },
  ])
  expect(manifest.instruments[0].files.map(({ path, source }) => [path, source])).toEqual([
    ['10', 0],
    ['20', 1],
  ])
})

test('another writer who appended meanwhile is noticed: no row gets a number twice', () => {
  const current = into(undefined, 'append', added(stream('A', 10, 20)), added(stream('A', 20, 25), 10))
  // This one was numbered when the stream had ten rows.
  expect(() => merge(current, added(stream('A', 30, 40), 10), 'append')).toThrow(
    'another writer appended to X:A in dataset d meanwhile: nothing was stored, run it again',
  )
  expect(merge(current, added(stream('A', 30, 40), 15), 'append').rows).toBe(25)
})

test('what is there stays unless it is said otherwise, and other data are another dataset', () => {
  const current = into(undefined, 'add', added(stream('A', 10, 20)))
  expect(() => merge(current, added(stream('A', 30, 40)), 'add')).toThrow(
    'X:A is already in dataset d with 10 trades from 1970-01-01 to 1970-01-01: pass --replace',
  )
  expect(merge(current, added(stream('A', 30, 40)), 'replace').rows).toBe(10)
  expect(() => merge(current, added(stream('A', 15, 40), 10), 'append')).toThrow('append what comes after it')
  expect(() =>
    merge(current, { ...added(stream('B', 1, 2)), terms: { ...terms, kind: 'quotes' } }, 'add'),
  ).toThrow('dataset d holds trades and these are quotes: choose another id with --dataset')
})

test('a finer grid holds a coarser one; grids of which neither holds the other are refused', () => {
  const current = into(undefined, 'append', added(stream('A', 10, 20)))
  const finer = merge(current, added(stream('A', 20, 25, { ticksPerUnit: 1000 }), 10), 'append')
  expect(finer.instruments[0].ticksPerUnit).toBe(1000)
  const coarser = merge(current, added(stream('A', 20, 25, { ticksPerUnit: 10 }), 10), 'append')
  expect(coarser.instruments[0].ticksPerUnit).toBe(100)
  expect(() => merge(current, added(stream('A', 20, 25, { ticksPerUnit: 8 }), 10), 'append')).toThrow(
    'X:A in dataset d has a grid of 1/100 and A-20.csv one of 1/8',
  )
})
