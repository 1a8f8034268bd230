/**
 * A data folder of LEAN, or any folder or file in it. Bars of trades go to price `trade`; a file of quotes gives bars
 * of bids and bars of asks; ticks are trades and quotes; margin_interest is funding.
 * lean-path.ts tells files by their paths, lean-rows.ts reads them, lean-reference.ts knows the instruments.
 */
import { basename, resolve } from 'node:path'
import { GordonError } from '../../core/errors.ts'
import { calendarNamed } from '../../domain/calendar/calendar.ts'
import { type Zone, zoneNamed } from '../../domain/calendar/zone.ts'
import { compareLeanFiles, type LeanFile, leanFile } from './lean-path.ts'
import { LeanReference } from './lean-reference.ts'
import { leanRows } from './lean-rows.ts'
import { placeOf } from './place.ts'
import type { SourceAdapter, SourceBatch, SourcePlace, SourceReading } from './source.ts'
import { ToldGrids } from './told-grid.ts'

export const LEAN: SourceAdapter = {
  name: 'lean',
  kinds: ['bars', 'trades', 'quotes', 'funding'],
  about: "LEAN's data folders: forex, cfd, crypto, crypto futures and equity, all resolutions",
  endings: '.csv or .zip',
  knowsVenue: true,
  readsFolders: true,
  guess(place) {
    const [first] = filesOf(place)
    if (first === undefined) return { confidence: 0, because: '' }
    const { type, market, what } = first
    const resolution = what.kind === 'funding' ? 'margin_interest' : what.resolution
    return { confidence: 0.95, because: `a path of LEAN's, ${type}/${market}/${resolution}` }
  },
  read,
}

function filesOf({ path, isFolder, files }: SourcePlace): LeanFile[] {
  const whole = resolve(path)
  const paths = isFolder ? files.map(file => `${whole}/${file}`) : [whole]
  return paths.flatMap(one => leanFile(one) ?? []).sort(compareLeanFiles)
}

async function* read(reading: SourceReading): AsyncGenerator<SourceBatch> {
  const { path, options, issues } = reading
  issues.rowWord = 'line'
  const all = filesOf(await placeOf(path))
  const files = all.filter(({ symbol }) => options.symbol === undefined || symbol === options.symbol)
  if (files.length === 0) {
    const symbols = [...new Set(all.map(({ symbol }) => symbol))]
    throw symbols.length > 0
      ? new GordonError(
          'UNKNOWN_SYMBOL',
          `${basename(path)} has no files of ${options.symbol}: it has ${symbols.join(', ')}`,
        )
      : new GordonError('NO_FILES', `${path} holds no file of LEAN's: name a folder such as Data/forex/oanda`)
  }
  const reference = await LeanReference.of(files[0].root)
  reading.note(reference.words)
  const grids = new ToldGrids('LEAN’s', reading)
  // Thousands of files say the same.
  const notes = new Set<string>()
  for (const file of files) {
    const { instrument: told, timezone } = reference.of(file)
    const { venue = told.venue, calendar = told.calendar!, currency = told.currency } = options
    const zone = zoneNamed(options.timezone ?? timezone)
    const instrument = { ...told, venue, calendar, ...(currency === undefined ? {} : { currency }) }
    for (const note of notesOf(file, zone)) {
      if (!notes.has(note)) reading.note(note)
      notes.add(note)
    }
    for await (const batch of leanRows(
      { file, instrument, zone, calendar: calendarNamed(calendar) },
      reading,
    ))
      yield grids.hold(batch)
  }
}

function notesOf({ type, what, market }: LeanFile, zone: Zone): string[] {
  const start = what.kind === 'funding' ? '' : ', a bar’s its start'
  const notes = [`times of ${type}/${market} are in ${zone.name}${start}`]
  if (what.kind === 'quote' && what.resolution !== 'tick')
    notes.push(
      'bars of quotes give bids and asks; the sizes beside them are the last ones, no volume, and are left out',
    )
  else if (what.kind === 'quote' && (type === 'forex' || type === 'cfd'))
    notes.push('quotes have no sizes: 0')
  return notes
}
