/** npm run notebook: JupyterLab on the first study, kernel ready. Arguments go to JupyterLab, e.g. `-- --no-browser`. */
import { build } from './build.mjs'
import { main, run } from './command.mjs'
import { installJupyter, LAB_FLAGS } from './jupyter.mjs'
import { checkNode, installPackages } from './packages.mjs'
import { venvBin } from './place.mjs'
import { checkPython } from './python.mjs'
import { bringSample } from './sample.mjs'

await main(async () => {
  checkNode()
  checkPython()
  installPackages({ everything: true })
  installJupyter()
  await build()
  await bringSample()
  const asked = process.argv.slice(2)
  // JupyterLab refuses to run as root unless told; in a container that is the usual user.
  const root = process.getuid?.() === 0 ? ['--allow-root'] : []
  const first = '--LabApp.default_url=/lab/tree/notebooks/01-first-backtest.ipynb'
  return await run(venvBin('python'), ['-m', 'jupyterlab', ...LAB_FLAGS, first, ...root, ...asked])
})
