/**
 * Bars from a WebSocket feed; the protocol is told in lab/testing/feed-server.ts. A lost or silent line is taken up
 * again after 0.1 s, then twice as long each time up to 10 s, from the last bar before the first hole. A message
 * that makes no sense is told and passed over; it never stops the session.
 */
import { WebSocket } from 'ws'
import { z } from 'zod'
import { GordonError, isGordonError } from '../../lab/core/errors.ts'
import type { Adjustment } from '../../lab/domain/bar.ts'
import { calendarNamed } from '../../lab/domain/calendar/calendar.ts'
import { type Instrument, instrumentId } from '../../lab/domain/instrument.ts'
import type { BarEvent, FeedEvent } from '../../lab/domain/ports/journal.ts'
import type { ResumePoint } from './resume-point.ts'

/** What the feed said it has. */
export interface FeedOffer {
  readonly interval: string
  readonly adjustment: Adjustment
  readonly instruments: readonly Instrument[]
}

export interface WsBarsSetup {
  readonly url: string
  /** Symbols or ids, empty for all that the feed has. */
  readonly symbols: readonly string[]
  readonly interval: string
  readonly resume: ResumePoint
  /** A subscription was granted. Throws where it does not fit the session. */
  readonly onOffer: (offer: FeedOffer) => void
  /** Called for each message, in order, as soon as it is there. */
  readonly onEvent: (event: BarEvent | FeedEvent) => void
  /** The feed refuses what the session needs: nothing will come. */
  readonly onRefused: (error: GordonError) => void
  /** Longest silence of a line that is up, ms; default 10,000. */
  readonly silenceMs?: number
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000

const instrument = z.object({
  venue: z.string().min(1),
  symbol: z.string().min(1),
  ticksPerUnit: z.number().int().positive(),
  lotsPerUnit: z.number().int().positive(),
  currency: z.string().min(1),
  calendar: z.string().min(1),
})
const price = z.number().positive()
const message = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('subscribed'),
    stream: z.string(),
    after: z.number().int().nonnegative(),
    interval: z.string(),
    adjustment: z.enum(['raw', 'split', 'total-return']),
    instruments: z.array(instrument).min(1),
  }),
  z.object({
    type: z.literal('bar'),
    sequence: z.number().int().positive(),
    instrument: z.string(),
    time: z.number().int().positive(),
    open: price,
    high: price,
    low: price,
    close: price,
    volume: z.number().nonnegative(),
    sessionClose: z.number().int().positive().optional(),
  }),
  z.object({ type: z.literal('heartbeat') }),
  z.object({ type: z.literal('end') }),
  z.object({ type: z.literal('error'), message: z.string() }),
])

type FeedMessage = z.infer<typeof message>

export class WsBars {
  readonly #setup: WsBarsSetup
  #socket: WebSocket | undefined
  #instruments = new Map<string, Instrument>()
  #pauseMs = FIRST_PAUSE_MS
  #retry: NodeJS.Timeout | undefined
  #silence: NodeJS.Timeout | undefined
  #up = false
  #stopped = false
  /** Why the last attempt failed, in words. */
  trouble = ''

  constructor(setup: WsBarsSetup) {
    this.#setup = setup
  }

  start(): void {
    const socket = new WebSocket(this.#setup.url, { handshakeTimeout: 10_000, maxPayload: 1 << 20 })
    this.#socket = socket
    socket.on('open', () => {
      const { symbols, interval, resume } = this.#setup
      const { after, stream } = resume
      socket.send(JSON.stringify({ type: 'subscribe', symbols, interval, after, stream }))
      this.#heard()
    })
    socket.on('message', data => {
      if (this.#stopped || socket !== this.#socket) return
      this.#heard()
      this.#read(String(data))
    })
    socket.on('error', error => {
      this.trouble = error.message || (error as NodeJS.ErrnoException).code || 'connection failed'
    })
    socket.on('close', () => this.#down('the line broke'))
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retry)
    clearTimeout(this.#silence)
    this.#socket?.terminate()
  }

  #heard(): void {
    clearTimeout(this.#silence)
    const ms = this.#setup.silenceMs ?? 10_000
    this.#silence = setTimeout(() => {
      this.trouble = `nothing came for ${ms / 1000} s`
      this.#socket?.terminate()
    }, ms)
  }

  #down(reason: string): void {
    clearTimeout(this.#silence)
    if (this.#stopped) return
    if (this.#up) this.#setup.onEvent({ kind: 'feed', state: 'disconnected', reason: this.trouble || reason })
    this.#up = false
    this.#retry = setTimeout(() => this.start(), this.#pauseMs)
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2)
  }

  #read(text: string): void {
    const read = readMessage(text)
    if (typeof read === 'string') this.#bad(read, text)
    else if (read.type === 'subscribed') this.#subscribed(read)
    else if (read.type === 'bar') this.#bar(read, text)
    else if (read.type === 'end') this.#setup.onEvent({ kind: 'feed', state: 'ended' })
    else if (read.type === 'error')
      this.#refused(
        new GordonError('FEED_REFUSED', `The feed at ${plainUrl(this.#setup.url)} refuses: ${read.message}.`),
      )
  }

  #subscribed(offer: FeedMessage & { type: 'subscribed' }): void {
    try {
      this.#setup.onOffer(offer)
    } catch (error) {
      if (!isGordonError(error)) throw error
      this.#refused(error)
      return
    }
    this.#instruments = new Map(offer.instruments.map(one => [instrumentId(one), one]))
    this.#pauseMs = FIRST_PAUSE_MS
    this.trouble = ''
    this.#up = true
    const { stream, after } = offer
    this.#setup.resume.connected(stream)
    this.#setup.onEvent({ kind: 'feed', state: 'connected', stream, after })
  }

  #bar(bar: FeedMessage & { type: 'bar' }, text: string): void {
    const event = barEvent(bar, this.#instruments.get(bar.instrument))
    if (typeof event === 'string') {
      this.#bad(event, text)
      return
    }
    const hole = this.#setup.resume.take(event.feedSequence)
    if (hole !== undefined) this.#setup.onEvent({ kind: 'feed', state: 'hole', ...hole })
    this.#setup.onEvent(event)
  }

  #bad(why: string, text: string): void {
    this.#setup.onEvent({ kind: 'feed', state: 'bad', reason: `${why}: ${text.slice(0, 200)}` })
  }

  #refused(error: GordonError): void {
    this.#setup.onRefused(error)
    this.stop()
  }
}

/** The bar with its session resolved here, at the edge; or what is wrong with it. */
function barEvent(bar: FeedMessage & { type: 'bar' }, of: Instrument | undefined): BarEvent | string {
  if (of === undefined) return `bar of ${bar.instrument}, which was not asked for`
  const { time: eventTime, open, high, low, close } = bar
  if (high < Math.max(open, close) || low > Math.min(open, close))
    return 'bar whose open or close is outside its high and low'
  let session: { sessionClose?: number } = {}
  if (of.calendar !== '24/7')
    try {
      session = { sessionClose: bar.sessionClose ?? calendarNamed(of.calendar).nextClose(eventTime).close }
    } catch (error) {
      return (error as Error).message
    }
  // A negative zero would come back from the journal as a plain one.
  const volume = bar.volume + 0
  const { instrument, sequence: feedSequence } = bar
  return { kind: 'bar', instrument, feedSequence, eventTime, open, high, low, close, volume, ...session }
}

function readMessage(text: string): FeedMessage | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'not JSON'
  }
  const parsed = message.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  return `not a message of the protocol (${issue.path.join('.') || 'type'}: ${issue.message})`
}

/** An address without user, password and query, which may hold secrets. */
export function plainUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url)
    return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
  } catch {
    return 'an address that is no URL'
  }
}
