/**
 * The integration of Shopify, exactly as the server hands it out, in Chromium: what the pages of a
 * shop and its checkout report, what travels with the cart, and the order that comes of it.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EventsAnswer, EventView, IntegrationsAnswer } from '../../src/api/types.ts'
import { eventId } from '../../src/event/ids.ts'
import { PIXEL_BODY_BYTES_MAX } from '../../src/limits.ts'
import { shopifyOrder } from '../../src/sources/shopify-orders.ts'
import { launchChromium, newVisitor } from '../chromium.ts'
import { connect } from '../http/platform-fixture.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openShopifyShop, type ShopifyShop } from './shopify-shop.ts'

const SOON = { timeout: 15_000, interval: 100 }
const GRANTED = { marketingAllowed: true, saleOfDataAllowed: true }

let server: TestServer
let shop: ShopifyShop
let browser: Browser
let visitor: BrowserContext
let page: Page
let datasetId: string
const thrown: string[] = []

beforeAll(async () => {
  server = await startTwofold()
  shop = await openShopifyShop()
  // Shops are on https, where pages may hash; so may those of localhost.
  browser = await launchChromium(['--host-resolver-rules=MAP *.localhost 127.0.0.1'])
})
afterAll(async () => {
  await browser?.close()
  shop?.close()
  await server?.close()
})
beforeEach(async () => {
  datasetId = (await server.createDataset()).dataset_id
  shop.privacy = GRANTED
  Object.assign(shop, { pixel: '', theme: '', settings: undefined })
  Object.assign(shop.cart, { item_count: 0, attributes: {} })
  visitor = await newVisitor(browser)
  page = await visitor.newPage()
  page.on('pageerror', (error) => thrown.push(String(error)))
})
afterEach(async () => {
  await visitor.close()
  expect(thrown.splice(0)).toEqual([])
})

async function files(): Promise<Record<string, string>> {
  const path = `/api/datasets/${datasetId}/integrations`
  const { integrations } = await server.api<IntegrationsAnswer>('GET', path)
  const found = integrations.find(({ name }) => name === 'shopify')?.files ?? []
  return Object.fromEntries(found.map(({ label, text }) => [label, text]))
}

async function events(): Promise<readonly EventView[]> {
  const path = `/api/datasets/${datasetId}/events?limit=50&verdict=all`
  return (await server.api<EventsAnswer>('GET', path)).events
}

async function named(name: string): Promise<readonly EventView[]> {
  return (await events()).filter(({ event_name }) => event_name === name)
}

const publish = (name: string, data: unknown = {}): Promise<void> =>
  page.evaluate(([one, given]) => Object(window).publish(one, given), [name, data] as const)

const variant = {
  id: '3101',
  sku: 'BEAN',
  price: { amount: 32.45, currencyCode: 'EUR' },
  product: { id: '31', title: 'Beans' },
}
const checkout = (more: Record<string, unknown> = {}) => ({
  checkout: {
    token: 'chk7f',
    currencyCode: 'EUR',
    totalPrice: { amount: 64.9, currencyCode: 'EUR' },
    lineItems: [{ variant, quantity: 2 }],
    email: ' Jo@Example.com',
    ...more,
  },
})
const ORDERS: readonly (readonly [string, unknown])[] = [
  ['digits', '5001'],
  ['a number', 5001],
  ['a gid', 'gid://shopify/Order/5001'],
  ['an identity', 'gid://shopify/OrderIdentity/5001?key=1'],
  ['base64', btoa('gid://shopify/Order/5001')],
]

describe.each(['custom', 'app'] as const)('the %s pixel', (kind) => {
  beforeEach(async () => {
    if (kind === 'custom') shop.pixel = (await files())['Custom pixel'] ?? ''
    else {
      shop.settings = { endpoint: server.url, dataset_id: datasetId, content_id: 'variant' }
    }
  })

  it('reports a visit from its first page to the order, each with the ids of the visitor', async () => {
    await page.goto(`${shop.url}products/beans?fbclid=IwAR9shop`)
    await publish('page_viewed')
    await publish('product_viewed', { productVariant: variant })
    await publish('search_submitted', { searchResult: { query: 'beans' } })
    const cost = { totalAmount: { amount: 64.9, currencyCode: 'EUR' } }
    await publish('product_added_to_cart', {
      cartLine: { merchandise: variant, quantity: 2, cost },
    })
    await publish('checkout_started', checkout())
    await publish('checkout_started', checkout())
    await publish('payment_info_submitted', checkout())
    await publish('checkout_completed', checkout({ order: { id: '5001', customer: { id: 7001 } } }))
    await expect.poll(async () => (await named('Purchase')).length, SOON).toBe(1)
    const all = await events()
    expect(all.map(({ event_name }) => event_name).sort()).toEqual([
      ...['AddPaymentInfo', 'AddToCart', 'InitiateCheckout', 'PageView', 'Purchase'],
      ...['Search', 'ViewContent'],
    ])
    const byName = Object.fromEntries(all.map((event) => [event.event_name, event]))
    expect(byName).toMatchObject({
      InitiateCheckout: { event_id: eventId('InitiateCheckout', 'chk7f') },
      AddPaymentInfo: { event_id: eventId('AddPaymentInfo', 'chk7f') },
      Search: { custom_data: { search_string: 'beans' } },
      AddToCart: { custom_data: { value: 64.9, currency: 'EUR', content_ids: ['3101'] } },
      Purchase: {
        event_id: eventId('Purchase', '5001'),
        custom_data: {
          ...{ value: 64.9, currency: 'EUR', order_id: '5001' },
          contents: [{ id: '3101', quantity: 2, item_price: 32.45 }],
        },
        user_data: { em: [expect.any(String)], external_id: [expect.any(String)] },
      },
    })
    const cookies = Object.fromEntries(
      (await visitor.cookies()).map((cookie) => [cookie.name, cookie]),
    )
    expect(cookies._fbp).toMatchObject({ domain: '.shop.localhost' })
    expect(cookies._t2).toBeUndefined()
    for (const { user_data } of all) {
      expect(user_data).toMatchObject({
        fbp: cookies._fbp?.value,
        fbc: expect.stringMatching(/^fb\.1\.\d{13}\.IwAR9shop$/),
        client_ip_address: expect.any(String),
        client_user_agent: expect.stringContaining('Chrome'),
      })
    }
    expect(byName.Purchase?.event_source_url).not.toContain('?')
  })

  it('makes of the order the id that its webhook has, in whatever form it comes', async () => {
    await page.goto(shop.url)
    for (const [, id] of ORDERS) await publish('checkout_completed', checkout({ order: { id } }))
    await expect.poll(async () => (await named('Purchase'))[0]?.legs.length, SOON).toBe(5)
    expect((await named('Purchase')).map(({ event_id }) => event_id)).toEqual(['purchase:5001'])
  })

  it('counts no sale that has no order yet', async () => {
    await page.goto(shop.url)
    await publish('checkout_completed', checkout({ order: null }))
    await expect.poll(async () => (await events()).length, SOON).toBe(1)
    expect(await named('Purchase')).toEqual([])
  })

  it('keeps still and sets no cookie until the visitor agrees', async () => {
    shop.privacy = { marketingAllowed: false, saleOfDataAllowed: false }
    await page.goto(shop.url)
    await publish('page_viewed')
    await page.waitForTimeout(500)
    expect([await events(), await visitor.cookies()]).toEqual([[], []])
    await page.evaluate(() =>
      Object(window).allow({ marketingAllowed: true, saleOfDataAllowed: false }),
    )
    await expect.poll(async () => (await events()).length, SOON).toBe(1)
    expect((await events())[0]).toMatchObject({ data_processing_options: ['LDU'] })
  })

  it('keeps what the server did not take for the next page', async () => {
    await page.goto(shop.url)
    let isDown = true
    // A worker's requests are seen on the context.
    await visitor.route('**/e', (route) => (isDown ? route.abort() : route.continue()))
    await publish('page_viewed')
    const kept = () => page.evaluate(() => localStorage.getItem('twofold_unsent') ?? '')
    await expect.poll(kept, SOON).toContain('PageView')
    isDown = false
    await page.goto(shop.url)
    await expect.poll(async () => (await named('PageView')).length, SOON).toBe(1)
    await expect.poll(kept, SOON).toBe('')
  })

  it('sends what waited in portions that the server takes', async () => {
    await page.goto(shop.url)
    let isDown = true
    await visitor.route('**/e', (route) => (isDown ? route.abort() : route.continue()))
    // Of a full cart each: together more than one request may have.
    const lineItems = Array.from({ length: 400 }, () => ({ variant, quantity: 1 }))
    const tokens = Array.from({ length: 8 }, (_, n) => `token-${n}`)
    for (const token of tokens) {
      await publish('checkout_started', checkout({ token, lineItems }))
    }
    const kept = () => page.evaluate(() => localStorage.getItem('twofold_unsent') ?? '')
    await expect.poll(kept, SOON).toContain('token-7')
    expect((await kept()).length).toBeGreaterThan(PIXEL_BODY_BYTES_MAX)
    isDown = false
    await page.goto(shop.url)
    await expect.poll(async () => (await named('InitiateCheckout')).length, SOON).toBe(8)
  })
})

describe('the theme snippet', () => {
  it('writes the ids into the cart, and the order comes back with them, counted once', async () => {
    const { 'Theme snippet': theme = '', 'Custom pixel': pixel = '' } = await files()
    Object.assign(shop, { theme, pixel })
    await page.goto(`${shop.url}?fbclid=IwAR9shop`)
    await publish('page_viewed')
    await expect.poll(async () => (await events()).length, SOON).toBe(1)
    expect(shop.cart.attributes).toEqual({})
    await page.evaluate(() => fetch('/cart/add', { method: 'POST' }).then((one) => one.text()))
    await expect.poll(() => shop.cart.attributes.__twofold_fbc, SOON).toContain('IwAR9shop')
    const note_attributes = Object.entries(shop.cart.attributes).map(([name, value]) => ({
      name,
      value,
    }))
    const shopify = await connect(server, datasetId, { source: 'shopify' })
    const at = new Date(Date.now() - 30_000).toISOString()
    const body = shopifyOrder({ at, more: { note_attributes } })
    const headers = { 'x-shopify-topic': 'orders/paid' }
    expect(await shopify.send({ headers, body })).toBe(200)
    await publish('checkout_completed', checkout({ order: { id: '5001' } }))
    await shopify.settled()
    await expect.poll(async () => (await named('Purchase'))[0]?.legs.length, SOON).toBe(2)
    const [purchase, ...others] = await named('Purchase')
    expect(others).toEqual([])
    expect(purchase?.user_data).toMatchObject({
      fbp: shop.cart.attributes.__twofold_fbp,
      fbc: shop.cart.attributes.__twofold_fbc,
    })
  })

  it('says no more than that where the visitor refused', async () => {
    shop.privacy = { marketingAllowed: false }
    shop.theme = (await files())['Theme snippet'] ?? ''
    shop.cart.item_count = 1
    await page.goto(`${shop.url}cart?fbclid=IwAR9shop`)
    await expect.poll(() => shop.cart.attributes.__twofold_consent, SOON).toBe('denied')
    expect(Object.values(shop.cart.attributes).filter(Boolean)).toEqual(['denied'])
  })
})

it('ids of checkouts are those of fbq.eventId, whatever is in the token', async () => {
  const { idOf } = (await import(
    new URL('../../integrations/shopify/customer-events.js', import.meta.url).href
  )) as { idOf: (action: string, part: string) => string }
  for (const token of ['chk7f', " a b!'()*", 'Z2lk/+=', 'ä:ö']) {
    expect(idOf('InitiateCheckout', token)).toBe(eventId('InitiateCheckout', token))
  }
})
