/** `npm run notebook` in a real browser: each study opened, run from top to bottom, and looked at. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../../../testing/chromium.ts'
import { place, venvBin } from '../place.mjs'

const TOKEN = 'gordon'
const PICTURES = place('.cache/test')
const settings = mkdtempSync(join(tmpdir(), 'gordon-jupyter-'))
let server
let address
let browser

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true })
  const flags = ['--no-browser', '--ServerApp.port=0', `--IdentityProvider.token=${TOKEN}`]
  server = spawn(process.execPath, [place('lab/cli/setup/notebook.mjs'), ...flags], {
    env: { ...process.env, ...own() },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  address = await new Promise((found, fail) => {
    let said = ''
    server.stderr.on('data', part => {
      said += part
      const match = /http:\/\/127\.0\.0\.1:(\d+)\/lab/.exec(said)
      if (match !== null) found(`http://127.0.0.1:${match[1]}`)
    })
    server.once('exit', () => fail(new Error(said)))
    setTimeout(() => fail(new Error(`JupyterLab named no address: ${said}`)), 90_000).unref()
  })
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  server?.kill()
  rmSync(settings, { recursive: true, force: true })
})

/** Settings of its own: nothing of the person's is read or written, and the notebook is never saved. */
function own() {
  const plugin = join(settings, 'lab/@jupyterlab/docmanager-extension')
  mkdirSync(plugin, { recursive: true })
  writeFileSync(join(plugin, 'plugin.jupyterlab-settings'), '{ "autosave": false }')
  return {
    JUPYTER_CONFIG_DIR: settings,
    JUPYTER_RUNTIME_DIR: join(settings, 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: join(settings, 'lab'),
    JUPYTERLAB_WORKSPACES_DIR: join(settings, 'workspaces'),
  }
}

afterEach(async ({ task }) => {
  const [page] = browser.contexts().flatMap(context => context.pages())
  if (task.result?.state === 'fail') await page?.screenshot({ path: join(PICTURES, 'notebook-failed.png') })
})

/** Charts and tables of each. */
const STUDIES = [
  ['01-first-backtest', 4, 6],
  ['02-data', 4, 14],
]

it.each(STUDIES)(
  '%s runs from top to bottom: %i live charts, tables, no error, no pop-up',
  async (name, charts, tables) => {
    const page = await browser.newPage({ viewport: { width: 1300, height: 1000 } })
    const trouble = []
    page.on('pageerror', error => trouble.push(String(error)))
    await page.goto(`${address}/lab/tree/notebooks/${name}.ipynb?token=${TOKEN}&reset`)
    await page.waitForSelector('.jp-Notebook .jp-Cell', { timeout: 60_000 })
    await page.waitForFunction(() =>
      document.querySelector('.jp-NotebookPanel-toolbar')?.textContent?.includes('TypeScript (Gordon)'),
    )
    await page.click('.lm-MenuBar-itemLabel:text("Run")')
    await page.click('.lm-Menu-itemLabel:text("Run All Cells")')
    // Done when every code cell has its number; an error leaves the cells after it without one.
    await page.waitForFunction(
      () => {
        const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
        const failed = document.querySelector('[data-mime-type="application/vnd.jupyter.stderr"]')
        return failed !== null || prompts.every(prompt => /\[\d+\]/.test(prompt.textContent))
      },
      undefined,
      { timeout: 90_000 },
    )
    const seen = await look(page, name)
    expect(seen.errors).toEqual([])
    expect(seen.dialogs).toEqual([])
    expect(trouble).toEqual([])
    expect(seen.charts).toBe(charts)
    expect(seen.tables).toBeGreaterThanOrEqual(tables)
    await page.close()
  },
)

it.each(STUDIES)(
  '%s exports to one HTML file whose %i charts are alive without a network',
  async (name, charts) => {
    const made = spawnSync(venvBin('python'), [
      ...['-m', 'nbconvert', '--to', 'html', '--template', 'gordon', '--execute', '--output-dir', PICTURES],
      ...['--ExecutePreprocessor.kernel_name=tslab', place(`notebooks/${name}.ipynb`)],
    ])
    expect(made.status, String(made.stderr)).toBe(0)
    const page = await browser.newPage({ viewport: { width: 1300, height: 1000 } })
    await page.route(/^https?:/, route => route.abort())
    await page.goto(pathToFileURL(join(PICTURES, `${name}.html`)).href)
    await page.waitForFunction(() => document.querySelectorAll('.js-plotly-plot .main-svg').length > 0)
    expect(await page.locator('.js-plotly-plot').count()).toBe(charts)
    await page.close()
  },
)

/** Scrolls through the notebook, taking a picture of each screen; what was drawn. */
async function look(page, name) {
  const cells = await page.locator('.jp-Notebook .jp-Cell').count()
  const seen = { charts: 0, tables: 0, errors: [], dialogs: [] }
  for (let cell = 0; cell < cells; cell++) {
    const one = page.locator('.jp-Notebook .jp-Cell').nth(cell)
    await one.scrollIntoViewIfNeeded()
    await page.waitForTimeout(250)
    seen.charts += await one.locator('.js-plotly-plot .main-svg').first().count()
    seen.tables += await one.locator('.jp-OutputArea-output table').count()
    const stderr = one.locator('[data-mime-type="application/vnd.jupyter.stderr"]')
    seen.errors.push(...(await stderr.allTextContents()))
    await one.screenshot({ path: join(PICTURES, `${name}-${String(cell).padStart(2, '0')}.png`) })
  }
  seen.dialogs = await page.locator('.jp-Dialog, .Toastify__toast').allTextContents()
  return seen
}
