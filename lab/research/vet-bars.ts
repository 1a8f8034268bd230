/** One source of bars, which vet can change in every way: other futures, dates, levels, names, whole markets. */
import { instrumentId } from '../domain/instrument.ts'
import type { BarSource } from '../domain/ports/store.ts'
import type { Membership } from '../strategy/strategy.ts'
import { vetData } from './vet-data.ts'
import { vetKnowledge } from './vet-knowledge.ts'
import { vetPrices } from './vet-prices.ts'
import type { Baseline, Case, RunIn, Subject, Told } from './vet-request.ts'
import { barColumns } from './vet-sample.ts'
import { vetSurvivors } from './vet-survivors.ts'
import { FUTURE_WORDS, instantsOf, perturbFuture, worldOf, type World } from './vet-worlds.ts'

export interface BarTerms {
  readonly from?: number
  readonly to?: number
  readonly universe?: readonly Membership[]
}

export function barSubject(bars: BarSource, run: RunIn, terms: BarTerms): Subject {
  const world = worldOf(bars)
  const runIn: Case['runIn'] = (other, changes) => run({ bars: other.source }, changes)
  return {
    sources: { bars },
    instants: instantsOf(world),
    words: FUTURE_WORDS,
    noun: 'bars',
    backed: new Set(),
    columns: () =>
      world.series.flatMap((series, handle) => barColumns(instrumentId(world.instruments[handle]), series)),
    async inFuture({ time, kind }, seed) {
      const changed = perturbFuture(world, time, kind, seed)
      return { other: await runIn(changed), end: endOf(changed) + 1 }
    },
    ask: (baseline, explained, onHalf) => ask({ ...baseline, world, runIn }, terms, explained, onHalf),
  }
}

/** A timer goes off only while bars come: after the last one left nothing can be compared. */
function endOf({ series }: World): number {
  return series.reduce(
    (end, one) => (one.length === 0 ? end : Math.max(end, one.receiveTime[one.length - 1])),
    Number.NEGATIVE_INFINITY,
  )
}

async function ask(
  given: Case & Baseline,
  { from, to, universe }: BarTerms,
  explained: boolean,
  onHalf: () => void,
): Promise<Told> {
  const data = await vetData(given)
  const knowledge = await vetKnowledge(given, { from, to, universe })
  onHalf()
  const prices = await vetPrices(given, given.baseline.run!.params)
  const survivors = await vetSurvivors(given, universe)
  // Who reads the future earns what no other explanation gives: one sentence, the right one.
  const known = explained || data.findings.length > 0 ? [] : knowledge.findings
  const findings = [...known, ...prices.findings, ...data.findings, ...survivors.findings]
  return {
    findings,
    notes: [
      ...(findings.length === 0 && !explained ? [...knowledge.notes, ...prices.notes] : []),
      ...data.notes,
      ...survivors.notes,
    ],
  }
}
