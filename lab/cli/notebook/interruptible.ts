/**
 * Runs work that Jupyter's interrupt (the stop button) can abort, with the kernel alive afterwards. The work
 * must yield to the event loop now and then, else no interrupt is heard before it is done.
 */
import { GordonError } from '../../core/errors.ts'
import { notebookKernel } from './kernel.ts'

export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const off = notebookKernel()?.onInterrupt(() =>
    stop.abort(new GordonError('INTERRUPTED', 'Interrupted.', { kind: 'failure' })),
  )
  try {
    return await work(stop.signal)
  } finally {
    off?.()
  }
}
