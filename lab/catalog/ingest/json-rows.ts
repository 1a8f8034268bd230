/**
 * Flat objects in a JSON text, one row each: an array, the array in an object ({"candles": […]}), or one object a
 * line. Columns are the keys of the first; numbers keep their own digits. Nested values are left out of a row.
 */
import { GordonError } from '../../core/errors.ts'
import { csvBytes, LONGEST_LINE } from './csv-rows.ts'
import type { Delimited } from './csv.ts'
import { rowsOfTexts } from './text-rows.ts'

const PIECE_ROWS = 8192
const OBJECT = /\{[^{}]*\}/g
const MEMBER = /"((?:[^"\\]|\\.)*)"\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}[\]]+)/g

/** @throws GordonError NOT_A_TABLE; the same, and NO_ROWS, while it is read */
export async function openJson(path: string, file: string): Promise<Delimited> {
  const columns = await jsonColumns(path, file)
  if (columns.length === 0)
    throw new GordonError(
      'NOT_A_TABLE',
      `${file} holds no flat objects, one a row: [{"time": …, "open": …}, …]`,
    )
  return {
    rowWord: 'row',
    columns,
    notes: [],
    async *pieces() {
      const places = new Map(columns.map((name, i) => [name, i]))
      let before = 0
      let texts: string[][] = []
      let strange = new Map<number, number>()
      for await (const object of objectsOf(path, file)) {
        const row = new Array<string>(columns.length).fill('')
        let others = 0
        for (const [key, text] of membersOf(object)) {
          const at = places.get(key)
          if (at === undefined) others++
          else row[at] = text
        }
        // A row of other keys is of another table.
        if (others > 0) strange.set(texts.length, columns.length + others)
        texts.push(row)
        if (texts.length < PIECE_ROWS) continue
        yield rowsOfTexts(texts, before, columns.length, strange)
        before += texts.length
        texts = []
        strange = new Map()
      }
      if (texts.length > 0) yield rowsOfTexts(texts, before, columns.length, strange)
      else if (before === 0) throw new GordonError('NO_ROWS', `${file} has no rows: there is nothing to read`)
    },
  }
}

/** Keys of the first object; none where there is none near the beginning. */
export async function jsonColumns(path: string, file: string): Promise<readonly string[]> {
  for await (const object of objectsOf(path, file)) return [...membersOf(object)].map(([key]) => key)
  return []
}

function* membersOf(object: string): Generator<readonly [key: string, text: string]> {
  for (const [, key, value] of object.matchAll(MEMBER)) {
    const text = value.startsWith('"') ? (JSON.parse(value) as string) : value === 'null' ? '' : value
    yield [JSON.parse(`"${key}"`) as string, text]
  }
}

/** Texts of the innermost objects, in order. */
async function* objectsOf(path: string, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let text = ''
  let count = 0
  let begun = false
  const cut = (): GordonError =>
    new GordonError(
      'NOT_A_TABLE',
      `${file} is no whole JSON: it is cut off after row ${count}, fetch it again`,
    )
  for await (const piece of csvBytes(path, file)) {
    text += decoder.decode(piece, { stream: true })
    if (!begun) {
      if (text.trim() === '') continue
      begun = true
      if (!/^\s*[[{]/.test(text))
        throw new GordonError('NOT_A_TABLE', `${file} is no JSON: it begins with neither [ nor {`)
    }
    let end = 0
    for (const match of text.matchAll(OBJECT)) {
      count++
      end = match.index + match[0].length
      yield match[0]
    }
    text = text.slice(end)
    if (text.length > LONGEST_LINE)
      throw new GordonError(
        'NOT_A_TABLE',
        `${file} has more than ${LONGEST_LINE >> 20} MB after row ${count} that are no flat object`,
      )
  }
  text += decoder.decode()
  // What is left may only close what was opened.
  if (/[{":]/.test(text.replace(/"(?:[^"\\]|\\.)*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[^\s,}[\]{]+)/g, '')))
    throw cut()
  if (begun && !/[\]}]\s*$/.test(text) && text.trim() !== '') throw cut()
}
