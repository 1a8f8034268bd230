import { describe, expect, it } from 'vitest'
import { findChromium } from './chromium.ts'

describe('finding a browser', () => {
  it('takes the first place that exists', () => {
    expect(findChromium(['', '/no/such/chromium', process.execPath])).toBe(process.execPath)
  })

  it('says in one sentence how to mend its absence', () => {
    expect(() => findChromium(['/no/such/chromium'])).toThrow(
      'No Chromium or Chrome was found at the usual places; install one (Debian and Ubuntu: `apt-get install -y chromium`) or set CHROME_PATH to its executable.',
    )
  })
})
