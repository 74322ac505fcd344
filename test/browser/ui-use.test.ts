/** The Events Manager in every hand: keyboard alone, a phone, dark colours, a server that fails. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { errorBody } from '../../src/errors.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader, senderFor } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
let datasetId: string
let reader: Reader | undefined

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
  const dataset = await server.createDataset({ name: 'A shop with quite a long name, Ltd.' })
  datasetId = dataset.dataset_id
  const send = senderFor(server, dataset)
  const sale = {
    event_name: 'Purchase',
    event_id: 'purchase:1',
    custom_data: { value: 1204.9, currency: 'EUR', order_id: 'order-with-a-rather-long-number-1' },
  }
  await send.browser(sale)
  await send.server({ ...sale, user_data: { em: ['jo@example.com'], ph: ['0170 1234567'] } })
})

afterEach(async () => {
  await reader?.close()
  reader = undefined
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function openPage(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  reader = await openManager(browser, server, options)
  await reader.page.goto(path)
  return reader.page
}

const PHONE = { width: 390, height: 844 }

const PAGES = [
  ['the datasets', () => '/', 'Datasets'],
  ['the overview', () => `/datasets/${datasetId}`, 'Overview'],
  ['the overview as a table', () => `/datasets/${datasetId}?show=table&window=7d`, 'Overview'],
  ['test events', () => `/datasets/${datasetId}/test-events`, 'Test events'],
  ['install', () => `/datasets/${datasetId}/install?server=node`, 'Install'],
  ['settings', () => `/datasets/${datasetId}/settings`, 'Settings'],
] as const

describe('on a phone', () => {
  it.each(PAGES)('%s never scroll sideways', async (_, path, title) => {
    const page = await openPage(path(), { viewport: PHONE, hasTouch: true })
    await page.getByRole('heading', { name: title, level: 1 }).waitFor()
    await expect.poll(() => page.locator('.mantine-Skeleton-root').count()).toBe(0)
    // Opened rows hold the widest things.
    const closed = page.locator('main button[aria-expanded=false]')
    while ((await closed.count()) > 0) await closed.first().click()
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(PHONE.width)
    expect(reader?.complaints).toEqual([])
  })

  it('folds the navigation away and leaves it out of the tab order', async () => {
    const page = await openPage(`/datasets/${datasetId}`, { viewport: PHONE })
    const link = page.getByRole('link', { name: 'Test events' })
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(await link.isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Open navigation' }).click()
    await link.click()
    await page.getByRole('heading', { name: 'Test events', level: 1 }).waitFor()
    await expect.poll(() => link.isVisible()).toBe(false)
  })
})

describe('by keyboard alone', () => {
  it('skips to the page, opens an event and reads why its two reports are one', async () => {
    const page = await openPage(`/datasets/${datasetId}/test-events`)
    await page.getByTestId('event-row').waitFor()
    await page.keyboard.press('Tab')
    expect(await focusedText(page)).toBe('Skip to the page')
    await page.keyboard.press('Enter')
    await page.locator('main:focus').waitFor()
    await tabTo(page, /^Purchase/)
    await page.keyboard.press('Enter')
    await page.getByText('The server report joined').waitFor()
  })

  it('goes from the datasets to a window of the overview, with focus always in sight', async () => {
    const page = await openPage('/')
    await page.getByRole('heading', { name: 'Datasets' }).waitFor()
    await tabTo(page, /^A shop with/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.locator('main:focus').waitFor()
    // What the figures cover names a setting that can be changed; the windows stand after it.
    await tabTo(page, /^change$/)
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowRight')
    await page.waitForURL(/window=7d/)
    await tabTo(page, /^Received/)
    expect(await page.evaluate<number>(OUTLINE_WIDTH)).toBeGreaterThanOrEqual(2)
    await page.getByRole('tooltip').getByText('Every report that arrived').waitFor()
  })
})

describe('the colours', () => {
  it('follow the system, keep a choice, and change with one press', async () => {
    const page = await openPage('/', { colorScheme: 'dark' })
    const scheme = () => page.locator('html').getAttribute('data-mantine-color-scheme')
    expect(await scheme()).toBe('dark')
    await page.getByRole('button', { name: /^Colours/ }).click()
    await page.getByRole('menuitem', { name: 'Light' }).click()
    expect(await scheme()).toBe('light')
    await page.reload()
    expect(await scheme()).toBe('light')
  })
})

describe('when the server fails', () => {
  it('says what the server says, with what to do, and tries again', async () => {
    const page = await openPage('/')
    await page.getByRole('heading', { name: 'Datasets' }).waitFor()
    await page.route('**/summary?*', (route) =>
      route.fulfill({ status: 503, json: errorBody('store_full') }),
    )
    await page.getByRole('link', { name: /^A shop with/ }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'The disk is full' })
    await alert.waitFor()
    await alert.getByText('Free space on the volume').waitFor()
    await page.unroute('**/summary?*')
    await alert.getByRole('button', { name: 'Try again' }).click()
    await page.getByTestId('equation-counted').waitFor()
  })

  it('comes back by itself to a restarted server and shows what was missed', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'twofold-restart-'))
    let restarted = await startTwofold({ dataDir })
    try {
      const dataset = await restarted.createDataset({ name: 'Restarted' })
      const send = senderFor(restarted, dataset)
      reader = await openManager(browser, restarted)
      const { page } = reader
      await page.goto(`/datasets/${dataset.dataset_id}/test-events`)
      await page.locator('[data-state=live]').waitFor()
      const port = Number(new URL(restarted.url).port)
      await restarted.close()
      await page.getByText('Connection lost, trying again').waitFor()
      restarted = await startTwofold({ dataDir, port })
      await send.server({ event_name: 'Lead', event_id: 'lead:missed' })
      await page.getByTestId('event-row').filter({ hasText: 'Lead' }).waitFor()
      await page.locator('[data-state=live]').waitFor()
    } finally {
      await restarted.close()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})

const focusedText = async (page: Page): Promise<string> =>
  (await page.locator(':focus').textContent()) ?? ''

const OUTLINE_WIDTH = `(() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
  return outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth)
})()`

/** Presses Tab until what has focus says this; gives up after more than any page holds. */
async function tabTo(page: Page, text: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    if (text.test(await focusedText(page))) return
  }
  throw new Error(`no element with ${text} takes focus`)
}
