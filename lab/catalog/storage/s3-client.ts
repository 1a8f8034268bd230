/**
 * Requests to one bucket of an S3-compatible server, signed (AWS Signature Version 4, by aws4fetch), tried again where
 * the network or the server stumbles, and each trouble told in one sentence. Why this and no SDK: decisions/s3.md.
 */
import { AwsClient } from 'aws4fetch'
import { GordonError } from '../../core/errors.ts'
import type { S3Credentials } from './s3-settings.ts'

export interface S3Place {
  readonly bucket: string
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string
  /** `us-east-1` where servers do not care. */
  readonly region: string
  /** `http://127.0.0.1:8333`; AWS itself unless said. */
  readonly endpoint?: string
  readonly credentials: S3Credentials
}

/** Pauses before the second and third try. */
const PAUSES_MS = [200, 1000]
/** A server that says nothing for so long is away. */
const PATIENCE_MS = 20_000
/** Slowest upload that is waited for. */
const SLOWEST_BYTES_PER_MS = 50

interface Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Blob
}

/** What came back, read to its end. */
export interface Answer<T> {
  readonly status: number
  readonly body: T
  readonly headers: Headers
  /** Tries that it took; after the first, an earlier one may have worked unseen. */
  readonly tries: number
}

export interface ListedKey {
  /** Without the folder. */
  readonly name: string
  readonly bytes: number
  /** ISO time, by the server's clock. */
  readonly modified: string
}

export class S3Client {
  readonly name: string
  readonly #client: AwsClient
  readonly #base: string
  readonly #prefix: string
  readonly #endpoint: string
  #requests = 0

  constructor(place: S3Place) {
    const { bucket, prefix, region, endpoint, credentials } = place
    this.name = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`
    this.#client = new AwsClient({ ...credentials, region, service: 's3', retries: 0 })
    this.#prefix = prefix === '' ? '' : `${prefix}/`
    this.#endpoint = endpoint ?? `https://s3.${region}.amazonaws.com`
    // A name with dots fits no certificate of AWS; other servers know buckets as folders.
    const asHost = endpoint === undefined && !bucket.includes('.')
    this.#base = asHost ? `https://${bucket}.s3.${region}.amazonaws.com` : `${this.#endpoint}/${bucket}`
  }

  /** Requests sent so far. */
  get requests(): number {
    return this.#requests
  }

  /** @param key relative to the prefix; undefined: the bucket itself */
  async text(key: string | undefined, request: Request): Promise<Answer<string>> {
    return this.#send(key, request, (response, heard) => {
      heard()
      return response.text()
    })
  }

  /** Hands a body over in pieces; starts again with `begin` when the network breaks. */
  async pieces(
    key: string,
    begin: () => Promise<(piece: Uint8Array) => Promise<void>>,
  ): Promise<Answer<undefined>> {
    return this.#send(key, { method: 'GET' }, async (response, heard) => {
      if (response.status !== 200) return void (await response.arrayBuffer())
      const take = await begin()
      for await (const piece of response.body!) {
        heard()
        await take(piece as Uint8Array)
      }
    })
  }

  /** What lies below a folder: directly, or however deep. */
  async list(folder: string, deep: boolean): Promise<ListedKey[]> {
    const below = folder === '' ? this.#prefix : `${this.#prefix}${folder}/`
    const found: ListedKey[] = []
    let after: string | undefined
    do {
      const { status, body } = await this.text(undefined, {
        method: 'GET',
        query: {
          ...{ 'list-type': '2', prefix: below, ...(deep ? {} : { delimiter: '/' }) },
          ...(after === undefined ? {} : { 'continuation-token': after }),
        },
      })
      if (status !== 200) throw this.refusal(status, body)
      for (const [, entry] of body.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        const word = (name: string) =>
          plainText(new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(entry)?.[1] ?? '')
        const name = word('Key').slice(below.length)
        if (name !== '') found.push({ name, bytes: Number(word('Size')), modified: word('LastModified') })
      }
      after = /<NextContinuationToken>(.*?)<\/NextContinuationToken>/s.exec(body)?.[1]
      if (after !== undefined) after = plainText(after)
    } while (after !== undefined)
    return found
  }

  /** One sentence for an answer that is none of those expected. */
  refusal(status: number, body: string): GordonError {
    const code = /<Code>(.*?)<\/Code>/s.exec(body)?.[1] ?? `status ${status}`
    if (code === 'NoSuchBucket')
      return new GordonError(
        'BUCKET_NOT_FOUND',
        `there is no bucket for ${this.name} at ${this.#endpoint}: make it, or name another`,
        { kind: 'failure' },
      )
    if (code === 'RequestTimeTooSkewed' || code === 'RequestExpired')
      return new GordonError(
        'CLOCK_SKEW',
        `${this.#endpoint} refuses requests for ${this.name} since the clock of this machine is not the server's (${code}): ` +
          'set the clock, and run it again',
        { kind: 'failure' },
      )
    if (status === 401 || status === 403)
      return new GordonError(
        'STORE_FORBIDDEN',
        `${this.#endpoint} does not let these credentials into ${this.name} (${code}): check AWS_ACCESS_KEY_ID, ` +
          'AWS_SECRET_ACCESS_KEY and what they may do',
        { kind: 'failure' },
      )
    const mend =
      status >= 500 || status === 429 ? 'run it again later' : 'check AWS_REGION and AWS_ENDPOINT_URL'
    return new GordonError(
      'STORE_REFUSED',
      `${this.#endpoint} answered ${code} (${status}) for ${this.name}: ${mend}`,
      { kind: 'failure' },
    )
  }

  async #send<T>(
    key: string | undefined,
    { method, query, headers, body }: Request,
    read: (response: Response, heard: () => void) => Promise<T>,
  ): Promise<Answer<T>> {
    const url = new URL(this.#base)
    if (key !== undefined)
      url.pathname += `/${(this.#prefix + key).split('/').map(encodeURIComponent).join('/')}`
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
    const size = typeof body === 'string' ? body.length : (body?.size ?? 0)
    const patience = PATIENCE_MS + size / SLOWEST_BYTES_PER_MS
    for (let tries = 1; ; tries++) {
      const pause = PAUSES_MS[tries - 1]
      const silence = new AbortController()
      let timer = setTimeout(() => silence.abort(), patience)
      const heard = (): void => {
        clearTimeout(timer)
        timer = setTimeout(() => silence.abort(), PATIENCE_MS)
      }
      try {
        this.#requests++
        const signed = await this.#client.sign(url.toString(), { method, headers, body })
        const response = await fetch(signed, { signal: silence.signal })
        const stumbled = response.status >= 500 || response.status === 429
        if (!stumbled || pause === undefined)
          return {
            status: response.status,
            body: await read(response, heard),
            headers: response.headers,
            tries,
          }
        await response.arrayBuffer()
      } catch (cause) {
        if (!isNetworkTrouble(cause)) throw cause
        if (pause === undefined) throw this.#away(cause)
      } finally {
        clearTimeout(timer)
      }
      await new Promise(resolve => setTimeout(resolve, pause))
    }
  }

  #away(cause: unknown): GordonError {
    const { name, cause: below } = cause as Error
    const { code } = (below ?? {}) as NodeJS.ErrnoException
    const why = name === 'AbortError' ? `no word for ${PATIENCE_MS / 1000} s` : (code ?? 'connection lost')
    return new GordonError(
      'STORE_UNREACHABLE',
      `${this.#endpoint} cannot be reached for ${this.name} (${why}): the store is as it was; check the network and ` +
        'AWS_ENDPOINT_URL, and run it again',
      { cause, kind: 'failure' },
    )
  }
}

/** fetch says `TypeError` of all that happens below HTTP, before the body and (`terminated`) in it. */
function isNetworkTrouble(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  return cause.name === 'AbortError' || (cause instanceof TypeError && cause.cause !== undefined)
}

/** `a&amp;b` → `a&b` */
function plainText(xml: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return xml.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (all, decimal, hex, name) =>
    name === undefined
      ? String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
      : (named[name] ?? all),
  )
}
