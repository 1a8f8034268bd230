/** Shows things in the running cell. `text/plain` is what a terminal and a text-only viewer get. */
import { randomBytes } from 'node:crypto'
import { toBundle } from './bundle.ts'
import { type Bundle, notebookKernel } from './kernel.ts'

/** Shows a value as what it is: a table, a chart, a run, text. */
export function display(value: unknown): void {
  const bundle = toBundle(value)
  if (bundle === undefined) console.log(value)
  else displayBundle(bundle)
}

export function displayBundle(data: Bundle): void {
  const write = notebookKernel()?.writer()
  if (write) write({ data, metadata: {}, transient: {} })
  else console.log(data['text/plain'] ?? data)
}

/** HTML, as it is given. */
export function html(text: string): void {
  displayBundle({ 'text/html': text, 'text/plain': text.replace(/<[^>]*>/g, '') })
}

export function markdown(text: string): void {
  displayBundle({ 'text/markdown': text, 'text/plain': text })
}

/** An output of this cell that each call overwrites in place. Outside a notebook it shows nothing. */
export function liveOutput(): (data: Bundle) => void {
  const write = notebookKernel()?.writer()
  const display_id = randomBytes(8).toString('hex')
  let shown = false
  return data => {
    write?.({ data, metadata: {}, transient: { display_id } }, shown)
    shown = true
  }
}
