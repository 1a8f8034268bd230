/**
 * A strategy's hold on an indicator: one value per instrument as of the bar last known, undefined until warm.
 * The columns behind it are bound by the engine through `bindIndicator`, which no strategy can import.
 */
import type { IndicatorSpec } from '../indicators/indicator.ts'

/** Where the values of one indicator lie: per instrument handle its output columns and the present row. */
export interface IndicatorSource {
  /** outputs[handle][output] */
  readonly outputs: readonly (readonly Float64Array[])[]
  readonly windows: readonly { readonly cursor: number }[]
}

/** The engine's side: gives a handle its columns. Set by the class below, the only one who can reach inside. */
export let bindIndicator: (handle: IndicatorHandle, source: IndicatorSource) => void

export class IndicatorHandle<Output extends string = string> {
  readonly spec: IndicatorSpec<Output>
  #source: IndicatorSource | undefined

  constructor(spec: IndicatorSpec<Output>) {
    this.spec = spec
  }

  /** Value at the newest known bar of `of`; undefined before warm-up is over. */
  at(of: { readonly handle: number }, output?: Output): number | undefined {
    if (output !== undefined || this.#source === undefined) return this.#named(of, output)
    const value = this.#source.outputs[of.handle][0][this.#source.windows[of.handle].cursor]
    return Number.isNaN(value) ? undefined : value
  }

  #named(of: { readonly handle: number }, output: Output | undefined): number | undefined {
    const source = this.#source
    if (source === undefined) return undefined
    const place = output === undefined ? 0 : this.spec.outputs.indexOf(output)
    const value = source.outputs[of.handle][place][source.windows[of.handle].cursor]
    return Number.isNaN(value) ? undefined : value
  }

  static {
    bindIndicator = (handle, source) => {
      handle.#source = source
    }
  }
}
