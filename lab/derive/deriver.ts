/**
 * What every maker of derived data is: rows come in batches, in order, and what is finished goes out. Where a batch
 * ends decides nothing, so a month of ticks needs no more memory than a day, and equal rows give equal results
 * however they were read.
 */
import { badTerms } from './terms.ts'

export interface Deriver<Batch, Rows> {
  /** The next rows in order of the stream. @returns what they finished; its arrays are the caller's */
  add(batch: Batch): Rows
  /** No more rows come. @returns what was still in the making; each class says what it does with it */
  end(): Rows
}

/** Rows in columns, all of them of `length`. */
export interface Rows {
  readonly length: number
}

/** A whole series at once: `whole(new TimeBars({ interval: '1m', calendar: 'XNYS' }), trades)`. */
export function whole<Batch, Out extends Rows>(deriver: Deriver<Batch, Out>, batch: Batch): Out {
  return joined([deriver.add(batch), deriver.end()])
}

/**
 * A stream of any length, batch by batch: what `openTicks` and `openBars` give, or anything with their `next`.
 * Empty batches are not given.
 */
export async function* derived<Batch, Out extends Rows>(
  stream: { next(rows: number): Promise<Batch | undefined> },
  deriver: Deriver<Batch, Out>,
  rowsAtOnce = 65_536,
): AsyncGenerator<Out> {
  for (;;) {
    const batch = await stream.next(rowsAtOnce)
    const rows = batch === undefined ? deriver.end() : deriver.add(batch)
    if (rows.length > 0) yield rows
    if (batch === undefined) return
  }
}

/** Batches of the same columns as one. @throws DERIVE_TERMS for none at all */
export function joined<Out extends Rows>(batches: readonly Out[]): Out {
  if (batches.length === 0)
    throw badTerms('There is no batch to join', 'hand over at least one, which may be empty')
  const filled = batches.filter(batch => batch.length > 0)
  if (filled.length === 0) return batches[0]
  return join(filled as readonly object[]) as Out
}

/** Columns, and lists of columns as the levels of a book are; anything else is the first batch's. */
function join(parts: readonly object[]): object {
  const out: Record<string, unknown> = {}
  for (const [name, first] of Object.entries(parts[0])) {
    const all = parts.map(part => (part as Record<string, unknown>)[name])
    if (name === 'length') out[name] = (all as number[]).reduce((total, length) => total + length, 0)
    else if (first instanceof Float64Array) out[name] = endToEnd(all as Float64Array[])
    else if (Array.isArray(first))
      out[name] = first.map((_, place) => endToEnd((all as Float64Array[][]).map(list => list[place])))
    else if (typeof first === 'object' && first !== null) out[name] = join(all as object[])
    else out[name] = first
  }
  return out
}

function endToEnd(columns: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(columns.reduce((total, column) => total + column.length, 0))
  let at = 0
  for (const column of columns) {
    out.set(column, at)
    at += column.length
  }
  return out
}
