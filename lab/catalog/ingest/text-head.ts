/**
 * Where the table in a text begins, and what parts its columns. Programs write things above it: `sep=;`, comments,
 * an address, a title; a line counts as one of these where it has no columns and a later one has.
 */
import { GordonError } from '../../core/errors.ts'
import { csvBytes, tooLong } from './csv-rows.ts'

const DELIMITERS = [',', ';', '\t', '|'] as const
const HEAD_BYTES = 1 << 20
/** Lines above a header at most. */
const MOST_BEFORE = 32

export interface TextHead {
  /** Lines above the first one that has columns. */
  readonly before: number
  /** The header, or the first row. */
  readonly line: string
  readonly delimiter: string
}

/** @throws GordonError NOT_A_TABLE, LINE_TOO_LONG */
export async function headOfText(path: string, file: string): Promise<TextHead> {
  let text = ''
  let whole = true
  for await (const piece of csvBytes(path, file)) {
    if (text === '') checkUtf8(piece, file)
    text += piece.toString('utf8')
    if (piece.includes(0))
      throw new GordonError('NOT_A_TABLE', `${file} is not a CSV table: it holds binary data`)
    if (text.length >= HEAD_BYTES || text.split('\n', MOST_BEFORE + 2).length > MOST_BEFORE) {
      whole = false
      break
    }
  }
  if (!text.includes('\n')) {
    if (!whole) throw tooLong(file, 1, text.includes('"'))
    if (text.includes('\r'))
      throw new GordonError(
        'NOT_A_TABLE',
        `${file} has lines that end with CR alone: save it with LF, or CR LF`,
      )
  }
  const found = findHead(text)
  if (found !== undefined) return found
  const why =
    text.trim() === ''
      ? 'its first line is empty'
      : `its first line has no comma, semicolon, tab or bar between columns`
  throw new GordonError('NOT_A_TABLE', `${file} is not a CSV table: ${why}`)
}

/** The same of a text of which the beginning is known; undefined where no line has columns. */
export function findHead(text: string): TextHead | undefined {
  const lines = text.split('\n', MOST_BEFORE)
  let told: string | undefined
  for (const [before, raw] of lines.entries()) {
    const line = raw.replace(/\r$/, '')
    const separator = /^sep=(.)$/i.exec(line)
    if (separator !== null) {
      told = separator[1]
      continue
    }
    if (/^\s*($|#|\/\/)/.test(line)) continue
    const delimiter = told ?? delimiterOf(line)
    if (delimiter !== undefined) return { before, line, delimiter }
  }
  return undefined
}

function delimiterOf(line: string): string | undefined {
  const bare = line.replace(/"[^"]*"/g, '')
  const rated = DELIMITERS.map(mark => ({ mark, count: bare.split(mark).length - 1 }))
  const best = rated.sort((a, b) => b.count - a.count)[0]
  return best.count > 0 ? best.mark : undefined
}

function checkUtf8(bytes: Buffer, file: string): void {
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0
  if (mark === 0xfffe || mark === 0xfeff)
    throw new GordonError(
      'NOT_A_TABLE',
      `${file} is text in UTF-16, as spreadsheets save it: save it as UTF-8`,
    )
}
