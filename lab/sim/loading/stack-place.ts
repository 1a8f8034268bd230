/**
 * `file:line:column` of an error's first frame that lies in a strategy's own sources (node's source maps have
 * put the .ts file there already), undefined when the stack names none.
 */
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PROJECT } from './project.ts'

/** Gordon's own frames are no place that an author can mend. */
const OURS = ['lab', 'live', 'dist', 'node_modules', '.cache'].map(room => PROJECT + sep + room + sep)

const FRAME = /(?:\(|at |async )((?:file:\/\/)?\/[^()]+?):(\d+):(\d+)\)?$/

export function stackPlace(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  for (const line of (error.stack ?? '').split('\n')) {
    const match = FRAME.exec(line.trim())
    if (match === null) continue
    const path = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1]
    if (!OURS.some(room => path.startsWith(room))) return `${path}:${match[2]}:${match[3]}`
  }
  return undefined
}
