/**
 * The gateway with a real browser and the real server: Meta's script stays on the page and is
 * pointed at us; what Meta's servers get and what we count share their event ids.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EventsAnswer, Summary } from '../../src/api/types.ts'
import { launchChromium, newVisitor } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { META_BASE_CODE, META_SCRIPT } from './meta-script.ts'

const PIXEL = '555000111'
const HASH = 'a'.repeat(64)

let server: TestServer
let browser: Browser
/** The shop's own pages; on this machine too, or the browser would not let them call us. */
let shop: Server
let html = ''
let context: BrowserContext
let page: Page
let dataset: { dataset_id: string; access_token: string }
/** What reached Meta: event names and ids, in order. */
let atMeta: { name: string | null; id: string | null }[]
/** Requests of the side channel, tries again included. */
let bridged: number

beforeAll(async () => {
  server = await startTwofold()
  shop = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(html)
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  browser = await launchChromium(['--host-resolver-rules=MAP *.test 127.0.0.1'])
})
afterAll(async () => {
  await browser?.close()
  shop?.close()
  await server?.close()
})

beforeEach(async () => {
  dataset = await server.createDataset({ meta_pixels: [PIXEL] })
  atMeta = []
  bridged = 0
  context = await newVisitor(browser)
  await context.route('https://connect.facebook.net/**', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: META_SCRIPT }),
  )
  await context.route('https://www.facebook.com/tr/**', (route) => {
    const { searchParams } = new URL(route.request().url())
    atMeta.push({ name: searchParams.get('ev'), id: searchParams.get('eid') })
    return route.fulfill({ status: 200, body: '' })
  })
  page = await context.newPage()
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes('/events?cee=no')) bridged++
  })
})
afterEach(async () => {
  await context.close()
  await server.api('DELETE', `/api/datasets/${dataset.dataset_id}`)
})

/** The gateway has a name of the shop's own site, as a visitor's browser sees it. */
const gateway = (): string => `http://events.shop.test:${new URL(server.url).port}`

const shopUrl = (): string =>
  `http://www.shop.test:${(shop.address() as AddressInfo).port}/thanks?order=17`

async function visit(calls: string): Promise<void> {
  html = `<!doctype html><title>Thanks</title><body><script>${META_BASE_CODE}${calls}</script>`
  await page.goto(shopUrl())
}

async function counted(count: number) {
  const path = `/api/datasets/${dataset.dataset_id}/events`
  const read = async () => (await server.api<EventsAnswer>('GET', path)).events
  await expect.poll(async () => (await read()).length, { timeout: 10_000 }).toBe(count)
  return (await read()).reverse()
}

async function received(): Promise<number> {
  const path = `/api/datasets/${dataset.dataset_id}/summary`
  return (await server.api<Summary>('GET', path)).received.browser
}

async function reportSale(event_id: string): Promise<void> {
  const response = await fetch(`${server.url}/v25.0/${dataset.dataset_id}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      access_token: dataset.access_token,
      data: [
        {
          event_name: 'Purchase',
          event_time: Math.floor(Date.now() / 1000),
          event_id,
          action_source: 'website',
          user_data: { em: [HASH] },
          custom_data: { value: 30, currency: 'EUR' },
        },
      ],
    }),
  })
  expect(response.status).toBe(200)
}

const PURCHASE = `fbq('track','Purchase',{value:30,currency:'EUR'},{eventID:'order-17'});`

describe('the side channel: fbq set openbridge', () => {
  const calls = (more: string): string =>
    `fbq('set','openbridge','${PIXEL}','${gateway()}'); fbq('init','${PIXEL}',{em:'${HASH}'});
    fbq('track','PageView'); ${more}`

  it('reports to Meta and to us under one id, also where the page gave none', async () => {
    await visit(calls(PURCHASE))
    const [view, sale] = await counted(2)
    await expect.poll(() => atMeta.length).toBe(2)
    expect(atMeta).toEqual([
      { name: 'PageView', id: view?.event_id },
      { name: 'Purchase', id: 'order-17' },
    ])
    expect(view?.event_id).toMatch(/^ob3_plugin-set_[0-9a-f]{64}$/)
    expect(sale).toMatchObject({
      event_name: 'Purchase',
      event_id: 'order-17',
      event_source_url: shopUrl(),
      custom_data: { value: 30, currency: 'EUR' },
      user_data: { em: [HASH], client_ip_address: '127.0.0.1' },
    })
    expect(sale?.legs).toMatchObject([{ channel: 'browser', via: 'tr' }])
  })

  it('is answered so that the script does not send twice, and leaves our cookie', async () => {
    await visit(calls(''))
    await counted(1)
    await page.waitForLoadState('networkidle')
    expect([bridged, await received()]).toEqual([1, 1])
    const [cookie] = (await context.cookies()).filter(({ name }) => name === '_fbp')
    expect(cookie).toMatchObject({ domain: '.shop.test', value: expect.stringMatching(/^fb\.1\./) })
  })

  it('and the report of the shop’s server are one sale', async () => {
    await visit(calls(PURCHASE))
    await counted(2)
    await reportSale('order-17')
    const [, sale] = await counted(2)
    expect(sale).toMatchObject({ matched_by: 'event_id' })
    expect(sale?.legs.map(({ channel }) => channel)).toEqual(['browser', 'server'])
  })
})

describe('all hits: fbq set endpoint', () => {
  const calls = (more: string): string =>
    `fbq('set','endpoint','${gateway()}/tr/'); fbq('init','${PIXEL}',{em:'${HASH}'}); ${more}`

  it('reach us instead of Meta: short ones as images, long ones as forms', async () => {
    const contents = JSON.stringify(
      Array.from({ length: 60 }, (_, index) => ({ id: `bean-${index}`, quantity: 1 })),
    )
    await visit(
      calls(`fbq('track','PageView',{},{eventID:'v'});
        fbq('track','Purchase',{value:30,currency:'EUR',contents:${contents}},{eventID:'order-17'});`),
    )
    const events = await counted(2)
    const [view, sale] = ['PageView', 'Purchase'].map((name) =>
      events.find(({ event_name }) => event_name === name),
    )
    expect(view).toMatchObject({ event_id: 'v', user_data: { em: [HASH] } })
    expect(sale).toMatchObject({ event_id: 'order-17', custom_data: { value: 30 } })
    expect(sale?.custom_data?.contents).toHaveLength(60)
    expect(atMeta).toEqual([])
  })

  it('with the side channel as well, each event is counted once', async () => {
    await visit(calls(`fbq('set','openbridge','${PIXEL}','${gateway()}'); ${PURCHASE}`))
    const [sale] = await counted(1)
    await expect.poll(received).toBe(2)
    expect(sale?.event_id).toBe('order-17')
  })
})

it('a pixel of somebody else’s is refused, and tried no more than the script does', async () => {
  await visit(
    `fbq('set','openbridge','404','${gateway()}'); fbq('init','404'); fbq('track','PageView');`,
  )
  await expect.poll(() => bridged).toBe(2)
  await page.waitForLoadState('networkidle')
  expect([bridged, await received()]).toEqual([2, 0])
})
