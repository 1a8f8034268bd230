import { expect, test } from 'vitest'
import { timeFormatOf } from './time-detect.ts'
import { epochUnit, patternFormat, type TimeFormat } from './time-text.ts'

const detect = (text: string): TimeFormat =>
  timeFormatOf({ place: 'a.csv line 2, column Date', texts: [text] })

function read(format: TimeFormat, text: string): [number, number] | undefined {
  const into = { micros: 0, nanos: 0 }
  return format.parse(text, into) ? [into.micros, into.nanos] : undefined
}

/** Expected: µs and the nanoseconds beyond, from the UTC milliseconds of Date.parse and the digits left over. */
function check(text: string, kind: TimeFormat['kind'], milliseconds: number, micros = 0, nanos = 0): void {
  const format = detect(text)
  expect(format.kind, text).toBe(kind)
  expect(read(format, text), text).toEqual([milliseconds * 1000 + micros, nanos])
}

test('dates, ISO times and epochs are told apart by their look', () => {
  check('2012-07-09', 'date', Date.parse('2012-07-09T00:00:00Z'))
  check('2012/07/09', 'date', Date.parse('2012-07-09T00:00:00Z'))
  check('20120709', 'date', Date.parse('2012-07-09T00:00:00Z'))
  check('20120709 09:31', 'wall', Date.parse('2012-07-09T09:31:00Z'))
  check('2012-07-09 09:31', 'wall', Date.parse('2012-07-09T09:31:00Z'))
  check('2012-07-09T09:31:05.123456789', 'wall', Date.parse('2012-07-09T09:31:05.123Z'), 456, 789)
  check('2012-07-09T09:31:05Z', 'instant', Date.parse('2012-07-09T09:31:05Z'))
  check('2012-07-09 09:31:05+05:30', 'instant', Date.parse('2012-07-09T09:31:05+05:30'))
  check('2012-07-09 09:31:05.5 UTC', 'instant', Date.parse('2012-07-09T09:31:05.500Z'))
  check('1341826265', 'instant', 1341826265_000)
  check('1341826265.25', 'instant', 1341826265_250)
  check('1341826265123', 'instant', 1341826265_123)
  check('1341826265123456', 'instant', 1341826265_123, 456)
  check('1341826265123456789', 'instant', 1341826265_123, 456, 789)
  for (const text of ['the 9th', '2012-02-30', 'soon', '2012-07-09T25:00', '1341', ''])
    expect(() => detect(text), text).toThrow('is no time that is recognised')
})

test('the commonest form is read as Date.parse reads it, and nothing that only looks like it', () => {
  const format = detect('2024-01-01 00:00:00')
  for (let k = 0; k < 3000; k++) {
    // Steps of 5 days, 7 hours, 11 minutes and 13 seconds walk through 43 years, leap days among them.
    const time = Date.UTC(1996, 1, 28) + k * 457_873_000
    const text = new Date(time).toISOString().slice(0, 19)
    expect(read(format, k % 2 === 0 ? text : text.replace('T', ' '))).toEqual([time * 1000, 0])
  }
  expect(read(format, '2024-01-01 24:00:00')).toEqual([Date.UTC(2024, 0, 2) * 1000, 0])
  for (const text of [
    '2023-02-29 00:00:00',
    '2024-13-01 00:00:00',
    '2024-00-01 00:00:00',
    '2024-01-01 00:60:00',
    '2024-01-01 00:00:6x',
    '2024-01-01 0::00:00',
    '2O24-01-01 00:00:00',
    '2024-01-01_00:00:00',
    '2024-01-01 00:00:00Z',
    '-024-01-01 00:00:00',
    '2024-01-01 00.00.00',
  ])
    expect(read(format, text), text).toBeUndefined()
})

test('nanoseconds keep all of their digits', () => {
  const format = detect('1341826265000000001')
  expect(read(format, '1341826265999999999')).toEqual([1341826265_999_999, 999])
})

test('a row in another format is refused, not guessed', () => {
  const seconds = detect('1341826265')
  expect(read(seconds, '1341826265123')).toBeUndefined()
  expect(read(detect('2012-07-09T00:00:00'), '2012-07-09T00:00:00Z')).toBeUndefined()
})

test('patterns', () => {
  const format = patternFormat('dd.MM.yyyy HH:mm:ss.SSS')
  expect(read(format, '01.02.2017 22:00:00.000')).toEqual([Date.parse('2017-02-01T22:00:00Z') * 1000, 0])
  expect(read(format, '30.02.2017 22:00:00.000')).toBeUndefined()
  expect(patternFormat('MM/dd/yyyy').kind).toBe('date')
  expect(read(patternFormat('MM/dd/yyyy'), '7/9/2012')).toEqual([
    Date.parse('2012-07-09T00:00:00Z') * 1000,
    0,
  ])
})

test('the unit of an epoch is told by its size', () => {
  expect([1.3e9, 1.3e12, 1.3e15, 1.3e18].map(value => epochUnit(value).name)).toEqual([
    'seconds',
    'milliseconds',
    'microseconds',
    'nanoseconds',
  ])
})
