/**
 * The notebook kernel: tslab 1.0.22 with repairs around its seams; nothing in node_modules is edited. Pinned to
 * that version, because it leans on tslab's modules executor and jupyter (see lab/decisions/notebook-kernel.md).
 *
 * - cells are rewritten before they are compiled (cell-source.cjs)
 * - a last expression shows as what it is: table, chart, run (lab/cli/notebook/bundle.ts)
 * - errors keep the author's frames and lose the kernel's
 * - `globalThis[Symbol.for('gordon.kernel')]` lets lab/cli/notebook write outputs and hear interrupts; the one
 *   SIGINT listener is added here, since one added while a cell runs would make the next interrupt kill the kernel
 *
 * Started by Jupyter: node kernel.cjs <connection file>
 */
const util = require('node:util')
const jupyter = require('tslab/dist/jupyter.js')
const executor = require('tslab/dist/executor.js')
const { rewriteCell } = require('./cell-source.cjs')

const listeners = new Set()
process.on('SIGINT', () => {
  for (const listener of listeners) listener()
})

/** What lab/cli/notebook/kernel.ts declares as NotebookKernel. */
globalThis[Symbol.for('gordon.kernel')] = {
  /** Writer of the cell that runs now: (message, update) => void; null before the first cell. */
  writer: () => jupyter.lastWriteDisplayData,
  onInterrupt(listener) {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

let bundles
/** The built helpers; undefined when dist/ is missing, and values then show as text. */
function loadBundles() {
  try {
    bundles ??= require('../../../../dist/lab/cli/notebook/bundle.js')
  } catch {
    bundles = {}
  }
  return bundles
}

function showValue(value) {
  const data = loadBundles().toBundle?.(value)
  if (data === undefined) console.log(value)
  else jupyter.lastWriteDisplayData({ data, metadata: {}, transient: {} })
}

const OURS =
  /[\\/]tslab[\\/]dist[\\/]|node:vm:|sigintHandlersWrap|[\\/]setup[\\/]kernel[\\/]|node:internal|Script\.runInThisContext/

function showError(...values) {
  console.error(...values.map(value => (util.types.isNativeError(value) ? tellError(value) : value)))
}

/** Gordon's own errors are a sentence; of others the frames that the reader can do something about. */
function tellError(error) {
  if (error.message === 'Interrupted asynchronously' || error.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED')
    return 'Interrupted.'
  if (error.name === 'GordonError') return `${error.message} [${error.code}]`
  // Numbers of a cell's lines are those of its compiled form: the quoted line says it better.
  const stack = (error.stack ?? String(error))
    .replace(/evalmachine\.<anonymous>(:\d+)*/g, 'this cell')
    .split('\n')
  return stack.filter((line, at) => !OURS.test(line) && line !== stack[at - 1]).join('\n')
}

const { createExecutor } = executor
executor.createExecutor = (root, converters) => {
  const made = createExecutor(root, converters, { log: showValue, error: showError })
  const { execute } = made
  made.execute = source => execute(rewritten(source))
  return made
}

/** A cell that cannot be parsed goes on as it is: the compiler says what is wrong with it. */
function rewritten(source) {
  try {
    return rewriteCell(source)
  } catch {
    return source
  }
}

require('tslab/dist/main.js').startKernel({
  configPath: process.argv[2],
  enableFindLocal: false,
  globalVersion: '1.0.22',
})
