/** What a report or a run's JSON says of where its figures came from: the run's fingerprints and its data. */
import { readFile } from 'node:fs/promises'
import { GordonError } from '../core/errors.ts'

export interface RunOrigins {
  readonly of: 'report' | 'run'
  readonly digest: string
  readonly inputs?: string
  readonly decisions?: string
  readonly codeHash?: string
  readonly datasets: readonly { readonly id: string; readonly snapshot: string }[]
}

/** @throws GordonError FILE_NOT_FOUND, NOT_A_RUN */
export async function runOrigins(path: string): Promise<RunOrigins> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new GordonError('FILE_NOT_FOUND', `there is no file ${path}: check the path`, { cause })
  }
  const found = /^\s*\{/.test(text) ? fromJson(text) : fromReport(text)
  if (found !== undefined) return found
  throw new GordonError(
    'NOT_A_RUN',
    `${path} is neither a report nor a run as gordon backtest --json prints it: it names no data and no digest`,
  )
}

function fromJson(text: string): RunOrigins | undefined {
  let read: Partial<RunOrigins>
  try {
    read = JSON.parse(text) as Partial<RunOrigins>
  } catch {
    return undefined
  }
  const { digest, inputs, decisions, codeHash, datasets } = read
  if (typeof digest !== 'string' || !Array.isArray(datasets)) return undefined
  const named = datasets.map(({ id, snapshot }) => ({ id, snapshot }))
  return { of: 'run', digest, inputs, decisions, codeHash, datasets: named }
}

/** The section on assumptions and provenance, which no report goes without (lab/report/sections/assumptions.ts). */
function fromReport(page: string): RunOrigins | undefined {
  const from = page.indexOf('<section id="assumptions"')
  const section = from < 0 ? '' : page.slice(from, page.indexOf('</section>', from))
  const fingerprint = (name: string) =>
    new RegExp(`<dt>${name}</dt><dd><code>([^<]*)</code></dd>`).exec(section)?.[1]
  const digest = fingerprint('Digest')
  const data = /<dt>Data<\/dt><dd>(.*?)<\/dd>/s.exec(section)?.[1]
  if (digest === undefined || data === undefined) return undefined
  const entries = /<div(?: data-dataset="([^"]*)")?>([^<]*)<br><code>([^<]*)<\/code><\/div>/g
  const datasets = [...data.matchAll(entries)].map(([, id, words, snapshot]) => ({
    // Older reports have it in words only.
    id: id === undefined ? plain(words).split(', ')[0] : plain(id),
    snapshot: plain(snapshot),
  }))
  return {
    of: 'report',
    digest,
    inputs: fingerprint('Inputs'),
    decisions: fingerprint('Decisions'),
    codeHash: fingerprint('Code'),
    datasets,
  }
}

const SIGNS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

function plain(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, sign: string) => SIGNS[sign])
}
