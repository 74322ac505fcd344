/** Match quality, deduplication and loss: the pages show what the API says, in every hand. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { LossAnswer, MatchQualityAnswer } from '../../src/api/types.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader, senderFor } from './ui-visitor.ts'

const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'

let server: TestServer
let browser: Browser
let id: string
let quiet: string
let reader: Reader | undefined

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
  const dataset = await server.createDataset({ name: 'Quality' })
  id = dataset.dataset_id
  quiet = (await server.createDataset({ name: 'Quiet' })).dataset_id
  const send = senderFor(server, dataset)
  for (let n = 1; n <= 6; n++) {
    const sale = {
      event_name: 'Purchase',
      event_id: `purchase:${n}`,
      custom_data: { value: 20, currency: 'EUR', order_id: `order-${n}` },
    }
    if (n > 2) await send.browser(sale)
    const fbp = `fb.1.1700000000000.${n}`
    await send.server({
      ...sale,
      user_data: { em: [`jo${n}@example.com`], client_user_agent: SAFARI, fbp },
    })
  }
  await send.browser({ event_name: 'Lead', event_id: 'lead-in-the-browser-only' })
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

describe('match quality', () => {
  it('shows score, interval and n of the API, and what to change first', async () => {
    const answer = await server.api<MatchQualityAnswer>('GET', `/api/datasets/${id}/quality`)
    const [purchase] = answer.events
    const page = await openPage(`/datasets/${id}`)
    await page.getByRole('link', { name: 'Match quality' }).click()
    const row = page.getByTestId('score-Purchase')
    await row.getByText((purchase?.score ?? 0).toFixed(1), { exact: true }).waitFor()
    await row.getByText(/n = 6, too few/).waitFor()
    await page
      .getByTestId('change-first')
      .getByText(/^Add .* to Purchase: \+/)
      .waitFor()
    await page.getByRole('row', { name: /E-mail \(hashed\) 100% 6 of 6/ }).waitFor()
    await page.getByText('7 days', { exact: true }).click()
    await page.waitForURL(/window=7d/)
  })

  it('draws the score by day, with the same numbers as a table', async () => {
    const page = await openPage(`/datasets/${id}`)
    // The server's clock cannot be turned: days of the past are added to its answer.
    await page.route('**/quality?*', async (route) => {
      const response = await route.fetch()
      const answer = (await response.json()) as MatchQualityAnswer
      const [today] = answer.trend
      if (!today) throw new Error('no trend')
      const before = { ...today, time: today.time - 86_400, score: 6.25, events: 1234 }
      await route.fulfill({ response, json: { ...answer, trend: [before, ...answer.trend] } })
    })
    await page.getByRole('link', { name: 'Match quality' }).click()
    const chart = page.getByRole('img', { name: /Line chart of the score by day of Purchase/ })
    await chart.locator('svg').first().waitFor()
    await chart.hover({ position: { x: 50, y: 100 } })
    await chart.getByText('6.3, n = 1,234').waitFor()
    await page.getByText('The chart as a table').click()
    await page.getByRole('cell', { name: '6.3 (n = 1,234)' }).waitFor()
  })
})

describe('deduplication', () => {
  it('shows coverage and says why a sale has no twin, with samples', async () => {
    const page = await openPage(`/datasets/${id}/deduplication?event=Purchase`)
    await page.getByTestId('coverage').getByText('of 4 browser events').waitFor()
    expect(await page.getByTestId('never-on-server').count()).toBe(0)
    expect(await page.getByTestId('server-only').textContent()).toBe('2')
    await page
      .getByRole('region', { name: 'Why the browser is missing' })
      .getByText('The browser was there, its report was not')
      .waitFor()
    const samples = page.getByTestId('sample')
    await expect.poll(() => samples.count()).toBe(2)
    await samples.first().getByText('purchase:2').waitFor()
    await page.getByRole('combobox', { name: 'Event' }).selectOption({ label: 'All events' })
    await page.getByText('Your server never reports Lead: 1 browser event').waitFor()
    await page.getByRole('region', { name: 'Samples' }).getByText('Browser only').click()
    await page.waitForURL(/side=browser/)
    const lead = samples.filter({ hasText: 'lead-in-the-browser-only' })
    await lead.getByRole('link', { name: 'Lead' }).click()
    await page.getByRole('heading', { name: /^Lead/ }).waitFor()
  })

  it('and the loss meter look at yesterday, by the clock of the shop', async () => {
    for (const path of ['deduplication', 'loss']) {
      const page = await openPage(`/datasets/${id}/${path}`)
      const answer = page.waitForResponse(
        (response) => response.url().includes(`/${path}?`) && response.url().includes('to='),
      )
      await page.getByText('Yesterday', { exact: true }).click()
      const asked = new URL((await answer).url()).searchParams
      const [from, to] = ['from', 'to'].map((name) => Number(asked.get(name)))
      expect((from ?? 1) % 86_400).toBe(0)
      expect((to ?? 0) - (from ?? 0)).toBe(86_400)
      await page.getByText(/was counted yesterday/).waitFor()
      await page.getByText('by the clock of the shop (UTC)').waitFor()
    }
  })
})

describe('the loss meter', () => {
  it('shows who missed how many, with the interval, and what was recovered', async () => {
    const loss = await server.api<LossAnswer>('GET', `/api/datasets/${id}/loss`)
    const page = await openPage(`/datasets/${id}/loss`)
    const shown = async (part: string) => page.getByTestId(part).textContent()
    await page
      .getByTestId('loss')
      .getByText(/33%.*2 of 6, too few/)
      .waitFor()
    expect(await shown('orders')).toBe(String(loss.orders))
    expect(await shown('server')).toBe('6')
    expect(await shown('browser')).toBe('4')
    expect(await shown('recovered')).toBe('2 events')
    await page.getByText('€40.00', { exact: true }).waitFor()
    await page.getByRole('row', { name: /Safari 6 2 33%/ }).waitFor()
    await page.getByRole('row', { name: /iOS 6 2 33%/ }).waitFor()
    await page.getByRole('combobox', { name: 'Event' }).selectOption({ label: 'Every conversion' })
    await page.getByRole('heading', { name: /every conversion/ }).waitFor()
  })
})

const PAGES = [
  ['match-quality', 'Match quality'],
  ['deduplication', 'Deduplication'],
  ['loss', 'Loss meter'],
] as const

describe.each(PAGES)('%s', (path, title) => {
  it('does not scroll sideways on a phone', async () => {
    const options = { viewport: { width: 390, height: 844 }, hasTouch: true }
    const page = await openPage(`/datasets/${id}/${path}?window=7d`, options)
    await page.getByRole('heading', { name: title, level: 1 }).waitFor()
    await expect.poll(() => page.locator('.mantine-Skeleton-root').count()).toBe(0)
    const closed = page.locator('main button[aria-expanded=false]')
    while ((await closed.count()) > 0) await closed.first().click()
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390)
    const keys = page.locator('[aria-label^="Keys of"]')
    const over = await keys.evaluateAll((all) =>
      all.map((one) => one.scrollWidth - one.clientWidth),
    )
    expect(over.filter((pixels) => pixels > 0)).toEqual([])
  })

  it('says what to do while there is nothing to show', async () => {
    const page = await openPage(`/datasets/${quiet}/${path}`)
    await page.getByText(/^No .* in the last 48 hours|^Nothing was counted/).waitFor()
    await page.locator('main').getByRole('link', { name: 'Install' }).click()
    await page.getByRole('heading', { name: 'Install', level: 1 }).waitFor()
  })
})
