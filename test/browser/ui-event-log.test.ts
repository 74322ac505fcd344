/** The event log in real Chromium: search, by person without the clear text leaving, story, export. */
import { readFileSync } from 'node:fs'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader, ROBOT, senderFor } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
let datasetId: string
let reader: Reader | undefined

const sale = (order: string, value: number) => ({
  event_name: 'Purchase',
  event_id: `purchase:${order}`,
  custom_data: { value, currency: 'EUR', order_id: order },
})

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
  const dataset = await server.createDataset({ name: 'Log', default_country: 'DE' })
  datasetId = dataset.dataset_id
  const send = senderFor(server, dataset)
  await send.browser(sale('1', 30.5))
  await send.server({ ...sale('1', 29.9), user_data: { em: ['Jo@Example.com'] } })
  await send.server({ ...sale('2', 5), user_data: { ph: ['0171 1234567'] } })
  await send.browser({ event_name: 'PageView', event_id: 'p1' })
  await send.browser({ event_name: 'PageView', event_id: 'r1' }, ROBOT)
})

afterEach(async () => {
  const complaints = reader?.complaints ?? []
  await reader?.close()
  reader = undefined
  expect(complaints).toEqual([])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function openLog(rest = '', options: BrowserContextOptions = {}): Promise<Page> {
  reader = await openManager(browser, server, options)
  await reader.page.goto(`/datasets/${datasetId}/events${rest}`)
  await reader.page.getByRole('heading', { level: 1 }).waitFor()
  return reader.page
}

const rows = (page: Page) => page.getByTestId('event-row')

describe('the event log', () => {
  it('lists what counted, finds by order, and keeps the search in the address', async () => {
    const page = await openLog()
    await expect.poll(() => rows(page).count()).toBe(3)
    await page.getByRole('textbox', { name: 'Order' }).fill('2')
    await page.waitForURL(/order_id=/)
    await expect.poll(() => rows(page).count()).toBe(1)
    await page.reload()
    await rows(page).filter({ hasText: 'Order 2' }).waitFor()
    expect(await rows(page).count()).toBe(1)
  })

  it('shows what was dropped when asked, and says so when nothing fits', async () => {
    const page = await openLog('?event=Lead')
    await page.getByText('No event fits the search').waitFor()
    await page.goto(`/datasets/${datasetId}/events`)
    await page.getByRole('combobox', { name: 'Outcome' }).click()
    await page.getByRole('option', { name: 'Dropped' }).click()
    await rows(page).filter({ hasText: 'A robot, not a visitor' }).waitFor()
    expect(await rows(page).count()).toBe(1)
  })

  it.each([
    [' JO@example.com', 'Order 1', 'e-mail'],
    ['0171/1234567', 'Order 2', 'phone'],
  ])('finds a person by %j without that leaving the page', async (typed, order, kind) => {
    const page = await openLog()
    const asked: string[] = []
    page.on('request', (request) => asked.push(decodeURIComponent(request.url())))
    await page.getByRole('textbox', { name: 'Person' }).fill(typed)
    await page.getByText(`Looked for as ${kind}`).waitFor()
    await page.getByText('The whole log was looked through').waitFor()
    expect(await rows(page).count()).toBe(1)
    await rows(page).filter({ hasText: order }).waitFor()
    expect(asked.some((url) => /person=[0-9a-f]{64}/.test(url))).toBe(true)
    expect([...asked, page.url()].join('\n').toLowerCase()).not.toMatch(/jo@|jo%40|1234567/)
  })

  it('tells the whole story of one event on a page of its own', async () => {
    const page = await openLog()
    await rows(page).filter({ hasText: 'Order 1' }).getByRole('button').click()
    await page.getByRole('link', { name: 'Full story and deliveries' }).click()
    await page.waitForURL(/\/events\/1$/)
    await page.getByRole('heading', { name: 'Purchase €29.90', level: 1 }).waitFor()
    await page.getByText('The server report joined: same event id').waitFor()
    const value = page.getByRole('row', { name: /^value/ })
    expect(await value.getByRole('cell').allTextContents()).toEqual([
      '30.5',
      '29.9',
      '29.9from server #2',
    ])
    await page
      .getByRole('row', { name: /E-mail/ })
      .getByText('from server #2')
      .waitFor()
    await page.getByText('Nowhere: this dataset has no destination yet.').waitFor()
    await page.getByText('There were no rules when it arrived.').waitFor()
    await page.getByTestId('consent-record').waitFor()
    expect(await page.locator('main').textContent()).not.toMatch(/[0-9a-f]{64}/)
  })

  it('exports what the search finds', async () => {
    const page = await openLog('?event=Purchase')
    await expect.poll(() => rows(page).count()).toBe(2)
    await page.getByRole('button', { name: 'Export' }).click()
    const saving = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: /CSV/ }).click()
    const saved = await saving
    expect(saved.suggestedFilename()).toBe(`events-${datasetId}.csv`)
    const lines = readFileSync(await saved.path(), 'utf8')
      .trim()
      .split('\r\n')
    expect(lines.map((line) => line.split(',').slice(1, 3).join(' '))).toEqual([
      'event_name event_id',
      'Purchase purchase:2',
      'Purchase purchase:1',
    ])
  })

  it.each(['', '/1'])('fits a phone: %s', async (rest) => {
    const page = await openLog(rest, { viewport: { width: 390, height: 844 } })
    await expect.poll(() => page.locator('.mantine-Skeleton-root').count()).toBe(0)
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390)
  })
})

describe('test events', () => {
  it('are filtered by browser and by person, and say what a test code changes', async () => {
    reader = await openManager(browser, server)
    const { page } = reader
    await page.goto(`/datasets/${datasetId}/test-events`)
    await page.getByText('count and are sent like all others, as with Meta').waitFor()
    await rows(page).first().waitFor()
    const all = await rows(page).count()
    await page.getByRole('textbox', { name: 'Person' }).fill('jo@example.com')
    await expect.poll(() => rows(page).count()).toBe(1)
    await page.getByRole('textbox', { name: 'Person' }).fill('')
    await expect.poll(() => rows(page).count()).toBe(all)
    await page.getByRole('combobox', { name: 'Browser' }).click()
    await page.getByRole('option', { name: 'Chrome' }).click()
    await page.waitForURL(/browser=chrome/)
    await expect.poll(() => rows(page).count()).toBeLessThan(all)
    await rows(page).first().getByRole('button').first().click()
    await page.getByRole('link', { name: 'Full story and deliveries' }).waitFor()
  })
})
