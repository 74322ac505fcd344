/** Reconciliation in the Events Manager: choose the book, import, read why, send what is missing. */
import { mkdirSync } from 'node:fs'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startAged } from '../aged-server.ts'
import { launchChromium } from '../chromium.ts'
import type { TestServer } from '../start.ts'
import { openManager, type Reader, senderFor } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
let id: string
let reader: Reader | undefined

const pictures = process.env.TWOFOLD_PICTURES
const SHOP = 'Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36'

beforeAll(async () => {
  const aged = await startAged([{ name: 'Books' }])
  server = aged.server
  browser = await launchChromium()
  const [dataset = { dataset_id: '', access_token: '' }] = aged.datasets
  id = dataset.dataset_id
  const send = senderFor(server, dataset)
  for (let n = 1; n <= 3; n++) {
    const custom_data = { value: 20, currency: 'EUR', order_id: `order-${n}` }
    const fbp = `fb.1.1700000000000.${n}`
    await send.browser({ event_name: 'Purchase', event_id: `purchase:order-${n}`, custom_data })
    const user_data = { em: [`jo${n}@example.com`], client_user_agent: SHOP, fbp }
    const sale = { event_name: 'Purchase', event_id: `purchase:order-${n}`, custom_data }
    await send.server({ ...sale, user_data })
  }
  await send.browser({
    event_name: 'Purchase',
    event_id: 'somewhere-else',
    custom_data: { value: 9, currency: 'EUR', order_id: 'unknown' },
  })
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

const file = (): { name: string; mimeType: string; buffer: Buffer } => {
  const time = new Date(Date.now() - 2 * 3_600_000).toISOString()
  const rows = [1, 2, 3, 4].map((n) => `order-${n},${time},20,EUR,jo${n}@example.com`)
  const text = ['id,time,total,currency,email', ...rows, `order-5,never,1,EUR,`].join('\n')
  return { name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }
}

it('an empty page says what to do; a file is tried, imported, compared, and sent', async () => {
  const page = await openPage(`/datasets/${id}`)
  await page.getByRole('link', { name: 'Reconciliation' }).click()
  await page.getByText('Connect your shop under').waitFor()
  await picture(page, 'empty')
  await page.locator('input[type=file]').setInputFiles(file())
  await page.getByRole('button', { name: 'Try it' }).click()
  const report = page.getByTestId('import-report')
  await report.getByText(/4 orders: would add 4/).waitFor()
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await report.getByText(/4 orders: added 4/).waitFor()
  await report.getByText('It is no time').waitFor()
  await page.getByLabel('Orders come from').selectOption('csv')
  await page.getByTestId('book').getByText('4 orders').waitFor()
  await page.getByTestId('missing').getByText('1', { exact: true }).waitFor()
  await page.getByTestId('extra').getByText('1', { exact: true }).waitFor()
  await page
    .getByTestId('off')
    .getByText(/1 missing and 1 extra of 5, too few/)
    .waitFor()
  const reason = page.getByTestId('reason')
  await reason.getByText('Nobody reported it').waitFor()
  const four = page.getByRole('cell', { name: '4', exact: true })
  const day = page.getByTestId('day').filter({ has: four })
  await page.getByRole('columnheader', { name: 'Left out' }).waitFor()
  await day.getByRole('button', { name: /^Show the orders of/ }).click()
  await page.waitForURL(/day=20/)
  await page.getByRole('heading', { name: /^Orders of 20/ }).waitFor()
  await picture(page, 'compared')
  await page.getByTestId('sendable').getByText('1 of 1 missing order can be sent.').waitFor()
  await page.getByRole('button', { name: 'Send them' }).click()
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByTestId('sent').getByText('1 order was sent.').waitFor()
  await page.getByTestId('missing').getByText('0', { exact: true }).waitFor()
})

it('columns of unusual names are chosen once, and hold for the next file', async () => {
  const { dataset_id: other } = await server.createDataset({ name: 'Kaffee' })
  const page = await openPage(`/datasets/${other}/reconciliation`)
  const time = new Date(Date.now() - 2 * 3_600_000).toISOString()
  const own = (...ids: string[]) => {
    const rows = ids.map((name) => `${name};${time};20,00`)
    const text = ['Vorgang;Wann;Summe', ...rows].join('\n')
    return { name: 'verkauf.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }
  }
  const report = page.getByTestId('import-report')
  await page.locator('input[type=file]').setInputFiles(own('v1'))
  await page.getByRole('button', { name: 'Try it' }).click()
  await report.getByText('say which one is the order_id').waitFor()
  const columns = page.getByTestId('columns')
  await columns.getByLabel('Order number').selectOption('Vorgang')
  await columns.getByLabel('Time').selectOption('Wann')
  await columns.getByLabel('Total').selectOption('Summe')
  await page.getByLabel('Currency').first().fill('EUR')
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await report.getByText(/1 order: added 1/).waitFor()

  await page.reload()
  await page.locator('input[type=file]').setInputFiles(own('v1', 'v2'))
  await page.getByRole('button', { name: 'Try it' }).click()
  await report.getByText(/2 orders: would add 1, changed 0, known already 1/).waitFor()
  await page
    .getByTestId('as-last-time')
    .getByText('The mapping of last time holds for Order number, Time, Total')
    .waitFor()
  await picture(page, 'columns-as-last-time')
})

it('fits a phone and the dark, and each day stands whole on it', async () => {
  const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }
  const page = await openPage(`/datasets/${id}/reconciliation`, phone)
  await page.getByTestId('orders').waitFor()
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(390)
  const days = page.getByRole('region', { name: 'By day' }).last()
  await days.getByTestId('day').first().waitFor()
  expect(await days.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0)
  await days
    .getByRole('button', { name: /^Show the orders of/ })
    .first()
    .click()
  await page.getByRole('heading', { name: /^Orders of 20/ }).waitFor()
  const orders = page.getByRole('region', { name: 'Orders of the day' })
  await page.getByText('All', { exact: true }).click()
  await orders.getByTestId('order').first().waitFor()
  expect(await orders.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0)
  await picture(page, 'phone-dark')
})
