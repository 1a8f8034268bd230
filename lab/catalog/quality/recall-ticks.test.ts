/** Faults put into clean ticks are found at their place; quality.md says how many, and what was told of clean ticks. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { bookMarket, quotesMarket, tradesMarket } from '../../testing/clean-markets.ts'
import { type Recall, recallOf, recallTables } from '../../testing/recall.ts'

test('every fault put into ticks is found at its place', async () => {
  const recalls = new Map<string, Recall>([
    ['trades', await recallOf(tradesMarket, 20)],
    ['quotes', await recallOf(quotesMarket, 20)],
    ['book', await recallOf(bookMarket, 20)],
  ])
  expect([...recalls.values()].flatMap(({ missed }) => missed)).toEqual([])
  expect(await readFile(new URL('quality.md', import.meta.url), 'utf8')).toContain(recallTables(recalls))
}, 60_000)
