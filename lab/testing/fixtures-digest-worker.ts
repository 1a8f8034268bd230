/** The busy run in a worker thread: posts its digests. */
import { parentPort } from 'node:worker_threads'
import { busyRun } from './fixtures-digest.ts'

const { inputs, decisions, digest } = await busyRun()
parentPort?.postMessage({ inputs, decisions, digest })
