/** Whether a session may go on with a journal: it must be the session that the journal's header tells of. */
import { GordonError } from '../core/errors.ts'
import { instrumentId } from '../domain/instrument.ts'
import type { HeaderEvent } from '../domain/ports/journal.ts'

/**
 * The feed's address, the strategy's path and the machine may differ; what decides may not.
 * @throws GordonError SESSION_DIFFERS
 */
export function holdToHeader(journal: HeaderEvent, now: HeaderEvent, path: string): void {
  const difference = headerDifference(journal, now)
  if (difference !== undefined)
    throw new GordonError(
      'SESSION_DIFFERS',
      `Journal ${path} belongs to a session that differs in ${difference}; start it as it was, or begin a new one with --journal <file>.`,
    )
}

/** The first difference that decides, in words. */
function headerDifference(journal: HeaderEvent, now: HeaderEvent): string | undefined {
  if (journal.made.gordon !== now.made.gordon)
    return `gordon's version (${journal.made.gordon} then, ${now.made.gordon} now)`
  if (journal.codeHash !== now.codeHash)
    return `the strategy's code (${journal.codeHash.slice(0, 12)} then, ${now.codeHash.slice(0, 12)} now)`
  const then = facts(journal)
  const present = facts(now)
  for (const name of new Set([...then.keys(), ...present.keys()]))
    if (then.get(name) !== present.get(name))
      return `${name} (${then.get(name) ?? 'not set'} then, ${present.get(name) ?? 'not set'} now)`
  return undefined
}

function facts(header: HeaderEvent): Map<string, string> {
  const told = new Map<string, string>()
  const put = (name: string, value: unknown) => {
    if (value !== undefined) told.set(name, JSON.stringify(value))
  }
  for (const [name, value] of Object.entries(header.params)) put(`parameter ${name}`, value)
  for (const [name, value] of Object.entries(header.settings)) put(`setting ${name}`, value)
  put('its instruments', header.instruments.map(instrumentId).join(', '))
  for (const instrument of header.instruments)
    for (const [name, value] of Object.entries(instrument))
      put(`${name} of ${instrumentId(instrument)}`, value)
  put('its interval', header.interval)
  put('the adjustment of its prices', header.adjustment)
  put('its bar grace in µs', header.barGrace)
  return told
}
