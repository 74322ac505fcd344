/** A shopper of the demo in real Chromium: walks the shop, reads the panel, moves its switches. */
import type { Browser, Page } from 'playwright-core'

/** Headless Chromium names itself, and datasets drop such robots; this is what people send. */
const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36'

export interface Visitor {
  readonly page: Page
  /** Every address the page asked for, with how it ended. */
  readonly requests: { url: string; failed: boolean }[]
  /** Buys one bag of Red Honey and returns the order number. */
  buy(): Promise<string>
  /** Chooses a switch of the panel and waits until the shop knows. */
  choose(name: 'browser' | 'server' | 'id', value: string): Promise<void>
  /** received, duplicates removed, counted. */
  tally(): Promise<number[]>
  story(): Promise<string>
  close(): Promise<void>
}

export async function enterShop(browser: Browser, shop: string): Promise<Visitor> {
  const context = await browser.newContext({
    userAgent: USER_AGENT,
    viewport: { width: 1400, height: 1000 },
  })
  const page = await context.newPage()
  const requests: Visitor['requests'] = []
  page.on('requestfinished', (request) => requests.push({ url: request.url(), failed: false }))
  page.on('requestfailed', (request) => requests.push({ url: request.url(), failed: true }))
  await page.goto(shop)
  await page.locator('.panel.is-live').waitFor()
  return {
    page,
    requests,
    buy: async () => {
      await page.goto(`${shop}coffee/red-honey`)
      await page.locator('.product .add button').click()
      await page.getByRole('link', { name: 'Go to checkout' }).click()
      await page.getByRole('button', { name: /^Buy/ }).click()
      return (await page.locator('#order-number').textContent()) ?? ''
    },
    choose: async (name, value) => {
      const saved = page.waitForResponse((response) => response.url().endsWith('/panel/switches'))
      await page.locator(`input[name=${name}][value=${value}]`).check()
      await saved
    },
    tally: async () => {
      const texts = await page.locator('[data-tally]').allTextContents()
      return texts.map(Number)
    },
    story: async () => (await page.locator('#story').textContent()) ?? '',
    close: () => context.close(),
  }
}
