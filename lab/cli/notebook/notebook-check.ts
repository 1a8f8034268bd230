/** A dataset looked through: whether its files are whole, what was told when it came in, and what its rows give away. */
import type { DatasetCheck, Store } from '../../catalog/index.ts'
import { checkDataset, type DatasetQuality } from '../../catalog/quality/check-dataset.ts'
import { instrumentId } from '../../domain/instrument.ts'
import { doubtfulPrices, isDoubtOfPrice } from '../../report/quality/doubtful-prices.ts'
import { findingsMap } from '../../report/quality/findings-map.ts'
import { renderQuality } from '../../report/quality/render-quality.ts'
import { StreamPicture } from '../../report/quality/stream-picture.ts'
import { writeWhole } from '../write-whole.ts'
import { chart } from './chart.ts'
import { escapeHtml } from './escape.ts'
import { findingsTable } from './findings-table.ts'
import { type FrameTable, recordTable } from './frame-table.ts'
import type { Bundle } from './kernel.ts'
import { pagePalette } from './page-palette.ts'
import { JUPYTER, tableBundle } from './table.ts'

/** @throws GordonError UNKNOWN_DATASET */
export async function checkOf(store: Store, dataset: string): Promise<NotebookCheck> {
  const files = await store.check(dataset)
  const pictures: StreamPicture[] = []
  // Of damaged files nothing can be said but that.
  if (!files.whole) return new NotebookCheck(files, undefined, pictures)
  const watch = (stream: ConstructorParameters<typeof StreamPicture>[0]) => {
    const picture = new StreamPicture(stream)
    pictures.push(picture)
    return picture
  }
  return new NotebookCheck(files, await checkDataset({ store, dataset, watch }), pictures)
}

export class NotebookCheck {
  /** Whether the files have the bytes that were stored, and what was told when they came in. */
  readonly files: DatasetCheck
  /** What the rows give away; undefined where files are damaged. */
  readonly quality: DatasetQuality | undefined
  /** Every place where something is wrong, the worst first. */
  readonly findings: FrameTable
  readonly #pictures: readonly StreamPicture[]

  constructor(files: DatasetCheck, quality: DatasetQuality | undefined, pictures: readonly StreamPicture[]) {
    this.files = files
    this.quality = quality
    this.findings = findingsTable(quality?.findings ?? [])
    this.#pictures = pictures
  }

  /** What was told when the sources came in, with the rows that were left out. */
  get told(): FrameTable {
    return recordTable(
      this.files.issues.map(({ instrument, severity, code, count, example }) => ({
        instrument,
        severity,
        code,
        count,
        example,
      })),
      { instrument: 'text', severity: 'text', code: 'text', count: 'number', example: 'text' },
    )
  }

  /** Prices with the doubtful ones marked. @param instrument `AAPL` or `XNAS:AAPL`; the first with a doubt unless said */
  pricesChart(instrument?: string) {
    const doubted = this.quality?.streams.findIndex(({ findings }, at) =>
      instrument === undefined ? findings.some(isDoubtOfPrice) : isCalled(instrument, this.#pictures[at]),
    )
    if (doubted === undefined || doubted < 0) return undefined
    const picture = this.#pictures[doubted]
    const findings = this.quality!.streams[doubted].findings.filter(isDoubtOfPrice)
    const { currency } = picture.stream.instrument
    return drawn(doubtfulPrices(picture.line(), findings, currency, pagePalette), 360)
  }

  /** Holes, stale runs and rows that come twice, over all of the time there is; undefined where there are none. */
  holesChart() {
    const map = findingsMap(this.quality?.streams ?? [], pagePalette)
    return map === undefined ? undefined : drawn(map.figure, 130 + 22 * map.lines)
  }

  /** Writes the page of `gordon data check --html`; returns the path, undefined where files are damaged. */
  async savePage(path: string): Promise<string | undefined> {
    if (this.quality === undefined) return undefined
    const input = { quality: this.quality, pictures: this.#pictures, policy: {} }
    return writeWhole(path, renderQuality(input))
  }

  [JUPYTER](): Bundle {
    const found =
      this.quality?.findings.length === 0 || this.quality === undefined
        ? undefined
        : tableBundle({
            length: this.findings.numRows,
            at: row => shownRow(this.findings, row, this.quality!.streams.length > 1),
          })
    const words = this.#words()
    return {
      'text/html': `<div>${words.map(escapeHtml).join('<br>')}</div>${found?.['text/html'] ?? ''}`,
      'text/plain': [...words, ...(found === undefined ? [] : [found['text/plain']])].join('\n'),
    }
  }

  #words(): string[] {
    const { id, whole, files, damage, issues } = this.files
    const count = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`
    if (!whole)
      return [`${id} is damaged: restore these files from a copy, or ingest their sources again.`, ...damage]
    const { findings, rows, streams } = this.quality!
    const told = issues.reduce((sum, one) => sum + one.count, 0)
    return [
      `${id} is whole: ${count(files, 'file')} with the bytes that were stored.`,
      ...(told === 0 ? [] : [`When its sources came in ${count(told, 'row')} had an issue (see told).`]),
      findings.length === 0
        ? `Nothing is wrong with its ${count(rows, 'row')} that any check could find.`
        : `${count(findings.length, 'place')} in ${count(rows, 'row')} of ${count(streams.length, 'stream')} may be wrong:`,
    ]
  }
}

/** `findings` has the row and the column of each, and what was found there. */
function shownRow(findings: FrameTable, row: number, isSeveral: boolean) {
  const names = ['severity', 'code', ...(isSeveral ? ['instrument'] : []), 'from', 'count', 'what']
  return Object.fromEntries(
    names.map(name => {
      const cell: unknown = findings.getChild(name)?.get(row)
      return [name, name === 'from' && typeof cell === 'number' ? new Date(cell) : cell]
    }),
  )
}

function isCalled(name: string, { stream }: StreamPicture): boolean {
  return stream.instrument.symbol === name || instrumentId(stream.instrument) === name
}

function drawn(figure: { readonly data: readonly object[]; readonly layout: object }, height: number) {
  return chart(figure.data, { ...figure.layout, height, margin: { l: 64, r: 16, t: 40, b: 36 } })
}
