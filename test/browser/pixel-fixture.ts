/**
 * What every test of the pixel needs: one Chromium a file, and for each test a recorder and a
 * visitor of their own. Fails the test when the pixel threw anything into the page.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { launchChromium, newVisitor } from '../chromium.ts'
import { baseCode, DATASET, html, Recorder } from './recorder.ts'

interface Fixture {
  browser: Browser
  context: BrowserContext
  page: Page
  recorder: Recorder
  /** What the page wrote to the console as a warning. */
  warnings: string[]
}

/** Names under .test lead to this machine, so that cookies have real domains. */
const ARGS = ['--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.co.uk 127.0.0.1']

export function pixelFixture(): Fixture {
  const fixture = { warnings: [] as string[] } as Fixture
  const thrown: string[] = []
  beforeAll(async () => {
    fixture.browser = await launchChromium(ARGS)
    fixture.context = await newVisitor(fixture.browser)
    fixture.context.on('page', (page) => {
      page.on('pageerror', (error) => thrown.push(String(error)))
      page.on('console', (message) => {
        if (message.type() === 'warning') fixture.warnings.push(message.text())
      })
    })
  })
  afterAll(() => fixture.browser?.close())
  beforeEach(async () => {
    // A port of its own is an origin of its own: nothing is stored there yet.
    fixture.recorder = new Recorder()
    await fixture.recorder.open()
    await fixture.context.clearCookies()
    fixture.warnings.length = 0
    fixture.page = await fixture.context.newPage()
  })
  afterEach(async () => {
    await fixture.context.unrouteAll({ behavior: 'ignoreErrors' })
    for (const page of fixture.context.pages()) await page.close()
    await fixture.recorder.close()
    expect(thrown.splice(0)).toEqual([])
  })
  return fixture
}

/** The usual page: Meta's base code with our address in it, `init`, then `calls`. */
export const shop = (calls: string, tag = ''): string =>
  html(
    tag ? `<script async src="/p.js" ${tag}></script>` : baseCode('/p.js'),
    tag ? STUB : '',
    `fbq('init', '${DATASET}');\n${calls}`,
  )

/** The base code without its loader, for a page that has a script tag of its own. */
export const STUB = `!function(f){if(f.fbq)return;var n=f.fbq=function(){n.callMethod?
n.callMethod.apply(n,arguments):n.queue.push(arguments)};
if(!f._fbq)f._fbq=n;n.push=n;n.loaded=!0;n.version='2.0';n.queue=[]}(window);`

/** Lets everything that is due in the page happen: its script has run and its requests are out. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => 'twofold' in window)
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)))
}
