/** The committed sample in the working store, so that notebooks find prices on a fresh clone. */
import { pathToFileURL } from 'node:url'
import { place } from './place.mjs'

export async function bringSample() {
  const { ingestSample } = await import(pathToFileURL(place('dist/data/us-daily.js')).href)
  await ingestSample(place('data/store'))
}
