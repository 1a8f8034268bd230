/**
 * The seam to the notebook kernel that runs this process (lab/cli/setup/kernel/kernel.cjs). Outside a kernel,
 * in a script or a test, there is none: outputs go to stdout as text, and Ctrl-C is the process's own.
 */

/** One Jupyter output: the same thing in several MIME types; the front end shows the richest it can. */
export type Bundle = Readonly<Record<string, unknown>>

export interface DisplayMessage {
  readonly data: Bundle
  readonly metadata: object
  readonly transient: { readonly display_id?: string }
}

export interface NotebookKernel {
  /** Writer of the cell that runs now. Taken once, it stays with that cell. */
  writer(): ((message: DisplayMessage, update?: boolean) => void) | null
  /** Calls the listener at every interrupt until the returned function is called. */
  onInterrupt(listener: () => void): () => void
}

const KERNEL = Symbol.for('gordon.kernel')

export function notebookKernel(): NotebookKernel | undefined {
  return (globalThis as { [KERNEL]?: NotebookKernel })[KERNEL]
}
