/** A browser for the tests that look at the report and the notebook. Found, or installed where that is one command. */
import { existsSync } from 'node:fs'
import { quiet, SetupError } from './command.mjs'

// The places that lab/testing/chromium.ts looks at; a test holds the two lists together.
export const CHROMIUM_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/opt/homebrew/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const found = () =>
  [process.env.CHROME_PATH ?? '', ...CHROMIUM_PLACES].some(path => path !== '' && existsSync(path))

/** As root on Debian or Ubuntu installs Chromium; elsewhere says in one sentence what to install. */
export function ensureChromium() {
  if (found()) return
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.error('Installing Chromium …')
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    quiet('apt-get', ['update', '-q'], { env })
    quiet('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { env })
    if (found()) return
  }
  throw new SetupError(
    'The tests look at the report in Chromium and found none: install it (Debian and Ubuntu: ' +
      '`apt-get install chromium`; macOS: `brew install --cask chromium`) or set CHROME_PATH to its executable.',
  )
}
