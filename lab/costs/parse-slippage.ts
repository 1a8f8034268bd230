/**
 * Slippage as people write it:
 *
 *   2bps  0.01/unit  1tick  3ticks  0.5spread  oanda  none
 *   volume-share[:impact=0.1]         at most 2.5 % of a bar unless told
 *   sqrt[:y=1]
 *   almgren-chriss:eta=2.5e-6:gamma=2.5e-7[:epsilon=0.0625][:day=6.5h]
 *   … :cap=10%                        of a bar's volume, the rest waits
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

/** @throws SLIPPAGE_UNREADABLE */
export function parseSlippage(text: string): SlippageModel {
  const [name, ...written] = text.split(':')
  const options = optionsOf(written)
  const model = options === undefined ? undefined : modelOf(name, options)
  if (model !== undefined) return model
  throw new GordonError(
    'SLIPPAGE_UNREADABLE',
    `Slippage "${text}" is not understood: write 2bps (below 10000), 0.01/unit, 1tick, 0.5spread, volume-share:cap=2.5%:impact=0.1, sqrt:y=1, almgren-chriss:eta=2.5e-6:gamma=2.5e-7, oanda or none.`,
  )
}

type Options = Readonly<Partial<Record<string, number>>>

function optionsOf(written: readonly string[]): Options | undefined {
  const options: Record<string, number> = {}
  for (const option of written) {
    const [, name, value, unit = ''] = OPTION.exec(option) ?? []
    if (name === undefined || Object.hasOwn(options, name) || UNIT_OF[name] !== unit) return undefined
    options[name] = unit === '%' ? Number((Number(value) / 100).toPrecision(15)) : Number(value)
  }
  return options
}

function modelOf(name: string, options: Options): SlippageModel | undefined {
  const { cap, impact = 0.1, y = 1, eta, gamma, epsilon, day } = options
  const only = (...names: string[]) =>
    Object.keys(options).every(option => option === 'cap' || names.includes(option))
  if (name === 'volume-share' && only('impact')) return volumeShareSlippage({ cap: cap ?? 0.025, impact })
  if (name === 'sqrt' && only('y')) return squareRootImpact({ y, cap })
  if (name === 'almgren-chriss' && only('eta', 'gamma', 'epsilon', 'day')) {
    if (eta === undefined || gamma === undefined) return undefined
    return almgrenChrissImpact({
      eta,
      gamma,
      epsilon,
      cap,
      daySeconds: day === undefined ? undefined : day * 3600,
    })
  }
  if (!only()) return undefined
  if (name === 'none' || name === '0') return bpsSlippage(0, cap)
  if (name === 'oanda') return oandaSpread(cap)
  const simple = SIMPLE.exec(name)
  if (simple === null) return undefined
  const value = Number(simple[1])
  if (simple[2] === 'bps') return value < 10_000 ? bpsSlippage(value, cap) : undefined
  if (simple[2] === '/unit') return fixedSlippage(value, cap)
  return simple[2] === 'spread' ? spreadSlippage(value, cap) : tickSlippage(value, cap)
}
