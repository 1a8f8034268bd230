/** Executes every notebook in its own kernel; a type error, a thrown error or a rejected promise fails it. */
import { mkdirSync, readdirSync } from 'node:fs'
import { quiet } from './command.mjs'
import { place, venvBin } from './place.mjs'

/** @returns one entry per notebook: name, whether it ran through, what was printed */
export function executeNotebooks() {
  const out = place('.cache/notebooks')
  mkdirSync(out, { recursive: true })
  return readdirSync(place('notebooks'))
    .filter(name => name.endsWith('.ipynb'))
    .sort()
    .map(name => {
      const { code, text } = quiet(venvBin('python'), [
        ...['-m', 'nbconvert', '--to', 'notebook', '--execute', '--output-dir', out],
        ...['--ExecutePreprocessor.kernel_name=tslab', '--ExecutePreprocessor.timeout=300'],
        place('notebooks', name),
      ])
      return { name, passed: code === 0, text }
    })
}
