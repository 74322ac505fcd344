/** The page of imports: a file mapped, tried and imported; a sale by hand, hashed in the browser. */
import { mkdirSync, readFileSync } from 'node:fs'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { EventsAnswer } from '../../src/api/types.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
let id: string
let reader: Reader | undefined

const pictures = process.env.TWOFOLD_PICTURES

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
  ;({ dataset_id: id } = await server.createDataset({ name: 'Books', default_country: 'DE' }))
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

const events = async (): Promise<EventsAnswer['events']> =>
  (await server.api<EventsAnswer>('GET', `/api/datasets/${id}/events?limit=100`)).events

const file = (): { name: string; mimeType: string; buffer: Buffer } => {
  const time = new Date(Date.now() - 2 * 3_600_000).toISOString()
  const rows = [1, 2, 3].map((n) => `R-${n},${time},20,jo${n}@example.com`)
  const text = ['Bon,When,Total,E-mail', ...rows, `R-4,never,1,`].join('\n')
  return { name: 'sales.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }
}

it('a file is tried, its columns are named, and it is imported once', async () => {
  const page = await openPage(`/datasets/${id}`)
  await page.getByRole('link', { name: 'Import', exact: true }).click()
  await page.getByRole('heading', { name: 'A file of sales' }).waitFor()
  await page.locator('input[type=file]').setInputFiles(file())
  await page.getByRole('button', { name: 'Try it' }).click()
  const report = page.getByTestId('offline-report')
  await report.getByText('No column looks like it: say which one is the time.').waitFor()
  await picture(page, 'offline-columns')
  const columns = page.getByTestId('columns')
  await columns.getByLabel('Time', { exact: true }).selectOption('When')
  await columns.getByLabel('Order number').selectOption('Bon')
  await page.getByLabel('Currency', { exact: true }).first().fill('eur')
  await page.getByRole('button', { name: 'Try it' }).click()
  await report.getByText('3 rows: would count 3, known before 0').waitFor()
  await report.getByText('It is no time').waitFor()
  expect(await events()).toEqual([])
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await report.getByText('3 rows: counted 3, known before 0').waitFor()
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await report.getByText('3 rows: counted 0, known before 3').waitFor()
  await picture(page, 'offline-imported')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the list of bad rows' }).click(),
  ])
  expect(readFileSync(await download.path(), 'utf8')).toMatch(/^line,column,reason\n5,"When","It/)
  expect(await events()).toHaveLength(3)

  await page.reload()
  await page.getByText('Last import').waitFor()
  expect(await page.getByLabel('Currency', { exact: true }).inputValue()).toBe('EUR')
})

it('a sale is recorded by keyboard on a phone in the dark; only hashes leave', async () => {
  const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }
  const page = await openPage(`/datasets/${id}/import`, phone)
  const sent: string[] = []
  page.on('request', (request) => sent.push(request.url() + (request.postData() ?? '')))
  await page.getByLabel('Sale value').focus()
  await page.keyboard.type('49,90')
  await page.keyboard.press('Tab')
  await page.keyboard.type('EUR')
  await page.keyboard.press('Tab')
  await page.keyboard.type('P-17')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Jo.Private@example.com')
  await page.keyboard.press('Tab')
  await page.keyboard.type('030 901820')
  await page.keyboard.press('Enter')
  await page.getByTestId('recorded').getByText('Counted.').waitFor()
  await picture(page, 'offline-phone')
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(390)
  expect(sent.join('\n')).not.toMatch(/private|901820/i)
  const sale = (await events()).find(({ event_id }) => event_id === 'purchase:P-17')
  expect(sale).toMatchObject({
    action_source: 'phone_call',
    custom_data: { value: 49.9, currency: 'EUR', order_id: 'P-17' },
    user_data: { em: [expect.any(String)], ph: [expect.any(String)] },
  })
  await page.getByRole('link', { name: 'See the event' }).click()
  await page.getByRole('heading', { level: 1 }).getByText('Purchase').waitFor()
})

it('what names nobody is said before anything is sent', async () => {
  const page = await openPage(`/datasets/${id}/import`)
  await page.getByLabel('Sale value').fill('5')
  await page.getByLabel('Currency of the sale').fill('EUR')
  await page.getByLabel('Phone of the buyer').fill('none')
  await page.getByRole('button', { name: 'Record the sale' }).click()
  await page.getByText('The phone number names nobody.').waitFor()
  await page.getByText('Correct it, or leave it empty.').waitFor()
})
