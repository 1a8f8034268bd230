/** What an entry may say, held against every line that is read: a journal is input like any other file. */
import { z } from 'zod'
import { JOURNAL_FORMAT } from '../domain/ports/journal.ts'

const time = z.number().int()
const price = z.number().positive()
const count = z.number().int().nonnegative()

const instrument = z.strictObject({
  venue: z.string().min(1),
  symbol: z.string().min(1),
  ticksPerUnit: z.number().int().positive(),
  lotsPerUnit: z.number().int().positive(),
  currency: z.string().min(1),
  calendar: z.string().min(1),
})

const settings = z.strictObject({
  cash: z.number().optional(),
  fees: z.string().optional(),
  slippage: z.string().optional(),
  account: z.enum(['cash', 'margin']).optional(),
  leverage: z.number().optional(),
  maxPosition: z.number().optional(),
  maxPositionWeight: z.number().optional(),
  maxOrderValue: z.number().optional(),
  marketFill: z.enum(['nextOpen', 'last']).optional(),
  limitFill: z.enum(['through', 'touch']).optional(),
  ambiguity: z.enum(['pessimistic', 'optimistic']).optional(),
  latency: z.string().optional(),
  seed: z.number().int().optional(),
})

const header = z.strictObject({
  format: z.literal(JOURNAL_FORMAT, {
    error: `this program reads journal format ${JOURNAL_FORMAT}; use the version of gordon that wrote it`,
  }),
  mode: z.literal('paper'),
  strategyFile: z.string(),
  strategy: z.string(),
  codeHash: z.string(),
  params: z.record(z.string(), z.unknown()),
  settings,
  instruments: z.array(instrument).min(1),
  interval: z.string(),
  adjustment: z.enum(['raw', 'split', 'total-return']),
  barGrace: count,
  feed: z.string(),
  made: z.strictObject({ gordon: z.string(), node: z.string(), arch: z.string() }),
})

const bar = z.strictObject({
  instrument: z.string(),
  feedSequence: count,
  eventTime: time,
  open: price,
  high: price,
  low: price,
  close: price,
  volume: z.number().nonnegative(),
  sessionClose: time.optional(),
})

const feed = z.strictObject({
  state: z.enum(['connected', 'disconnected', 'hole', 'bad', 'ended']),
  stream: z.string().optional(),
  after: count.optional(),
  from: count.optional(),
  to: count.optional(),
  reason: z.string().optional(),
})

const restart = z.strictObject({ cutBytes: count })
const stop = z.strictObject({ reason: z.enum(['interrupted', 'feedEnded', 'instantLimit']) })

const place = { seq: count, time }

export const entrySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('header'), payload: header, ...place }),
  z.strictObject({ kind: z.literal('bar'), payload: bar, ...place }),
  z.strictObject({ kind: z.literal('timer'), payload: z.strictObject({ close: time }), ...place }),
  z.strictObject({ kind: z.literal('feed'), payload: feed, ...place }),
  z.strictObject({ kind: z.literal('restart'), payload: restart, ...place }),
  z.strictObject({ kind: z.literal('stop'), payload: stop, ...place }),
])
