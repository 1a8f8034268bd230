/** One file of a strategy's import graph, as it was read. */
export interface SourceFile {
  /** Absolute path. */
  readonly path: string
  readonly text: string
}

export interface CompiledModule {
  /** Absolute path of the compiled module. */
  readonly module: string
  /** Sorted by path. */
  readonly files: readonly SourceFile[]
}
