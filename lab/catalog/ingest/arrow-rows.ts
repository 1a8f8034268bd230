/**
 * Arrow IPC, as file (Feather version 2) or stream, also packed by LZ4 or Zstandard, batch by batch. Instants become
 * ISO times with a Z, times without a zone without one, so that what follows is the same as for a text.
 */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { DataType, RecordBatch, RecordBatchReader, Vector } from 'apache-arrow'
import { GordonError } from '../../core/errors.ts'
import type { Delimited } from './csv.ts'
import { unpackLz4 } from './lz4-frame.ts'
import { rowsOfTexts } from './text-rows.ts'

const PIECE_ROWS = 8192

/** @throws GordonError NOT_A_TABLE, WRONG_TYPE while it is read */
export async function openArrow(path: string, file: string): Promise<Delimited> {
  const magic = await magicOf(path)
  if (magic.startsWith('FEA1')) {
    throw new GordonError(
      'NOT_A_TABLE',
      `${file} is Feather of version 1, which Arrow has given up: write it again with version 2`,
    )
  }
  const isFile = magic.startsWith('ARROW1')
  const { names, types } = await reading(path, file, isFile, async reader => {
    const { fields } = reader.schema
    return { names: fields.map(({ name }) => name), types: fields.map(field => field.type as DataType) }
  })
  const flat = types.flatMap((type, i) => (isNested(type) ? [] : [i]))
  const columns = flat.map(i => names[i])
  return {
    rowWord: 'row',
    columns,
    notes: nestedNotes(names.filter((_, i) => isNested(types[i]))),
    async *pieces() {
      let seen = 0
      const source = await openReader(path, file, isFile)
      try {
        for await (const batch of batchesOf(source.reader, file)) {
          const write = flat.map(i => textsOf(types[i], batch.getChildAt(i)))
          for (let from = 0; from < batch.numRows; from += PIECE_ROWS) {
            const count = Math.min(PIECE_ROWS, batch.numRows - from)
            const texts = Array.from({ length: count }, (_, row) => write.map(one => one(from + row)))
            yield rowsOfTexts(texts, seen, columns.length)
            seen += count
          }
        }
      } finally {
        await source.close()
      }
      if (seen === 0) throw new GordonError('NO_ROWS', `${file} has no rows: there is nothing to read`)
    },
  }
}

/** What is told of columns whose values are lists or records. */
export function nestedNotes(names: readonly string[]): string[] {
  return names.length === 0
    ? []
    : [`columns ${names.join(', ')} hold lists or records and no values: they are left out`]
}

interface Opened {
  readonly reader: RecordBatchReader
  readonly close: () => Promise<void>
}

function damaged(file: string, cause?: unknown): GordonError {
  return new GordonError('NOT_A_TABLE', `${file} is not a whole Arrow file: fetch it again`, { cause })
}

async function openReader(path: string, file: string, isFile: boolean): Promise<Opened> {
  const { compressionRegistry, CompressionType, RecordBatchReader } = await import('apache-arrow')
  const { decompress } = await import('fzstd')
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: unpackLz4 })
  compressionRegistry.set(CompressionType.ZSTD, {
    // A copy begins at 0, as columns of eight bytes need it.
    decode: data => Uint8Array.from(decompress(data)),
  })
  const handle = isFile ? await open(path, 'r') : undefined
  const stream = isFile ? undefined : createReadStream(path)
  const close = async (): Promise<void> => {
    stream?.destroy()
    await handle?.close().catch(() => undefined)
  }
  try {
    const source = (handle ?? stream) as NodeJS.ReadableStream
    const reader: RecordBatchReader = await RecordBatchReader.from(source)
    await reader.open({ autoDestroy: false })
    if (reader.schema === undefined) throw damaged(file)
    return { reader, close }
  } catch (cause) {
    await close()
    throw damaged(file, cause)
  }
}

async function reading<T>(
  path: string,
  file: string,
  isFile: boolean,
  work: (reader: RecordBatchReader) => Promise<T>,
): Promise<T> {
  const { reader, close } = await openReader(path, file, isFile)
  try {
    return await work(reader)
  } finally {
    await close()
  }
}

async function* batchesOf(reader: RecordBatchReader, file: string): AsyncGenerator<RecordBatch> {
  const batches = (reader as unknown as AsyncIterable<RecordBatch>)[Symbol.asyncIterator]()
  for (;;) {
    let next: IteratorResult<RecordBatch>
    try {
      next = await batches.next()
    } catch (cause) {
      throw damaged(file, cause)
    }
    if (next.done === true) return
    yield next.value
  }
}

/** Names of a file's columns; none where it is no Arrow file. */
export async function arrowColumns(path: string, file: string): Promise<readonly string[]> {
  const isFile = (await magicOf(path)).startsWith('ARROW1')
  return reading(path, file, isFile, async reader => reader.schema.fields.map(({ name }) => name))
}

async function magicOf(path: string): Promise<string> {
  const handle = await open(path, 'r')
  try {
    const magic = Buffer.alloc(8)
    await handle.read(magic, 0, 8, 0)
    return magic.toString('latin1')
  } finally {
    await handle.close()
  }
}

/** Ids of Arrow's types, as its format numbers them in apache-arrow's enum Type. */
const TYPE = { Int: 2, Float: 3, Decimal: 7, Date: 8, Time: 9, Timestamp: 10, Dictionary: -1 } as const
const NESTED: ReadonlySet<number> = new Set([12, 13, 14, 16, 17])
/** Units of a second: SECOND, MILLISECOND, MICROSECOND, NANOSECOND. */
const DIGITS = [0, 3, 6, 9]

function isNested({ typeId }: DataType): boolean {
  return NESTED.has(typeId)
}

/** How values of a type become texts, by row. */
function textsOf(type: DataType, vector: Vector | null): (row: number) => string {
  if (vector === null) return () => ''
  const own =
    type.typeId === TYPE.Dictionary ? (type as unknown as { dictionary: DataType }).dictionary : type
  const { typeId } = own
  if (typeId === TYPE.Timestamp && own === type) {
    const { unit, timezone } = own as unknown as { unit: number; timezone?: string | null }
    const zone = timezone === null || timezone === undefined || timezone === '' ? '' : 'Z'
    // The vector's own accessor makes ms of them: the numbers themselves keep every digit.
    return raw(vector, value => isoOf(value, DIGITS[unit]) + zone)
  }
  if (typeId === TYPE.Date && own === type) {
    const days = (own as unknown as { unit: number }).unit === 0
    return raw(vector, value => isoOf(days ? value * 86_400n : value / 1000n, 0).slice(0, 10))
  }
  if (typeId === TYPE.Time && own === type) {
    const digits = DIGITS[(own as unknown as { unit: number }).unit]
    return raw(vector, value => isoOf(value, digits).slice(11))
  }
  if (typeId === TYPE.Decimal) {
    const { scale } = own as unknown as { scale: number }
    return row => {
      const value = vector.get(row) as Uint32Array | null
      return value === null ? '' : decimalText(value, scale)
    }
  }
  return row => {
    const value = vector.get(row) as unknown
    return value === null || value === undefined ? '' : String(value)
  }
}

/** Whole numbers of a column as they lie in it. */
function raw(vector: Vector, write: (value: bigint) => string): (row: number) => string {
  const [{ values }] = vector.data as unknown as readonly { readonly values: BigInt64Array | Int32Array }[]
  return row => (vector.isValid(row) ? write(BigInt(values[row])) : '')
}

/** An instant or wall time in units of 10^-digits s since 1970, with all of its digits. */
function isoOf(value: bigint, digits: number): string {
  const per = 10n ** BigInt(digits)
  const rest = ((value % per) + per) % per
  const seconds = Number((value - rest) / per)
  const text = new Date(seconds * 1000).toISOString().slice(0, 19)
  return rest === 0n ? text : `${text}.${rest.toString().padStart(digits, '0')}`
}

/** A two's complement number in words of 32 bits, the lowest first. */
function decimalText(words: Uint32Array, scale: number): string {
  let value = 0n
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i] >>> 0)
  value = BigInt.asIntN(words.length * 32, value)
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const cut = digits.length - scale
  const text = scale > 0 ? `${digits.slice(0, cut)}.${digits.slice(cut)}` : digits
  return value < 0n ? `-${text}` : text
}
