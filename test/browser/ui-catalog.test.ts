/** The page of the catalog: empty, a feed tried and taken, what events say beside it, an address. */
import { mkdirSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader, senderFor } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
let dataset: { dataset_id: string; access_token: string }
let shop: Server
let reader: Reader | undefined

const pictures = process.env.TWOFOLD_PICTURES

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
  dataset = await server.createDataset({ name: 'Books' })
  shop = createServer((_request, response) => response.end(FEED))
  await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done))
})

afterEach(async () => {
  const complaints = reader?.complaints ?? []
  await reader?.close()
  reader = undefined
  expect(complaints).toEqual([])
})

afterAll(async () => {
  shop?.close()
  await browser?.close()
  await server?.close()
})

async function openPage(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  reader = await openManager(browser, server, options)
  await reader.page.goto(path)
  return reader.page
}

async function picture(page: Page, name: string): Promise<void> {
  if (!pictures) return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}

const HEAD = 'id,item_group_id,title,price'
const FEED = `${HEAD}
SKU-1,SHIRT,Shirt in red,20.00 EUR
SKU-2,SHIRT,Shirt in blue,20.00 EUR
SKU-3,,Mug,8.50 EUR
SKU-4,,Cup,9
`
const file = (text: string) => ({
  ...{ name: 'feed.csv', mimeType: 'text/csv', buffer: Buffer.from(text) },
})

it('an empty page says what to do; a feed is tried, taken, and stands when the next shrinks', async () => {
  const page = await openPage(`/datasets/${dataset.dataset_id}`)
  await page.getByRole('link', { name: 'Catalog', exact: true }).click()
  await page.getByRole('heading', { name: 'There is no catalog yet' }).waitFor()
  await picture(page, 'catalog-empty')
  await page.locator('input[type=file]').setInputFiles(file(FEED))
  await page.getByRole('button', { name: 'Try it' }).click()
  const report = page.getByTestId('feed-report')
  await report.getByText('Tried: nothing was changed').waitFor()
  await report.getByText('4 rows: 3 good products, 1 bad row.').waitFor()
  await report.getByText('It names no currency').waitFor()
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await report.getByText('Taken: it is the catalog now').waitFor()
  await page.getByTestId('products').getByText('3').waitFor()
  await page.getByText('No event named a product in the last 48 hours').waitFor()

  await page.locator('input[type=file]').setInputFiles(file(`${HEAD}\nSKU-1,,Shirt,20 EUR\n`))
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await report.getByText('more than half of the products are gone').waitFor()
  await picture(page, 'catalog-shrunk')
  expect(await page.getByTestId('products').textContent()).toBe('3')
  await page.getByRole('button', { name: 'They are really gone: take it' }).click()
  await report.getByText('Taken: it is the catalog now').waitFor()
  await page.getByTestId('products').getByText('1', { exact: true }).waitFor()
})

it('an address is fetched, its key is not shown, and products are searched', async () => {
  const page = await openPage(`/datasets/${dataset.dataset_id}/catalog`)
  const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/feed.csv?key=k7731`
  await page.getByLabel('Address of the feed').fill(url)
  await page.getByLabel('How often').selectOption('6')
  await page.getByLabel('Currency of all prices').last().fill('eur')
  await page.getByRole('button', { name: 'Save and fetch' }).click()
  const address = page.getByTestId('address')
  await address.getByText('/feed.csv?…, every 6 hours, prices in EUR').waitFor()
  await page.getByTestId('products').getByText('4').waitFor()
  expect((await page.content()).includes('k7731')).toBe(false)
  await page.getByRole('button', { name: 'Fetch now' }).click()
  await page.getByTestId('feed-report').getByText('Taken: it is the catalog now').waitFor()
  const list = page.getByTestId('product-list')
  expect(await list.locator('tbody tr').count()).toBe(4)
  await page.getByLabel('Search').fill('shirt')
  await list.getByText('SKU-3').waitFor({ state: 'detached' })
  expect(await list.locator('tbody tr').count()).toBe(2)
})

it('shows what events say beside the catalog, also on a phone in the dark', async () => {
  const send = senderFor(server, dataset)
  const view = (event_id: string, custom_data: object) => ({
    ...{ event_name: 'ViewContent', event_id },
    custom_data: { currency: 'EUR', content_type: 'product', ...custom_data },
  })
  await send.browser(view('1', { content_ids: ['SKU-1'], value: 20 }))
  await send.browser(view('2', { content_ids: ['SHIRT'] }))
  await send.server(view('3', { content_ids: ['sku-1'] }))
  await send.server(view('4', { contents: [{ id: 'SKU-3', quantity: 1, item_price: 7.14 }] }))
  await server.running.measureCatalogs()
  const path = `/datasets/${dataset.dataset_id}/catalog`
  const page = await openPage(path)
  const match = page.getByTestId('match')
  await match.getByText('n = 4 ids; browsers 1 of 2, servers 1 of 2').waitFor()
  await match.getByText('1 unknown id, 1 group sent as product').waitFor()
  await page.getByTestId('groups-hint').getByText('1 id would match as product_group').waitFor()
  await page.getByTestId('unknown').getByText('sku-1').waitFor()
  await page.getByTestId('drift').getByText('€7.14').waitFor()
  await page.getByTestId('drift').getByText('€8.50').waitFor()
  await picture(page, 'catalog')
  await page.getByTestId('unknown').getByRole('link', { name: 'ViewContent' }).click()
  await page.getByRole('heading', { level: 1 }).getByText('ViewContent').waitFor()
  await reader?.close()

  const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }
  const small = await openPage(path, phone)
  await small.getByTestId('match').waitFor()
  await picture(small, 'catalog-phone')
  const width = await small.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(390)
})

it('the event log shows what a person viewed and bought', async () => {
  const send = senderFor(server, dataset)
  const own = { user_data: { external_id: ['jo-17'] } }
  const custom_data = { currency: 'EUR', value: 8.5, content_ids: ['SKU-3'] }
  await send.server({ event_name: 'ViewContent', event_id: '11', ...own, custom_data })
  await send.server({ event_name: 'Purchase', event_id: '12', ...own, custom_data })
  const page = await openPage(`/datasets/${dataset.dataset_id}/events`)
  await page.getByLabel('Person').fill('jo-17')
  const rows = page.getByTestId('person-products').locator('tbody tr')
  await rows.getByText('Mug, €8.50').waitFor()
  expect(await rows.count()).toBe(1)
  expect(await rows.locator('td').allTextContents()).toEqual(['1', '0', '1', expect.any(String)])
  await picture(page, 'catalog-person')
})
