/** Plotly's finance bundle as text, to be written into the page: the report opens without a network. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { GordonError } from '../../core/errors.ts'

let text: string | undefined

export function plotlySource(): string {
  if (text !== undefined) return text
  let source: string
  try {
    source = readFileSync(createRequire(import.meta.url).resolve('plotly.js-finance-dist-min'), 'utf8')
  } catch (cause) {
    throw new GordonError(
      'PLOTLY_MISSING',
      'The package plotly.js-finance-dist-min that draws the charts is not installed; run `npm install`.',
      { cause, kind: 'failure' },
    )
  }
  text = source.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--')
  return text
}
