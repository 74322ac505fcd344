/**
 * A person and a day that was lost, in real Chromium against the strict stand-in for Meta: look at
 * what a replay would send and change, try a draft, send, stop, and find it among the deliveries.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type FakeMeta, startFakeMeta } from '../../src/fake-meta/fake-meta.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { keep, openManager, type Reader, senderFor } from './ui-visitor.ts'

const META_ID = '123456789'
const TOKEN = 'EAABtheFirstToken0123456789'
const PHONE = { width: 390, height: 844 }
const SOON = { timeout: 20_000, interval: 100 }
const SALES = 12

let server: TestServer
let meta: FakeMeta
let browser: Browser
let dataset: { dataset_id: string; access_token: string }
let reader: Reader | undefined

beforeAll(async () => {
  server = await startTwofold()
  meta = await startFakeMeta({
    port: 0,
    datasetId: META_ID,
    token: TOKEN,
    nowMs: Date.now,
    random: Math.random,
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  })
  browser = await launchChromium()
  dataset = await server.createDataset({ name: 'Brewbeans' })
  const send = senderFor(server, dataset)
  for (let n = 1; n <= SALES; n++) {
    await send.server({
      event_name: 'Purchase',
      event_id: `purchase:${n}`,
      custom_data: { value: 30, currency: 'EUR', order_id: String(n) },
      user_data: { em: ['jo@example.com'], client_user_agent: 'Firefox' },
    })
  }
})

afterEach(async () => {
  await reader?.close()
  reader = undefined
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  await meta?.close()
})

const path = (rest: string): string => `/api/datasets/${dataset.dataset_id}${rest}`

async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  reader = await openManager(browser, server, options)
  await reader.page.goto(`/datasets/${dataset.dataset_id}/deliveries/replay`)
  await reader.page.getByRole('heading', { name: 'Replay', level: 1 }).waitFor()
  return reader.page
}

const figure = (page: Page, label: string): Promise<string | null> =>
  page
    .getByTestId('replay')
    .locator('dl > div')
    .filter({ hasText: label })
    .locator('dd')
    .textContent()

async function look(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Show what would happen' }).click()
  await page.getByRole('heading', { name: 'What would happen' }).waitFor()
}

describe('a person whose destination came after the sales', () => {
  it('is told what to do while there is no destination', async () => {
    const page = await openPage()
    await page.getByText('There is nowhere to replay to').waitFor()
    await keep(page, 'replay-empty')
    await page.getByRole('link', { name: 'Add a destination' }).click()
    await page.getByRole('heading', { name: 'Add a destination' }).waitFor()
  })

  it('sees what would leave, tries a draft, and sends', async () => {
    await server.api('POST', path('/destinations'), {
      type: 'meta',
      name: 'Meta ads',
      settings: { dataset_id: META_ID, access_token: TOKEN, base_url: meta.url },
    })
    const rules = [
      { id: 'swiss', actions: [{ do: 'set', field: 'custom_data.currency', value: 'CHF' }] },
    ]
    const before = await server.api<{ revision: number }>('GET', path('/rules'))
    const draft = { rules, revision: before.revision }
    await server.api('PUT', path('/rules/draft'), draft)
    const page = await openPage()
    await page.getByText('Draft', { exact: true }).click()
    await look(page)
    expect(await figure(page, 'Would change')).toBe(String(SALES))
    await page.getByText('custom_data.currency 12').waitFor()
    await page.getByTestId('replay-sample').first().getByText('CHF').waitFor()
    await keep(page, 'replay-draft')
    // A draft can only be looked at.
    expect(await page.getByRole('button', { name: /^Send \d/ }).count()).toBe(0)

    await page.getByText('Published', { exact: true }).click()
    await look(page)
    await page.getByRole('button', { name: `Send ${SALES} events` }).waitFor()
    expect(await figure(page, 'Would change')).toBe('0')
    expect(meta.counted().counted).toBe(0)
    await page.getByRole('button', { name: `Send ${SALES} events` }).click()
    await keep(page, 'replay-confirm')
    await page.getByRole('dialog').getByRole('button', { name: 'Send them' }).click()
    await page.getByText(`${SALES} copies went on to the relay`).waitFor()
    await expect.poll(() => meta.counted().counted, SOON).toBe(SALES)
    await keep(page, 'replay-sent')
    await page.getByRole('link', { name: 'See the deliveries' }).click()
    await expect.poll(() => page.getByTestId('delivery-row').count(), SOON).toBe(SALES)
    expect(reader?.complaints).toEqual([])
  })

  it('finds it again afterwards, and that nothing is sent twice', async () => {
    const page = await openPage()
    await page.getByRole('heading', { name: 'Earlier replays' }).waitFor()
    await look(page)
    expect(await figure(page, 'Delivered already')).toBe(String(SALES))
    const nothing = page.getByRole('button', { name: 'Nothing to send' })
    expect(await nothing.isDisabled()).toBe(true)
    await page.getByRole('combobox', { name: 'Received' }).click()
    await page.getByRole('option', { name: 'From … to …' }).click()
    await page.getByText('Enter from when to when').waitFor()
    await page.getByLabel('From', { exact: true }).fill('2020-01-01T10:00')
    await page.getByLabel('To', { exact: true }).fill('2020-01-01T11:00')
    await look(page)
    await page.getByText('Nothing was received then.').waitFor()
    expect(reader?.complaints).toEqual([])
  })
})

it('is stopped by who started it', async () => {
  const page = await openPage()
  // Slowed down on its way to the page: a dozen events are done before anybody sees it run.
  await page.route('**/replays', async (route) => {
    const answer = await route.fetch()
    const body = (await answer.json()) as { replays?: { state: string }[] }
    const [first] = body.replays ?? []
    if (first) first.state = 'running'
    await route.fulfill({ response: answer, json: body })
  })
  await page.reload()
  await page.getByRole('progressbar', { name: 'Progress' }).waitFor({ state: 'attached' })
  await page.getByText(/^\d+ of about \d+ events$/).waitFor()
  await keep(page, 'replay-running')
  const stopped = page.waitForRequest((request) => request.method() === 'DELETE')
  await page.getByRole('button', { name: 'Stop' }).click()
  expect((await stopped).url()).toContain('/replays/')
})

it.each(['light', 'dark'] as const)('fits a phone (%s)', async (colorScheme) => {
  const page = await openPage({ viewport: PHONE, hasTouch: true, colorScheme })
  await page.getByText('Draft', { exact: true }).click()
  await look(page)
  await page.getByTestId('replay-sample').first().waitFor()
  await keep(page, `replay-phone-${colorScheme}`)
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(PHONE.width)
  await page.setViewportSize({ width: 1280, height: 900 })
  await keep(page, `replay-${colorScheme}`)
  expect(reader?.complaints).toEqual([])
})
