/** `gordon data compact | retain`: fewer files for the same rows, and nothing kept that nobody asked to keep. */
import { compactDataset, retainSnapshots } from '../catalog/index.ts'
import { GordonError } from '../core/errors.ts'
import { parseInterval } from '../core/time.ts'
import { DEFAULT_STORE } from './choose-bars.ts'
import { readNumber } from './read-flags.ts'
import { storePlace } from './store-place.ts'

/** Joins the small files of a dataset. @throws GordonError; the store is then as it was */
export async function dataCompact(
  id: string,
  options: { readonly store?: string; readonly json?: boolean },
): Promise<string> {
  const done = await compactDataset(await storePlace(options.store ?? DEFAULT_STORE), id)
  if (options.json === true) return JSON.stringify(done)
  const { before, after, rows, snapshot } = done
  if (done.unchanged) return `${id} has ${after.files} files and none to join (${snapshot}).`
  return (
    `${id} has ${after.files} files of ${after.bytes} bytes where ${before.files} of ${before.bytes} were, with the same ` +
    `${rows} rows (${snapshot}). Older snapshots keep their own until gordon data retain takes them away.`
  )
}

export interface RetainOptions {
  readonly store?: string
  readonly keepSnapshots?: string
  /** `24h`, `30m`, `0` */
  readonly grace?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** @throws GordonError KEEP_NEEDED, BAD_KEEP, BAD_GRACE, and what the store says; nothing is taken away then */
export async function dataRetain(options: RetainOptions): Promise<string> {
  const { dryRun, grace = '24h' } = options
  const keep = readNumber('--keep-snapshots', options.keepSnapshots)
  if (keep === undefined)
    throw new GordonError(
      'KEEP_NEEDED',
      'nothing says how many snapshots stay: give --keep-snapshots, for example --keep-snapshots 10',
    )
  const micros = grace === '0' ? 0 : parseInterval(grace)
  if (micros === undefined)
    throw new GordonError('BAD_GRACE', `--grace ${grace} is no length of time: write 24h, 30m or 0`)
  const store = options.store ?? DEFAULT_STORE
  const done = await retainSnapshots(await storePlace(store), {
    keep,
    grace: micros,
    now: Date.now() * 1000,
    dryRun,
  })
  if (options.json === true) return JSON.stringify(done)
  const { kept, removed, waiting, files, bytes } = done
  const lines = [
    `${removed.length} snapshots and ${files} files of ${bytes} bytes ${dryRun === true ? 'would go' : 'went'} from ${store}; ` +
      `${kept.length} snapshots stay, ${kept.at(-1) ?? 'none'} the newest.`,
  ]
  if (waiting > 0)
    lines.push(
      `${waiting} of them were overtaken less than ${grace} ago: whoever opened them may still read.`,
    )
  return lines.join('\n')
}
