/** Exports on the Event log page in real Chromium: how far, cancelled, how it ended. */
import { get, type IncomingMessage } from 'node:http'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { ExportsAnswer } from '../../src/api/types.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { keep, openManager, type Reader } from './ui-visitor.ts'

/** More than sockets hold. */
const EVENTS = 3000
const FILLING = 'x'.repeat(6000)

let server: TestServer
let browser: Browser
let datasetId: string
let reader: Reader | undefined
const unread: IncomingMessage[] = []

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
  const { dataset_id, access_token } = await server.createDataset({ name: 'Log' })
  datasetId = dataset_id
  for (let from = 0; from < EVENTS; from += 100) {
    const data = Array.from({ length: 100 }, (_, n) => ({
      event_name: from === 0 && n < 2 ? 'Purchase' : 'Lead',
      event_time: Math.floor(Date.now() / 1000),
      event_id: `e-${from + n}`,
      action_source: 'system_generated',
      user_data: { external_id: [`person ${from + n}`] },
      custom_data: { filling: FILLING, value: 1, currency: 'EUR' },
    }))
    const response = await fetch(`${server.url}/v24.0/${dataset_id}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data, access_token }),
    })
    expect(response.status, await response.text()).toBe(200)
  }
}, 120_000)

afterEach(async () => {
  for (const answer of unread.splice(0)) answer.destroy()
  await expect.poll(running).toBe(0)
  const complaints = reader?.complaints ?? []
  await reader?.close()
  reader = undefined
  expect(complaints).toEqual([])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function running(): Promise<number> {
  const path = `/api/datasets/${datasetId}/exports`
  const { exports } = await server.api<ExportsAnswer>('GET', path)
  return exports.filter(({ state }) => state === 'running').length
}

/** An export that waits for its reader. */
function stalled(): Promise<void> {
  const headers = { authorization: `Bearer ${server.adminToken}` }
  return new Promise((resolve, reject) => {
    get(`${server.url}/api/datasets/${datasetId}/events/export`, { headers }, (answer) => {
      unread.push(answer.on('error', () => undefined))
      resolve()
    }).on('error', reject)
  })
}

async function openLog(options: BrowserContextOptions = {}): Promise<Page> {
  reader = await openManager(browser, server, options)
  await reader.page.goto(`/datasets/${datasetId}/events`)
  await reader.page.getByTestId('event-row').first().waitFor()
  return reader.page
}

const items = (page: Page) => page.getByTestId('exports').getByRole('listitem')

it('shows nothing before there is an export, then that the file is whole', async () => {
  const page = await openLog()
  await page.getByRole('combobox', { name: 'Event', exact: true }).click()
  await page.getByRole('option', { name: 'Purchase' }).click()
  await page.waitForURL(/event=Purchase/)
  expect(await items(page).count()).toBe(0)
  await page.getByRole('button', { name: 'Export' }).click()
  const saving = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: /CSV/ }).click()
  await (await saving).path()
  const done = items(page).filter({ hasText: 'Done: 2 events' })
  await done.filter({ hasText: 'Events, CSV' }).filter({ hasText: 'event Purchase' }).waitFor()
})

it('shows how far one is and cancels it by keyboard', async () => {
  await stalled()
  const page = await openLog()
  const shown = items(page).filter({ hasText: 'Running' })
  await shown.getByRole('progressbar').waitFor()
  await shown.getByText(/^[\d,]+ events, [\d.]+\sMB, \d+%, \d+\ss$/).waitFor()
  await keep(page, 'exports')
  await page.getByRole('button', { name: 'Cancel Events, NDJSON' }).focus()
  await page.keyboard.press('Enter')
  await items(page)
    .filter({ hasText: /Cancelled after [\d,]+ events/ })
    .waitFor()
  expect(await page.getByRole('progressbar').count()).toBe(0)
})

it('says that one was cut off, and what to do', async () => {
  await stalled()
  const page = await openLog()
  await items(page).filter({ hasText: 'Running' }).waitFor()
  for (const answer of unread.splice(0)) answer.destroy()
  await items(page)
    .filter({ hasText: /Cut off after [\d,]+ events: .*start it again/ })
    .waitFor()
})

it('offers no further one where as many run as may', async () => {
  for (let n = 0; n < 4; n++) await stalled()
  const page = await openLog()
  await expect.poll(() => items(page).filter({ hasText: 'Running' }).count()).toBe(4)
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await page.getByText('4 exports are running: wait, or cancel one').waitFor()
  expect(await page.getByRole('menuitem', { name: /CSV/ }).isDisabled()).toBe(true)
})

it.each(['light', 'dark'] as const)('fits a phone, %s', async (colorScheme) => {
  await stalled()
  const page = await openLog({ viewport: { width: 390, height: 844 }, colorScheme })
  await items(page).filter({ hasText: 'Running' }).getByRole('progressbar').waitFor()
  await keep(page, `exports-phone-${colorScheme}`)
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390)
})
