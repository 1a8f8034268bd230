/** Orders far from bars against a plain scan of every order at every bar, which shares nothing with the venue. */
import { expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { type BarView, type Context, strategy } from '../../strategy/index.ts'
import { backtest, memoryBars } from '../index.ts'

const BARS = 400
const instrument = {
  venue: 'TEST',
  symbol: 'X',
  ticksPerUnit: 100,
  lotsPerUnit: 1,
  currency: 'USD',
  calendar: '24/7',
}

interface Sent {
  readonly bar: number
  readonly sign: 1 | -1
  /** Ticks. */
  readonly limit: number
  /** Bars after which it is cancelled, or given another limit. */
  readonly after: number
  readonly moved?: number
}

it.each([1, 2, 3, 4])('fill where a scan of all of them fills (seed %i)', async seed => {
  const random = new Random(seed)
  const whole = (below: number) => Math.floor(random.uniform() * below)
  const rows = Array.from({ length: BARS }, () => ({ open: 0, high: 0, low: 0, close: 0 }))
  let price = 10_000
  for (const row of rows) {
    row.open = price + whole(21) - 10
    row.close = row.open + whole(41) - 20
    row.high = Math.max(row.open, row.close) + whole(15)
    row.low = Math.min(row.open, row.close) - whole(15)
    price = row.close
  }
  const plan: Sent[] = []
  for (let bar = 0; bar < BARS - 1; bar++)
    for (let k = whole(4); k > 0; k--) {
      const sign = random.uniform() < 0.5 ? 1 : -1
      const limit = rows[bar].close - sign * whole(400)
      plan.push({
        bar,
        sign,
        limit,
        after: 1 + whole(200),
        ...(random.uniform() < 0.4 ? { moved: limit + whole(61) - 30 } : {}),
      })
    }
  class Sender extends strategy({ account: 'margin', state: () => ({ bar: -1 }) }) {
    override onBar(view: BarView, ctx: Context): void {
      const bar = ++this.state.bar
      plan.forEach((one, k) => {
        if (one.bar + one.after !== bar) return
        if (one.moved === undefined) ctx.cancel(k + 1)
        else ctx.replace(k + 1, { limit: one.moved / 100 })
      })
      for (const one of plan)
        if (one.bar === bar)
          ctx[one.sign > 0 ? 'buy' : 'sell'](view.instrument, 1, { limit: one.limit / 100 })
    }
  }
  const time = Float64Array.from({ length: BARS }, (_, row) => 1_577_836_800_000_000 + 60_000_000 * (row + 1))
  const column = (name: 'open' | 'high' | 'low' | 'close') => Float64Array.from(rows, row => row[name] / 100)
  const run = await backtest({
    strategy: Sender,
    bars: memoryBars(
      [
        {
          instrument,
          series: {
            length: BARS,
            eventTime: time,
            receiveTime: time,
            open: column('open'),
            high: column('high'),
            low: column('low'),
            close: column('close'),
            volume: new Float64Array(BARS).fill(1),
          },
        },
      ],
      { interval: '1m' },
    ),
    cash: 1e9,
    leverage: 100,
  })
  const expected: string[] = []
  for (let bar = 1; bar < BARS; bar++) {
    const { open, high, low } = rows[bar]
    const live = plan.map((one, k) => ({ ...one, id: k + 1 }))
    const meets = live
      .filter(one => one.bar < bar && (one.moved !== undefined || bar <= one.bar + one.after))
      .map(one => ({
        ...one,
        limit: one.moved !== undefined && bar > one.bar + one.after ? one.moved : one.limit,
      }))
      .filter(one => !expected.some(text => text.startsWith(`${one.id} `)))
    const atOpen = meets.filter(one => (one.sign > 0 ? open < one.limit : open > one.limit))
    const inside = meets.filter(
      one => !atOpen.includes(one) && (one.sign > 0 ? low < one.limit : high > one.limit),
    )
    for (const one of atOpen) expected.push(`${one.id} ${bar} ${open}`)
    for (const one of inside) expected.push(`${one.id} ${bar} ${one.limit}`)
  }
  expect(expected.length).toBeGreaterThan(50)
  const filled = run.fills.map(
    fill => `${fill.orderId} ${time.indexOf(fill.time)} ${Math.round(fill.price * 100)}`,
  )
  expect(filled).toEqual(expected)
})
