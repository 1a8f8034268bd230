import { expect, test } from 'vitest'
import { numberOf, shortNumberOf } from './number-text.ts'

test('numbers with thousands, currencies and either mark', () => {
  expect(
    ['1,234.5', '1 234.5', '$1,234.50', '-€12.5', '1e3', '12,345,678'].map(text => numberOf(text, '.')),
  ).toEqual([1234.5, 1234.5, 1234.5, -12.5, 1000, 12_345_678])
  expect(
    ['1.234,5', '1 234,5', '1234,5', ',5', '1.234.567', '1,5e3', "1'234,5"].map(text => numberOf(text, ',')),
  ).toEqual([1234.5, 1234.5, 1234.5, 0.5, 1_234_567, 1500, 1234.5])
})

test('groups that are none, and the other mark, are no numbers', () => {
  for (const text of ['1,23', '12,34.5', '1,2345', '1.2.3', '1,234,56', 'abc', ''])
    expect(numberOf(text, '.'), text).toBeNaN()
  for (const text of ['1.23', '1,2,3', '1.2345,6']) expect(numberOf(text, ','), text).toBeNaN()
})

test('volumes in thousands, millions and billions', () => {
  expect(['65.60M', '1.5K', '7.31M', '2B', '12'].map(text => shortNumberOf(text, '.'))).toEqual([
    65_600_000, 1500, 7_310_000, 2_000_000_000, 12,
  ])
})
