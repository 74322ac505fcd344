/**
 * Starts the system's Chromium or Chrome, or, where there is none, the one that comes with the npm
 * package. Called by every browser test.
 */
import { existsSync } from 'node:fs'
import packaged from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

export async function launchChromium(): Promise<Browser> {
  const executablePath =
    INSTALLED.find((path) => existsSync(path)) ?? (await packaged.executablePath())
  // Containers often run as root, where the sandbox cannot; the pages are our own. The package's own
  // flags are not used: they switch CORS off and let no second context live.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}
