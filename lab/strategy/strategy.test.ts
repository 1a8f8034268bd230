/** What the editor turns red in a strategy file: each line below must not compile (tsc checks it). */
import { expect, it } from 'vitest'
import { bollinger, sma } from '../indicators/index.ts'
import type { BarView, Context } from './context.ts'
import { choice, integer } from './params.ts'
import { declaredIndicators, strategy } from './strategy.ts'

class Mistaken extends strategy({
  params: { fast: integer({ default: 10 }), side: choice(['long', 'short'], { default: 'long' }) },
  // @ts-expect-error a parameter that is not declared
  check: params => (params.slow > 1 ? undefined : 'never'),
  state: () => ({ entries: 0 }),
}) {
  average = this.indicator(sma(this.params.fast))
  bands = this.indicator(bollinger(20, 2))
  // @ts-expect-error a period that is a text
  wrong = () => sma('20')

  override onBar(bar: BarView, ctx: Context): void {
    // @ts-expect-error a parameter that is not declared
    void this.params.slow
    // @ts-expect-error a choice that is none
    void (this.params.side === 'flat')
    // @ts-expect-error parameters do not change
    this.params.fast = 3
    // @ts-expect-error bars do not change
    bar.close = 1
    // @ts-expect-error state that is not declared
    this.state.exits = 1
    // @ts-expect-error an output that the bands do not have
    this.bands.at(bar, 'uper')
    // @ts-expect-error a value that may not be there yet
    void (this.average.at(bar) > bar.close)
    // @ts-expect-error a symbol where an instrument belongs
    ctx.buy('AAPL', 1)
    // @ts-expect-error an order without a quantity
    ctx.buy(bar.instrument)
    // @ts-expect-error a misspelt term
    ctx.buy(bar.instrument, 1, { limt: 5 })
    // @ts-expect-error a time in force that is none
    ctx.buy(bar.instrument, 1, { timeInForce: 'FAK' })
    // @ts-expect-error a history that may be too short
    void ctx.history(bar.instrument, 5).close
    // @ts-expect-error the list of instruments is not the author's
    ctx.instruments.sort()
    // @ts-expect-error weights by symbol
    ctx.targetWeights(new Map([['AAPL', 0.5]]))
  }
}

it('declares its indicators once each, in order', () => {
  class Fine extends strategy({ params: { fast: integer({ default: 10 }) } }) {
    fast = this.indicator(sma(this.params.fast))
    bands = this.indicator(bollinger(20, 2))
  }
  expect(declaredIndicators(new Fine({ fast: 7 })).map(handle => handle.spec.key)).toEqual([
    'sma(7,close)',
    'bollinger(20,2,close)',
  ])
  expect(declaredIndicators({})).toEqual([])
  expect(Mistaken.name).toBe('Mistaken')
})
