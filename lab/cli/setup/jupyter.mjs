/**
 * Everything that makes a notebook open ready: the tslab kernel (absolute paths into this checkout, nothing
 * needed on PATH), the HTML export that keeps charts alive, and a JupyterLab that asks nobody for news.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { place } from './place.mjs'
import { installPython } from './python.mjs'

const HERE = import.meta.dirname
const PLOTLY = place('node_modules/plotly.js-finance-dist-min/plotly-finance.min.js')

/** JupyterLab with the kernel in .venv. */
export function installJupyter() {
  installPython(['lab/cli/setup/kernel/requirements.txt', 'lab/cli/setup/kernel/plotly-requirements.txt'])
  // JupyterLab runs CommonJS files of its own, and the project's package.json above would make them ES modules.
  put(place('.venv/package.json'), '{ "type": "commonjs" }')
  writeKernelSpec()
  writeExportTemplate()
  silenceNews()
}

function writeKernelSpec() {
  const spec = {
    argv: [process.execPath, join(HERE, 'kernel/kernel.cjs'), '{connection_file}'],
    display_name: 'TypeScript (Gordon)',
    language: 'typescript',
    interrupt_mode: 'signal',
    env: { NODE_OPTIONS: '--enable-source-maps --max-old-space-size=8192' },
  }
  put(place('.venv/share/jupyter/kernels/tslab/kernel.json'), JSON.stringify(spec, null, 2))
}

/** nbconvert --template gordon: plotly.js inside the page, so that exported charts zoom and need no network. */
function writeExportTemplate() {
  const folder = place('.venv/share/jupyter/nbconvert/templates/gordon')
  for (const name of readdirSync(join(HERE, 'kernel/export')))
    put(join(folder, name), readFileSync(join(HERE, 'kernel/export', name), 'utf8'))
  const copy = join(folder, 'plotly.min.js')
  if (!existsSync(copy) || statSync(copy).size !== statSync(PLOTLY).size) copyFileSync(PLOTLY, copy)
}

function silenceNews() {
  put(
    place('.venv/etc/jupyter/labconfig/page_config.json'),
    JSON.stringify({ disabledExtensions: { '@jupyterlab/apputils-extension:announcements': true } }, null, 2),
  )
}

function put(file, text) {
  mkdirSync(join(file, '..'), { recursive: true })
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
}

/** Settings of every JupyterLab that Gordon starts: the whole project at hand, no calls home, few words. */
export const LAB_FLAGS = [
  `--ServerApp.root_dir=${place()}`,
  '--ServerApp.ip=127.0.0.1',
  '--LabApp.news_url=None',
  '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
  '--LabApp.extension_manager=readonly',
]
