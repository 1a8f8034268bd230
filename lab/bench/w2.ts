/**
 * W2: W1 on the first 100,000 bars for a hundred pairs (fast 5 … 14, slow 20, 25 … 65), one whole backtest each.
 * The outcome is the sum of their final values, as with the peers, who make no curves here. With threads, each works a slice of the pairs on its own copy.
 */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { BarSource } from '../domain/ports/store.ts'
import type { Outcome } from './measure.ts'
import { crossOnce } from './w1.ts'

export interface Pair {
  readonly fast: number
  readonly slow: number
}

export const PAIRS: readonly Pair[] = Array.from({ length: 100 }, (_, k) => ({
  fast: 5 + Math.floor(k / 10),
  slow: 20 + 5 * (k % 10),
}))

export async function w2(bars: BarSource, pairs: readonly Pair[] = PAIRS): Promise<Outcome> {
  let fills = 0
  let equity = 0
  for (const pair of pairs) {
    const run = await crossOnce(bars, pair)
    fills += run.fillCount
    equity += run.endEquity
  }
  return { fills, equity }
}

export interface Slice {
  readonly folder: string
  readonly bars: number
  readonly pairs: readonly Pair[]
}

/** Threads that outlive a repetition, as those of a sweep do: the first repetition starts them on the clock. */
const threadPool: Worker[] = []

/** @param threads ≥ 1 */
export async function w2Threaded(folder: string, bars: number, threads: number): Promise<Outcome> {
  const file = new URL(`./w2-worker${extname(import.meta.url)}`, import.meta.url)
  while (threadPool.length < threads) threadPool.push(new Worker(file))
  const outcomes = await Promise.all(
    threadPool.slice(0, threads).map((worker, thread) => {
      const pairs = PAIRS.filter((_, place) => place % threads === thread)
      return ask(worker, { folder, bars, pairs })
    }),
  )
  return {
    fills: outcomes.reduce((sum, one) => sum + one.fills, 0),
    equity: outcomes.reduce((sum, one) => sum + one.equity, 0),
  }
}

/** A thread's answer; it keeps the process alive no longer than that. */
function ask(worker: Worker, slice: Slice): Promise<Outcome> {
  worker.ref()
  return new Promise<Outcome>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (outcome: Outcome) => {
      worker.off('error', reject)
      worker.unref()
      resolve(outcome)
    })
    worker.postMessage(slice)
  })
}
