/** Members as they were known: the expected days are counted by hand. */
import { expect, test } from 'vitest'
import { DAY, isoDate } from '../core/time.ts'
import { spellsOf } from './universe.ts'

const utc = (day: string) => Date.parse(`${day}T00:00:00Z`) * 1000
/** As universe-csv.ts reads a day of announcement. */
const on = (day: string) => utc(day) + DAY - 1
const ALWAYS = Number.NEGATIVE_INFINITY
const OPEN = Number.POSITIVE_INFINITY

const row = (validFrom: number, validTo: number, receiveTime: number, symbol = 'A') => ({
  ...{ universe: 'u', venue: 'X', symbol, validFrom, validTo, receiveTime },
})
const words = (rows: Parameters<typeof spellsOf>[0]) =>
  spellsOf(rows).map(({ id, from, below }) =>
    [id, from === ALWAYS ? '…' : isoDate(from), below === OPEN ? '…' : isoDate(below)].join(' '),
  )

test('an end that is announced ahead ends membership on its day', () => {
  const rows = [
    row(utc('2010-01-04'), OPEN, on('2009-12-20')),
    row(utc('2010-01-04'), utc('2015-07-01'), on('2015-06-20')),
  ]
  expect(words(rows)).toEqual(['X:A 2010-01-04 2015-06-21', 'X:A 2015-06-21 2015-07-01'])
})

test('an end that is told late counts from the day after it was told', () => {
  const rows = [
    row(utc('2010-01-04'), OPEN, on('2010-01-03')),
    row(utc('2010-01-04'), utc('2015-07-01'), on('2015-07-10')),
  ]
  expect(words(rows)).toEqual(['X:A 2010-01-04 2015-07-11'])
})

test('an admission that is told late begins the day after, and one that is withdrawn ends', () => {
  expect(words([row(utc('2010-01-04'), OPEN, on('2010-01-08'))])).toEqual(['X:A 2010-01-09 …'])
  const withdrawn = [
    row(utc('2010-02-01'), OPEN, on('2010-01-10')),
    row(utc('2010-02-01'), utc('2010-02-01'), on('2010-01-20')),
  ]
  expect(words(withdrawn)).toEqual([])
})

test('who came back has two spells, who was always there one', () => {
  const rows = [
    row(utc('2012-01-03'), OPEN, on('2012-01-02'), 'B'),
    row(ALWAYS, utc('2011-01-01'), ALWAYS, 'B'),
    row(ALWAYS, OPEN, ALWAYS, 'A'),
  ]
  expect(words(rows)).toEqual(['X:A … …', 'X:B … 2011-01-01', 'X:B 2012-01-03 …'])
})
