/** `--store s3://…`: what the environment must tell, and the commands on a real server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { SEAWEED_CREDENTIALS, type Seaweed, startSeaweed } from '../testing/seaweed.ts'
import { backtestCommand } from './backtest.ts'
import { dataList, dataSql } from './data.ts'
import { ingestCommand } from './ingest.ts'
import { storePlace } from './store-place.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-place-'))
let server: Seaweed

beforeAll(async () => {
  server = await startSeaweed()
  await server.makeBucket('lab')
})
afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(() => vi.unstubAllEnvs())

function environment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
}

test('a folder is a folder, and a bucket needs credentials', async () => {
  environment({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' })
  expect(await storePlace('data/store')).toBe('data/store')
  await expect(dataList({ store: 's3://lab/prices' })).rejects.toMatchObject({
    code: 'NO_CREDENTIALS',
    message:
      's3://lab/prices needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT_URL where the server is not AWS',
  })
  environment({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', GORDON_CACHE_GB: 'much' })
  await expect(storePlace('s3://lab/prices')).rejects.toMatchObject({ code: 'BAD_CACHE_SIZE' })
})

test('ingest, list, ask and run, as on a folder', async () => {
  environment({
    AWS_ACCESS_KEY_ID: SEAWEED_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: SEAWEED_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL: server.endpoint,
    GORDON_CACHE: join(folder, 'copies'),
  })
  const path = join(folder, 'a.csv')
  const days = Array.from({ length: 60 }, (_, i) => {
    const price = 100 + ((i * 37) % 23)
    return `${new Date(Date.UTC(2024, 0, 1 + i)).toISOString()},${price},${price + 1},${price - 1},${price},9`
  })
  writeFileSync(path, `time,open,high,low,close,volume\n${days.join('\n')}\n`)
  const terms = {
    venue: 'OTC',
    symbol: 'A',
    calendar: '24/7',
    interval: '1d',
    dataset: 'days',
    stamp: 'open',
  }
  const digests: string[] = []
  for (const store of [join(folder, 'store'), 's3://lab/prices']) {
    expect(await ingestCommand(path, { ...terms, store })).toContain(
      `60 raw bars of 1d went into days in ${store}`,
    )
    expect(await dataList({ store })).toContain(`\n${store}, snapshot-1-`)
    const asked = JSON.parse(await dataSql('SELECT sum(volume) AS v FROM days', { store, json: true }))
    expect(asked.rows).toEqual([{ v: 540 }])
    const told = JSON.parse(
      await backtestCommand(['strategies/sma-cross.ts'], { store, data: ['days'], json: true }),
    )
    digests.push(told.digest)
  }
  expect(digests[1]).toBe(digests[0])
})
