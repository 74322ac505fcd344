/** The test tool of Test events: a visit to a real page with the real pixel, and sample events. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Summary } from '../../src/api/types.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { keep, openManager } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
let shop: Server
let shopUrl: string
let datasetId: string

beforeAll(async () => {
  server = await startTwofold()
  datasetId = (await server.createDataset({ name: 'Shop', bots: 'keep' })).dataset_id
  shop = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(
      `<title>Shop</title><script async src="${server.url}/p.js?id=${datasetId}"
        data-id="${datasetId}"></script><a href="/cart">Cart</a>`,
    )
  })
  await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done))
  shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  shop?.closeAllConnections()
  shop?.close()
})

const summary = () => server.api<Summary>('GET', `/api/datasets/${datasetId}/summary`)

it('opens a page of the shop whose visit is shown and not counted', async () => {
  const { page, close } = await openManager(browser, server)
  await page.goto(`/datasets/${datasetId}/test-events`)
  await page.getByRole('button', { name: 'Send test events' }).click()
  await page.getByLabel('Page of the shop').fill(shopUrl)
  const opening = page.waitForEvent('popup')
  await page.getByRole('link', { name: 'Open the page' }).click()
  const visit = await opening
  const row = page.getByTestId('event-row').filter({ hasText: 'PageView' })
  await row.first().waitFor()
  await visit.getByRole('link', { name: 'Cart' }).click()
  await expect.poll(() => row.count()).toBe(2)
  expect(await row.first().innerText()).toMatch(/SANDBOX-\w{5}-\w{3}[\s\S]*Only a test/)
  expect(await page.getByLabel('Test code').inputValue()).toMatch(/^SANDBOX-/)
  expect(await summary()).toMatchObject({ counted: 0, dropped: 2 })
  await page.reload()
  await page.getByRole('button', { name: 'Send test events' }).click()
  expect(await page.getByLabel('Page of the shop').inputValue()).toBe(shopUrl)
  await close()
})

it.each([
  ['wide', { viewport: { width: 1280, height: 900 } }],
  ['phone', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }],
])('fires samples and says what became of each (%s)', async (size, options) => {
  const { page, complaints, close } = await openManager(browser, server, options)
  const before = await summary()
  await page.goto(`/datasets/${datasetId}/test-events`)
  await page.getByRole('button', { name: 'Send test events' }).click()
  for (const name of ['E-mail not hashed', 'Too old']) {
    await page.getByRole('checkbox', { name }).check()
  }
  await page.getByRole('button', { name: 'Send 5 samples' }).click()
  const samples = page.getByTestId('sample')
  await expect.poll(() => samples.count()).toBe(5)
  const words = (await samples.allInnerTexts()).join('\n')
  expect(words).toContain('Server: Duplicate removed: same event id.')
  expect(words).toContain('Server: Duplicate removed: same order number.')
  expect(words).toContain('Rejected:')
  expect(words).toMatch(/Noted: .*hash/i)
  await expect.poll(() => page.getByTestId('event-row').count()).toBeGreaterThanOrEqual(8)
  await keep(page, `test-tool-${size}`)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(wide).toBeLessThanOrEqual(0)
  expect((await summary()).counted).toBe(before.counted)

  await page.getByText('Count as real').click()
  await page.getByRole('button', { name: 'Send 5 samples' }).click()
  await page.getByRole('button', { name: 'Send and count them' }).click()
  await expect.poll(async () => (await summary()).counted).toBe(before.counted + 4)
  expect(complaints).toEqual([])
  await close()
})
