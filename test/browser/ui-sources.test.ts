/**
 * A person and their shop's platforms, in real Chromium: connect one, paste what is shown, see the
 * first delivery arrive by itself, see why one failed, and try it again.
 */
import { createHmac } from 'node:crypto'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  bigcommerceHook,
  bigcommerceOrder,
  bigcommerceProducts,
} from '../../src/sources/bigcommerce-orders.ts'
import { shopifyOrder } from '../../src/sources/shopify-orders.ts'
import { wooOrder } from '../../src/sources/woocommerce-orders.ts'
import { launchChromium } from '../chromium.ts'
import { startPlatformApi } from '../http/platform-api.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader } from './ui-visitor.ts'

const PHONE = { width: 390, height: 844 }
const SOON = { timeout: 20_000, interval: 100 }
/** Set to keep pictures of what the test sees. */
const pictures = process.env.TWOFOLD_PICTURES

let server: TestServer
let browser: Browser
let dataset: { dataset_id: string }
let reader: Reader | undefined

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
  dataset = await server.createDataset({ name: 'Brewbeans' })
})
afterEach(async () => {
  await reader?.close()
  reader = undefined
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function openPage(rest: string, options: BrowserContextOptions = {}): Promise<Page> {
  reader = await openManager(browser, server, options)
  await reader.page.goto(`/datasets/${dataset.dataset_id}${rest}`)
  return reader.page
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}

const sign = (body: string, secret: string): string =>
  createHmac('sha256', secret).update(body).digest('base64')

const deliver = (url: string, headers: Record<string, string>, body: string): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

const at = (): string => new Date(Date.now() - 60_000).toISOString()
let shop = ''

describe('a person with a shop', () => {
  it('connects it by keyboard, pastes what is shown, and sees the first order arrive', async () => {
    const page = await openPage('/sources')
    await page.getByText('No source is connected yet').waitFor()
    await picture(page, 'sources-empty')
    await page.getByRole('link', { name: 'Connect a source' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /^WooCommerce/ }).waitFor()
    await picture(page, 'sources-types')
    await page.getByRole('button', { name: /^WooCommerce/ }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Connect WooCommerce' }).waitFor()
    await page.getByLabel('Name').fill('Shop in Berlin')
    await picture(page, 'sources-add')
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByTestId('waiting').waitFor()
    const url = (await page.getByTestId('Copy the address').first().textContent()) ?? ''
    const secret = (await page.getByTestId('secret').textContent()) ?? ''
    await picture(page, 'source-waiting')
    shop = new URL(page.url()).pathname

    const order = wooOrder({ at: at().slice(0, 19) })
    const topic = { 'x-wc-webhook-topic': 'order.updated' }
    const signed = (body: string) => ({ ...topic, 'x-wc-webhook-signature': sign(body, secret) })
    expect((await deliver(url, signed(order), order)).status).toBe(200)
    await page.getByTestId('arrived').waitFor()
    await page.getByTestId('delivery').getByText('purchase:727').waitFor()
    const broken = '{"id":1,"status":"completed"}'
    expect((await deliver(url, signed(broken), broken)).status).toBe(200)
    await page.getByTestId('delivery').getByText('incomplete').waitFor()
    await picture(page, 'source')
    await page.getByRole('button', { name: 'Try failed ones again' }).click()
    await page.getByText('1 delivery translated again').waitFor()
    expect(await page.getByTestId('condition').textContent()).toBe('Some failed')
    expect(reader?.complaints).toEqual([])
  })

  it('is told that the secret is missing, enters it, and deliveries are taken', async () => {
    const page = await openPage('/sources/new?source=shopify')
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByTestId('condition').getByText('Secret missing').waitFor()
    const url = (await page.getByTestId('Copy the address').first().textContent()) ?? ''
    const body = shopifyOrder({ at: at() })
    const send = () =>
      deliver(
        url,
        { 'x-shopify-topic': 'orders/paid', 'x-shopify-hmac-sha256': sign(body, 'shop-secret-1') },
        body,
      )
    expect((await send()).status).toBe(401)
    await page.getByTestId('refused').waitFor()
    await picture(page, 'source-refused')
    await page.getByLabel(/Secret below the list/).fill('shop-secret-1')
    await page.getByRole('button', { name: 'Save the secret' }).click()
    await page.getByText('Stored: •••• et-1').waitFor()
    expect((await send()).status).toBe(200)
    await page.getByTestId('arrived').waitFor()
    expect(await page.content()).not.toContain('shop-secret-1')
    expect(reader?.complaints).toEqual([])
  })
})

describe('a shop that only points at its orders', () => {
  it('waits while its API is down, says why, and counts when it is tried again', async () => {
    const api = await startPlatformApi()
    const line = 'GET /stores/abc123/v2/orders/118'
    api.says.set(line, { status: 503, headers: { 'retry-after': '3600' } })
    const page = await openPage('/sources/new?source=bigcommerce')
    await page.getByLabel('Access token').fill('token-of-the-shop')
    await page.getByLabel('Address of its API').fill(api.url)
    await picture(page, 'source-bigcommerce-add')
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByTestId('waiting').waitFor()
    await picture(page, 'source-bigcommerce')
    const url = (await page.getByTestId('Copy the address').first().textContent()) ?? ''
    const key = (await page.getByTestId('secret').textContent()) ?? ''
    const hook = JSON.stringify(bigcommerceHook('store/order/created'))
    expect((await deliver(url, { 'x-twofold-key': key }, hook)).status).toBe(200)
    await page.getByTestId('delivery').getByText('BigCommerce answered 503').waitFor()
    expect(await page.getByTestId('received').textContent()).toBe('1')
    await picture(page, 'source-enrich-failed')
    const date = new Date().toUTCString().replace('GMT', '+0000')
    const dates = { date_created: date, date_modified: date }
    api.says.set(line, { json: bigcommerceOrder(dates) })
    api.says.set(`${line}/products`, { json: bigcommerceProducts })
    await page.getByRole('button', { name: 'Translate store/order/created again' }).click()
    await page.getByTestId('delivery').getByText('purchase:118').waitFor()
    expect(await page.content()).not.toContain('token-of-the-shop')
    expect(reader?.complaints).toEqual([])
    await api.close()
  })
})

const PAGES = [
  ['the sources', '/sources', 'Sources'],
  ['the platforms', '/sources/new', 'Connect a source'],
  ['a new source', '/sources/new?source=stripe', 'Connect Stripe'],
] as const

describe('on a phone, in the dark', () => {
  it.each(PAGES)('%s never scroll sideways', async (name, path, title) => {
    const page = await openPage(path, { viewport: PHONE, hasTouch: true, colorScheme: 'dark' })
    await page.getByRole('heading', { name: title, level: 1 }).waitFor()
    await expect.poll(() => page.locator('.mantine-Skeleton-root').count(), SOON).toBe(0)
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(PHONE.width)
    await picture(page, `phone-${name.replaceAll(' ', '-')}`)
    expect(reader?.complaints).toEqual([])
  })

  it('a source never scrolls sideways, and is removed only after a question', async () => {
    const page = await openPage('', { viewport: PHONE, hasTouch: true, colorScheme: 'dark' })
    await page.goto(shop)
    await page.getByTestId('delivery').first().waitFor()
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(PHONE.width)
    await picture(page, 'phone-source')
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByText('There is no way back').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click()
    await page.getByRole('heading', { name: 'Sources', level: 1 }).waitFor()
    await expect.poll(() => page.getByTestId('source').count(), SOON).toBe(2)
  })
})
