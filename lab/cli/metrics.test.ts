/** `gordon metrics`: published numbers through the command, what it detects, and every refusal's sentence. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MetricsDocument, metricsCommand, type MetricsOptions } from './metrics.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gordon-metrics-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(text: string, name = 'returns.csv'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

async function measure(text: string, options: MetricsOptions = {}): Promise<MetricsDocument> {
  return JSON.parse(await metricsCommand(await file(text), { ...options, json: true }))
}

/** empyrical's published series, tests/test_stats.py `mixed_returns`. */
const MIXED = ['', '0.01', '0.10', '-0.04', '0.02', '0.03', '0.02', '0.01', '-0.10']
const DATES = [3, 4, 5, 6, 7, 10, 11, 12, 13].map(day => `2000-01-${String(day).padStart(2, '0')}`)
const dated = (values: readonly string[]) =>
  `date,return\n${values.map((value, i) => `${DATES[i]},${value}\n`).join('')}`

describe('gordon metrics', () => {
  it('gives the published Sharpe, Sortino and Calmar of a series whose first return is missing', async () => {
    const { stats, ...about } = await measure(`return\n${MIXED.join('\n')}\n`, { periodsPerYear: 252 })
    expect(stats.sharpe).toBeCloseTo(1.7238613962, 9)
    expect(stats.sortino).toBeCloseTo(2.6055312517, 9)
    expect(stats.calmar).toBeCloseTo(19.1359253732, 9)
    expect(about).toMatchObject({
      returns: 8,
      rows: 9,
      periodsPerYear: 252,
      frequency: 'given',
      riskFreeRate: 0,
      riskFreeRateFrom: 'default',
      basis: 'periods',
    })
  })

  it('reads NaN for missing as pandas writes it, quotes, a byte order mark and Windows lines', async () => {
    const plain = await measure(dated(MIXED))
    const windows =
      '\ufeff"date","return"\r\n' + MIXED.map((value, i) => `"${DATES[i]}",${value || 'NaN'}`).join('\r\n')
    expect(await measure(windows)).toEqual(plain)
  })

  it('detects the sampling from the dates and says by which rule', async () => {
    expect(await measure(dated(MIXED))).toMatchObject({
      from: '2000-01-03',
      to: '2000-01-13',
      periodsPerYear: 252,
      frequency: 'daily on five days a week, 252 a year',
    })
  })

  it('dates the deepest drawdown', async () => {
    const { stats } = await measure(dated(MIXED))
    expect(stats).toMatchObject({
      maxDrawdownPeak: '2000-01-12',
      maxDrawdownTrough: '2000-01-13',
      maxDrawdownDuration: 1,
      maxDrawdownDays: 1,
    })
    expect(stats.maxDrawdownRecovery).toBeUndefined()
  })

  it('a drawdown from the start has no date of its peak, unless the first row is the start', async () => {
    const falling = ['-0.1', '0.02', '0.02', '0.02', '0.01', '0.01', '0.05', '0.01', '0.01']
    expect((await measure(dated(falling))).stats).toMatchObject({
      maxDrawdownTrough: '2000-01-03',
      maxDrawdownDuration: 7,
    })
    expect((await measure(dated(falling))).stats.maxDrawdownPeak).toBeUndefined()
    expect((await measure(dated(['', ...falling.slice(0, 8)]))).stats.maxDrawdownPeak).toBe('2000-01-03')
  })

  it('takes the risk-free rate of a year and prints it for a period', async () => {
    const document = await measure(dated(MIXED), { riskFreeRate: 0.05 })
    expect(document).toMatchObject({ riskFreeRate: 0.05, riskFreeRateFrom: 'given' })
    expect(document.riskFreePerPeriod).toBeCloseTo(1.05 ** (1 / 252) - 1, 15)
  })

  it('compares with the column benchmark, or with another file of the same dates', async () => {
    const values = MIXED.slice(1)
    const both = `date,return,benchmark\n${values.map((value, i) => `${DATES[i]},${value},${-Number(value) / 2}\n`).join('')}`
    const column = await measure(both)
    expect(column.stats.beta).toBeCloseTo(-2, 12)
    const market = await file(
      `date,return\n${values.map((value, i) => `${DATES[i]},${-Number(value) / 2}\n`).join('')}`,
      'market.csv',
    )
    const other = await measure(dated(values), { benchmark: market })
    expect(other.stats).toEqual(column.stats)
  })

  it('is a table of at most 80 columns for people, undefined ones named', async () => {
    const options = { periodsPerYear: 12 }
    const text = await metricsCommand(await file('return,benchmark\n0.01,0.02\n0.02,0.01\n'), options)
    const lines = text.split('\n').slice(1)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80)
    expect(lines.slice(0, 2)).toEqual(['sampling given: 12 a year', 'risk-free rate 0.00 % a year (default)'])
    expect(text).toMatch(/total return +3\.02 %/)
    expect(text).toMatch(/Sortino +undefined/)
    expect(text).toContain('against column benchmark')
  })
})

describe('gordon metrics refuses', () => {
  async function refusal(work: Promise<unknown>, code: string, sentence: string): Promise<void> {
    await expect(work).rejects.toMatchObject({ code, message: sentence })
  }
  const mend = 'give --periods-per-year, for example 252 for trading days, 52 for weeks or 12 for months'

  it('a file that is not there, or a folder', async () => {
    const gone = join(folder, 'gone.csv')
    await refusal(metricsCommand(gone), 'FILE_NOT_FOUND', `there is no file ${gone}: check the path`)
    await refusal(
      metricsCommand(folder),
      'FILE_NOT_READ',
      `${folder} is a folder, not a table: give a CSV file with a column return`,
    )
  })

  it('to guess how often a series is sampled', async () => {
    const path = await file('return\n0.01\n0.02\n')
    await refusal(
      metricsCommand(path),
      'FREQUENCY_UNKNOWN',
      `${path} has no column date to tell how often it is sampled: ${mend}`,
    )
    const week = await file(dated(MIXED.slice(0, 5)))
    await refusal(
      metricsCommand(week),
      'FREQUENCY_UNKNOWN',
      `how often ${week} is sampled cannot be told from its dates, since less than a week of days cannot tell trading days from calendar days: ${mend}`,
    )
  })

  it('flags out of range', async () => {
    const path = await file(dated(MIXED))
    await refusal(
      metricsCommand(path, { periodsPerYear: 0 }),
      'FLAG_OUT_OF_RANGE',
      '--periods-per-year is 0: give a number above 0, for example 252',
    )
    await refusal(
      metricsCommand(path, { riskFreeRate: 5 }),
      'FLAG_OUT_OF_RANGE',
      '--risk-free-rate is 5: give a fraction a year between -1 and 1, 0.02 for 2 %',
    )
  })

  it('a benchmark of other dates', async () => {
    const path = await file(dated(MIXED.slice(1)))
    const short = await file('return\n0.01\n', 'short.csv')
    await refusal(
      metricsCommand(path, { benchmark: short }),
      'BENCHMARK_DATES',
      `${short} has 1 returns and ${path} has 8: give both the same rows`,
    )
    const moved = await file(dated(MIXED.slice(1)).replace('2000-01-04', '2000-01-03T12:00'), 'moved.csv')
    await refusal(
      metricsCommand(path, { benchmark: moved }),
      'BENCHMARK_DATES',
      `${moved} row 3 is of 2000-01-03T12:00 where ${path} has 2000-01-04: give both the same rows`,
    )
  })
})
