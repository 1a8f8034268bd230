/**
 * Is it knowledge or skill? Runs a strategy again and again in markets made for the purpose and says, in sentences,
 * whether any decision came from what could not be known at the time.
 *
 *   refused      what the loader refuses is found out already
 *   state        the same run twice, and once more at the end, in one process
 *   future       everything after an instant changed, in 100 places (vet-future.ts)
 *
 * and of one source of bars (vet-bars.ts; of other runs vet-streams.ts has what can be asked):
 *
 *   knowledge    dates, bar numbers, the market itself moved away (vet-knowledge.ts)
 *   prices       adjusted levels, full-sample statistics (vet-prices.ts)
 *   data         rows stamped early (vet-data.ts)
 *   survivors    lists of those who lived (vet-survivors.ts)
 *
 * Any finding fails. Without one, fewer than 30 decisions before the last place prove nothing: inconclusive. Equal
 * seeds give equal reports.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readFileSync } from 'node:fs'
import { canonicalJson, textDigest } from '../core/digest.ts'
import { GordonError, isGordonError } from '../core/errors.ts'
import type { BarSource } from '../domain/ports/store.ts'
import { backtest } from '../sim/backtest.ts'
import { loadStrategy } from '../sim/loader.ts'
import { readCompiled } from '../sim/loading/module-cache.ts'
import type { AnyStrategy } from '../sim/members.ts'
import { strategyDefinition } from '../strategy/strategy.ts'
import type { Verdict, VetFinding } from './vet-findings.ts'
import { barSubject } from './vet-bars.ts'
import { vetFuture } from './vet-future.ts'
import { type Language, rememberLanguage, restoreLanguage } from './vet-language.ts'
import { literalsIn } from './vet-literals.ts'
import { StrategyOnlooker } from './vet-onlooker.ts'
import { type Baseline, type Place, runner, type VetRequest } from './vet-request.ts'
import { sampleInCode } from './vet-sample.ts'
import { streamSubject } from './vet-streams.ts'
import { at, firstDifference } from './vet-compare.ts'
import type { Watched } from './vet-watch.ts'

export type { VetRequest } from './vet-request.ts'
export type { Verdict, VetFinding } from './vet-findings.ts'

const PLACES = 100
/** Fewer decisions prove nothing. */
export const ENOUGH_DECISIONS = 30
/** What the loader, the session and a run refuse: reaching out, or back to a bar that is gone. */
const REFUSALS = ['FORBIDDEN_IMPORT', 'FORBIDDEN_USE', 'STRATEGY_ASYNC', 'STRATEGY_THREW']

export interface VetReport {
  readonly verdict: Verdict
  readonly strategy: string
  readonly codeHash: string | undefined
  /** Each of these is a leak. */
  readonly findings: readonly VetFinding[]
  /** What a reader should know and what proves nothing. */
  readonly notes: readonly VetFinding[]
  /** Where the future was changed. */
  readonly places: readonly Place[]
  /** Orders sent before the last place: what was held to the changed futures. */
  readonly decisions: number
  readonly runs: number
  readonly vetSeed: number
  /** sha256 over all of the above. */
  readonly digest: string
}

export async function vet(request: VetRequest): Promise<VetReport> {
  const language = rememberLanguage()
  const onlooker = new StrategyOnlooker(language)
  try {
    return await vetted(request, language, onlooker)
  } catch (error) {
    if (!isGordonError(error) || !REFUSALS.includes(error.code)) throw error
    return report(request, {
      strategy: request.file,
      codeHash: undefined,
      findings: [{ code: error.code, text: error.message }],
      notes: [],
      places: [],
      decisions: 0,
      runs: 0,
    })
  } finally {
    onlooker.stop()
    restoreLanguage(language)
  }
}

async function vetted(
  request: VetRequest,
  language: Language,
  onlooker: StrategyOnlooker,
): Promise<VetReport> {
  const places = request.places ?? PLACES
  const vetSeed = request.vetSeed ?? 1
  if (!Number.isSafeInteger(places) || places < 1)
    throw new GordonError(
      'VET_PLACES',
      `The number of places is ${places}; give a whole number of at least 1.`,
    )
  const loaded = await loadStrategy(request.file)
  const fresh = freshModules(request.file, onlooker)
  const shared = await fresh()
  let current = shared
  let apart = false
  let runs = 0
  const run = runner(
    request,
    async () => {
      runs++
      if (apart) {
        // Each run a process of its own, as far as one process can.
        restoreLanguage(language)
        current = await fresh()
      }
      return current
    },
    onlooker,
  )
  const universe = request.universe ?? strategyDefinition(shared)?.universe
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = request
  const terms = { from: request.from, to: request.to, universe }
  const alone = barsAlone(request)
  const subject = alone === undefined ? streamSubject(request, run, terms) : barSubject(alone, run, terms)
  const runAgain = () => run(subject.sources)
  const baseline = await runAgain()
  onlooker.look()
  onlooker.lookNoMore()
  if (baseline.thrown !== undefined) throw baseline.thrown
  const instants = subject.instants.filter(time => time >= from && time <= to)
  const literals = literalsIn(compiledCode(request.file), {
    from: instants[0],
    to: instants[instants.length - 1],
  })
  const given: Baseline = { baseline, instants, literals, vetSeed }
  const findings: VetFinding[] = [
    ...sameBar(request, baseline, subject.backed),
    ...sampleInCode(literals, literals.lists.length === 0 ? [] : subject.columns()),
  ]
  const again = firstDifference(baseline, await runAgain())
  if (again !== undefined) {
    findings.push(stateFinding(again, 'the second run'))
    apart = true
  }
  const separate = async (): Promise<void> => {
    if (apart) return
    const last = firstDifference(baseline, await runAgain())
    if (last !== undefined) findings.push(stateFinding(last, `the run after ${runs - 1} others`))
    apart = true
  }
  const future = await vetFuture(given, subject, places, separate, done =>
    request.onProgress?.(done, places + 40),
  )
  findings.push(...future.findings)
  // From here on one fresh copy serves: what it may remember of other markets is no longer what is asked.
  restoreLanguage(language)
  current = await fresh()
  apart = false
  const noticed = await noticedBy(request, baseline, await fresh())
  if (noticed !== undefined) findings.push(noticed)
  const told = await subject.ask(given, future.findings.length > 0, () =>
    request.onProgress?.(places + 30, places + 40),
  )
  findings.push(...told.findings, ...onlooker.findings())
  request.onProgress?.(places + 40, places + 40)
  const lastPlace = Math.max(...future.places.map(place => place.time))
  return report(request, {
    strategy: baseline.run!.strategy,
    codeHash: loaded.codeHash,
    findings,
    notes: told.notes,
    places: future.places,
    decisions: baseline.decisions.filter(
      one => one.order !== '' && one.callback !== 'onEnd' && one.time < lastPlace,
    ).length,
    runs,
  })
}

/** The only source of a run that reads bars and nothing beside them. */
function barsAlone({ bars, finer, ticks, actions }: VetRequest): BarSource | undefined {
  const sources = [bars ?? []].flat() as BarSource[]
  const beside = [finer ?? [], ticks ?? [], actions ?? []].flat()
  return sources.length === 1 && beside.length === 0 ? sources[0] : undefined
}

function report(request: VetRequest, told: Omit<VetReport, 'verdict' | 'digest' | 'vetSeed'>): VetReport {
  const verdict: Verdict =
    told.findings.length > 0 ? 'failed' : told.decisions < ENOUGH_DECISIONS ? 'inconclusive' : 'passed'
  const whole = { verdict, ...told, vetSeed: request.vetSeed ?? 1 }
  const { strategy: _name, ...hashed } = whole
  return { ...whole, digest: textDigest(canonicalJson(hashed)) }
}

let copies = 0

/** New copies of the strategy's compiled module, so that what lies in its variables begins anew. */
function freshModules(file: string, onlooker: StrategyOnlooker): () => Promise<AnyStrategy> {
  const compiled = readCompiled(resolve(file))
  if (compiled === undefined)
    throw new GordonError('STRATEGY_CHANGED', `${file} changed while it was being vetted; run vet again.`)
  const url = pathToFileURL(compiled.module).href
  return async () => {
    onlooker.enter('loading', [])
    try {
      const module = await import(/* @vite-ignore */ `${url}?vet=${copies++}`)
      return module.default as AnyStrategy
    } finally {
      onlooker.leave()
    }
  }
}

function compiledCode(file: string): string {
  const compiled = readCompiled(resolve(file))
  return compiled === undefined ? '' : readFileSync(compiled.module, 'utf8')
}

/** @param backed instruments whose orders meet quotes, trades or a book, which stand at the very instant */
function sameBar(request: VetRequest, { run }: Watched, backed: ReadonlySet<string>): VetFinding[] {
  const mend = 'let market orders fill at the next open (marketFill: nextOpen).'
  const orders = new Map((run?.orders ?? []).map(order => [order.id, order]))
  const onBars = (run?.fills ?? []).filter(fill => !backed.has(fill.instrument))
  const past = onBars.find(fill => {
    const order = orders.get(fill.orderId)
    return order !== undefined && fill.time <= order.submittedAt
  })
  const atLast = request.marketFill === 'last' && (backed.size === 0 || onBars.length > 0)
  if (!atLast && past === undefined) return []
  const where =
    past === undefined
      ? ''
      : `: order ${past.orderId} was sent and filled at ${at(past.time)} at ${past.price}, the close that decided it`
  return [
    {
      code: 'SAME_BAR_FILL',
      text: `Orders fill at a price that is past when they are sent${where}; nobody can trade there, so ${mend}`,
    },
  ]
}

/** The same bars without anybody listening: whoever behaves for vet alone is told by what it does then. */
async function noticedBy(
  request: VetRequest,
  { run }: Watched,
  strategy: AnyStrategy,
): Promise<VetFinding | undefined> {
  const { file: _file, places: _places, vetSeed: _seed, onProgress: _progress, ...settings } = request
  const alone = await backtest({ ...settings, strategy })
  if (alone.decisions === run!.decisions) return undefined
  return {
    code: 'VET_NOTICED',
    text:
      `The strategy decides otherwise when it is watched: ${alone.orders.length} orders and an equity of ${alone.endEquity.toFixed(2)} without vet, ` +
      `${run!.orders.length} and ${run!.endEquity.toFixed(2)} with it; take out of the code what asks how it is called.`,
  }
}

function stateFinding(difference: { time: number; here: string; there: string }, which: string): VetFinding {
  return {
    code: 'STATE_ACROSS_RUNS',
    text:
      `A run depends on earlier runs in the process: at ${at(difference.time)} the first run did "${difference.here}" and ${which} over the same bars "${difference.there}"; ` +
      `keep what the strategy remembers in state, not in variables of the module, static fields or globals, where one run leaves the sample for the next.`,
  }
}
