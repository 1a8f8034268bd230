/**
 * npm test: everything that must hold, on a fresh clone too. Installs all, builds, then type check, lint, tests (a
 * small round of each benchmark among them) and notebooks; the last line counts them all.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { build } from './build.mjs'
import { ensureChromium } from './chromium.mjs'
import { main, quiet, run } from './command.mjs'
import { installJupyter } from './jupyter.mjs'
import { executeNotebooks } from './notebooks.mjs'
import { checkNode, installPackages } from './packages.mjs'
import { place } from './place.mjs'
import { checkPython, installPython } from './python.mjs'
import { bringSample } from './sample.mjs'

const tally = { passed: 0, failed: 0, skipped: 0 }

/** Counts one check and prints its line; the output of a failed one is shown in full. */
function check(name, passed, text) {
  console.log(`${passed ? '✓' : '✗'} ${name}`)
  if (!passed) console.log(text)
  tally[passed ? 'passed' : 'failed']++
}

await main(async () => {
  checkNode()
  checkPython()
  ensureChromium()
  installPackages({ everything: true })
  installJupyter()
  installPython(['lab/testing/requirements.txt', 'lab/testing/alone-requirements.txt'])
  await build()
  await bringSample()

  const types = quiet(process.execPath, [place('node_modules/typescript/bin/tsc'), '-p', place(), '--noEmit'])
  check('types', types.code === 0, types.text)
  const lint = quiet(process.execPath, [place('node_modules/@biomejs/biome/bin/biome'), 'check', place()])
  check('format and lint', lint.code === 0, lint.text)
  await vitest()
  for (const { name, passed, text } of executeNotebooks()) check(`notebook ${name}`, passed, text)

  const skipped = tally.skipped === 0 ? '' : `, ${tally.skipped} skipped`
  console.log(`\n${tally.passed} passed, ${tally.failed} failed${skipped}`)
  return tally.failed === 0 ? 0 : 1
})

/** A test file that does not even load counts as one failure. */
async function vitest() {
  const report = place('.cache/test/vitest.json')
  mkdirSync(place('.cache/test'), { recursive: true })
  rmSync(report, { force: true })
  const code = await run(process.execPath, [
    ...[place('node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ])
  if (!existsSync(report)) return check('vitest', false, `vitest ended with ${code} and wrote no report.`)
  const told = JSON.parse(readFileSync(report, 'utf8'))
  tally.passed += told.numPassedTests
  tally.failed += told.numFailedTests
  tally.skipped += told.numPendingTests + told.numTodoTests
  const unloaded = told.testResults.filter(
    file => file.status === 'failed' && file.assertionResults.length === 0,
  )
  for (const file of unloaded) check(`tests of ${file.name}`, false, file.message)
  if (code !== 0 && told.numFailedTests === 0 && unloaded.length === 0)
    check('vitest', false, `vitest ended with ${code} though no test failed: see its output above.`)
}
