/** The pixel answers Meta's contract: base code, commands, ids, duplicates, hostile pages. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium, newVisitor } from '../chromium.ts'
import { baseCode, DATASET, html, Recorder } from './recorder.ts'

let browser: Browser
let context: BrowserContext
let page: Page
let recorder: Recorder
const problems: string[] = []

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  recorder = new Recorder()
  await recorder.open()
  context = await newVisitor(browser)
  page = await context.newPage()
  page.on('pageerror', (error) => problems.push(String(error)))
})
afterEach(async () => {
  await context.close()
  await recorder.close()
  expect(problems.splice(0)).toEqual([])
})

describe('base code', () => {
  it('works unmodified when the address of fbevents.js answers with the pixel', async () => {
    await context.route('https://connect.facebook.net/en_US/fbevents.js', async (route) =>
      route.fulfill({ contentType: 'text/javascript', body: await recorder.script() }),
    )
    recorder.pages.set('/', {
      body: html(`${baseCode()}
        fbq('init', '${DATASET}');
        fbq('track', 'PageView');
        fbq('track', 'Purchase', {value: 30, currency: 'EUR'}, {eventID: 'o-17'});`),
    })
    await page.goto(recorder.url)
    await recorder.until((events) => events.length >= 2)
    expect(recorder.bodies).toHaveLength(1)
    expect(recorder.names().sort()).toEqual(['PageView', 'Purchase'])
  })
})
