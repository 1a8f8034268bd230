/** All that `--data`, `--file`, `--actions` and `--finer` name, opened for one replay. */
import type { BarSource } from '../domain/ports/store.ts'
import { parseActions, readText } from './actions-csv.ts'
import { type DataOptions, finerBars } from './choose-bars.ts'
import { type ChosenData, chooseData } from './choose-data.ts'

export interface ReplayOptions extends DataOptions {
  readonly actions?: string
  readonly finer?: string
  readonly from?: string
  readonly to?: string
}

export interface ChosenReplay extends ChosenData {
  readonly finer: BarSource | undefined
}

/** @param from first instant of decisions, µs UTC */
export async function chooseReplay(options: ReplayOptions, from: number | undefined): Promise<ChosenReplay> {
  const { actions: file, finer, to } = options
  const actions = file === undefined ? [] : parseActions(await readText(file), file)
  const splits = actions.filter(({ kind }) => kind === 'split')
  return {
    ...(await chooseData({ options, from, to, actions, actionsFile: file })),
    finer: finer === undefined ? undefined : await finerBars(finer, options, to, splits),
  }
}
