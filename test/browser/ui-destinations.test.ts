/**
 * A person and their destinations, in real Chromium against the strict stand-in for Meta: add one,
 * see sales counted once there, let the token expire, see the queue hold, mend it, see all arrive.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type FakeMeta, startFakeMeta } from '../../src/fake-meta/fake-meta.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader, type Sender, senderFor } from './ui-visitor.ts'

const META_ID = '123456789'
const TOKEN = 'EAABtheFirstToken0123456789'
const RENEWED = 'EAABtheSecondToken987654321'
const PHONE = { width: 390, height: 844 }
const SOON = { timeout: 20_000, interval: 100 }
/** Set to keep pictures of what the test sees. */
const pictures = process.env.TWOFOLD_PICTURES

let server: TestServer
let meta: FakeMeta
let browser: Browser
let dataset: { dataset_id: string; access_token: string }
let send: Sender
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
  send = senderFor(server, dataset)
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

async function openPage(rest: string, options: BrowserContextOptions = {}): Promise<Page> {
  reader = await openManager(browser, server, options)
  await reader.page.goto(`/datasets/${dataset.dataset_id}${rest}`)
  return reader.page
}

async function picture(page: Page, name: string, fullPage = true): Promise<void> {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage })
}

async function sale(order: string): Promise<void> {
  const event = {
    event_name: 'Purchase',
    event_id: `purchase:${order}`,
    custom_data: { value: 30, currency: 'EUR', order_id: order },
    user_data: { em: ['jo@example.com'], external_id: ['visitor-1'] },
  }
  await send.browser({ ...event, user_data: { external_id: ['visitor-1'] } })
  await send.server(event)
}

const number = async (page: Page, id: string): Promise<string> =>
  (await page.getByTestId(id).first().textContent()) ?? ''

describe('a person with a Meta dataset and its token', () => {
  it('adds it by keyboard, tests it, and sees each sale counted once there', async () => {
    const page = await openPage('/destinations')
    await page.getByText('Events stay here so far').waitFor()
    await picture(page, 'destinations-empty')
    await page.getByRole('link', { name: 'Add a destination' }).first().focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /^Meta Conversions API/ }).waitFor()
    await picture(page, 'destinations-types')
    await page.getByRole('button', { name: /^Meta Conversions API/ }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Add Meta Conversions API' }).waitFor()

    await page.getByLabel('Dataset id (pixel id) at Meta').fill(META_ID)
    await page.getByLabel('Access token').fill('EAABaWrongToken0000000000')
    await page.getByRole('button', { name: 'more settings' }).click()
    await page.getByLabel('Address of its API').fill(meta.url)
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await page.getByText('It cannot be sent to with these settings').waitFor()
    await picture(page, 'destinations-test-failed')
    await page.getByLabel('Access token').fill(TOKEN)
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await page.getByText('It works: the test event arrived').waitFor()
    await page.getByRole('button', { name: 'Show what was sent and answered' }).click()
    await page.getByLabel('What was answered').waitFor()
    await picture(page, 'destinations-add')
    expect(await page.content()).not.toContain('EAABaWrong')

    await page.getByRole('radio', { name: 'Every report at once' }).check()
    await page.getByRole('button', { name: 'Add destination' }).click()
    await page.getByTestId('lane').getByText('Running').waitFor()
    const before = meta.counted().counted
    await sale('1')
    await sale('2')
    await expect.poll(() => number(page, 'delivered'), SOON).toBe('4')
    expect(await number(page, 'waiting')).toBe('0')
    expect(meta.counted().counted - before).toBe(2)
    await picture(page, 'destinations')
    expect(reader?.complaints).toEqual([])
  })

  it('sees the queue hold when the token expires, mends it, and all of it arrives', async () => {
    const before = meta.counted().counted
    meta.setToken({ state: 'token_expired' })
    const page = await openPage('/destinations')
    await page.getByTestId('lane').waitFor()
    await sale('3')
    await sale('4')
    await page.getByTestId('alarm').getByText('needs you').waitFor()
    await page.getByText('Make a new access token').first().waitFor()
    await expect.poll(() => number(page, 'waiting'), SOON).toBe('4')
    await page.getByRole('navigation').getByLabel('1 on hold').waitFor()
    await picture(page, 'destinations-held')

    meta.setToken({ token: RENEWED })
    await page.getByRole('link', { name: 'Look at its settings' }).click()
    const field = page.getByLabel('Access token')
    await expect.poll(() => field.getAttribute('placeholder'), SOON).toContain('•••• 6789')
    await picture(page, 'destination-held')
    await field.fill(RENEWED)
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Saved').waitFor()
    await expect.poll(() => number(page, 'delivered'), SOON).toBe('8')
    await expect.poll(() => page.getByTestId('alarm').count(), SOON).toBe(0)
    expect(await number(page, 'waiting')).toBe('0')
    expect(meta.counted().counted - before).toBe(2)
    await page
      .getByTestId('last-error')
      .getByText(/, mended on /)
      .waitFor()
    await picture(page, 'destination')
    expect(await page.content()).not.toContain(RENEWED)
  })

  it('finds a sale among the deliveries and reads what was sent and answered', async () => {
    const page = await openPage('/deliveries')
    const rows = page.getByTestId('delivery-row')
    await expect.poll(() => rows.count(), SOON).toBe(8)
    await page.getByLabel('Order', { exact: true }).fill('3')
    await expect.poll(() => rows.count(), SOON).toBe(2)
    await rows.first().getByRole('button').focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('The event as it leaves').getByText('purchase:3').waitFor()
    await page.getByLabel('The answer').getByText('events_received').waitFor()
    await page.getByText('status 200').waitFor()
    expect(await page.content()).not.toContain(RENEWED)
    expect(new URL(page.url()).search).toContain('order_id')
    await picture(page, 'deliveries')
    expect(reader?.complaints).toEqual([])
  })
})

describe('what Meta refuses', () => {
  it('is kept with its reason, and sent again one by one and all together', async () => {
    const { destinations } = await server.api<{
      destinations: readonly { destination_id: string }[]
    }>('GET', `/api/datasets/${dataset.dataset_id}/destinations`)
    const [one] = destinations
    await send.server({ event_name: 'Purchase', event_id: 'no-value-1' })
    await send.server({ event_name: 'Purchase', event_id: 'no-value-2' })
    const page = await openPage('/dead-letters')
    const rows = page.getByTestId('delivery-row')
    await expect.poll(() => rows.count(), SOON).toBe(2)
    await picture(page, 'dead-letters')
    const status = async () =>
      server.api<{ status: { states: Record<string, number> } }>(
        'GET',
        `/api/datasets/${dataset.dataset_id}/destinations/${one?.destination_id}`,
      )
    await rows
      .first()
      .getByRole('button', { name: /^Send Purchase/ })
      .click()
    await page.getByRole('button', { name: 'Send all again' }).click()
    await page.getByRole('dialog').getByText('Send them again?').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click()
    await page.getByText(/on the way again/).waitFor()
    await expect.poll(async () => (await status()).status.states.rejected, SOON).toBe(2)
    expect(reader?.complaints).toEqual([])
  })
})

const PAGES = [
  ['the destinations', '/destinations', 'Destinations'],
  ['a new destination', '/destinations/new?type=meta', 'Add Meta Conversions API'],
  ['a new webhook', '/destinations/new?type=webhook', 'Add Webhook'],
  ['the deliveries', '/deliveries', 'Deliveries'],
  ['the dead letters', '/dead-letters', 'Dead letters'],
] as const

describe('on a phone, in the dark', () => {
  it.each(PAGES)('%s never scroll sideways', async (name, path, title) => {
    const page = await openPage(path, { viewport: PHONE, hasTouch: true, colorScheme: 'dark' })
    await page.getByRole('heading', { name: title, level: 1 }).waitFor()
    await expect.poll(() => page.locator('.mantine-Skeleton-root').count()).toBe(0)
    const closed = page.locator('main button[aria-expanded=false]')
    for (let opened = 0; opened < 3 && (await closed.count()) > 0; opened++) {
      await closed.first().click()
    }
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(PHONE.width)
    await picture(page, `phone-${name.replaceAll(' ', '-')}`)
    expect(reader?.complaints).toEqual([])
  })
})

describe('a destination', () => {
  it('is removed only after a question', async () => {
    const page = await openPage('/destinations')
    await page.getByRole('heading', { level: 2 }).getByRole('link').click()
    await page.getByRole('button', { name: 'Switch off' }).click()
    await page.getByTestId('lane').getByText('Switched off').waitFor()
    await page.getByRole('button', { name: 'Remove' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('There is no way back').waitFor()
    await picture(page, 'destination-remove', false)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Remove' }).click()
    await dialog.getByRole('button', { name: 'Remove it' }).click()
    await page.getByText('Events stay here so far').waitFor()
  })
})
