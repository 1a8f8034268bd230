/** The strategy files of a command line: one, or several that trade together. */
import { GordonError } from '../core/errors.ts'
import type { AnyStrategy, StrategyShare } from '../sim/index.ts'
import { loadStrategy } from '../sim/loader.ts'
import { readNumber, readParams } from './read-flags.ts'

export interface StrategyOptions {
  /** An object; of several strategies a list of them, in order. */
  readonly params?: string
  /** `0.6,0.4` */
  readonly shares?: string
}

/** Loads them, each with its parameters and its part of the money. */
export async function readStrategies(
  files: readonly string[],
  options: StrategyOptions,
): Promise<StrategyShare[]> {
  const params = files.length === 1 ? [readParams(options.params)] : listOfParams(files, options.params)
  const shares = options.shares?.split(',').map(text => readNumber('--shares', text))
  if (shares !== undefined && shares.length !== files.length)
    throw new GordonError(
      'FLAG_OUT_OF_RANGE',
      `--shares has ${shares.length} ${shares.length === 1 ? 'part' : 'parts'} for ${files.length} ${files.length === 1 ? 'strategy' : 'strategies'}; give one for each, such as ${files.map(() => Number((1 / files.length).toFixed(2))).join(',')}.`,
    )
  const loaded: StrategyShare[] = []
  for (const [place, file] of files.entries()) {
    const { strategy, codeHash } = await loadStrategy(file)
    loaded.push({
      strategy: strategy as AnyStrategy,
      strategyFile: file,
      codeHash,
      params: params[place],
      share: shares?.[place],
    })
  }
  return loaded
}

function listOfParams(files: readonly string[], text: string | undefined): Record<string, unknown>[] {
  if (text === undefined) return files.map(() => ({}))
  const list = parsed(text)
  if (!Array.isArray(list) || list.length !== files.length)
    throw new GordonError(
      'PARAMS_NOT_JSON',
      `--params of ${files.length} strategies is a list of ${files.length} objects, in their order, such as '[${files.map(() => '{}').join(',')}]', not ${text}.`,
    )
  return list.map(one => readParams(JSON.stringify(one)))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
