/**
 * A person who sets a shop up, in real Chromium: finds what to paste beside the source and on the
 * Install page, with their own address in it, and is warned of what must not be on as well.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader } from './ui-visitor.ts'

const PHONE = { width: 390, height: 844 }
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

it('the page of a source says what to paste into the shop, with its settings in it', async () => {
  const settings = { order_prefix: 'eu-', content_id: 'sku' }
  const path = `/api/datasets/${dataset.dataset_id}/connections`
  const made = await server.api<{ connection_id: string }>('POST', path, {
    source: 'shopify',
    settings,
  })
  const page = await openPage(`/sources/${made.connection_id}`)
  const pixel = page.getByRole('region', { name: 'Custom pixel' })
  await pixel.waitFor()
  const text = (await pixel.textContent()) ?? ''
  expect(text).toContain(server.url)
  expect(text).toContain(`"dataset_id":"${dataset.dataset_id}"`)
  expect(text).toContain('"order_prefix":"eu-"')
  expect(text).not.toContain('__SETTINGS__')
  await page.getByRole('alert').getByText('the same sale would count twice').waitFor()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download twofold-pixel.zip' }).click()
  expect((await download).suggestedFilename()).toBe('twofold-pixel.zip')
  await picture(page, 'integration-source')
  expect(reader?.complaints).toEqual([])
})

it('the Install page offers every platform; the choice stands in the address', async () => {
  const page = await openPage('/install')
  await page.getByRole('combobox', { name: 'Platform' }).click()
  await page.getByRole('option', { name: 'Shopify' }).click()
  await page.getByTestId('integration-shopify').waitFor()
  expect(new URL(page.url()).searchParams.get('platform')).toBe('shopify')
  await picture(page, 'integration-install')
  expect(reader?.complaints).toEqual([])
})

it('on a phone, in the dark, it never scrolls sideways', async () => {
  const options = { viewport: PHONE, hasTouch: true, colorScheme: 'dark' } as const
  const page = await openPage('/install?platform=shopify', options)
  await page.getByTestId('integration-shopify').waitFor()
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(PHONE.width)
  await picture(page, 'integration-phone')
})
