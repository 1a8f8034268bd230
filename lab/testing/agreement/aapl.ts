/** The sample's AAPL, as aapl.py gives it to other engines, and the hashes that tie a pinned result to its makers. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { adoptStore, openBars, openStore } from '../../catalog/index.ts'
import type { BarSeries } from '../../domain/bar.ts'
import type { ClosedTrade } from '../../domain/closed-trade.ts'
import type { BarSource } from '../../domain/ports/store.ts'

export const PRICES = ['open', 'high', 'low', 'close'] as const

/** Bar and price of entry and exit, fees and profit of both legs. */
export type Trade = readonly [number, number, number, number, number, number]

/** What other engines made of it. */
export interface Pinned {
  readonly engine: string
  readonly version: string
  /** sha256 of the script that made it, and of the prices that it was given. */
  readonly script: string
  readonly input: string
}

/** A file beside this one. */
export function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

export function pinnedIn<One extends Pinned>(name: string): One {
  return JSON.parse(readFileSync(beside(name), 'utf8')) as One
}

/** @returns its bars, and the folder to remove in the end */
export async function openAapl(): Promise<{ bars: BarSource; series: BarSeries; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-agreement-'))
  await adoptStore(beside('../../../data/sample'), folder)
  const bars = await openBars({
    store: await openStore(folder),
    datasets: ['us-daily/total-return'],
    symbols: ['AAPL'],
  })
  return { bars, series: bars.streams[0].series!, folder }
}

/** As aapl.py hashes them: prices in units of 1e-9, int64, one column after another. */
export function inputDigest(series: BarSeries): string {
  const hash = createHash('sha256')
  for (const name of PRICES)
    hash.update(
      Buffer.from(BigInt64Array.from(series[name], price => BigInt(Math.round(price * 1e9))).buffer),
    )
  return hash.digest('hex')
}

export function fileDigest(name: string): string {
  return createHash('sha256')
    .update(readFileSync(beside(name)))
    .digest('hex')
}

/** Rows are of the bar that was working at a fill's time: fills are told at their bar's close. */
export function tradeOf(trade: ClosedTrade, series: BarSeries): Trade {
  const { entryTime, entryPrice, exitTime, exitPrice, fees, profit } = trade
  const rowAt = (time: number) => series.receiveTime.indexOf(time)
  return [rowAt(entryTime), entryPrice, rowAt(exitTime), exitPrice, fees, profit]
}
