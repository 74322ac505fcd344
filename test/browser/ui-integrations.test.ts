/**
 * A person who sets a shop up, in real Chromium: finds what to paste beside the source and on the
 * Install page, with their own address in it, and is warned of what must not be on as well.
 */
import { readFileSync } from 'node:fs'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { readTemplate } from '../gtm/template-file.ts'
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

it('templates for Tag Manager are saved as files, made for this server and dataset', async () => {
  const page = await openPage('/install?platform=gtm')
  const guide = page.getByTestId('integration-gtm')
  await guide.getByText('Download the templates').waitFor()
  for (const name of ['web', 'server', 'event-id']) {
    const download = page.waitForEvent('download')
    await guide.getByRole('button', { name: `twofold-${name}.tpl` }).click()
    const file = await download
    expect(file.suggestedFilename()).toBe(`twofold-${name}.tpl`)
    const text = readFileSync(await file.path(), 'utf8')
    expect(readTemplate(text).info.displayName).toContain('Twofold')
    if (name !== 'event-id') expect(text).toContain(dataset.dataset_id)
  }
  // Nobody is to copy hundreds of lines.
  expect(await guide.getByText('___TEMPLATE_PARAMETERS___').count()).toBe(0)
  await picture(page, 'integration-gtm')
  expect(reader?.complaints).toEqual([])
})

it.each(['shopify', 'gtm'])('on a phone, in the dark, %s never scrolls sideways', async (name) => {
  const options = { viewport: PHONE, hasTouch: true, colorScheme: 'dark' } as const
  const page = await openPage(`/install?platform=${name}`, options)
  await page.getByTestId(`integration-${name}`).waitFor()
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(PHONE.width)
  await picture(page, `integration-phone-${name}`)
})
