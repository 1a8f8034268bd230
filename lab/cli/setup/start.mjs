/**
 * npm start: the main job from a fresh clone. Installs what is missing, builds what changed, puts the sample
 * into the store, backtests strategies/sma-cross.ts on it and writes the report. A second run installs nothing.
 */
import { build } from './build.mjs'
import { main, run } from './command.mjs'
import { checkNode, installPackages } from './packages.mjs'
import { place } from './place.mjs'

await main(async () => {
  checkNode()
  installPackages({ everything: false })
  await build()
  return await run(process.execPath, [place('dist/app/live/gordon.js'), 'start', ...process.argv.slice(2)])
})
