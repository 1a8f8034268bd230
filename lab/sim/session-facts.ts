/** What a session's strategies and settings say of themselves in a result. */
import { textDigest } from '../core/digest.ts'
import type { RunAssumptions } from '../domain/run-result.ts'
import type { RunFacts } from './run.ts'
import type { Session } from './session.ts'
import { describeSettings } from './settings.ts'

export type SessionFacts = Pick<
  RunFacts,
  | 'strategy'
  | 'members'
  | 'strategyFile'
  | 'codeHash'
  | 'params'
  | 'seed'
  | 'currency'
  | 'startEquity'
  | 'settings'
> & { readonly assumptions: RunAssumptions }

export function sessionFacts({ members, settings, currency, opening }: Session): SessionFacts {
  const { assumptions, hashed } = describeSettings(settings)
  const told = members.map(({ name, given, instance, share }, place) => ({
    name,
    strategyFile: given.strategyFile,
    codeHash: given.codeHash ?? textDigest(given.strategy.toString()),
    params: instance.params as Readonly<Record<string, unknown>>,
    share,
    startEquity: opening.equity[place],
  }))
  const shared = {
    seed: settings.seed,
    currency,
    startEquity: opening.equity.reduce((sum, equity) => sum + equity, 0),
    assumptions,
  }
  if (members.length === 1) {
    const [{ name, strategyFile, codeHash, params }] = told
    return {
      ...shared,
      strategy: name,
      strategyFile,
      codeHash,
      params,
      settings: { ...hashed, universe: members[0].memberships },
    }
  }
  return {
    ...shared,
    strategy: told.map(one => one.name).join(' + '),
    members: told,
    codeHash: textDigest(told.map(one => one.codeHash).join(' ')),
    params: Object.fromEntries(
      told.flatMap(({ name, params }) =>
        Object.entries(params).map(([param, value]) => [`${name}.${param}`, value]),
      ),
    ),
    settings: {
      ...hashed,
      strategies: told.map(({ name, codeHash, params, share }, place) => ({
        name,
        code: codeHash,
        params,
        share,
        universe: members[place].memberships,
      })),
    },
  }
}
