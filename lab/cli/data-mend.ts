/**
 * What a policy says, done: `gordon data mend <dataset>` makes a mended dataset beside the one that is wrong, with a
 * record of every change; `--undo` makes the rows as they were out of the mended ones and that record. `gordon ingest
 * --quality` does all of it on the way in: what is refused never comes into the store.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '../catalog/index.ts'
import {
  checkDataset,
  type Finding,
  measureOf,
  mendDataset,
  parsePolicy,
  type QualityPolicy,
  refuseByPolicy,
  storeFlags,
  unmendDataset,
} from '../catalog/quality/index.ts'
import { GordonError } from '../core/errors.ts'
import { DEFAULT_STORE } from './choose-bars.ts'
import type { DataCommandOptions } from './data.ts'
import { type IngestOptions, ingestCommand } from './ingest.ts'
import { progressLine } from './output.ts'
import { storePlace } from './store-place.ts'

export interface DataMendOptions extends DataCommandOptions {
  /** `outlier=repair,fatal=repair` */
  readonly policy?: string
  /** Where the rows go; `<dataset>-mended` unless said, or `<dataset>-unmended`. */
  readonly dataset?: string
  readonly undo?: boolean
}

/** @returns what to print */
export async function dataMend(id: string, options: DataMendOptions): Promise<string> {
  const place = await storePlace(options.store ?? DEFAULT_STORE)
  const store = await openStore(place, { snapshot: options.snapshot })
  const { dataset } = options
  const now = Date.now() * 1000
  if (options.undo === true) {
    const undone = await unmendDataset({ store, from: id, dataset, now })
    if (options.json) return JSON.stringify(undone)
    return `${undone.dataset} has the rows of ${undone.original} as they were, to the last bit (${undone.snapshot}).`
  }
  if (options.policy === undefined) {
    throw new GordonError(
      'POLICY_NEEDED',
      'say what is to be mended: --policy outlier=repair,suspect=flag, for example',
    )
  }
  const mended = await mend(store, id, parsePolicy(options.policy), { dataset, now })
  if (options.json) return JSON.stringify(mended)
  return inWords(id, mended).join('\n')
}

type Mended = Awaited<ReturnType<typeof mendDataset>>

async function mend(
  store: Store,
  id: string,
  policy: QualityPolicy,
  options: { readonly dataset?: string; readonly now: number },
): Promise<Mended> {
  const line = progressLine(`checking ${id}`)
  const quality = await checkDataset({ store, dataset: id, progress: (rows, of) => line.at(rows, of) })
  line.done()
  return mendDataset({ store, quality, policy, ...options })
}

function inWords(id: string, { dataset, snapshot, record, dropped, replaced, left }: Mended): string[] {
  return [
    `${dataset} is ${id} mended: ${dropped} rows left out, ${replaced} values replaced (${snapshot}).`,
    `  every change is in ${record}; gordon data mend ${dataset} --undo makes the rows as they were`,
    ...notMended(left),
  ]
}

function notMended(left: readonly Finding[]): string[] {
  const codes = [...new Set(left.map(({ code }) => code))]
  return codes.length === 0 ? [] : [`  nothing here mends ${codes.join(', ')}: left as it was`]
}

/**
 * Looked at in a store of its own first, so that nothing of what is refused is ever in the real one; then brought in,
 * mended and flagged.
 */
export async function ingestByPolicy(path: string, options: IngestOptions): Promise<string> {
  const { quality: text, ...plain } = options
  const policy = parsePolicy(text!)
  const place = await storePlace(options.store ?? DEFAULT_STORE)
  const { isStore, splitsTold } = await import('../catalog/index.ts')
  if (await isStore(path)) {
    throw new GordonError(
      'QUALITY_OF_STORE',
      `${path} is a store: ingest it, then use gordon data check and mend`,
    )
  }
  const scratch = await mkdtemp(join(tmpdir(), 'gordon-look-'))
  try {
    await ingestCommand(path, { ...plain, store: scratch, append: undefined, replace: undefined, json: true })
    const looked = await openStore(scratch)
    const actions = (await isStore(place)) ? await openStore(place) : undefined
    const told =
      (await actions?.datasets())?.flatMap(({ id, kind }) => (kind === 'actions' ? [id] : [])) ?? []
    const splits = told.length === 0 ? [] : await splitsTold({ store: actions!, datasets: told })
    for (const dataset of looked.ids)
      refuseByPolicy(await checkDataset({ store: looked, dataset, splits }), policy)
    const said = await ingestCommand(path, plain)
    const lines: string[] = []
    const quality: Record<string, unknown>[] = []
    for (const dataset of looked.ids) {
      const done = await settle(place, dataset, policy)
      quality.push({ dataset, ...done.json })
      lines.push(...done.lines)
    }
    return options.json
      ? JSON.stringify({ ...(JSON.parse(said) as object), quality })
      : [said, ...lines].join('\n')
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function settle(place: Parameters<typeof openStore>[0], dataset: string, policy: QualityPolicy) {
  const store = await openStore(place)
  const now = Date.now() * 1000
  const quality = await checkDataset({ store, dataset })
  const has = (measure: string) => quality.findings.some(one => measureOf(one, policy) === measure)
  const flagged = has('flag') ? await storeFlags({ store, quality, policy, now }) : undefined
  const mended = has('repair') ? await mendOrNot({ store, quality, policy, now }) : undefined
  const flags =
    flagged?.dataset === undefined
      ? []
      : [
          `${flagged.flags} flags went into ${flagged.dataset}: a strategy sees them with --data ${dataset},${flagged.dataset}`,
        ]
  return {
    json: { flagged, mended },
    lines: [...flags, ...(mended === undefined ? [] : inWords(dataset, mended))],
  }
}

/** Undefined where what is to be repaired has no mend. */
async function mendOrNot(request: Parameters<typeof mendDataset>[0]): Promise<Mended | undefined> {
  try {
    return await mendDataset(request)
  } catch (error) {
    if (error instanceof GordonError && error.code === 'NOTHING_TO_MEND') return undefined
    throw error
  }
}
