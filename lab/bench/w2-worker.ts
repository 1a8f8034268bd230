/** A thread of W2: reads the bars, runs its slice of the pairs, sends the sum. */
import { parentPort } from 'node:worker_threads'
import { minuteSource } from './peers-data.ts'
import { type Slice, w2 } from './w2.ts'

parentPort?.on('message', async ({ folder, bars, pairs }: Slice) => {
  parentPort?.postMessage(await w2(minuteSource(folder, bars), pairs))
})
