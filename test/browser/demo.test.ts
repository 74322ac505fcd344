/** The demo as a person sees it: real server, real shop, real Chromium; what the panel says holds. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { EventsAnswer, EventView, Summary } from '../../src/api/types.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { enterShop, type Visitor } from './demo-visitor.ts'

let server: TestServer
let browser: Browser
let shop: string
let datasetId: string
const visitors: Visitor[] = []

beforeAll(async () => {
  server = await startTwofold()
  const demo = await server.api<{ url: string; dataset_id: string }>('POST', '/api/demo')
  shop = new URL(demo.url, server.url).href
  datasetId = demo.dataset_id
  browser = await launchChromium()
})

afterEach(async () => {
  for (const visitor of visitors.splice(0)) await visitor.close()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function enter(): Promise<Visitor> {
  const visitor = await enterShop(browser, shop)
  visitors.push(visitor)
  return visitor
}

async function sales(order: string): Promise<readonly EventView[]> {
  const path = `/api/datasets/${datasetId}/events?event_name=Purchase&order_id=${order}`
  return (await server.api<EventsAnswer>('GET', path)).events
}

/** Waits until the sale's legs are these, by channel in the order of arrival. */
async function saleWith(order: string, channels: readonly string[]): Promise<EventView> {
  await expect
    .poll(async () =>
      (await sales(order)).map((sale) => sale.legs.map((leg) => leg.channel).sort()),
    )
    .toEqual([[...channels].sort()])
  return (await sales(order))[0] as EventView
}

async function purchases(): Promise<{ counted: number; sum: number }> {
  const summary = await server.api<Summary>('GET', `/api/datasets/${datasetId}/summary`)
  const row = summary.by_event.find(({ event_name }) => event_name === 'Purchase')
  return { counted: row?.counted ?? 0, sum: row?.value[0]?.sum ?? 0 }
}

const ONE_BAG = 16.5

/** Runs a sale and holds the summary against it: whatever was broken, one sale more is counted. */
async function oneSaleMore(sell: () => Promise<void>): Promise<void> {
  const before = await purchases()
  await sell()
  const after = await purchases()
  expect(after.counted - before.counted).toBe(1)
  expect(after.sum - before.sum).toBeCloseTo(ONE_BAG, 6)
}

describe('the demo shop', () => {
  it('counts a sale once that browser and server both report', async () => {
    await oneSaleMore(async () => {
      const visitor = await enter()
      const order = await visitor.buy()
      const sale = await saleWith(order, ['browser', 'server'])
      expect(sale.matched_by).toBe('event_id')
      expect(sale.custom_data).toMatchObject({ value: ONE_BAG, currency: 'EUR', order_id: order })
      await expect
        .poll(() => visitor.story())
        .toBe('Your purchase was reported twice and counted once: matched by the same event id.')
    })
  })

  it('pairs every step of a visit, and the panel adds up', async () => {
    const visitor = await enter()
    await visitor.buy()
    // Five pages (front, product, cart, checkout, thanks) and four actions, each by both sides.
    await expect.poll(() => visitor.tally()).toEqual([18, 9, 9])
    const cards = visitor.page.locator('.event')
    await expect.poll(() => cards.locator('.wire.is-joined').count()).toBe(9)
    expect(await cards.locator('.lamp.is-on').count()).toBe(18)
  })

  it('keeps the sale when an ad blocker stops the browser’s report', async () => {
    await oneSaleMore(async () => {
      const visitor = await enter()
      await visitor.choose('browser', 'blocked')
      visitor.requests.length = 0
      const order = await visitor.buy()
      await expect.poll(() => visitor.story()).toContain('counted once, from the server’s report')
      const sale = await saleWith(order, ['server'])
      expect(sale.matched_by).toBeNull()
      const pixel = visitor.requests.filter(({ url }) => /\/(p\.js|e)(\?|$)/.test(url))
      expect(pixel.filter(({ failed }) => !failed)).toEqual([])
    })
  })

  it('keeps the sale when the server’s report fails, and joins it later', async () => {
    await oneSaleMore(async () => {
      const visitor = await enter()
      await visitor.choose('server', 'broken')
      const order = await visitor.buy()
      await expect.poll(() => visitor.story()).toContain('counted once, from the browser’s report')
      await saleWith(order, ['browser'])
      await visitor.choose('server', 'normal')
      const sale = await saleWith(order, ['browser', 'server'])
      expect(sale.matched_by).toBe('event_id')
      await expect.poll(() => visitor.story()).toContain('reported twice and counted once')
    })
  })

  it('counts at once and lets a late server’s report join', async () => {
    await oneSaleMore(async () => {
      const visitor = await enter()
      await visitor.choose('server', 'delayed')
      const order = await visitor.buy()
      await expect.poll(() => visitor.story()).toContain('late and will join it')
      expect((await saleWith(order, ['browser'])).matched_by).toBeNull()
      await expect
        .poll(() => visitor.story(), { timeout: 20_000 })
        .toContain('reported twice and counted once')
      expect((await saleWith(order, ['browser', 'server'])).matched_by).toBe('event_id')
    })
  })

  it('joins two reports with different ids by their order number', async () => {
    await oneSaleMore(async () => {
      const visitor = await enter()
      await visitor.choose('id', 'dropped')
      const order = await visitor.buy()
      const sale = await saleWith(order, ['browser', 'server'])
      expect(sale.matched_by).toBe('order_id')
      expect(new Set(sale.legs.map((leg) => leg.event_id)).size).toBe(2)
      await expect.poll(() => visitor.story()).toContain('both named the same order number')
    })
  })

  it('removes the duplicate when the thank-you page is opened again', async () => {
    await oneSaleMore(async () => {
      const visitor = await enter()
      const order = await visitor.buy()
      await saleWith(order, ['browser', 'server'])
      await visitor.page.locator('#revisit').click()
      await saleWith(order, ['browser', 'browser', 'server'])
      await expect.poll(() => visitor.story()).toContain('reported 3 times and counted once')
    })
  })

  it('shows each visitor only his own events', async () => {
    const [one, other] = [await enter(), await enter()]
    await one.buy()
    await expect.poll(() => one.tally()).toEqual([18, 9, 9])
    expect(await other.tally()).toEqual([2, 1, 1])
  })

  it('asks nobody else for anything', async () => {
    const visitor = await enter()
    await visitor.buy()
    await expect.poll(() => visitor.tally()).toEqual([18, 9, 9])
    const hosts = visitor.requests.map(({ url }) => new URL(url).origin)
    expect([...new Set(hosts)]).toEqual([server.url])
    // Streams and keepalive hits of a page that was left count as failed, though hits still arrive.
    const outlived = /\/(live|e)$/
    expect(visitor.requests.filter(({ failed, url }) => failed && !outlived.test(url))).toEqual([])
  })

  it('lets the panel be folded by keyboard and remembers it', async () => {
    const { page } = await enter()
    const toggle = page.locator('#panel-toggle')
    const body = page.locator('#panel-body')
    await toggle.focus()
    await page.keyboard.press('Enter')
    expect(await body.isVisible()).toBe(false)
    expect(await toggle.getAttribute('aria-expanded')).toBe('false')
    await page.reload()
    expect(await body.isVisible()).toBe(false)
    await toggle.press('Enter')
    await page.keyboard.press('Escape')
    expect(await body.isVisible()).toBe(false)
  })
})
