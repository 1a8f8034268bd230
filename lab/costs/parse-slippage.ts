/**
 * Slippage as people write it:
 *
 *   2bps  0.01/unit  1tick  3ticks  0.5spread  oanda  none
 *   volume-share[:cap=2.5%][:impact=0.1]
 *   sqrt[:y=1][:cap=10%]
 *   almgren-chriss:eta=2.5e-6:gamma=2.5e-7[:epsilon=0.0625][:day=6.5h]
 */
import { GordonError } from '../core/errors.ts'
import type { SlippageModel } from './slippage.ts'
import {
  almgrenChrissImpact,
  bpsSlippage,
  fixedSlippage,
  oandaSpread,
  spreadSlippage,
  squareRootImpact,
  tickSlippage,
  volumeShareSlippage,
} from './slippage-models.ts'

const NUMBER = '(\\d+(?:\\.\\d+)?(?:e-?\\d+)?)'
const SIMPLE = new RegExp(`^${NUMBER}\\s*(bps|/unit|ticks?|spread)$`)
const OPTION = new RegExp(`^([a-z]+)=${NUMBER}(%|h)?$`)

/** @throws SLIPPAGE_UNREADABLE */
export function parseSlippage(text: string): SlippageModel {
  if (text === 'none' || text === '0') return bpsSlippage(0)
  if (text === 'oanda') return oandaSpread()
  const simple = SIMPLE.exec(text)
  const model = simple === null ? named(text) : simpleModel(Number(simple[1]), simple[2])
  if (model !== undefined) return model
  throw new GordonError(
    'SLIPPAGE_UNREADABLE',
    `Slippage "${text}" is not understood: write 2bps (below 10000), 0.01/unit, 1tick, 0.5spread, volume-share:cap=2.5%:impact=0.1, sqrt:y=1, almgren-chriss:eta=2.5e-6:gamma=2.5e-7, oanda or none.`,
  )
}

function simpleModel(value: number, unit: string): SlippageModel | undefined {
  if (unit === 'bps') return value < 10_000 ? bpsSlippage(value) : undefined
  if (unit === '/unit') return fixedSlippage(value)
  return unit === 'spread' ? spreadSlippage(value) : tickSlippage(value)
}

function named(text: string): SlippageModel | undefined {
  const [name, ...written] = text.split(':')
  const options: Record<string, number> = {}
  for (const option of written) {
    const match = OPTION.exec(option)
    if (match === null || Object.hasOwn(options, match[1]) || UNIT_OF[match[1]] !== (match[3] ?? ''))
      return undefined
    options[match[1]] = match[3] === '%' ? Number((Number(match[2]) / 100).toPrecision(15)) : Number(match[2])
  }
  const only = (...names: string[]) => Object.keys(options).every(key => names.includes(key))
  if (name === 'volume-share' && only('cap', 'impact'))
    return volumeShareSlippage({ cap: options.cap ?? 0.025, impact: options.impact ?? 0.1 })
  if (name === 'sqrt' && only('y', 'cap')) return squareRootImpact({ y: options.y ?? 1, cap: options.cap })
  if (name === 'almgren-chriss' && only('eta', 'gamma', 'epsilon', 'day')) {
    const { eta, gamma, epsilon, day } = options
    if (eta === undefined || gamma === undefined) return undefined
    return almgrenChrissImpact({
      eta,
      gamma,
      epsilon,
      daySeconds: day === undefined ? undefined : day * 3600,
    })
  }
  return undefined
}

/** What each option's number is followed by. */
const UNIT_OF: Readonly<Record<string, string>> = {
  cap: '%',
  impact: '',
  y: '',
  eta: '',
  gamma: '',
  epsilon: '',
  day: 'h',
}
