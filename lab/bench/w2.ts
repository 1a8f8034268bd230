/**
 * W2: W1 on the first 100,000 bars for a hundred pairs (fast 5 … 14, slow 20, 25 … 65), one whole backtest each.
 * The outcome is the sum over all of them. With threads, each works a slice of the pairs on its own copy.
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
    const outcome = await crossOnce(bars, pair)
    fills += outcome.fills
    equity += outcome.equity
  }
  return { fills, equity }
}

export interface Slice {
  readonly folder: string
  readonly bars: number
  readonly pairs: readonly Pair[]
}

/** Starting the threads is on the clock. @param threads ≥ 1 */
export async function w2Threaded(folder: string, bars: number, threads: number): Promise<Outcome> {
  const file = `./w2-worker${extname(import.meta.url)}`
  const outcomes = await Promise.all(
    Array.from({ length: threads }, (_, thread) => {
      const pairs = PAIRS.filter((_, place) => place % threads === thread)
      const worker = new Worker(new URL(file, import.meta.url), {
        workerData: { folder, bars, pairs } satisfies Slice,
      })
      return new Promise<Outcome>((resolve, reject) => {
        worker.once('message', resolve)
        worker.once('error', reject)
      })
    }),
  )
  return {
    fills: outcomes.reduce((sum, one) => sum + one.fills, 0),
    equity: outcomes.reduce((sum, one) => sum + one.equity, 0),
  }
}
