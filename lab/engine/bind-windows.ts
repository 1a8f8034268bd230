/** The bar windows of a run, with every indicator that the strategy declared; equal keys share one. */
import { isBuiltIn } from '../indicators/built-in.ts'
import type { IndicatorSpec } from '../indicators/indicator.ts'
import { bindIndicator } from '../strategy/indicator-handle.ts'
import { declaredIndicators, type StrategyCallbacks } from '../strategy/strategy.ts'
import type { Tradable } from '../strategy/context.ts'
import { BarWindow, type WindowIndicator } from './bar-window.ts'
import type { BarTerms } from './streams.ts'

/**
 * One window per stream of bars, by slot: first one for each instrument in order of handle (empty where it has no
 * bars that inform), then the coarser ones and those that only execute.
 */
export function bindWindows(
  strategies: readonly StrategyCallbacks[],
  instruments: readonly Tradable[],
  bars: readonly BarTerms[],
  history: number,
): { windows: BarWindow[]; slots: number[] } {
  const handles = strategies.flatMap(strategy => [...declaredIndicators(strategy)])
  // Equal keys of built-in indicators are equal numbers; of an author's own, only the same object is.
  const keyOf = (spec: IndicatorSpec<string>): unknown => (isBuiltIn(spec) ? spec.key : spec)
  const keys = [...new Set(handles.map(handle => keyOf(handle.spec)))]
  const specs = keys.map(key => handles.find(handle => keyOf(handle.spec) === key)!.spec)
  const windows: BarWindow[] = []
  const make = (handle: number, interval: string, informs: boolean): number => {
    const slot = windows.length
    const { ticksPerUnit, lotsPerUnit } = instruments[handle]
    const indicators: WindowIndicator[] = !informs
      ? []
      : specs.map(spec => ({
          indicator: spec.create(instruments[handle]),
          outputs: spec.outputs.length,
          key: isBuiltIn(spec) ? `${spec.key} ${ticksPerUnit} ${lotsPerUnit}` : undefined,
          foreign: !isBuiltIn(spec),
        }))
    windows.push(new BarWindow(indicators, history, slot, interval))
    return slot
  }
  // Bars come fine to coarse: an instrument's first informing stream is its own window.
  const own = instruments.map(({ handle }) => bars.findIndex(one => one.handle === handle && one.informs))
  own.forEach((place, handle) => {
    make(handle, place < 0 ? '' : bars[place].interval, true)
  })
  const slots = bars.map((one, place) =>
    own[one.handle] === place ? one.handle : make(one.handle, one.interval, one.informs),
  )
  for (const handle of handles) {
    const place = keys.indexOf(keyOf(handle.spec))
    bindIndicator(
      handle,
      windows.map(window => window.cells[place] ?? []),
    )
  }
  return { windows, slots }
}
