/**
 * A store on an S3-compatible bucket. Data files go up first and are seen by nobody until a snapshot names them, which
 * is put with If-None-Match: of two writers the server lets one through and the other rebases. Files are read from
 * copies on this machine, each held to the hash that its manifest names.
 */
import { openAsBlob } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { textDigest } from '../../core/digest.ts'
import { GordonError } from '../../core/errors.ts'
import { changed, damaged } from '../damage.ts'
import { writeLosable } from '../durable.ts'
import { type CacheCounts, LocalCache } from './local-cache.ts'
import { S3Client } from './s3-client.ts'
import { checkedEndpoint, partsOf, type S3Settings } from './s3-settings.ts'
import type { BroughtFiles, Storage, StoredEntry, StoredFile } from './storage.ts'

const CACHE_BYTES = 10e9

export class S3Storage implements Storage {
  readonly name: string
  readonly folder: string
  readonly remote = true
  readonly #client: S3Client
  readonly #cache: LocalCache

  constructor(settings: S3Settings) {
    const { credentials, region = 'us-east-1', cacheFolder, cacheBytes = CACHE_BYTES } = settings
    const { bucket, prefix } = partsOf(settings.url)
    const endpoint = settings.endpoint === undefined ? undefined : checkedEndpoint(settings.endpoint)
    this.#client = new S3Client({ bucket, prefix, region, endpoint, credentials })
    this.name = this.#client.name
    const where = textDigest(`${endpoint ?? region}\n${bucket}\n${prefix}`).slice(0, 16)
    this.folder = join(cacheFolder, `${bucket}-${where}`)
    this.#cache = new LocalCache(this.folder, cacheBytes)
  }

  /** Requests sent, and how the local copies served. */
  get counts(): CacheCounts & { readonly requests: number } {
    return { ...this.#cache.counts, requests: this.#client.requests }
  }

  async names(folder: string): Promise<readonly string[]> {
    return (await this.#client.list(folder, false)).map(({ name }) => name)
  }

  async read(path: string, sha256?: string): Promise<string | undefined> {
    const local = join(this.folder, path)
    if (sha256 !== undefined) {
      const copy = await readFile(local, 'utf8').catch(() => undefined)
      if (copy !== undefined && textDigest(copy) === sha256) return copy
    }
    const { status, body } = await this.#client.text(path, { method: 'GET' })
    if (status === 404 && !body.includes('NoSuchBucket')) return undefined
    if (status !== 200) throw this.#client.refusal(status, body)
    if (sha256 !== undefined && textDigest(body) === sha256) await writeLosable(local, body)
    return body
  }

  async write(path: string, text: string): Promise<void> {
    const { status, body } = await this.#client.text(path, { method: 'PUT', body: text })
    if (status !== 200) throw this.#client.refusal(status, body)
  }

  async writeNew(path: string, text: string): Promise<'published' | 'taken'> {
    for (;;) {
      const put = { method: 'PUT', body: text, headers: { 'if-none-match': '*' } } as const
      const { status, body, tries } = await this.#client.text(path, put)
      if (status === 200) return 'published'
      // Two at once: AWS lets neither through and asks for another try.
      if (status === 409 && !body.includes('NoSuchBucket')) continue
      if (status !== 412) throw this.#client.refusal(status, body)
      // An answer was lost on the way: what stands there may be ours.
      return tries > 1 && (await this.read(path)) === text ? 'published' : 'taken'
    }
  }

  async remove(path: string): Promise<void> {
    const { status, body } = await this.#client.text(path, { method: 'DELETE' })
    if (status !== 204 && status !== 200 && status !== 404) throw this.#client.refusal(status, body)
  }

  /**
   * @throws GordonError BUCKET_NOT_FOUND (some servers make a bucket out of any name that is written to),
   *   STORE_NOT_CONDITIONAL
   */
  async ready(): Promise<void> {
    await mkdir(this.folder, { recursive: true })
    await this.names('snapshots')
    const probe = 'conditional.txt'
    const text = 'This file shows that the server keeps the first of two writers.\n'
    if ((await this.writeNew(probe, text)) === 'taken') return
    if ((await this.writeNew(probe, text)) === 'taken') return
    throw new GordonError(
      'STORE_NOT_CONDITIONAL',
      `the server of ${this.name} does not heed If-None-Match, without which two writers lose each other's work: ` +
        'use one that does (AWS, MinIO, Ceph, R2, SeaweedFS), or a store in a folder',
    )
  }

  async take(staged: string, file: StoredFile): Promise<void> {
    const { status, body } = await this.#client.text(file.path, {
      method: 'PUT',
      body: await openAsBlob(staged),
    })
    if (status !== 200) throw this.#client.refusal(status, body)
    await this.#cache.adopt(staged, file)
  }

  async settle(): Promise<void> {
    await this.#cache.trim()
  }

  async bring(files: readonly StoredFile[]): Promise<BroughtFiles> {
    await this.#cache.bring(
      files,
      async (path, begin) => {
        const { status } = await this.#client.pieces(path, begin)
        if (status === 404) throw damaged(`${path} is missing in ${this.name}`)
        if (status !== 200) throw this.#client.refusal(status, '')
      },
      path => changed(`${path} in ${this.name}`),
    )
    let held = true
    return {
      paths: files.map(({ path }) => join(this.folder, path)),
      release: () => {
        if (held) this.#cache.pin(files, -1)
        held = false
      },
    }
  }

  async inspect({ path }: StoredFile): Promise<{ bytes: number; sha256?: string } | undefined> {
    let hash = createHash('sha256')
    let bytes = 0
    const { status } = await this.#client.pieces(path, async () => {
      hash = createHash('sha256')
      bytes = 0
      return async piece => {
        hash.update(piece)
        bytes += piece.length
      }
    })
    if (status === 404) return undefined
    if (status !== 200) throw this.#client.refusal(status, '')
    return { bytes, sha256: hash.digest('hex') }
  }

  async entries(folder: string): Promise<StoredEntry[]> {
    const below = folder === '' ? '' : `${folder}/`
    return (await this.#client.list(folder, folder !== '')).map(({ name, bytes, modified }) => ({
      path: below + name,
      bytes,
      touched: Date.parse(modified) * 1000,
      mark: modified,
    }))
  }

  /** Between the look and the removal there is the time of a request; whoever calls leaves out what is an hour young. */
  async discard({ path, touched }: StoredEntry): Promise<boolean> {
    const { status, headers } = await this.#client.text(path, { method: 'HEAD' })
    if (status === 404) return false
    // Whole seconds, where a list may have parts of them.
    const now = Date.parse(headers.get('last-modified') ?? '') / 1000
    if (status !== 200 || Math.abs(now - touched / 1e6) > 1) return false
    await this.remove(path)
    return true
  }
}
