/** What the Events Manager shows is what the API says: reports, live events, datasets, settings. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetView, ReconciliationAnswer, Summary } from '../../src/api/types.ts'
import { dayOf, dayStart } from '../../src/event/zone.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader, ROBOT, type Sender, senderFor } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
let reader: Reader | undefined

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
})

/** Whatever a test did: nothing of another host, no console error, no policy violation. */
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

async function newDataset(name: string): Promise<{ id: string; send: Sender }> {
  const dataset = await server.createDataset({ name })
  return { id: dataset.dataset_id, send: senderFor(server, dataset) }
}

const sale = (order: string, value: number) => ({
  event_name: 'Purchase',
  event_id: `purchase:${order}`,
  custom_data: { value, currency: 'EUR', order_id: order },
})

describe('the overview', () => {
  it('shows the numbers of the API, and they add up', async () => {
    const { id, send } = await newDataset('Numbers')
    for (const order of ['1', '2', '3']) await send.browser(sale(order, 0.1))
    for (const order of ['2', '3', '4']) await send.server(sale(order, 0.1))
    await send.browser({ event_name: 'PageView', event_id: 'p1' })
    await send.browser({ event_name: 'PageView', event_id: 'p2' }, ROBOT)
    const nineDaysAgo = Math.floor(Date.now() / 1000) - 9 * 86_400
    await send.browser({ event_name: 'Lead', event_id: 'l1', event_time: nineDaysAgo })
    const summary = await server.api<Summary>('GET', `/api/datasets/${id}/summary`)

    const page = await openPage(`/datasets/${id}`)
    const shown = async (part: string): Promise<number> =>
      Number(await page.getByTestId(part).textContent())
    await page.getByTestId('equation-counted').waitFor()
    expect(await shown('received-browser')).toBe(summary.received.browser)
    expect(await shown('received-server')).toBe(summary.received.server)
    expect(await shown('equation-duplicates')).toBe(summary.duplicates)
    expect(await shown('equation-dropped')).toBe(summary.dropped)
    expect(await shown('equation-rejected')).toBe(summary.rejected)
    expect(await shown('equation-counted')).toBe(summary.counted)
    expect(await shown('equation-received')).toBe(9)
    expect(summary).toMatchObject({ duplicates: 2, dropped: 1, rejected: 1, counted: 5 })

    const purchase = page.getByRole('row', { name: /Purchase/ })
    // Four sales of a tenth: exact, not 0.30000000000000004 and the like.
    await purchase.getByText('€0.40', { exact: true }).waitFor()
    await page.getByText('A robot, not a visitor').waitFor()
    await page.getByText('Happened too long ago', { exact: true }).waitFor()
    await page.getByText('Same event id', { exact: true }).waitFor()
  })

  it('keeps window and view in the address and has the chart as a table', async () => {
    const { id, send } = await newDataset('Windows')
    await send.browser(sale('1', 5))
    await send.server(sale('1', 5))
    await send.server(sale('2', 5))
    const page = await openPage(`/datasets/${id}`)
    await page.getByRole('img', { name: /Bar chart of 2 counted events/ }).waitFor()
    await page.getByText('28 days', { exact: true }).click()
    await page.waitForURL(/window=28d/)
    await page.getByText('Table', { exact: true }).click()
    await page.waitForURL(/show=table/)
    await page.reload()
    const table = page.getByRole('region', { name: 'The chart as a table' })
    await table.waitFor()
    const cells = table.getByRole('row').nth(1).getByRole('cell')
    await expect.poll(() => cells.allTextContents()).toEqual(['1', '0', '1', '2'])
  })

  it('opens an event to its parameters, pages, devices and newest events', async () => {
    const { id, send } = await newDataset('Details')
    await send.browser(sale('1', 5))
    await send.server(sale('1', 5))
    // A second copy is no second sale, neither here nor where the browser's sales are counted.
    await send.browser(sale('1', 5))
    await send.browser({ event_name: 'PageView', event_id: 'p1' })
    const page = await openPage(`/datasets/${id}`)
    const row = page.getByRole('row', { name: /^Purchase/ })
    await row.getByText('Browser and server', { exact: true }).waitFor()
    await row.getByText('1 both', { exact: true }).waitFor()
    await row.getByText('seen this hour').waitFor()
    await row.getByText('our estimate').or(row.getByText('too few to say')).waitFor()
    await page
      .getByRole('row', { name: /^PageView/ })
      .getByText('Browser only')
      .waitFor()
    await row.getByRole('button', { name: 'Purchase' }).click()
    await page.getByText('shop.example/thanks').waitFor()
    await page.getByRole('row', { name: /^order_id 100% 100%/ }).waitFor()
    await page.getByText('All of this window: 1 counted event.').first().waitFor()
    await page
      .getByText('1 counted event in the last 24 hours: browser and server 1, the browser alone 0')
      .waitFor()
    await page.getByRole('link', { name: 'Order 1' }).click()
    await page.getByRole('heading', { name: 'Purchase €5.00' }).waitFor()
  })

  it('opens an event on a phone without scrolling sideways, however long an address is', async () => {
    const { id, send } = await newDataset('Narrow')
    const address = `https://shop.example/${'coffee-of-one-long-name'.repeat(4)}`
    await send.browser({ ...sale('1', 5), event_source_url: address })
    const page = await openPage(`/datasets/${id}`, { viewport: { width: 390, height: 844 } })
    await page.getByRole('button', { name: 'Purchase' }).click()
    await page.getByText('shop.example/coffee').waitFor()
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390)
  })

  it('counts by the days of the shop, as reconciliation does, wherever the reader is', async () => {
    const zone = 'Pacific/Kiritimati'
    const dataset = await server.createDataset({ name: 'Far', orders_time_zone: zone })
    const { dataset_id: id } = dataset
    await server.api('PATCH', `/api/datasets/${id}`, { orders_from: 'csv' })
    const send = senderFor(server, dataset)
    await send.server(sale('1', 5))
    const page = await openPage(`/datasets/${id}?window=today`)
    const [asked] = await Promise.all([
      page.waitForRequest((request) => request.url().includes('/summary?')),
      page.reload(),
    ])
    const today = dayOf(Date.now() / 1000, zone)
    expect(new URL(asked.url()).searchParams.get('from')).toBe(String(dayStart(today, zone)))
    await page.getByText(`by the clock of the shop (${zone};`).waitFor()
    await page.getByText('Purchase', { exact: true }).first().waitFor()

    const path = `/api/datasets/${id}/reconciliation?from=${today}&to=${today}`
    const { reports, days } = await server.api<ReconciliationAnswer>('GET', path)
    expect([reports.counted, days[0]?.from]).toEqual([1, dayStart(today, zone)])
    await page.goto('/')
    await page.getByText(`Today is the day of the shop (${zone}).`).waitFor()
  })

  it('says what to do while nothing has arrived', async () => {
    const { id } = await newDataset('Quiet')
    const page = await openPage(`/datasets/${id}`)
    await page.getByText('Nothing arrived in the last 24 hours').waitFor()
    await page.getByRole('link', { name: 'Install' }).last().click()
    await page.getByRole('heading', { name: 'Install', level: 1 }).waitFor()
  })
})

describe('test events', () => {
  it('shows a browser and a server report as one row, as they arrive', async () => {
    const { id, send } = await newDataset('Live')
    const page = await openPage(`/datasets/${id}/test-events`)
    await page.locator('[data-state=live]').waitFor()
    await send.browser(sale('77', 30.5))
    const rows = page.getByTestId('event-row')
    await rows.filter({ hasText: 'Only the browser so far' }).waitFor()
    await send.server(sale('77', 29.9))
    const row = rows.filter({ hasText: 'Counted once' })
    await row.waitFor()
    expect(await rows.count()).toBe(1)
    await row.getByText('Same event id').waitFor()
    // The server's value wins, and the disagreement is told.
    await row.getByText('€29.90').waitFor()
    await row.getByRole('button').click()
    await row.getByText('Browser and server disagree about the value').waitFor()
    await row.getByRole('row', { name: /value differs/ }).waitFor()
  })

  it('tells why an event was dropped and never shows a hash in full', async () => {
    const { id, send } = await newDataset('Reasons')
    await send.server({ ...sale('5', 1), user_data: { em: ['Jo@Example.com'] } })
    const page = await openPage(`/datasets/${id}/test-events`)
    await page.locator('[data-state=live]').waitFor()
    await send.browser({ event_name: 'PageView', event_id: 'r1' }, ROBOT)
    await page.getByTestId('event-row').filter({ hasText: 'A robot, not a visitor' }).waitFor()
    const sold = page.getByTestId('event-row').filter({ hasText: 'Purchase' })
    await sold.getByRole('button').click()
    await sold.getByText('E-mail (hashed)', { exact: true }).waitFor()
    const text = ((await page.locator('main').textContent()) ?? '').toLowerCase()
    expect(text).not.toContain('jo@example.com')
    expect(text).not.toMatch(/[0-9a-f]{64}/)
  })

  it('filters by the address, holds still while paused, and clears', async () => {
    const { id, send } = await newDataset('Filters')
    await send.server(sale('1', 1))
    await send.server({ event_name: 'Lead', event_id: 'lead:1' })
    const page = await openPage(`/datasets/${id}/test-events?event=Lead`)
    const rows = page.getByTestId('event-row')
    await rows.filter({ hasText: 'Lead' }).waitFor()
    expect(await rows.count()).toBe(1)
    await page.goto(`/datasets/${id}/test-events`)
    await page.getByRole('button', { name: 'Pause' }).click()
    await send.server(sale('2', 1))
    await page.getByRole('button', { name: 'Resume (1 new)' }).waitFor()
    expect(await rows.count()).toBe(2)
    await page.getByRole('button', { name: /Resume/ }).click()
    await expect.poll(() => rows.count()).toBe(3)
    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await rows.count()).toBe(0)
  })
})

describe('datasets', () => {
  it('begin with the demo shop in a tab of its own, whose visit shows at once', async () => {
    const page = await openPage('/')
    const opening = page.waitForEvent('popup')
    await page.getByRole('button', { name: 'Open the demo shop' }).click()
    const shop = await opening
    await shop.waitForURL(/\/demo\//)
    await page
      .getByRole('article')
      .filter({ hasText: 'Demo' })
      .getByRole('heading')
      .getByRole('link')
      .click()
    await page.getByRole('link', { name: 'Test events' }).click()
    await page.getByTestId('event-row').filter({ hasText: 'PageView' }).first().waitFor()
  })

  it('show on the first page how they are and what to do next', async () => {
    const { send } = await newDataset('At a glance')
    await send.browser(sale('1', 29.9))
    await send.browser({ event_name: 'ViewContent', event_id: 'v1', custom_data: { value: 99 } })
    const page = await openPage('/')
    const card = page.getByRole('article').filter({ hasText: 'At a glance' })
    await card.getByText('€29.90').waitFor()
    await card.getByText('today from 1 purchase').waitFor()
    await card.getByText('too few days to say what is usual').waitFor()
    await card.getByText('Sent nowhere').waitFor()
    await card.getByText('Next:').waitFor()
    await card.getByRole('button', { name: 'Setup: 1 of 7 done' }).click()
    await card.getByRole('listitem').filter({ hasText: 'The pixel reports' }).waitFor()
    await card.getByRole('link', { name: 'Send the same events from your server' }).first().click()
    await page.getByRole('heading', { name: 'Install', level: 1 }).waitFor()
  })

  it('are made on the first page and lead to their snippets', async () => {
    const page = await openPage('/')
    await page.getByRole('button', { name: 'New dataset' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Nordlicht')
    await page.getByRole('combobox', { name: 'Country' }).fill('Norw')
    await page.getByRole('option', { name: 'Norway' }).click()
    await page.getByRole('button', { name: 'Create dataset' }).click()
    await page.getByRole('heading', { name: 'Install', level: 1 }).waitFor()
    const id = /datasets\/(\d+)\//.exec(page.url())?.[1] ?? ''
    const dataset = await server.api<DatasetView>('GET', `/api/datasets/${id}`)
    const days = { orders_time_zone: 'Europe/Berlin' }
    expect(dataset).toMatchObject({ name: 'Nordlicht', default_country: 'NO', ...days })
    await page.getByText(`${server.url}/p.js?id=${id}`).waitFor()

    await page.getByRole('button', { name: 'Make a token' }).click()
    const token = (await page.getByTestId('secret').textContent()) ?? ''
    await senderFor(server, { dataset_id: id, access_token: token }).server(sale('1', 1))
    await page.getByText(`Bearer ${token}`).waitFor()
  })

  it('keep the settings that are saved, and only those', async () => {
    const { id } = await newDataset('Before')
    const page = await openPage(`/datasets/${id}/settings`)
    await page.getByRole('textbox', { name: 'Name' }).fill('After')
    await page.getByRole('radio', { name: 'Merge' }).check()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    const dataset = await server.api<DatasetView>('GET', `/api/datasets/${id}`)
    expect(dataset).toMatchObject({ name: 'After', repair: 'merge', bots: 'drop' })
  })
})
