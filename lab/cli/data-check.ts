/**
 * `gordon data check <dataset>`: are the bytes those that were stored, and can the rows be believed? A table of what
 * was found, a page with pictures for `--html`, everything for `--json`. Exit code 1 when bytes are damaged, or when
 * something is there that the policy refuses.
 */
import { openStore } from '../catalog/index.ts'
import {
  checkDataset,
  type DatasetQuality,
  type Finding,
  measureOf,
  parsePolicy,
  type QualityPolicy,
  storeFlags,
} from '../catalog/quality/index.ts'
import { DEFAULT_STORE } from './choose-bars.ts'
import { storePlace } from './store-place.ts'
import type { DataCommandOptions } from './data.ts'
import { progressLine } from './output.ts'
import { textTable } from './text-table.ts'

export interface DataCheckOptions extends DataCommandOptions {
  /** Where to write the page. */
  readonly html?: string
  /** `outlier=repair,missingSession=refuse`; fatal is refused and the rest flagged unless said. */
  readonly policy?: string
  /** Store what is flagged as series beside the dataset, for strategies. */
  readonly flags?: boolean
}

/** @returns what to print */
export async function dataCheck(id: string, options: DataCheckOptions): Promise<string> {
  const policy = options.policy === undefined ? {} : parsePolicy(options.policy)
  const store = await openStore(await storePlace(options.store ?? DEFAULT_STORE), {
    snapshot: options.snapshot,
  })
  const check = await store.check(id)
  // Of damaged files nothing can be said but that.
  const looked = check.whole ? await look(store, id, options) : undefined
  const findings = looked?.quality.findings ?? []
  const flagged =
    looked === undefined || options.flags !== true
      ? undefined
      : await storeFlags({ store, quality: looked.quality, policy, now: Date.now() * 1000 })
  const isRefused = findings.some(one => measureOf(one, policy) === 'refuse')
  if (!check.whole || isRefused) process.exitCode = 1
  if (looked !== undefined && options.html !== undefined) {
    const { renderQuality } = await import('../report/quality/render-quality.ts')
    const { writeWhole } = await import('./write-whole.ts')
    await writeWhole(options.html, renderQuality({ ...looked, policy }))
  }
  if (options.json) {
    const { streams, rows } = looked?.quality ?? { streams: [], rows: 0 }
    const counts = streams.map(({ findings: own, ...stream }) => ({ ...stream, places: own.length }))
    const quality = check.whole ? { rows, streams: counts, findings } : undefined
    return JSON.stringify({ snapshot: store.snapshot, ...check, quality, flagged })
  }
  return [
    check.whole
      ? `${id} is whole: ${check.files} files have the bytes that ${store.snapshot} names.`
      : `${id} is damaged (${check.code}): restore these files from a copy, or ingest their sources into a new store.`,
    ...check.damage,
    ...(check.issues.length === 0 ? [] : ['', 'Told when its sources came in:']),
    ...check.issues.map(
      ({ instrument, code, count, example }) => `  ${instrument} ${code} ${count}: ${example}`,
    ),
    ...(looked === undefined ? [] : inWords(looked.quality, policy)),
    ...(flagged === undefined
      ? []
      : [
          '',
          flagged.dataset === undefined
            ? 'There is nothing to flag.'
            : `${flagged.flags} flags went into ${flagged.dataset}: a strategy sees them with --data ${id},${flagged.dataset}.`,
        ]),
    ...(options.html === undefined || looked === undefined ? [] : ['', `The page is ${options.html}.`]),
  ].join('\n')
}

type OpenedStore = Awaited<ReturnType<typeof openStore>>

/** Rows are looked at once; pictures of them are kept where a page is wanted. */
async function look(store: OpenedStore, dataset: string, { html }: DataCheckOptions) {
  const line = progressLine(`checking ${dataset}`)
  const kept =
    html === undefined ? undefined : (await import('../report/quality/stream-picture.ts')).StreamPicture
  const pictures: InstanceType<NonNullable<typeof kept>>[] = []
  const quality = await checkDataset({
    store,
    dataset,
    progress: (rows, of) => line.at(rows, of),
    ...(kept === undefined
      ? {}
      : {
          watch: stream => {
            const picture = new kept(stream)
            pictures.push(picture)
            return picture
          },
        }),
  })
  line.done()
  return { quality, pictures }
}

const MOST_LINES = 40

function inWords({ findings, rows, streams }: DatasetQuality, policy: QualityPolicy): string[] {
  if (findings.length === 0) return ['No issue was found in its rows.']
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = `${finding.code} ${finding.place.instrument}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [finding])
    else group.push(finding)
  }
  const lines = [...groups.values()].map(group => [
    group[0].severity,
    group[0].code,
    String(group.length),
    measureOf(group[0], policy),
    group[0].example,
  ])
  const more = lines.length - MOST_LINES
  const places = findings.length === 1 ? '1 place' : `${findings.length} places`
  return [
    `${places} in ${rows} rows of ${streams.length === 1 ? '1 stream' : `${streams.length} streams`} may be wrong:`,
    '',
    textTable(['severity', 'kind', 'places', 'policy', 'the first of them'], lines.slice(0, MOST_LINES)),
    ...(more > 0 ? [`… and ${more} kinds of other streams; --json prints all`] : []),
  ]
}
