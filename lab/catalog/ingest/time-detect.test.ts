/** Formats of times: each is found where it is clear, and asked for where it may be two. */
import { expect, test } from 'vitest'
import { timeFormatOf } from './time-detect.ts'
import { formatTold } from './time-text.ts'

const place = 'a.csv line 2, column Date'

/** Expected: what Date.parse says of the ISO text, and the nanoseconds beyond the µs. */
function check(texts: readonly string[], iso: string, kind: string, told?: string, nanos = 0): void {
  const format = timeFormatOf({ place, texts, told })
  const into = { micros: 0, nanos: 0 }
  expect(format.parse(texts[0], into), texts[0]).toBe(true)
  expect([format.kind, into.micros, into.nanos], texts[0]).toEqual([kind, Date.parse(iso) * 1000, nanos])
}

const refusal = (texts: readonly string[]) => {
  try {
    timeFormatOf({ place, texts })
  } catch (error) {
    return (error as { code?: string }).code
  }
  return undefined
}

test('dates and clocks as people write them', () => {
  check(['1/2/2024', '1/16/2024'], '2024-01-02Z', 'date')
  check(['2/1/2024', '16/1/2024'], '2024-01-02Z', 'date')
  check(['02.01.2024', '16.01.2024'], '2024-01-02Z', 'date')
  check(['2024.01.02 09:31'], '2024-01-02T09:31:00Z', 'wall')
  check(['02-Jan-2024'], '2024-01-02Z', 'date')
  check(['Jan 2, 2024'], '2024-01-02Z', 'date')
  check(['1/16/2024 9:31:05 AM'], '2024-01-16T09:31:05Z', 'wall')
  check(['1/16/2024 12:00:00 AM'], '2024-01-16T00:00:00Z', 'wall')
  check(['1/16/2024 12:00:00 PM'], '2024-01-16T12:00:00Z', 'wall')
  check(['16.01.2024 22:00:00.125 GMT+0100'], '2024-01-16T21:00:00.125Z', 'instant')
  check(['20240116093105'], '2024-01-16T09:31:05Z', 'wall')
  check(['202401160931'], '2024-01-16T09:31:00Z', 'wall')
  check(['192607', '192608', '200112'], '1926-07-01Z', 'date')
})

test('epochs as programs write floats', () => {
  check(['1704153600.5'], '2024-01-02T00:00:00.500Z', 'instant')
  check(['1704153600123.0'], '2024-01-02T00:00:00.123Z', 'instant')
  check(['1.7041536e+12'], '2024-01-02T00:00:00Z', 'instant')
  check(['1.7041536e9'], '2024-01-02T00:00:00Z', 'instant')
  check(['1704153600000.000007'], '2024-01-02T00:00:00Z', 'instant', undefined, 7)
  // Before March 1973, and told: the unit is not a matter of size then.
  check(['-86400'], '1969-12-31T00:00:00Z', 'instant', 's')
  check(['86400000'], '1970-01-02T00:00:00Z', 'instant', 'ms')
})

test('what may be two things is asked for', () => {
  expect(refusal(['01/02/2024', '01/03/2024'])).toBe('AMBIGUOUS_DATE')
  // Some rows fit only one order, some only the other.
  expect(refusal(['13/02/2024', '02/13/2024', '01/02/2024'])).toBe('AMBIGUOUS_DATE')
  expect(refusal(['01/16/24'])).toBe('TWO_DIGIT_YEAR')
  expect(refusal(['16-Jan-24'])).toBe('TWO_DIGIT_YEAR')
  expect(refusal(['200112', '190112'])).toBe('AMBIGUOUS_DATE')
  expect(refusal(['45293'])).toBe('EXCEL_DATE')
  expect(refusal(['45293.39583'])).toBe('EXCEL_DATE')
  expect(refusal(['86400'])).toBe('EXCEL_DATE')
  expect(refusal(['12'])).toBe('TIME_FORMAT')
})

test('what was told is taken: years of two digits, spreadsheets', () => {
  check(['01/16/24'], '2024-01-16Z', 'date', 'MM/dd/yy')
  check(['01/16/69'], '1969-01-16Z', 'date', 'MM/dd/yy')
  // Excel 2019 shows 45293 as 2 January 2024, and 45293.5 as its noon.
  check(['45293'], '2024-01-02Z', 'date', 'excel')
  check(['45293.5'], '2024-01-02T12:00:00Z', 'wall', 'excel')
  for (const pattern of ['yyyy', 'hh:mm', 'yyyy-MM-dd hh:mm', 'yyyy-MM-dd dd', 'QQ'])
    expect(() => formatTold(pattern, []), pattern).toThrow('is no time format')
})
