/** What the reader of returns takes, and the exact sentence for each thing that it does not. */
import { describe, expect, it } from 'vitest'
import { parseReturnsCsv } from './returns-csv.ts'

describe('a table of returns is refused for', () => {
  const bad = (text: string, code: string, sentence: string) =>
    expect(() => parseReturnsCsv(text, 'r.csv')).toThrow(expect.objectContaining({ code, message: sentence }))

  it('an empty file, and a header alone', () => {
    bad('', 'EMPTY_TABLE', 'r.csv is empty: give it a column return and its rows')
    bad('\n\n', 'EMPTY_TABLE', 'r.csv is empty: give it a column return and its rows')
    bad('date,return\n', 'EMPTY_TABLE', 'r.csv has a header and no rows: there is nothing to measure')
  })

  it('what is no table', () => {
    bad('PAR1\0\0', 'NOT_A_TABLE', 'r.csv is not a table of text: save it as CSV in UTF-8')
    bad('return\n1,2\n', 'NOT_A_TABLE', 'r.csv row 2 has 2 fields where the header has 1: mend the row')
    bad(
      'date,return\n2020-01-01,0\n\n2020-01-02,0\n',
      'NOT_A_TABLE',
      'r.csv row 3 has 1 fields where the header has 2: mend the row',
    )
    bad(
      'return\n"0.01\n',
      'NOT_A_TABLE',
      'r.csv row 2 has a quote that is not closed, or text beside one: mend the row',
    )
  })

  it('columns missing, misnamed or twice', () => {
    bad(
      'Date,Returns\n2020-01-01,0.1\n',
      'COLUMN_MISSING',
      'r.csv has no column return (its first row is Date, Returns): name the column of returns so, in lower case',
    )
    bad('return,return\n1,2\n', 'COLUMN_TWICE', 'r.csv has two columns named return: keep one of them')
  })

  it('what is no number, by row and column', () => {
    const tail = 'write a fraction, 0.012 for 1.2 %'
    bad('return\n0.01\n1.2%\n', 'NOT_A_NUMBER', `r.csv row 3, column return is "1.2%", not a number: ${tail}`)
    bad('return\n0x10\n', 'NOT_A_NUMBER', `r.csv row 2, column return is "0x10", not a number: ${tail}`)
    bad('return\n1e999\n', 'NOT_A_NUMBER', `r.csv row 2, column return is "1e999", not a number: ${tail}`)
    bad(
      'return,benchmark\n0.1,inf\n',
      'NOT_A_NUMBER',
      `r.csv row 2, column benchmark is "inf", not a number: ${tail}`,
    )
  })

  it('a missing return anywhere but in the first row', () => {
    const tail = 'fill it in or delete the row; nothing is assumed for it'
    bad('return\n0.01\nNaN\n0.02\n', 'MISSING_RETURN', `r.csv row 3, column return is missing: ${tail}`)
    bad('return,benchmark\n0.01,\n', 'MISSING_RETURN', `r.csv row 2, column benchmark is missing: ${tail}`)
    bad('return\n\n\n0.02\n', 'MISSING_RETURN', `r.csv row 3, column return is missing: ${tail}`)
  })

  it('returns in percent, when one shows it', () => {
    bad(
      'return\n1\n-4\n',
      'IMPOSSIBLE_RETURN',
      'r.csv row 3, column return is -4, which loses more than everything: returns are fractions, 0.01 for 1 %',
    )
  })

  it('dates that are none, unsorted or repeated', () => {
    const tail = 'write 2024-01-31 or 2024-01-31T16:00:00Z'
    for (const date of ['31.01.2024', '2024-02-30', '2024-13-01', '2024-01-31T25:00', '', '20240131']) {
      bad(
        `date,return\n${date},0.1\n`,
        'NOT_A_DATE',
        `r.csv row 2, column date is "${date}", not a date: ${tail}`,
      )
    }
    bad(
      'date,return\n2024-01-03,0.1\n2024-01-02,0.1\n',
      'DATES_UNSORTED',
      'r.csv row 3, column date is 2024-01-02, but the row before is 2024-01-03: sort the rows by date',
    )
    bad(
      'date,return\n2024-01-03,0.1\n2024-01-03T00:00Z,0.1\n',
      'DATES_REPEATED',
      'r.csv row 3, column date is 2024-01-03T00:00Z, and so is the row before: keep one row for each date',
    )
  })

  it('nothing that is well said: times with zones and fractions', () => {
    const table = parseReturnsCsv(
      'date,return\n2024-01-31 16:00:00.25-05:00,0.1\n2024-02-01T00:00+01:00,0\n',
      'r.csv',
    )
    expect(Array.from(table.times!)).toEqual([
      Date.UTC(2024, 0, 31, 21) * 1000 + 250_000,
      Date.UTC(2024, 0, 31, 23) * 1000,
    ])
  })
})
