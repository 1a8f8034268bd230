/** `vet` as cells call it: the path of a strategy file, and bars of the store. */
import type { VetReport, VetRequest } from '../../research/vet.ts'
import { vet as runVet } from '../../research/vet.ts'
import type { NotebookBacktest } from './notebook-backtest.ts'
import { sourceOf } from './notebook-backtest.ts'

export interface NotebookVet extends Omit<VetRequest, 'file' | 'bars'> {
  /** Path of a strategy file: it is loaded anew for each look, which a class in a cell cannot be. */
  readonly strategy: string
  readonly bars: Exclude<NotebookBacktest['bars'], undefined | readonly unknown[]>
}

/** Whether a strategy knows what it cannot know: `(await vet({ strategy: '../strategies/x.ts', bars })).findings`. */
export async function vet({ strategy, bars, ...rest }: NotebookVet): Promise<VetReport> {
  return runVet({ ...rest, file: strategy, bars: await sourceOf(bars) })
}
