/**
 * Captures of exchanges' own messages as cryptofeed's raw data collection writes them: `COINBASE.ws.28.0` holds one
 * connection, lines `<unix seconds>: <message>`; lines with an address tell what was asked. `COINBASE.0` holds the
 * exchange's list of instruments, fetched before: grids, sizes and contracts. A folder may hold several exchanges and
 * connections; of a single connection the list is looked for beside it.
 * Source: github.com/bmoscon/cryptofeed, cryptofeed/raw_data_collection.py.
 */
import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { BitmexCapture, bitmexInstruments } from './capture-bitmex.ts'
import { CoinbaseCapture, coinbaseInstruments } from './capture-coinbase.ts'
import { KrakenCapture, krakenInstruments } from './capture-kraken.ts'
import { Capture, type CaptureInstruments, type CaptureVenue } from './capture.ts'
import { linesOf, receivedAt } from './event-rows.ts'
import { placeOf } from './place.ts'
import type { SourceAdapter, SourceBatch, SourceReading } from './source.ts'
import { ToldGrids } from './told-grid.ts'

const VENUES: Readonly<
  Record<string, { instruments(list: unknown): CaptureInstruments; messages(capture: Capture): CaptureVenue }>
> = {
  BITMEX: { instruments: bitmexInstruments, messages: capture => new BitmexCapture(capture) },
  COINBASE: { instruments: coinbaseInstruments, messages: capture => new CoinbaseCapture(capture) },
  KRAKEN: { instruments: krakenInstruments, messages: capture => new KrakenCapture(capture) },
}

const CONNECTION = /^([A-Z_]+)\.ws\.(\d+)\.(\d+)$/
const ADDRESS = /^(?:wss?|https?):\/\/\S+ (?:<->|->|<-) \d+\.\d+/

export const CRYPTOFEED: SourceAdapter = {
  name: 'cryptofeed',
  kinds: ['book', 'trades', 'quotes'],
  about: "cryptofeed's captures of Coinbase, Kraken and BitMEX: NAME.ws.1.0, with NAME.0 beside it",
  endings: 'NAME.ws.1.0',
  knowsVenue: true,
  readsFolders: true,
  guess({ name, isFolder, files, head }) {
    const names = (isFolder ? files : [name]).filter(file => isOurs(file))
    if (names.length === 0 || !ADDRESS.test(head.toString('latin1', 0, 400)))
      return { confidence: 0, because: '' }
    return { confidence: 1, because: `a capture of cryptofeed's, ${names[0]}` }
  },
  read,
}

function isOurs(file: string): boolean {
  const [, venue] = CONNECTION.exec(file) ?? []
  return venue !== undefined && Object.hasOwn(VENUES, venue)
}

async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  const { path, issues, options } = reading
  issues.rowWord = 'line'
  const place = await placeOf(path)
  const folder = place.isFolder ? path : dirname(path)
  const files = (place.isFolder ? place.files : [place.name]).filter(isOurs).sort(compareConnections)
  if (files.length === 0) {
    throw new GordonError(
      'NO_FILES',
      `${basename(path)} holds no capture such as COINBASE.ws.1.0 of ${Object.keys(VENUES).join(', ')}`,
    )
  }
  const grids = new ToldGrids('the exchange’s', reading)
  const symbols = new Set<string>()
  for (const venue of [...new Set(files.map(file => CONNECTION.exec(file)![1]))]) {
    const capture = new Capture(venue, await instrumentsOf(folder, venue, reading), reading)
    const messages = VENUES[venue].messages(capture)
    const own = files.filter(file => file.startsWith(`${venue}.`))
    for await (const batch of readConnections(folder, own, capture, messages)) yield grids.hold(batch)
    for (const note of capture.notes()) reading.note(note)
    for (const symbol of capture.symbols) symbols.add(symbol)
  }
  if (options.symbol !== undefined && !symbols.has(options.symbol)) {
    throw new GordonError(
      'UNKNOWN_SYMBOL',
      `${basename(path)} has no messages of ${options.symbol}: it has ${[...symbols].join(', ') || 'none at all'}`,
    )
  }
}

/** By exchange, connection and part, each by its number. */
function compareConnections(a: string, b: string): number {
  const [left, right] = [a, b].map(file => CONNECTION.exec(file)!)
  if (left[1] !== right[1]) return left[1] < right[1] ? -1 : 1
  return Number(left[2]) - Number(right[2]) || Number(left[3]) - Number(right[3])
}

async function instrumentsOf(
  folder: string,
  venue: string,
  reading: SourceReading,
): Promise<CaptureInstruments> {
  const path = join(folder, `${venue}.0`)
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) {
    reading.note(`there is no ${venue}.0 with the exchange's list of instruments: grids are measured`)
    return new Map()
  }
  for await (const lines of linesOf(path, `${venue}.0`)) {
    const line = lines.find(one => /^https?:\/\/\S+ -> \d/.test(one))
    if (line === undefined) continue
    try {
      const list = VENUES[venue].instruments(JSON.parse(line.slice(line.indexOf(': ') + 2)))
      reading.note(`grids and contracts of ${venue} are those of ${venue}.0`)
      return list
    } catch (cause) {
      throw new GordonError(
        'NOT_A_TABLE',
        `${venue}.0 is no list of instruments as ${venue} gives it: it is damaged or cut off, take it away or fetch it again`,
        { cause },
      )
    }
  }
  return new Map()
}

async function* readConnections(
  folder: string,
  files: readonly string[],
  capture: Capture,
  venue: CaptureVenue,
): AsyncGenerator<SourceBatch> {
  for (const file of files) {
    capture.file = file
    capture.row = 0
    for await (const lines of linesOf(join(folder, file), file)) {
      for (const line of lines) {
        capture.row++
        const trouble = line.trim() === '' ? undefined : take(line, capture, venue)
        if (trouble !== undefined) capture.bad(trouble)
      }
      yield* capture.streams.full()
    }
    yield* capture.streams.rest()
  }
}

/** @returns what is wrong with the line, if anything is */
function take(line: string, capture: Capture, venue: CaptureVenue): string | undefined {
  if (line.startsWith('configuration: ')) return undefined
  if (/^wss?:\/\//.test(line)) {
    const [, time] = / <-> (\S+)$/.exec(line) ?? []
    if (time !== undefined && receivedAt(time, capture.at)) venue.connected()
    return undefined
  }
  const at = line.indexOf(': ')
  if (at < 0 || !receivedAt(line.slice(0, at), capture.at))
    return `${JSON.stringify(line.slice(0, 40))} does not begin with a time in seconds`
  let message: unknown
  try {
    message = JSON.parse(line.slice(at + 2))
  } catch {
    return `the message is no JSON: ${JSON.stringify(line.slice(at + 2, at + 42))}`
  }
  if (typeof message !== 'object' || message === null) return 'the message is no object'
  return venue.message(message)
}
