/** The feed as a bare client sees it: what is sent, what a cut leaves, what a client that comes back gets. */
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { withFaults } from './feed-faults.ts'
import { type FeedServer, startFeedServer } from './feed-server.ts'
import { randomMarket } from './fixtures-random.ts'

let feed: FeedServer | undefined
afterEach(async () => {
  await feed?.close()
  feed = undefined
})

const market = randomMarket({ seed: 5, symbols: 2, bars: 60 })

async function serve(options: Partial<Parameters<typeof startFeedServer>[0]> = {}): Promise<string> {
  feed = await startFeedServer({
    bars: market.instruments.map((instrument, place) => ({
      instrument,
      series: market.streams[place].series!,
    })),
    interval: '1d',
    closesPerSecond: 300,
    ...options,
  })
  return feed.url
}

interface Told {
  readonly type: string
  readonly sequence: number
  readonly stream: string
  readonly message: string
}

/** Everything that one connection hears until it ends or is cut. */
async function listen(url: string, request: object): Promise<{ told: Told[]; cut: boolean }> {
  const socket = new WebSocket(url)
  const told: Told[] = []
  socket.on('error', () => {})
  socket.on('message', data => {
    const message = JSON.parse(String(data))
    told.push(message)
    if (message.type === 'end') socket.close()
  })
  await once(socket, 'open')
  socket.send(JSON.stringify(request))
  const [code] = await once(socket, 'close')
  return { told, cut: code === 1006 }
}

const all = { type: 'subscribe', symbols: [], interval: '1d', after: 0 }
const sequences = (told: readonly Told[]) => told.filter(one => one.type === 'bar').map(one => one.sequence)
const counted = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, k) => from + k)

describe('the feed server', () => {
  it('sends every bar once, in order of close and instrument, and then the end', async () => {
    const { told, cut } = await listen(await serve(), all)
    expect(cut).toBe(false)
    expect(told[0]).toMatchObject({
      type: 'subscribed',
      after: 0,
      interval: '1d',
      instruments: market.instruments,
    })
    expect(sequences(told)).toEqual(counted(1, 120))
    expect(told.at(-1)).toEqual({ type: 'end', sequence: 120 })
  })

  it('cuts inside a message, and sends what was missed to a client that comes back', async () => {
    const url = await serve({ faults: { cut: 0.05 }, seed: 3 })
    const heard: number[] = []
    let cuts = 0
    let stream: string | undefined
    for (let more = true; more; ) {
      const { told, cut } = await listen(url, { ...all, after: heard.length, stream })
      stream = told[0].stream
      heard.push(...sequences(told))
      more = cut
      if (cut) cuts++
    }
    expect(cuts).toBeGreaterThan(0)
    expect(heard).toEqual(counted(1, 120))
  })

  it('sends all to a client that comes from another stream', async () => {
    const { told } = await listen(await serve(), { ...all, after: 50, stream: 'another' })
    expect(sequences(told)).toEqual(counted(1, 120))
  })

  it('refuses in words', async () => {
    const url = await serve()
    const refusal = async (request: object) => (await listen(url, request)).told[0].message
    expect(await refusal({ ...all, symbols: ['X'] })).toBe('this feed has no X; it has TEST:S00, TEST:S01')
    expect(await refusal({ ...all, interval: '1m' })).toBe('this feed has bars of 1d, not of 1m')
    expect(await refusal({ type: 'hello' })).toBe('the first message is not a subscription')
  })
})

describe('faults', () => {
  const faults = { late: 0.1, duplicate: 0.1, wrong: 0.1, swap: 0.1, cut: 0.1, garbage: 0.1 }

  it('are the same for the same seed, and others for another', () => {
    expect(withFaults(200, faults, 1)).toEqual(withFaults(200, faults, 1))
    expect(withFaults(200, faults, 1)).not.toEqual(withFaults(200, faults, 2))
  })

  it('lose no bar: each is sent or cut', () => {
    const rows = withFaults(200, faults, 4)
      .filter(one => one.kind === 'bar' || one.kind === 'cut')
      .map(one => one.row)
    expect([...new Set(rows)].sort((a, b) => a - b)).toEqual(counted(0, 199))
  })
})
