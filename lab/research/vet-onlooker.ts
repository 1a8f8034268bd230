/**
 * What a strategy touches while its own code runs: the stack of an error, which names who called (vet, or a person's
 * command), and shared objects that it changes and puts back before anybody looks. Both are seen from inside only:
 * the stack by the function that makes its text, the changes by looking after the constructor and after callbacks,
 * the first ones and then ever fewer.
 */
import { isoTime } from '../core/time.ts'
import type { VetFinding } from './vet-findings.ts'
import { alsoRemember, changesOf, type Language } from './vet-language.ts'
import type { Onlooker } from './vet-watch.ts'

/** After how many callbacks it looks whatever their number; then at 16, 32, 64 … */
const ALWAYS = 8

export class StrategyOnlooker implements Onlooker {
  readonly #language: Language
  readonly #before: PropertyDescriptor | undefined
  readonly #changed = new Set<string>()
  #asked: string | undefined
  #depth = 0
  #callbacks = 0
  #callback = ''
  #time: number | undefined
  #looking = true

  /** Until `stop`, stacks that are made while the strategy's code runs are made here. */
  constructor(language: Language) {
    this.#language = language
    this.#before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
    const { value } = this.#before ?? {}
    const told = (error: Error): string => {
      this.#note()
      return `${error.name}: ${error.message}`
    }
    Object.defineProperty(Error, 'prepareStackTrace', {
      configurable: true,
      get: () => (this.#depth > 0 ? told : value),
      set: () => this.#note(),
    })
  }

  enter(callback: string, given: readonly unknown[]): void {
    this.#depth++
    this.#callback = callback
    if (!this.#looking) return
    const ctx = given[given.length - 1] as { readonly now?: number } | undefined
    this.#time = ctx?.now
    if (this.#callbacks < ALWAYS)
      for (const one of given)
        if (typeof one === 'object' && one !== null) rememberClass(this.#language, one, callback)
  }

  leave(): void {
    this.#depth--
    if (!this.#looking) return
    const count = this.#callbacks++
    if (count <= ALWAYS || (count & (count - 1)) === 0) this.look()
  }

  /** Looks for changes now; they are kept although they may be gone later. */
  look(): void {
    for (const change of changesOf(this.#language)) this.#changed.add(change)
  }

  /** The first run has been seen; the others are only held to leave the stack alone. */
  lookNoMore(): void {
    this.#looking = false
    this.#time = undefined
  }

  stop(): void {
    if (this.#before === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
    else Object.defineProperty(Error, 'prepareStackTrace', this.#before)
  }

  findings(): VetFinding[] {
    const found: VetFinding[] = []
    if (this.#changed.size > 0) {
      const all = [...this.#changed]
      const some = all.slice(0, 3).join(', ') + (all.length > 3 ? ' …' : '')
      found.push({
        code: 'LANGUAGE_CHANGED',
        text:
          `The strategy changes ${some}, which every module of the process shares: through it a strategy sees what the engine holds, or leaves things for its next run; ` +
          `write a function of your own instead.`,
      })
    }
    if (this.#asked !== undefined)
      found.push({
        code: 'CALLER_ASKED',
        text:
          `The strategy reads the stack of an error ${this.#asked}, and a stack names who runs it: it can behave for vet and cheat in the run that a person looks at; ` +
          `take out what reads it.`,
      })
    return found
  }

  #note(): void {
    const when = this.#time === undefined ? '' : ` at ${isoTime(this.#time)}`
    const where = this.#callback === 'loading' ? 'while it is loaded' : `in its ${this.#callback}${when}`
    this.#asked ??= where
  }
}

/** Classes of what a callback is handed: things left on them are there for the next run. */
function rememberClass(language: Language, one: object, callback: string): void {
  let holder = Object.getPrototypeOf(one) as object | null
  for (; holder !== null && holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
    const maker = (holder as { readonly constructor?: unknown }).constructor
    const name = typeof maker === 'function' && maker.name !== '' ? maker.name : `what ${callback} is given`
    alsoRemember(language, `${name}.prototype`, holder)
    if (typeof maker === 'function') alsoRemember(language, name, maker)
  }
}
