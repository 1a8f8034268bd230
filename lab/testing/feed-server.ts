/**
 * A feed of bars over WebSocket that replays stored ones faster than life, with faults on demand.
 *
 *   node dist/lab/testing/feed-server.js --store data/sample --data us-daily/total-return --port 8765
 *
 * Protocol, one JSON object per text message. Times are µs UTC.
 *
 *   client  {"type":"subscribe","symbols":["AAPL"],"interval":"1d","after":0,"stream":"…"}
 *           symbols: symbols or ids, empty for all; after: the last bar that need not be sent again; stream: what
 *           `subscribed` said when that bar came, absent at first
 *   server  {"type":"subscribed","stream":"…","after":0,"interval":"1d","adjustment":"raw","instruments":[…]}
 *           after: from where it sends; 0 where the client's stream is another one
 *   server  {"type":"bar","sequence":1,"instrument":"XNAS:AAPL","time":…,"open":…,"high":…,"low":…,"close":…,
 *            "volume":…,"sessionClose":…}
 *           sequence counts the bars of the stream from 1, in order of close and instrument; sessionClose is absent
 *           where each UTC day is a session
 *   server  {"type":"heartbeat","time":…}   every second
 *   server  {"type":"end","sequence":9438}  nothing follows
 *   server  {"type":"error","message":"…"}  the subscription is refused; the connection closes
 *
 * A stream starts with its first subscription and then goes on like life, whether or not somebody listens: a client
 * that comes back gets at once what it missed.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { textDigest } from '../core/digest.ts'
import { GordonError } from '../core/errors.ts'
import type { Adjustment, BarSeries } from '../domain/bar.ts'
import { type Instrument, instrumentId } from '../domain/instrument.ts'
import { seriesDigest } from '../sim/row-digest.ts'
import { type FeedAction, type FeedFaults, withFaults } from './feed-faults.ts'

export interface FeedServerOptions {
  /** In canonical order. */
  readonly bars: readonly { readonly instrument: Instrument; readonly series: BarSeries }[]
  readonly interval: string
  readonly adjustment?: Adjustment
  /** How many closes pass in a second; default 20. */
  readonly closesPerSecond?: number
  readonly faults?: FeedFaults
  readonly seed?: number
  /** Default: any free one. */
  readonly port?: number
}

export interface FeedServer {
  readonly url: string
  /** Drops every connection without a word, as a line does. */
  cutAll(): void
  close(): Promise<void>
}

const subscription = z.object({
  type: z.literal('subscribe'),
  symbols: z.array(z.string()),
  interval: z.string(),
  after: z.number().int().nonnegative(),
  stream: z.string().optional(),
})

export async function startFeedServer(options: FeedServerOptions): Promise<FeedServer> {
  const http = createServer((_, response) => response.writeHead(426).end('WebSocket only\n'))
  const sockets = new WebSocketServer({ noServer: true })
  const streams = new Map<string, FeedStream>()
  http.on('upgrade', (request, line, head) =>
    sockets.handleUpgrade(request, line, head, socket => {
      socket.on('error', () => {})
      socket.once('message', data => subscribe(options, streams, { socket, line }, String(data)))
    }),
  )
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    cutAll() {
      for (const socket of sockets.clients) socket.terminate()
    },
    async close() {
      for (const stream of streams.values()) stream.stop()
      for (const socket of sockets.clients) socket.terminate()
      await new Promise(resolve => http.close(resolve))
    },
  }
}

interface Connection {
  readonly socket: WebSocket
  /** The bytes under the socket, to cut a message in the middle. */
  readonly line: Duplex
}

function subscribe(
  options: FeedServerOptions,
  streams: Map<string, FeedStream>,
  connection: Connection,
  text: string,
): void {
  const wanted = readSubscription(options, text)
  if (typeof wanted === 'string') {
    connection.socket.send(JSON.stringify({ type: 'error', message: wanted }))
    connection.socket.close()
    return
  }
  const key = wanted.bars.map(one => instrumentId(one.instrument)).join(' ')
  let stream = streams.get(key)
  if (stream === undefined) streams.set(key, (stream = new FeedStream(wanted.bars, options)))
  stream.join(connection, wanted.stream === stream.id ? wanted.after : 0)
}

/** What is subscribed to, or why that cannot be. */
function readSubscription(
  options: FeedServerOptions,
  text: string,
): { bars: FeedServerOptions['bars']; after: number; stream?: string } | string {
  let wanted: z.infer<typeof subscription>
  try {
    wanted = subscription.parse(JSON.parse(text))
  } catch {
    return 'the first message is not a subscription'
  }
  const { symbols, interval, after, stream } = wanted
  if (interval !== '' && interval !== options.interval)
    return `this feed has bars of ${options.interval}, not of ${interval}`
  const isCalled = (symbol: string, instrument: Instrument) =>
    symbol === instrument.symbol || symbol === instrumentId(instrument)
  const unknown = symbols.find(symbol => !options.bars.some(one => isCalled(symbol, one.instrument)))
  if (unknown !== undefined)
    return `this feed has no ${unknown}; it has ${options.bars.map(one => instrumentId(one.instrument)).join(', ')}`
  const bars =
    symbols.length === 0
      ? options.bars
      : options.bars.filter(one => symbols.some(symbol => isCalled(symbol, one.instrument)))
  return { bars, after, stream }
}

/** The bars of one subscription, sent as time goes on to whoever listens. */
class FeedStream {
  readonly id: string
  readonly #bars: FeedServerOptions['bars']
  readonly #options: FeedServerOptions
  /** Instrument and row of each bar, in order of close and instrument. */
  readonly #rows: { readonly of: number; readonly row: number; readonly step: number }[]
  readonly #actions: readonly FeedAction[]
  readonly #listeners = new Set<Connection>()
  #next = 0
  /** Bars that were sent once, or cut: what a returning client may ask for. */
  readonly #released = new Set<number>()
  readonly #begun = Date.now()
  #ticking: NodeJS.Timeout | undefined
  readonly #beating: NodeJS.Timeout

  constructor(bars: FeedServerOptions['bars'], options: FeedServerOptions) {
    this.#bars = bars
    this.#options = options
    this.#rows = inOrder(bars)
    this.#actions = withFaults(this.#rows.length, options.faults ?? {}, options.seed ?? 1)
    this.id = textDigest(
      [options.interval, ...bars.map(one => instrumentId(one.instrument) + seriesDigest(one.series))].join(
        ' ',
      ),
    ).slice(0, 16)
    this.#beating = setInterval(() => this.#tell({ type: 'heartbeat', time: Date.now() * 1000 }), 1000)
    this.#tick()
  }

  join(connection: Connection, after: number): void {
    const { interval, adjustment = 'raw' } = this.#options
    const instruments = this.#bars.map(one => one.instrument)
    const send = (message: object) => connection.socket.send(JSON.stringify(message))
    send({ type: 'subscribed', stream: this.id, after, interval, adjustment, instruments })
    for (const row of [...this.#released].sort((a, b) => a - b)) if (row >= after) send(this.#message(row))
    this.#listeners.add(connection)
    connection.socket.on('close', () => this.#listeners.delete(connection))
    if (this.#next === this.#actions.length) send(this.#end())
  }

  stop(): void {
    clearTimeout(this.#ticking)
    clearInterval(this.#beating)
  }

  #tick(): void {
    const rate = this.#options.closesPerSecond ?? 20
    const step = Math.floor(((Date.now() - this.#begun) / 1000) * rate)
    while (this.#next < this.#actions.length && this.#rows[this.#actions[this.#next].place].step <= step)
      this.#act(this.#actions[this.#next++])
    if (this.#next === this.#actions.length) this.#tell(this.#end())
    else this.#ticking = setTimeout(() => this.#tick(), Math.max(1, Math.min(100, 1000 / rate)))
  }

  #act({ kind, row }: FeedAction): void {
    if (kind === 'bar') this.#tell(this.#message(row))
    else if (kind === 'wrong') this.#tell(this.#message(row, 1.01))
    else if (kind === 'garbage') this.#tell('{"type":"bar","sequence":')
    else
      for (const connection of this.#listeners) {
        this.#listeners.delete(connection)
        cutInside(connection, JSON.stringify(this.#message(row)))
      }
    if (kind === 'bar' || kind === 'cut') this.#released.add(row)
  }

  #tell(message: object | string): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message)
    for (const { socket } of this.#listeners) socket.send(text)
  }

  #end(): object {
    return { type: 'end', sequence: this.#rows.length }
  }

  /** @param factor spoils the close and the high, so that the bar is another one and still a bar */
  #message(place: number, factor = 1): object {
    const { of, row } = this.#rows[place]
    const { instrument, series } = this.#bars[of]
    return {
      type: 'bar',
      sequence: place + 1,
      instrument: instrumentId(instrument),
      time: series.eventTime[row],
      open: series.open[row],
      high: Math.max(series.high[row], series.close[row] * factor),
      low: series.low[row],
      close: series.close[row] * factor,
      volume: series.volume[row],
      ...(series.sessionClose === undefined ? {} : { sessionClose: series.sessionClose[row] }),
    }
  }
}

function inOrder(bars: FeedServerOptions['bars']) {
  const rows = bars.flatMap(({ series }, of) =>
    Array.from({ length: series.length }, (_, row) => ({ of, row })),
  )
  const timeOf = (one: { of: number; row: number }) => bars[one.of].series.eventTime[one.row]
  rows.sort((a, b) => timeOf(a) - timeOf(b) || a.of - b.of)
  let step = -1
  let time = Number.NaN
  return rows.map(one => {
    if (timeOf(one) !== time) step++
    time = timeOf(one)
    return { ...one, step }
  })
}

/** Half of a text frame (RFC 6455, 5.2), then nothing. */
function cutInside({ socket, line }: Connection, text: string): void {
  const payload = Buffer.from(text)
  const frame = Buffer.concat([Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]), payload])
  socket.removeAllListeners('message')
  line.write(frame.subarray(0, Math.floor(frame.length / 2)), () => line.destroy())
}

const FLAGS = {
  store: { type: 'string', default: 'data/sample' },
  data: { type: 'string' },
  symbols: { type: 'string' },
  port: { type: 'string', default: '8765' },
  'closes-per-second': { type: 'string', default: '20' },
  late: { type: 'string', default: '0' },
  'late-by': { type: 'string', default: '3' },
  duplicate: { type: 'string', default: '0' },
  wrong: { type: 'string', default: '0' },
  swap: { type: 'string', default: '0' },
  cut: { type: 'string', default: '0' },
  garbage: { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
} as const

async function main(): Promise<void> {
  const { values } = parseArgs({ options: FLAGS })
  const { openBars, openStore } = await import('../catalog/index.ts')
  const store = await openStore(values.store)
  const ids = (await store.datasets()).map(dataset => dataset.id)
  if (values.data === undefined && ids.length !== 1)
    throw new GordonError('DATASET_NOT_NAMED', `Choose with --data one of ${ids.join(', ')}.`)
  const source = await openBars({
    store,
    datasets: [values.data ?? ids[0]],
    symbols: values.symbols?.split(','),
  })
  const bars = source.instruments.map((instrument, place) => ({
    instrument,
    series: source.streams[place].series!,
  }))
  const chance = (name: keyof FeedFaults) => Number(values[name as keyof typeof values])
  const server = await startFeedServer({
    bars,
    interval: source.intervals[0],
    adjustment: source.datasets[0].adjustment,
    closesPerSecond: Number(values['closes-per-second']),
    port: Number(values.port),
    seed: Number(values.seed),
    faults: {
      late: chance('late'),
      lateBy: Number(values['late-by']),
      duplicate: chance('duplicate'),
      wrong: chance('wrong'),
      swap: chance('swap'),
      cut: chance('cut'),
      garbage: chance('garbage'),
    },
  })
  process.stdout.write(`${server.url} ${bars.map(one => instrumentId(one.instrument)).join(' ')}\n`)
  const stop = () => void server.close()
  process.once('SIGINT', stop).once('SIGTERM', stop)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  main().catch(error => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 2
  })
