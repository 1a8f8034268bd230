/**
 * vet beyond its corpus: cheats of other kinds, written after it, and honest strategies that look like them. Tables
 * are made here from the very rows that the strategy then runs on.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DAY, isoDate } from '../core/time.ts'
import { corpusMarket, type MarketName } from './corpus/market.ts'
import { vet } from './vet.ts'

const folder = mkdtempSync(join(tmpdir(), 'vet-beyond-'))
afterAll(() => rmSync(folder, { recursive: true }))

const rows = corpusMarket('one').streams[0].series!
const last = rows.length - 2
const days = Array.from(rows.eventTime, isoDate)
/** +1 where the session after the next opens higher than the next: what an order at this close earns. */
const direction = Array.from({ length: last }, (_, row) => Math.sign(rows.open[row + 2] - rows.open[row + 1]))
const best = Array.from({ length: last }, (_, row) => row).sort(
  (a, b) => rows.open[b + 2] / rows.open[b + 1] - rows.open[a + 2] / rows.open[a + 1],
)
const table = (entries: readonly (readonly [string | number, number])[]) =>
  JSON.stringify(Object.fromEntries(entries))

function seasons(): string {
  const sums = new Map<string, number>()
  for (let row = 0; row < last; row++) {
    const day = days[row].slice(5)
    sums.set(day, (sums.get(day) ?? 0) + Math.log(rows.open[row + 2] / rows.open[row + 1]))
  }
  return table([...sums].map(([day, sum]) => [day, Math.sign(sum)]))
}

interface Author {
  /** Before the class. */
  readonly head?: string
  /** strategy({ … }) */
  readonly terms?: string
  readonly fields?: string
  /** Statements that leave a wish in `d`: above nothing is long, below is flat. */
  readonly body: string
}

/** A strategy that is long while `d` is above nothing. */
function written(name: string, { head = '', terms = '', fields = '', body }: Author): string {
  const file = join(folder, `${name}.ts`)
  writeFileSync(
    file,
    `import { DAY, isoDate, sma, strategy } from 'gordon/strategy'
${head}
export default class Written extends strategy({ ${terms} }) {
  average = this.indicator(sma(5))
  ${fields}
  onBar(bar, ctx) {
    if (bar.instrument.symbol !== 'A') return
    let d = 0
    ${body}
    const held = ctx.position(bar.instrument)
    if (d > 0 && held === 0) ctx.buy(bar.instrument, 100)
    else if (d < 0 && held > 0) ctx.close(bar.instrument)
  }
}
`,
  )
  return file
}

const report = (name: string, author: Author, market: MarketName = 'one', places = 12) =>
  vet({ file: written(name, author), bars: corpusMarket(market), places, fees: '1bps' })

const counted = 'state: () => ({ n: 0 })'
const letters = direction.map(sign => (sign > 0 ? '1' : '0')).join('')
const hex = (letters.match(/.{4}/g) ?? []).map(four => Number.parseInt(four, 2).toString(16)).join('')

const CHEATS: readonly (readonly [string, string, Author])[] = [
  [
    'directions by month and day',
    'KNOWN_BY_DATE',
    {
      head: `const T = ${seasons()}`,
      body: 'd = T[isoDate(bar.time).slice(5)] ?? 0',
    },
  ],
  [
    'sixteen good days in sixteen branches',
    'KNOWN_BY_DATE',
    {
      body: `d = -1\n${best
        .slice(0, 16)
        .map(row => `if (isoDate(bar.time) === '${days[row]}') d = 1`)
        .join('\n')}`,
    },
  ],
  [
    'days since 1970 as keys',
    'KNOWN_BY_DATE',
    {
      head: `const T = ${table(direction.map((sign, row) => [Math.floor(rows.eventTime[row] / DAY), sign]))}`,
      body: 'd = T[Math.floor(bar.time / DAY)] ?? 0',
    },
  ],
  [
    'bits by number of bar in a text of hexadecimal digits',
    'KNOWN_BY_BAR',
    {
      head: `const H = '${hex}'`,
      terms: counted,
      body: 'const k = this.state.n++; d = (Number.parseInt(H[k >> 2] ?? "0", 16) >> (3 - (k % 4))) & 1 ? 1 : -1',
    },
  ],
  [
    'closes in a list, of which it reads the next',
    'SAMPLE_IN_CODE',
    {
      head: `const T = ${JSON.stringify([...rows.close])}`,
      terms: counted,
      body: 'd = (T[++this.state.n] ?? 0) - bar.close',
    },
  ],
  [
    'closes in a text, of which it takes the mean',
    'SAMPLE_IN_CODE',
    {
      head: `const T = \`${[...rows.close].map((close, row) => `${days[row]},${close}`).join('\\n')}\`
      .split('\\n').map(line => Number(line.split(',')[1]))
      const mean = T.reduce((a, b) => a + b) / T.length`,
      body: 'd = bar.close < mean && bar.close < bar.open ? 1 : bar.close > bar.open ? -1 : 0',
    },
  ],
  [
    'what came after which volume',
    'KNOWN_BY_PRICE',
    {
      head: `const T = ${table(direction.map((sign, row) => [rows.volume[row], sign]))}`,
      body: 'd = T[bar.volume] ?? 0',
    },
  ],
  [
    'an end by number of bars',
    'END_KNOWN',
    {
      terms: counted,
      body: 'd = this.state.n++ > 630 ? -1 : bar.close > bar.open ? 1 : -1',
    },
  ],
  [
    'a cache that it uses from the fifth run on',
    'STATE_ACROSS_RUNS',
    {
      head: 'let runs = 0; const known = new Map()',
      fields: 'run = ++runs',
      body: `const next = known.get(bar.time + DAY) ?? known.get(bar.time + 3 * DAY); known.set(bar.time, bar.close)
      d = this.run > 4 && next !== undefined ? next - bar.close : bar.close - bar.open`,
    },
  ],
  [
    'a cache on the global object, through the constructor of a function',
    'LANGUAGE_CHANGED',
    {
      head: `const all = (() => {}).constructor('return globalThis')(); all.known ??= new Map()`,
      body: `const next = all.known.get(bar.time + DAY) ?? all.known.get(bar.time + 3 * DAY)
      all.known.set(bar.time, bar.close); d = next === undefined ? bar.close - bar.open : next - bar.close`,
    },
  ],
  [
    'good behaviour while it is watched',
    'VET_NOTICED',
    {
      body: `d = Object.hasOwn(this, 'onBar') ? bar.close - bar.open : bar.open - bar.close`,
    },
  ],
  [
    'a bar that it kept',
    'STRATEGY_THREW',
    {
      fields: 'before = undefined',
      body: 'd = this.before === undefined ? 0 : bar.close - this.before.close; this.before = bar',
    },
  ],
  ['the clock', 'FORBIDDEN_USE', { body: 'd = Date.now() > bar.time / 1000 ? 1 : -1' }],
]

const HONEST: readonly (readonly [string, Author, MarketName?])[] = [
  [
    'an indicator of its own that looks back',
    {
      head: `const trailing = { key: 'trailing', outputs: ['value'], warmup: 4, create() { const past = []; return { warmup: 4, rescale() {},
      fill(c, from, to, out) { for (let r = from; r < to; r++) { past.push(c.close[r]); out[0][r] = past.length < 4 ? NaN : (past.at(-1) + past.at(-2) + past.at(-3) + past.at(-4)) / 4 } } } } }`,
      fields: 'line = this.indicator(trailing)',
      body: 'd = (this.line.at(bar) ?? bar.close) - bar.close',
    },
  ],
  [
    'rates by the day of their announcement',
    {
      head: `const R = { '2018-03-22': 1.5, '2018-06-14': 1.75, '2018-09-27': 2, '2018-12-20': 2.25, '2019-08-01': 2, '2019-10-31': 1.5, '2020-03-16': 0 }`,
      body: `let rate = 1.25; for (const day in R) if (day <= isoDate(bar.time)) rate = R[day]
      const average = this.average.at(bar); if (average !== undefined) d = bar.close - average * (1 + rate / 1000)`,
    },
  ],
  ['a first day of trading', { body: `if (isoDate(bar.time) >= '2018-06-01') d = bar.close - bar.open` }],
  [
    'a glide path of 48 parts in the code',
    {
      head: `const P = [${Array.from({ length: 48 }, (_, k) => (0.9 - 0.015 * k).toFixed(3))}]`,
      terms: counted,
      body: `if (this.state.n++ % 13 === 0) ctx.targetWeights(new Map([[bar.instrument, P[Math.min(47, Math.floor(this.state.n / 13))] * (this.state.n % 2 ? 1 : 0.5)]]))`,
    },
  ],
  [
    'summers off',
    {
      body: `const month = new Date(bar.time / 1000).getUTCMonth(); d = month >= 4 && month < 9 ? -1 : bar.close - bar.open`,
    },
  ],
  ['round levels of raw prices', { body: 'd = Math.floor(bar.close / 2) - Math.floor(bar.open / 2)' }],
  ['news that it does not read', { body: 'd = bar.close - (this.average.at(bar) ?? bar.close)' }, 'news'],
  [
    'a callback that is a field',
    {
      fields: `last = 0; onInstant = ctx => { ctx.plot('last', this.last) }`,
      body: 'd = bar.close - this.last; this.last = bar.close',
    },
  ],
]

describe('a cheat by', () => {
  it.each(CHEATS)('%s: %s', async (name, code, author) => {
    const { verdict, findings } = await report(name, author)
    expect(findings.map(finding => finding.code)).toContain(code)
    expect(verdict).toBe('failed')
  })
})

describe('an honest strategy with', () => {
  const named = HONEST.map(([name, author, market]) => ({ name, author, market }))
  it.each(named)('$name passes', async ({ name, author, market }) => {
    const { verdict, findings } = await report(name, author, market)
    expect(findings).toEqual([])
    expect(verdict).toBe('passed')
  })
})

it('says the same of the same seed, and looks elsewhere with another', async () => {
  const author = { body: 'd = bar.close - bar.open' }
  const file = written('seeds', author)
  const of = (vetSeed: number) => vet({ file, bars: corpusMarket('one'), places: 100, vetSeed })
  const [one, again, other] = [await of(1), await of(1), await of(2)]
  expect(one).toEqual(again)
  expect(one.places).toHaveLength(100)
  expect(other.places).not.toEqual(one.places)
  expect(other.digest).not.toBe(one.digest)
  expect([one.verdict, other.verdict]).toEqual(['passed', 'passed'])
})
