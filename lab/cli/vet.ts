/** `gordon vet`: whether a strategy's decisions come from what could be known at the time, and its warm-up. */
import { GordonError } from '../core/errors.ts'
import { isoTime } from '../core/time.ts'
import type { BarSource } from '../domain/ports/store.ts'
import type { VetFinding, VetReport, VetRequest } from '../research/vet.ts'
import type { WarmUpProof } from '../research/warm-up.ts'
import type { AnyStrategy } from '../sim/members.ts'
import { type AccountOptions, currencyOf, readAccount, readFinancing } from './account-flags.ts'
import { chooseReplay, type ReplayOptions } from './choose-replay.ts'
import { progressLine } from './output.ts'
import { readNumber, readParams, readTime } from './read-flags.ts'
import { readSettings, type TradingOptions } from './trading-flags.ts'
import { row } from './words.ts'

/** As the verdict has it. */
const ENOUGH = 30

export interface VetOptions extends ReplayOptions, TradingOptions, AccountOptions {
  readonly queue?: string
  readonly places?: string
  readonly json?: boolean
}

/** Vets it and returns what to print; the exit code is 0 only where it passed. */
export async function vetCommand(file: string, options: VetOptions): Promise<string> {
  const settings = readSettings(options)
  const places = wholeNumber('--places', options.places)
  const params = readParams(options.params)
  const from = options.from === undefined ? undefined : readTime('--from', options.from)
  const to = options.to === undefined ? undefined : readTime('--to', options.to, 'end')
  const data = await chooseReplay(options, from)
  const { vet } = await import('../research/vet.ts')
  const progress = progressLine('vet')
  const account = { ...readAccount(options), queue: options.queue }
  const financing = readFinancing(options.financing, currencyOf(options, data.instruments))
  const { bars, finer, ticks, actions, universe } = data
  const request = {
    ...settings,
    ...account,
    params,
    from,
    to,
    bars,
    finer,
    ticks,
    actions,
    universe,
    financing,
  }
  const report = await vet({ ...request, file, places, vetSeed: settings.seed, onProgress: progress.at })
  progress.done()
  // What the loader refuses has no class to begin with.
  const warmUp = report.runs === 0 ? undefined : await warmUpOf(file, request)
  const told = withWarmUp(report, warmUp)
  if (told.verdict !== 'passed') process.exitCode = 1
  return options.json === true ? JSON.stringify(vetDocument(told, warmUp)) : vetSummary(told, warmUp)
}

/** Too little warm-up is a finding like any other. */
function withWarmUp(report: VetReport, warmUp: WarmUpProof | VetFinding | undefined): VetReport {
  if (warmUp === undefined) return report
  if ('code' in warmUp) return { ...report, notes: [...report.notes, warmUp] }
  if (warmUp.text === undefined) return report
  const findings = [...report.findings, { code: 'WARM_UP_SHORT', text: warmUp.text }]
  return { ...report, verdict: 'failed', findings }
}

async function warmUpOf(file: string, request: Omit<VetRequest, 'file'>): Promise<WarmUpProof | VetFinding> {
  const { loadStrategy } = await import('../sim/loader.ts')
  const { proveWarmUp } = await import('../research/warm-up.ts')
  const bars = [request.bars ?? []].flat() as BarSource[]
  if (bars.length !== 1 || request.ticks !== undefined || request.finer !== undefined)
    return {
      code: 'WARM_UP_BARS',
      text: 'Warm-up is counted in bars and proven on one source of them, so not here; vet the strategy on bars as well where it can run on them.',
    }
  const { strategy } = await loadStrategy(file)
  try {
    return await proveWarmUp({ ...request, bars: bars[0], strategy: strategy as AnyStrategy })
  } catch (error) {
    if (error instanceof GordonError && error.code === 'WARM_UP_NO_ROOM')
      return { code: error.code, text: error.message }
    throw error
  }
}

function wholeNumber(flag: string, text: string | undefined): number | undefined {
  const value = readNumber(flag, text)
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
    throw new GordonError('FLAG_OUT_OF_RANGE', `${flag} is ${value}; give a whole number of at least 1.`)
  return value
}

function vetDocument(
  report: VetReport,
  warmUp: WarmUpProof | VetFinding | undefined,
): Record<string, unknown> {
  return {
    ...report,
    places: report.places.map(place => ({ ...place, time: isoTime(place.time) })),
    warmUp:
      warmUp !== undefined && 'starts' in warmUp
        ? { ...warmUp, starts: warmUp.starts.map(isoTime), differing: warmUp.differing.map(isoTime) }
        : undefined,
  }
}

function vetSummary(report: VetReport, warmUp: WarmUpProof | VetFinding | undefined): string {
  const lines = [
    `${report.strategy}: ${report.verdict}`,
    row('decisions', `${report.decisions} orders before the last place`),
    row('places', `${report.places.length} futures changed, ${report.runs} runs in all`),
  ]
  if (warmUp !== undefined && 'starts' in warmUp) {
    const alike = warmUp.starts.length - warmUp.differing.length
    lines.push(
      row(
        'warm-up',
        `${warmUp.declared} bars; ${alike} of ${warmUp.starts.length} starts decide as with all of history`,
      ),
    )
  }
  lines.push(row('digest', report.digest))
  const doubts = report.findings.map(finding => `${finding.text} [${finding.code}]`)
  if (report.verdict === 'inconclusive')
    doubts.push(
      `${report.decisions} decisions are too few to tell; give longer data, or parameters that decide more often (${ENOUGH} at least). [TOO_FEW_DECISIONS]`,
    )
  if (doubts.length > 0) lines.push('', ...doubts.map(text => `  ! ${text}`))
  const notes = report.notes.map(note => `${note.text} [${note.code}]`)
  if (notes.length > 0) lines.push('', ...notes.map(text => `  · ${text}`))
  return lines.join('\n')
}
