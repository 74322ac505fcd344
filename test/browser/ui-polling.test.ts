/**
 * A person whose shop is asked for its orders, in real Chromium: what has to be entered, the check,
 * what it brought, the trouble, and the same on the page of reconciliation.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { wooOrder } from '../../src/sources/woocommerce-orders.ts'
import { launchChromium } from '../chromium.ts'
import { type OrderShop, startOrderShop } from '../http/order-shops.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader } from './ui-visitor.ts'

/** Set to keep pictures of what the test sees. */
const pictures = process.env.TWOFOLD_PICTURES
const SOON = { timeout: 20_000, interval: 100 }
const PHONE = { width: 390, height: 844 }

let server: TestServer
let browser: Browser
let shop: OrderShop
let id: string
let one: string
let reader: Reader | undefined

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
  shop = await startOrderShop('woocommerce')
  shop.proof = `Basic ${Buffer.from('ck_1:cs_1').toString('base64')}`
  for (const [n, name] of ['17', '18', '19'].entries()) {
    const changedS = Math.floor(Date.now() / 1000) - 600 + n
    const at = new Date(changedS * 1000).toISOString().slice(0, 19)
    shop.orders.set(name, { id: name, changedS, json: wooOrder({ id: Number(name), at }) })
  }
  id = (await server.createDataset({ name: 'Brewbeans' })).dataset_id
  const input = { source: 'woocommerce', name: 'Shop in Berlin' }
  const made = await server.api<{ connection_id: string }>(
    'POST',
    `/api/datasets/${id}/connections`,
    input,
  )
  one = `/datasets/${id}/sources/${made.connection_id}`
})
afterEach(async () => {
  await reader?.close()
  reader = undefined
})
afterAll(async () => {
  await browser?.close()
  await shop?.close()
  await server?.close()
})

async function openPage(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  reader = await openManager(browser, server, options)
  await reader.page.goto(path)
  return reader.page
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: `${pictures}/polling-${name}.png`, fullPage: true })
}

it('says what it needs, is checked, and shows what the shop named', async () => {
  const page = await openPage(one)
  await page
    .getByText('Enter “Address of the shop”, “Consumer key” and “Consumer secret”.')
    .waitFor()
  await picture(page, 'lacking')
  await page.getByLabel('Address of the shop').fill(shop.url)
  await page.getByLabel('Consumer key').fill('ck_1')
  await page.getByLabel('Consumer secret').fill('cs_1')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('button', { name: 'Check now' }).focus()
  await page.keyboard.press('Enter')
  await page.getByTestId('poll-last').getByText('3 orders, 3 new, 0 changed.').waitFor()
  await page.getByTestId('poll-newest').getByText('Newest sale: 19').waitFor()
  await picture(page, 'checked')
  expect(await page.content()).not.toContain('cs_1')

  shop.failures.push({ status: 401 })
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByTestId('poll-trouble').getByText('answered 401').waitFor()
  await page.getByTestId('condition').getByText('Asking fails').waitFor()
  await picture(page, 'trouble')
  expect(reader?.complaints).toEqual([])
})

it('stands on the page of reconciliation, where the count is compared with it', async () => {
  const page = await openPage(`/datasets/${id}/reconciliation`)
  await page.getByLabel('Orders come from').selectOption('polls')
  const shown = page.getByTestId('polled-shop')
  await shown.getByRole('link', { name: 'Shop in Berlin' }).waitFor()
  await shown.getByRole('button', { name: 'Check now' }).click()
  await shown.getByText('Last check').waitFor()
  await expect.poll(() => page.getByTestId('poll-trouble').count(), SOON).toBe(0)
  await page.getByTestId('book').getByText('3 orders').waitFor()
  await picture(page, 'reconciliation')
  expect(reader?.complaints).toEqual([])
})

it.each([
  ['source', () => one],
  ['reconciliation', () => `/datasets/${id}/reconciliation`],
])('fits a phone in the dark: %s', async (name, path) => {
  const page = await openPage(path(), { viewport: PHONE, colorScheme: 'dark' })
  await page.getByTestId('poll-last').waitFor()
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(PHONE.width)
  await picture(page, `phone-${name}`)
})
