/**
 * One share under several names: of changes of symbol (FB became META on 2022-06-09) the names that an instrument bore,
 * each for its time. A name that is free again may be given to somebody else, so a name alone says nothing.
 */
import type { Micros } from '../core/time.ts'
import type { CorporateAction } from '../domain/market-events.ts'

export type Rename = Extract<CorporateAction, { readonly kind: 'symbolChange' }>

/** A name from one instant up to and not including another. */
export interface NameSpell {
  readonly id: string
  readonly from: Micros
  readonly to: Micros
}

/**
 * The names of an instrument that the data know by `id`, oldest first. The data may have it all under its last name, or
 * under its first.
 * @param apart ids that are instruments of their own in the data: what was renamed to one of them ends there
 */
export function namesOf(id: string, renames: readonly Rename[], apart: ReadonlySet<string>): NameSpell[] {
  const spells: NameSpell[] = []
  let name = id
  let until = Number.POSITIVE_INFINITY
  for (const next of [...renames].sort((a, b) => b.time - a.time)) {
    if (next.time >= until || renamedTo(next) !== name || apart.has(next.instrument)) continue
    spells.unshift({ id: name, from: next.time, to: until })
    name = next.instrument
    until = next.time
  }
  spells.unshift({ id: name, from: Number.NEGATIVE_INFINITY, to: until })
  for (const next of [...renames].sort((a, b) => a.time - b.time)) {
    const last = spells[spells.length - 1]
    if (next.instrument !== last.id || next.time <= last.from || apart.has(renamedTo(next))) continue
    spells[spells.length - 1] = { ...last, to: next.time }
    spells.push({ id: renamedTo(next), from: next.time, to: Number.POSITIVE_INFINITY })
  }
  return spells
}

/** The id after the change; a bare symbol is one of the same venue. */
function renamedTo({ instrument, to }: Rename): string {
  return to.includes(':') ? to : `${instrument.slice(0, instrument.indexOf(':'))}:${to}`
}
