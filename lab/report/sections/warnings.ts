import type { RunWarning } from '../../domain/run-result.ts'
import { counted } from '../format.ts'
import { html } from '../html.ts'
import type { Section } from '../section.ts'

/** What the run warns of, above everything else; nothing where it warns of nothing. */
export function warningsSection(warnings: readonly RunWarning[]): Section | undefined {
  if (warnings.length === 0) return undefined
  return {
    id: 'warnings',
    title: counted(warnings.length, 'warning'),
    short: 'Warnings',
    className: 'warnings',
    body: html`<ul>${warnings.map(warning => html`<li><code>${warning.code}</code> ${warning.text}</li>`)}</ul>`,
  }
}
