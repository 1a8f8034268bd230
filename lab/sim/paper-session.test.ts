/** Sessions from entries: random markets over random lines, seeds in the names. Bars by hand in instant-assembly. */
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { HOUR } from '../core/time.ts'
import type { HeaderEvent } from '../domain/ports/journal.ts'
import { sma } from '../indicators/index.ts'
import type { BarView, Context } from '../strategy/context.ts'
import { strategy } from '../strategy/strategy.ts'
import { replayed, writtenSession } from '../testing/feed-entries.ts'
import { randomMarket } from '../testing/fixtures-random.ts'
import { market } from '../testing/fixtures.ts'
import { backtest } from './backtest.ts'
import { PaperSession } from './paper-session.ts'
import { plainParity, receiveTimeParity } from './parity.ts'
import { holdToHeader } from './session-header.ts'

/** Orders of every kind, chance, history, notices, and the late flag: whatever could tell two runs apart. */
class Restless extends strategy({ history: 5, account: 'margin', state: () => ({ fills: 0 }) }) {
  fast = this.indicator(sma(3))
  slow = this.indicator(sma(7))

  override onBar(bar: BarView, ctx: Context): void {
    const fast = this.fast.at(bar)
    const slow = this.slow.at(bar)
    if (fast === undefined || slow === undefined) return
    if (bar.late) ctx.log(`late ${bar.instrument.symbol} ${bar.time}`)
    const history = ctx.history(bar.instrument, 5)
    const chance = ctx.random()
    if (fast > slow && ctx.position(bar.instrument) <= 0) ctx.target(bar.instrument, bar.late ? 5 : 10)
    else if (fast < slow && ctx.position(bar.instrument) >= 0) ctx.target(bar.instrument, -7)
    if (history !== undefined && chance < 0.3)
      ctx.buy(bar.instrument, 3, {
        limit: ctx.roundPrice(bar.instrument, Math.min(...history.low), 'down'),
        timeInForce: chance < 0.15 ? 'DAY' : 'GTC',
      })
    if (chance > 0.9)
      ctx.sell(bar.instrument, 2, { stop: ctx.roundPrice(bar.instrument, bar.low * 0.99, 'down') })
    for (const id of ctx.openOrders(bar.instrument).slice(0, -4)) ctx.cancel(id)
  }

  override onFill(): void {
    this.state.fills++
  }

  override onInstant(ctx: Context): void {
    ctx.plot('fills', this.state.fills)
  }
}

const FAULTS = {
  late: 0.1,
  lateBy: 7,
  duplicate: 0.05,
  wrong: 0.02,
  swap: 0.1,
  cut: 0.02,
  garbage: 0.02,
}
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

function faulty(seed: number) {
  return writtenSession({
    strategy: Restless,
    bars: randomMarket({ seed, symbols: 3, bars: 150, missing: 0.03, ragged: seed % 2 === 0 }),
    settings: { fees: '5bps', slippage: '1bps', seed },
    faults: FAULTS,
    seed,
    barGrace: 2500,
  })
}

describe('a paper session', () => {
  it('over a line without faults decides what a backtest decides, at later times', async () => {
    for (const seed of SEEDS) {
      const bars = randomMarket({ seed, bars: 120 })
      const { session } = writtenSession({ strategy: Restless, bars, settings: { seed } })
      const run = session.finish()
      const plain = await backtest({ strategy: Restless, bars, seed })
      const words = (of: typeof run) =>
        of.fills.map(({ orderId, instrument, side, quantity, price, fee }) => [
          ...[orderId, instrument, side, quantity, price, fee],
        ])
      expect(words(run)).toEqual(words(plain))
      expect(run.fills.length).toBeGreaterThan(20)
      expect(Array.from(run.curve.equity)).toEqual(Array.from(plain.curve.equity))
    }
  })

  it.each(SEEDS)('over a faulty line is replayed to the same digest (seed %i)', seed => {
    const { session, entries } = faulty(seed)
    const { counts } = session
    for (const kind of ['late', 'duplicate', 'correction', 'stale', 'incomplete'] as const)
      expect(counts[kind]).toBeGreaterThan(0)
    const run = session.finish()
    const again = replayed(Restless, entries).finish()
    expect(again.digest).toBe(run.digest)
    expect(again.orders).toEqual(run.orders)
    expect(again.fills).toEqual(run.fills)
    expect(again.logs).toEqual(run.logs)
  })

  it('goes on from any entry as if it had never stopped', () => {
    const { session, entries } = faulty(3)
    const digest = session.finish().digest
    const random = new Random(3)
    for (let k = 0; k < 10; k++) {
      const at = random.integer(1, entries.length)
      const begun = replayed(Restless, entries.slice(0, at))
      for (const entry of entries.slice(at)) begun.apply(entry)
      expect(begun.finish().digest).toBe(digest)
    }
  })

  it.each(SEEDS)('is made again by a backtest over its receive times, bit for bit (seed %i)', async seed => {
    const { session } = faulty(seed)
    const run = session.finish()
    expect(run.logs.some(line => line.text.startsWith('late'))).toBe(true)
    const parity = await receiveTimeParity(session, run, Restless)
    expect(parity).toEqual({ equal: true, session: run.decisions, backtest: run.decisions })
  })

  it.each(SEEDS)('differs from plain bars only where a bar came late or never (seed %i)', async seed => {
    const { session } = faulty(seed)
    const parity = await plainParity(session, session.finish(), Restless)
    expect(parity.differences.length).toBeGreaterThan(0)
    expect(parity.unexplained).toBe(0)
    for (const { because } of parity.differences) expect(because).toMatch(/^bar TEST:S0\d of 20\d\d-.* came/)
  })

  it('warns of what the line did', () => {
    const codes = faulty(1)
      .session.finish()
      .warnings.map(warning => warning.code)
    expect(codes).toEqual(expect.arrayContaining(['LATE_BARS', 'STALE_BARS', 'CORRECTED_BARS']))
  })

  it('names instrument, time and callback when the strategy throws', () => {
    class Thrower extends strategy() {
      override onBar(): void {
        throw new Error('no idea')
      }
    }
    expect(() => writtenSession({ strategy: Thrower, bars: market({ A: ['10'] }) })).toThrow(
      /^Strategy Thrower threw "no idea" in onBar at 2030-01-01T00:00:00.001000Z for TEST:A \(bar 1\)/,
    )
  })
})

describe('hourly bars, long after they closed', () => {
  it.each([1, 2, 3])(
    'end DAY orders with the session of the bars, not of the clock (seed %i)',
    async seed => {
      const bars = randomMarket({ seed, symbols: 3, bars: 300, step: HOUR, interval: '1h', missing: 0.05 })
      const { session } = writtenSession({ strategy: Restless, bars, faults: FAULTS, seed, barGrace: 2500 })
      const run = session.finish()
      expect(run.orders.some(order => order.reason === 'endOfSession')).toBe(true)
      expect((await receiveTimeParity(session, run, Restless)).equal).toBe(true)
      expect(await plainParity(session, run, Restless)).toMatchObject({ unexplained: 0, equal: false })
    },
  )

  it('decide without faults what a plain backtest decides', async () => {
    const bars = randomMarket({ seed: 9, symbols: 3, bars: 300, step: HOUR, interval: '1h', missing: 0.05 })
    const { session } = writtenSession({ strategy: Restless, bars })
    expect(await plainParity(session, session.finish(), Restless)).toMatchObject({
      equal: true,
      departures: 0,
    })
  })
})

describe('one late bar, by hand', () => {
  /** Buys what closed above its open, at the next open, once each. */
  class BuyRises extends strategy() {
    override onBar(bar: BarView, ctx: Context): void {
      if (
        bar.close > bar.open &&
        ctx.position(bar.instrument) === 0 &&
        ctx.openOrders(bar.instrument).length === 0
      )
        ctx.buy(bar.instrument, 1)
    }
  }

  it('explains the order that was decided too late to meet the next bar', async () => {
    // B rises on day 1. Plain: bought at the open of day 2, 21. Its first bar comes after day 2 of A and B … so the
    // session learns of it between the instants of day 1 and 2, and still buys at 21.
    const bars = market({ A: ['10', '10', '10'], B: ['20 21 20 21', '21', '22'] })
    const session = new PaperSession({ strategy: BuyRises, header: header(bars) })
    const [a1, b1, a2, b2, a3, b3] = plain(bars)
    tell(session, [a1, { timer: true }, b1, a2, b2, a3, b3])
    const run = session.finish()
    expect(session.counts).toMatchObject({ late: 1, incomplete: 1, instants: 4 })
    expect(run.fills.map(fill => fill.price)).toEqual([21])
    const parity = await plainParity(session, run, BuyRises)
    expect(parity).toEqual({ equal: true, departures: 1, differences: [], unexplained: 0 })
  })

  it('explains the fill that moved a day', async () => {
    // Now the bar comes after A's second day was worked: decided when day 2 had closed, it fills on day 3 at 22.
    const bars = market({ A: ['10', '10', '10'], B: ['20 21 20 21', '21', '22'] })
    const session = new PaperSession({ strategy: BuyRises, header: header(bars) })
    const [a1, b1, a2, b2, a3, b3] = plain(bars)
    tell(session, [a1, { timer: true }, a2, { timer: true }, b1, b2, a3, b3])
    const run = session.finish()
    expect(run.fills.map(fill => fill.price)).toEqual([22])
    const parity = await plainParity(session, run, BuyRises)
    expect(parity.unexplained).toBe(0)
    expect(parity.differences.map(one => `${one.only}: ${one.decision}`)).toEqual([
      'plain: fill of 2024-01-03T00:00:00Z: buy 1 TEST:B at 21',
      'session: fill of 2024-01-04T00:00:00Z: buy 1 TEST:B at 22',
    ])
    // Had B's second bar alone been late, the order of day 1 would have found no bar in its session and no fill.
    // Its first bar being late, too, made the order that fills on day 3.
    expect(parity.differences.map(one => one.because)).toEqual([
      'bar TEST:B of 2024-01-03T00:00:00Z came late, received 2030-01-01T00:00:00.006000Z',
      'bar TEST:B of 2024-01-02T00:00:00Z came late, received 2030-01-01T00:00:00.005000Z',
    ])
  })

  function header(bars: ReturnType<typeof market>): HeaderEvent {
    return writtenSession({ strategy: BuyRises, bars }).session.header
  }

  function plain(bars: ReturnType<typeof market>) {
    const { entries } = writtenSession({ strategy: BuyRises, bars })
    return entries.map(entry => entry.event).filter(event => event.kind === 'bar')
  }

  /** Entries a millisecond apart, after the header; a timer forms the oldest instant that waits. */
  function tell(
    session: PaperSession,
    what: readonly (ReturnType<typeof plain>[number] | { readonly timer: true })[],
  ): void {
    const begun = Date.UTC(2030, 0, 1) * 1000
    session.apply({ sequence: 0, time: begun, event: session.header })
    session.apply({
      sequence: 1,
      time: begun + 1000,
      event: { kind: 'feed', state: 'connected', stream: 's' },
    })
    what.forEach((one, place) => {
      const event = 'timer' in one ? { kind: 'timer' as const, close: session.timer!.close } : one
      session.apply({ sequence: place + 2, time: begun + (place + 2) * 1000 - 1000, event })
    })
  }
})

describe('a journal of another session', () => {
  const { header } = writtenSession({ strategy: Restless, bars: market({ A: ['10'] }) }).session
  const differs = (change: Partial<HeaderEvent>) => () =>
    holdToHeader(header, { ...header, ...change }, 'a.jsonl')

  it('is refused with the difference', () => {
    expect(differs({})).not.toThrow()
    expect(differs({ codeHash: 'other' })).toThrow("differs in the strategy's code (test then, other now)")
    expect(differs({ params: { fast: 3 } })).toThrow('differs in parameter fast (not set then, 3 now)')
    expect(differs({ settings: { cash: 5 } })).toThrow('differs in setting cash (not set then, 5 now)')
    expect(differs({ barGrace: 1 })).toThrow('differs in its bar grace in µs (5000 then, 1 now)')
    expect(differs({ instruments: [{ ...header.instruments[0], symbol: 'B' }] })).toThrow(
      'Journal a.jsonl belongs to a session that differs in its instruments ("TEST:A" then, "TEST:B" now); start it as it was, or begin a new one with --journal <file>.',
    )
  })

  it('may come from another address, machine or folder', () => {
    expect(differs({ feed: 'ws://elsewhere', strategyFile: '/x/test.ts' })).not.toThrow()
    expect(differs({ made: { ...header.made, arch: 'arm64', node: '22.1.0' } })).not.toThrow()
  })
})
