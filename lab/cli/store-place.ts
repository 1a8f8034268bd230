/**
 * `--store`: a folder, or `s3://bucket/prefix`. Credentials and the server are told by the environment variables that
 * other tools read too (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL);
 * they are read here and nowhere else, and handed on.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { StorePlace } from '../catalog/index.ts'
import { GordonError } from '../core/errors.ts'

/** @throws GordonError BAD_STORE_URL, NO_CREDENTIALS, BAD_CACHE_SIZE */
export async function storePlace(text: string): Promise<StorePlace> {
  if (!/^s3:/i.test(text)) return text
  const accessKeyId = variable('AWS_ACCESS_KEY_ID')
  const secretAccessKey = variable('AWS_SECRET_ACCESS_KEY')
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new GordonError(
      'NO_CREDENTIALS',
      `${text} needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT_URL where the ` +
        'server is not AWS',
    )
  const { s3Storage } = await import('../catalog/index.ts')
  return s3Storage({
    url: text,
    credentials: { accessKeyId, secretAccessKey, sessionToken: variable('AWS_SESSION_TOKEN') },
    region: variable('AWS_REGION') ?? variable('AWS_DEFAULT_REGION'),
    endpoint: variable('AWS_ENDPOINT_URL_S3') ?? variable('AWS_ENDPOINT_URL'),
    cacheFolder:
      variable('GORDON_CACHE') ??
      join(variable('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'gordon', 's3'),
    cacheBytes: gigabytes(variable('GORDON_CACHE_GB')),
  })
}

/** Unset and empty are the same. */
function variable(name: string): string | undefined {
  const value = process.env[name]
  return value === '' ? undefined : value
}

function gigabytes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (Number.isFinite(number) && number > 0) return number * 1e9
  throw new GordonError(
    'BAD_CACHE_SIZE',
    `GORDON_CACHE_GB is ${JSON.stringify(text)}: give gigabytes, for example 10`,
  )
}
