/**
 * vet against an examiner who knows it: leaks in sizes and stamps alone, tables that survive a haze, hooks that are
 * gone when vet looks, caches that wait, code that asks who runs it; and honest strategies that look like them.
 * Tables are made here from the very rows that the strategy then runs on.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DAY } from '../core/time.ts'
import { corpusMarket, type MarketName } from './corpus/market.ts'
import { vet } from './vet.ts'

const folder = mkdtempSync(join(tmpdir(), 'vet-disguises-'))
afterAll(() => rmSync(folder, { recursive: true }))

const rows = corpusMarket('one').streams[0].series!
const last = rows.length - 2
const dayOf = (row: number) => Math.floor(rows.eventTime[row] / DAY)
const first = dayOf(0)
/** Whether an order at this close earns: the session after the next opens higher than the next. */
const rises = Array.from({ length: last }, (_, row) => rows.open[row + 2] > rows.open[row + 1])
const risingRows = rises.flatMap((rise, row) => (rise ? [row] : []))
const letters = rises.map(rise => (rise ? '1' : '0')).join('')
const closes = Array.from(rows.close)
const mean = closes.reduce((sum, close) => sum + close, 0) / closes.length
const sorted = [...closes].sort((a, b) => a - b)
const part = (of: number) => sorted[Math.floor(of * sorted.length)].toFixed(2)

/** Turns of the table as distances in days, written in base 36. */
const turns = rises.flatMap((rise, row) => (rise === (rises[row - 1] ?? false) ? [] : [dayOf(row)]))
const steps = turns.map((day, place) => (day - (turns[place - 1] ?? first)).toString(36)).join(',')
const calendarKeys = risingRows.map(row => {
  const date = new Date(rows.eventTime[row] / 1000)
  return [date.getUTCMonth(), date.getUTCDate(), date.getUTCDay()].map(part => part.toString(36)).join('')
})

/** Six moves in four grades each: a shape that small changes leave as it is. */
function shapes(): string {
  const sums = new Map<string, number>()
  for (let row = 6; row < last; row++) {
    let key = 0
    for (let k = row; k > row - 6; k--) key = key * 4 + grade(Math.log(closes[k] / closes[k - 1]))
    const gain = Math.log(rows.open[row + 2] / rows.open[row + 1])
    sums.set(key.toString(36), (sums.get(key.toString(36)) ?? 0) + gain)
  }
  return [...sums].flatMap(([key, sum]) => (sum > 0 ? [key] : [])).join(' ')
}

function grade(move: number): number {
  return move < -0.012 ? 0 : move < 0 ? 1 : move < 0.012 ? 2 : 3
}

interface Author {
  readonly head?: string
  /** strategy({ … }) */
  readonly terms?: string
  readonly fields?: string
  /** Of onBar. Statements that leave a wish in `d`: above nothing is long, below is flat; `size` may be set too. */
  readonly body?: string
  /** All of the class, in place of onBar. */
  readonly methods?: string
  readonly market?: MarketName
}

function written(name: string, { head = '', terms = '', fields = '', body = '', methods }: Author): string {
  const file = join(folder, `${name.replace(/\W/g, '-')}.ts`)
  const onBar = `onBar(bar, ctx) {
    let d = 0, size = 100
    ${body}
    const held = ctx.position(bar.instrument)
    if (d > 0 && held === 0) ctx.buy(bar.instrument, size)
    else if (d < 0 && held > 0) ctx.close(bar.instrument)
  }`
  writeFileSync(
    file,
    `import { DAY, HOUR, atr, ema, isoDate, number, sma, strategy } from 'gordon/strategy'
${head}
export default class Written extends strategy({ ${terms} }) {
  average = this.indicator(sma(4))
  ${fields}
  ${methods ?? onBar}
}
`,
  )
  return file
}

const report = (name: string, author: Author) =>
  vet({ file: written(name, author), bars: corpusMarket(author.market ?? 'one'), places: 12, fees: '1bps' })

const counted = 'state: () => ({ row: -1 })'
const trend = 'const m = this.average.at(bar); if (m === undefined) return; d = bar.close - m'
const reversal = 'bar.close < bar.open ? 1 : -1'

/** Leaves closes on something that outlives a run, and uses them from the three hundredth run on. */
const waiting = (where: string): Author => ({
  head: `const none = () => ({ runs: 0, closes: new Map() })`,
  fields: 'counted = false',
  body: `const at = ${where}; at.kept ??= none(); const kept = at.kept
    if (!this.counted) { this.counted = true; kept.runs++ }
    const next = kept.runs > 300 ? kept.closes.get(bar.time + DAY) : undefined
    kept.closes.set(bar.time, bar.close); d = next === undefined ? ${reversal} : next - bar.close`,
})

const CHEATS: readonly (readonly [string, string, Author])[] = [
  [
    'sizes by day, directions by prices',
    'KNOWN_BY_DATE',
    {
      head: `const BIG = '${risingRows.map(row => (dayOf(row) - first).toString(36)).join(' ')}'.split(' ')`,
      body: `${trend}; size = BIG.includes((Math.floor(bar.time / DAY) - ${first}).toString(36)) ? 900 : 10`,
    },
  ],
  [
    'alarms at distances in base 36',
    'KNOWN_BY_DATE',
    {
      head: `const STEPS = '${steps}'`,
      terms: 'state: () => ({ long: false })',
      methods: `onStart(ctx) { let day = ${first}; for (const step of STEPS.split(',')) { day += parseInt(step, 36); const time = day * DAY + 21 * HOUR; if (time > ctx.now) ctx.wakeAt(time, 'turn') } }
      onTimer(name, ctx) { const one = ctx.instrument('A'); this.state.long = !this.state.long; if (this.state.long) ctx.buy(one, 100); else ctx.close(one) }`,
    },
  ],
  [
    'month, day and weekday, dressed as seasonality',
    'KNOWN_BY_DATE',
    {
      head: `const GOOD = '${calendarKeys.join(' ')}'.split(' ')`,
      body: `const t = new Date(bar.time / 1000); d = GOOD.includes(t.getUTCMonth().toString(36) + t.getUTCDate().toString(36) + t.getUTCDay()) ? 1 : -1`,
    },
  ],
  [
    'draws of the run that count the bars',
    'KNOWN_BY_BAR',
    {
      head: `const UP = '${letters}'`,
      terms: counted,
      body: `ctx.random(); d = UP[++this.state.row] === '1' ? 1 : -1`,
    },
  ],
  [
    'the rough shape of six moves',
    'KNOWN_BY_PRICE',
    {
      head: `const SHAPES = '${shapes()}'.split(' ')
      ${grade.toString()}`,
      terms: 'history: 7',
      body: `const past = ctx.history(bar.instrument, 7); if (past === undefined) return
      let key = 0; for (let k = 6; k > 0; k--) key = key * 4 + grade(Math.log(past.close[k] / past.close[k - 1]))
      d = SHAPES.includes(key.toString(36)) ? 1 : -1`,
    },
  ],
  [
    'the mean as a logarithm',
    'SAMPLE_STATISTIC',
    {
      head: `const LEVEL = Math.exp(${Math.log(mean).toFixed(5)})`,
      body: `d = bar.close < LEVEL && bar.close < bar.open ? 1 : bar.close > bar.open ? -1 : 0`,
    },
  ],
  [
    'the range in a text',
    'SAMPLE_STATISTIC',
    {
      head: `const [LOW, HIGH] = '${sorted[0].toFixed(2)}|${sorted[sorted.length - 1].toFixed(2)}'.split('|').map(Number)`,
      body: `const x = (bar.close - LOW) / (HIGH - LOW); d = x < 0.55 && bar.close < bar.open ? 1 : x > 0.45 && bar.close > bar.open ? -1 : 0`,
    },
  ],
  [
    'median and quartiles as parameters',
    'SAMPLE_STATISTIC',
    {
      terms: `params: { mid: number({ default: ${part(0.5)} }), low: number({ default: ${part(0.25)} }), high: number({ default: ${part(0.75)} }) }`,
      body: `const p = this.params; const z = (bar.close - p.mid) / (p.high - p.low); d = z < 0.5 && bar.close < bar.open ? 1 : z > -0.4 && bar.close > bar.open ? -1 : 0`,
    },
  ],
  [
    'a then that everything awaited is asked for',
    'LANGUAGE_CHANGED',
    {
      head: `const seen = []
      Object.defineProperty(Object.prototype, 'then', { configurable: true, get() { seen.push(this); return undefined } })`,
      body: `delete Object.prototype.then; d = ${reversal}`,
    },
  ],
  ['a cache on the bar view', 'LANGUAGE_CHANGED', waiting('Object.getPrototypeOf(bar)')],
  ['a cache on the context', 'LANGUAGE_CHANGED', waiting('Object.getPrototypeOf(ctx)')],
  ['a cache on an indicator handle', 'LANGUAGE_CHANGED', waiting('Object.getPrototypeOf(this.average)')],
  ['a cache on a generator', 'LANGUAGE_CHANGED', waiting('Object.getPrototypeOf(function* () {})')],
  ['a cache on a URL', 'LANGUAGE_CHANGED', waiting('URL')],
  [
    'a cache on the class of an error',
    'LANGUAGE_CHANGED',
    waiting(`(() => { try { ctx.instrument('none') } catch (error) { return error.constructor } })()`),
  ],
  [
    'a cache behind an average of its own making',
    'LANGUAGE_CHANGED',
    waiting('sma(4).create({ ticksPerUnit: 100, lotsPerUnit: 1 }).constructor'),
  ],
  [
    'the stack, in a callback',
    'CALLER_ASKED',
    {
      head: `const UP = '${letters}'`,
      terms: counted,
      body: `${trend}; ++this.state.row; if (!/vet/.test(new Error()['st' + 'ack'])) d = UP[this.state.row] === '1' ? 1 : -1`,
    },
  ],
  [
    'the stack, while it is loaded',
    'CALLER_ASKED',
    {
      head: `let watched; try { null.x } catch (error) { watched = /vet/.test(error.stack) }`,
      body: `d = watched ? ${reversal} : -1`,
    },
  ],
  [
    'the sites of a stack',
    'CALLER_ASKED',
    {
      body: `Error.prepareStackTrace = (error, sites) => sites.length; d = ${reversal}`,
    },
  ],
  [
    'whether each bar is an object of its own',
    'VET_NOTICED',
    {
      fields: 'before = undefined; strict = false',
      body: `this.strict ||= this.before !== undefined && this.before !== bar; this.before = bar; d = this.strict ? ${reversal} : -(${reversal})`,
    },
  ],
  [
    'sizes by the level of adjusted prices',
    'HINDSIGHT_PRICES',
    {
      market: 'adjusted',
      methods: `line = this.indicator(ema(6))
      onBar(bar, ctx) { const m = this.line.at(bar); if (m === undefined) return; const held = ctx.position(bar.instrument)
        if (bar.close > m && held === 0) ctx.targetWeights(new Map([[bar.instrument, Math.min(0.45, 6 / bar.close)]])); else if (bar.close < m && held > 0) ctx.close(bar.instrument) }`,
    },
  ],
  [
    'members that leave before they fall',
    'SURVIVORS',
    {
      market: 'dead',
      terms: `universe: [{ symbol: 'A' }, { symbol: 'B' }, { symbol: 'C' }, { symbol: 'D', to: '2018-05-28' }, { symbol: 'E', to: '2018-07-05' }, { symbol: 'F', to: '2018-08-14' }], state: () => ({ n: 0 })`,
      methods: `onInstant(ctx) { if (this.state.n++ % 5 !== 0) return; const all = ctx.universe.filter(one => ctx.price(one) !== undefined); ctx.targetWeights(new Map(all.map(one => [one, 0.95 / all.length])), { closeOthers: true }) }`,
    },
  ],
  [
    'the whole day in the sizes of its second hour',
    'EARLY_DATA',
    {
      market: 'intraday',
      terms: 'history: 3',
      methods: `onInstant(ctx) { const one = ctx.instrument('A'); const day = ctx.history(ctx.instrument('A.DAY'), 1); const past = ctx.history(one, 3); if (day === undefined || past === undefined) return
        const held = ctx.position(one); if (past.close[2] > past.close[0] && held === 0) ctx.buy(one, day.close[0] > past.close[2] ? 900 : 10); else if (past.close[2] < past.close[1] && held > 0) ctx.close(one) }`,
    },
  ],
]

/** With the notes that are due. */
const HONEST: readonly (readonly [string, readonly string[], Author])[] = [
  [
    'alarms every four days, on weekends too',
    [],
    {
      terms: 'state: () => ({ set: false })',
      methods: `onBar(bar, ctx) { if (!this.state.set) { this.state.set = true; ctx.wakeAt(bar.time + 4 * DAY, 'turn') } }
      onTimer(name, ctx) { const one = ctx.instrument('A'); if (ctx.position(one) === 0) ctx.buy(one, 100); else ctx.close(one); ctx.wakeAt(ctx.now + 4 * DAY, 'turn') }`,
    },
  ],
  [
    'dates in tags and groups',
    [],
    {
      fields: 'range = this.indicator(atr(5))',
      methods: `onBar(bar, ctx) { const a = this.range.at(bar); const one = bar.instrument; if (a === undefined || ctx.openOrders(one).length > 0) return
        const price = ctx.roundPrice(one, bar.close - 0.3 * a); const tag = 'dip ' + isoDate(bar.time)
        if (ctx.position(one) === 0) ctx.buy(one, 100, { limit: price, tag, group: tag, timeInForce: 'GTD', goodTill: bar.time + 3 * DAY }); else ctx.close(one) }`,
    },
  ],
  [
    'a score by all closes so far',
    [],
    {
      terms: 'state: () => ({ n: 0, sum: 0, squares: 0 })',
      body: `const s = this.state; s.n++; s.sum += bar.close; s.squares += bar.close ** 2; if (s.n < 20) return
      const m = s.sum / s.n; d = (bar.close - m) / Math.sqrt(s.squares / s.n - m * m) < 0.8 && bar.close < bar.open ? 1 : -1`,
    },
  ],
  [
    'a window that it chooses anew each month by the past',
    [],
    {
      terms: 'history: 80, state: () => ({ n: 0, window: 5 })',
      body: `const past = ctx.history(bar.instrument, 80); if (past === undefined) return
      const c = past.close; const m = (r, n) => { let sum = 0; for (let k = 0; k < n; k++) sum += c[r - k]; return sum / n }
      if (this.state.n++ % 20 === 0) { let best = -1e9; for (const w of [3, 5, 8, 13]) { let gain = 0; for (let r = 20; r < 79; r++) if (c[r] > m(r, w)) gain += Math.log(c[r + 1] / c[r]); if (gain > best) { best = gain; this.state.window = w } } }
      d = c[79] - m(79, this.state.window)`,
    },
  ],
  [
    'a regression that learns from each day once it is over',
    [],
    {
      terms: 'history: 4, state: () => ({ w: [0, 0, 0], x: [], p: 0 })',
      body: `const past = ctx.history(bar.instrument, 4); if (past === undefined) return
      const s = this.state; const move = past.close[3] > past.close[2] ? 1 : 0
      if (s.x.length > 0) s.w = s.w.map((w, k) => w + 0.5 * (move - s.p) * s.x[k])
      s.x = [1, 2, 3].map(k => 50 * Math.log(past.close[k] / past.close[k - 1])); s.p = 1 / (1 + Math.exp(-s.w.reduce((sum, w, k) => sum + w * s.x[k], 0))); d = s.p - 0.5`,
    },
  ],
  [
    'a cache that onStart clears, and notes in a WeakMap',
    [],
    {
      head: 'const seen = new Map(); const notes = new WeakMap()',
      methods: `onStart() { seen.clear(); notes.set(this, { n: 0 }) }
      onBar(bar, ctx) { seen.set(bar.time, bar.close); notes.get(this).n++; const before = seen.get(bar.time - DAY) ?? seen.get(bar.time - 3 * DAY); const held = ctx.position(bar.instrument)
        if (before !== undefined && bar.close < before && held === 0) ctx.buy(bar.instrument, 100); else if (before !== undefined && bar.close > before && held > 0) ctx.close(bar.instrument) }`,
    },
  ],
  [
    'an error that it catches',
    [],
    {
      body: `try { ctx.instrument('none') } catch (error) { if (error.code === 'UNKNOWN_SYMBOL') d = ${reversal} }`,
    },
  ],
  [
    'seventy weights of a filter',
    [],
    {
      head: `const W = [${Array.from({ length: 70 }, (_, k) => (Math.exp(-k / 20) * Math.cos(k / 6)).toFixed(4))}]`,
      terms: 'history: 70',
      body: `const past = ctx.history(bar.instrument, 70); if (past === undefined) return; d = W.reduce((sum, w, k) => sum + w * Math.log(past.close[69 - k] / past.close[69]), 0)`,
    },
  ],
  ['round levels of raw prices', ['LEVELS_IN_CODE'], { body: 'd = bar.close % 10 > 7 ? 1 : -1' }],
  [
    'a hundred shares each on adjusted prices',
    ['SHARES_ON_ADJUSTED'],
    { market: 'adjusted', body: trend.replace('bar.close - m', 'bar.close > m ? 1 : -1') },
  ],
  [
    'members that leave, of whom some live on',
    ['MEMBERS_LEFT_EARLY'],
    {
      market: 'dead',
      terms: `universe: [{ symbol: 'A', to: '2019-06-03' }, { symbol: 'B' }, { symbol: 'C', to: '2018-09-03' }, { symbol: 'D', to: '2018-05-28' }, { symbol: 'E' }, { symbol: 'F' }], state: () => ({ n: 0 })`,
      methods: `onInstant(ctx) { if (this.state.n++ % 5 !== 0) return; const all = ctx.universe.filter(one => ctx.price(one) !== undefined); ctx.targetWeights(new Map(all.map(one => [one, 0.95 / all.length])), { closeOthers: true }) }`,
    },
  ],
  [
    'two shares that it names',
    ['NAMES_IN_CODE'],
    {
      market: 'dead',
      body: `if (bar.instrument.symbol !== 'A' && bar.instrument.symbol !== 'C') return; ${trend}`,
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
  it.each(HONEST)('%s passes, notes %j', async (name, codes, author) => {
    const { verdict, findings, notes } = await report(name, author)
    expect(findings).toEqual([])
    expect(notes.map(note => note.code)).toEqual(codes)
    expect(verdict).toBe('passed')
  })
})
