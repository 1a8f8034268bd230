/**
 * A strategy's hold on an indicator: one value per instrument as of the bar last known, undefined until warm.
 * The columns behind it are bound by the engine through `bindIndicator`, which no strategy can import.
 */
import type { IndicatorSpec } from '../indicators/indicator.ts'

/** Where one output of one indicator of one instrument lies: its column and whose present row counts. */
export interface IndicatorCell {
  readonly column: Float64Array
  readonly window: { readonly cursor: number }
}

/** The engine's side: gives a handle its columns. Set by the class below, the only one who can reach inside. */
export let bindIndicator: (handle: IndicatorHandle, cells: readonly (readonly IndicatorCell[])[]) => void

export class IndicatorHandle<Output extends string = string> {
  readonly spec: IndicatorSpec<Output>
  /** First outputs by slot (instrument and interval of bars), and all outputs. */
  #first: readonly IndicatorCell[] = []
  #all: readonly (readonly IndicatorCell[])[] = []

  constructor(spec: IndicatorSpec<Output>) {
    this.spec = spec
  }

  /** Value at the newest known bar of an instrument, or of a bar's own interval; undefined before warm-up is over. */
  at(of: { readonly slot: number }, output?: Output): number | undefined {
    const cell = output === undefined ? this.#first[of.slot] : this.#named(of.slot, output)
    const value = cell.column[cell.window.cursor]
    return Number.isNaN(value) ? undefined : value
  }

  #named(slot: number, output: Output): IndicatorCell {
    return this.#all[slot][this.spec.outputs.indexOf(output)]
  }

  static {
    bindIndicator = (handle, cells) => {
      handle.#all = cells
      handle.#first = cells.map(outputs => outputs[0])
    }
  }
}
