/** What it takes to reach a store in a bucket, and the refusal of what cannot be one. */
import { GordonError } from '../../core/errors.ts'
import type { Storage } from './storage.ts'

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken?: string
}

export interface S3Settings {
  /** `s3://bucket/prefix` */
  readonly url: string
  readonly credentials: S3Credentials
  /** `us-east-1` unless said. */
  readonly region?: string
  /** Of a server that is not AWS: `https://minio.example:9000`. */
  readonly endpoint?: string
  /** Folder for the copies of all stores; each has its own folder in it. */
  readonly cacheFolder: string
  /** What the copies of this store may take together; 10 GB unless said. */
  readonly cacheBytes?: number
}

/**
 * A store in a bucket. Nothing is asked of the server yet.
 * @throws GordonError BAD_STORE_URL
 */
export async function s3Storage(settings: S3Settings): Promise<Storage> {
  // Loaded by those who have such a store: a run from a folder signs no request.
  const { S3Storage } = await import('./s3-storage.ts')
  return new S3Storage(settings)
}

/** @throws GordonError BAD_STORE_URL */
export function partsOf(url: string): { readonly bucket: string; readonly prefix: string } {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*))?$/.exec(url)
  const prefix = (match?.[2] ?? '').replace(/\/+$/, '')
  const folders = prefix === '' ? [] : prefix.split('/')
  if (match === null || folders.some(name => name === '' || name === '.' || name === '..')) {
    throw new GordonError(
      'BAD_STORE_URL',
      `${JSON.stringify(url)} names no place in a bucket: write it as s3://bucket/prefix`,
    )
  }
  return { bucket: match[1], prefix }
}

/** @throws GordonError BAD_STORE_URL; the address is not repeated, since some write a password into it */
export function checkedEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '')
    return text.replace(/\/+$/, '')
  throw new GordonError(
    'BAD_STORE_URL',
    'AWS_ENDPOINT_URL is no address of a server: write it as https://host:port',
  )
}
