/**
 * Headless Chromium for tests that look at pages. Uses a browser that is already installed (playwright-core
 * brings none) with a fresh, empty profile, and without anything that would reach for the network.
 */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { GordonError } from '../core/errors.ts'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/opt/homebrew/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Path of an installed Chromium or Chrome: `CHROME_PATH` if set, else the usual places. */
export function findChromium(places: readonly string[] = [process.env.CHROME_PATH ?? '', ...PLACES]): string {
  const found = places.find(place => place !== '' && existsSync(place))
  if (found === undefined)
    throw new GordonError(
      'CHROMIUM_MISSING',
      'No Chromium or Chrome was found at the usual places; install one (Debian and Ubuntu: ' +
        '`apt-get install -y chromium`) or set CHROME_PATH to its executable.',
    )
  return found
}

/** Starts it headless; the caller closes it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), headless: true, args: FLAGS })
}
