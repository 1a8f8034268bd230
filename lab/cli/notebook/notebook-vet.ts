/** `vet` as cells call it: the path of a strategy file, and bars or ticks of the store. */
import type { VetReport, VetRequest } from '../../research/vet.ts'
import { vet as runVet } from '../../research/vet.ts'
import { type NotebookBacktest, sourcesOf } from './notebook-backtest.ts'

export interface NotebookVet
  extends Omit<VetRequest, 'file' | 'bars' | 'ticks' | 'finer'>,
    Pick<NotebookBacktest, 'bars' | 'ticks' | 'finer'> {
  /** Path of a strategy file: it is loaded anew for each look, which a class in a cell cannot be. */
  readonly strategy: string
}

/** Whether a strategy knows what it cannot know: `(await vet({ strategy: '../strategies/x.ts', bars })).findings`. */
export async function vet({ strategy, bars, ticks, finer, ...rest }: NotebookVet): Promise<VetReport> {
  return runVet({ ...rest, ...(await sourcesOf({ bars, ticks, finer })), file: strategy })
}
