/**
 * How the browser's identity reaches the order by the public door, rung by rung: what travelled with
 * it, what its shopper's browser reported under its id or its checkout's token, the landing page.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventId } from '../../src/event/ids.ts'
import { shopifyOrder } from '../../src/sources/shopify-orders.ts'
import { stripeEvent, stripeSession } from '../../src/sources/stripe-events.ts'
import { wooOrder } from '../../src/sources/woocommerce-orders.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type Connected, connect } from './platform-fixture.ts'

let server: TestServer
let dataset: { dataset_id: string }

beforeAll(async () => {
  server = await startTwofold()
})
afterAll(async () => {
  await server.close()
})
beforeEach(async () => {
  dataset = await server.createDataset({ default_country: 'US' })
})

const PERSON = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/147.0.0.0 Safari/537.36'
const FBP = 'fb.1.1772400000000.1111111111'
const FBC = 'fb.1.1772400000000.IwAR9browser'
const nowS = (): number => Math.floor(Date.now() / 1000)
const iso = (ageS = 60): string => new Date((nowS() - ageS) * 1000).toISOString()

interface Listed {
  readonly event_id: string
  readonly event_source_url?: string
  readonly data_processing_options?: readonly string[]
  readonly user_data: Record<string, unknown>
  readonly legs: readonly { channel: string }[]
}

/** What a page of the shop reports. */
async function reported(event: Record<string, unknown>): Promise<void> {
  const whole = {
    dataset_id: dataset.dataset_id,
    event_time: nowS() - 90,
    action_source: 'website',
    event_source_url: 'https://shop.example/checkout?key=secret',
    user_data: { fbp: FBP, fbc: FBC, external_id: ['visitor-1'] },
    ...event,
  }
  const answer = await fetch(`${server.url}/e`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', 'user-agent': PERSON },
    body: JSON.stringify({ sent_at: Date.now(), events: [whole] }),
  })
  expect(answer.status).toBe(200)
}

const checkout = (token: string, more: Record<string, unknown> = {}): Promise<void> =>
  reported({
    event_name: 'InitiateCheckout',
    event_id: eventId('InitiateCheckout', token),
    custom_data: { value: 20, currency: 'EUR' },
    ...more,
  })

const thanks = (orderId: string): Promise<void> =>
  reported({
    event_name: 'Purchase',
    event_id: eventId('Purchase', orderId),
    custom_data: { value: 64.9, currency: 'EUR', order_id: orderId },
  })

async function purchases(): Promise<readonly Listed[]> {
  const path = `/api/datasets/${dataset.dataset_id}/events?event_name=Purchase&limit=50`
  return (await server.api<{ events: readonly Listed[] }>('GET', path)).events
}

interface Shop {
  readonly source: string
  readonly token: string
  readonly orderId: string
  /** An order of which nothing was carried, in the states it goes through. */
  readonly deliver: (platform: Connected) => Promise<unknown>
}

const shopify = (more: Record<string, unknown> = {}) =>
  shopifyOrder({ at: iso(), more: { note_attributes: [], ...more } })
const sendShopify = (platform: Connected, more: Record<string, unknown> = {}) =>
  platform.send({ headers: { 'x-shopify-topic': 'orders/paid' }, body: shopify(more) })
const sendWoo = (platform: Connected, status: string, more: Record<string, unknown> = {}) =>
  platform.send({
    headers: { 'x-wc-webhook-topic': 'order.updated' },
    body: wooOrder({ status, at: iso().slice(0, 19), more: { meta_data: [], ...more } }),
  })
const sendStripe = (platform: Connected, id: string, more: Record<string, unknown> = {}) =>
  platform.send({
    body: stripeEvent({
      id,
      created: nowS() - 20,
      object: stripeSession({ metadata: {}, client_reference_id: 'ref_1', ...more }),
    }),
  })

const SHOPS: readonly (readonly [string, Shop])[] = [
  [
    'Shopify, its checkout',
    {
      source: 'shopify',
      token: 'chk7f',
      orderId: '5001',
      deliver: async (platform) => {
        await sendShopify(platform)
        await sendShopify(platform)
        return sendShopify(platform, { financial_status: 'pending', updated_at: iso(70) })
      },
    },
  ],
  [
    'WooCommerce, the key of the order',
    {
      source: 'woocommerce',
      token: 'wc_order_k727',
      orderId: '727',
      deliver: async (platform) => {
        const bare = { customer_ip_address: '', customer_user_agent: '' }
        for (const status of ['completed', 'completed', 'on-hold', 'processing']) {
          await sendWoo(platform, status, bare)
        }
      },
    },
  ],
  [
    'Stripe, the reference of the payment link',
    {
      source: 'stripe',
      token: 'ref_1',
      orderId: 'cs_live_a1',
      deliver: async (platform) => {
        await sendStripe(platform, 'evt_2')
        await sendStripe(platform, 'evt_2')
        return sendStripe(platform, 'evt_1', { payment_status: 'unpaid' })
      },
    },
  ],
]

const FULL = {
  em: expect.any(Array),
  external_id: expect.any(Array),
  fbp: FBP,
  fbc: FBC,
  client_ip_address: expect.any(String),
  client_user_agent: expect.any(String),
}

describe.each(SHOPS)(
  'an order that carries nothing: %s',
  (_, { source, token, orderId, deliver }) => {
    it('counts once with full match keys, told twice and out of order, seen or not', async () => {
      const platform = await connect(server, dataset.dataset_id, { source })
      await checkout(token)
      await checkout(token)
      await deliver(platform)
      await platform.settled()
      const [alone, ...others] = await purchases()
      expect(others).toEqual([])
      expect(alone?.legs.map(({ channel }) => channel)).toEqual(['other'])
      expect(alone).toMatchObject({ event_id: eventId('Purchase', orderId), user_data: FULL })
      expect(alone?.event_source_url).not.toContain('secret')

      await thanks(orderId)
      await deliver(platform)
      await platform.settled()
      const [both, ...more] = await purchases()
      expect(more).toEqual([])
      expect(both?.legs.map(({ channel }) => channel).sort()).toEqual(['browser', 'other'])
      expect(both?.user_data).toMatchObject(FULL)
    })

    it('takes nothing from another checkout', async () => {
      const platform = await connect(server, dataset.dataset_id, { source })
      await checkout('somebody-else')
      await deliver(platform)
      await platform.settled()
      const [purchase] = await purchases()
      expect(purchase?.user_data.fbp).toBeUndefined()
    })
  },
)

describe('the ladder', () => {
  it('takes what the thank-you page reported under the id of the order', async () => {
    const platform = await connect(server, dataset.dataset_id, { source: 'woocommerce' })
    await reported({
      event_name: 'Lead',
      event_id: 'lead-1',
      custom_data: { order_id: '727' },
    })
    await sendWoo(platform, 'processing')
    await platform.settled()
    expect((await purchases())[0]?.user_data).toMatchObject({ fbp: FBP, fbc: FBC })
  })

  it('keeps what travelled with the order, whatever the browser said elsewhere', async () => {
    const platform = await connect(server, dataset.dataset_id, { source: 'shopify' })
    const own = 'fb.1.1772400000001.2222222222'
    await checkout('chk7f')
    const note_attributes = [
      { name: '__twofold_fbp', value: own },
      { name: '__twofold_url', value: 'https://shop.example/cart?x=1' },
    ]
    await sendShopify(platform, { note_attributes })
    await platform.settled()
    expect((await purchases())[0]).toMatchObject({
      event_source_url: 'https://shop.example/cart',
      user_data: { fbp: own, fbc: FBC, client_ip_address: '203.0.113.9' },
    })
  })

  it('comes to the click of the landing page last', async () => {
    const platform = await connect(server, dataset.dataset_id, { source: 'shopify' })
    await checkout('chk7f', { user_data: { fbp: FBP } })
    await sendShopify(platform)
    await platform.settled()
    expect((await purchases())[0]).toMatchObject({
      event_source_url: 'https://shop.example/checkout',
      user_data: { fbp: FBP, fbc: expect.stringMatching(/^fb\.1\.\d{13}\.IwAR0abc$/) },
    })
  })

  it('gives nothing of a browser to an order that an assistant or a till made', async () => {
    const woo = await connect(server, dataset.dataset_id, { source: 'woocommerce' })
    const till = await connect(server, dataset.dataset_id, { source: 'shopify' })
    await checkout('wc_order_k727')
    await checkout('chk7f')
    await sendWoo(woo, 'processing', { created_via: 'admin' })
    await sendShopify(till, { source_name: 'pos' })
    await Promise.all([woo.settled(), till.settled()])
    const found = await purchases()
    expect(found).toHaveLength(2)
    for (const { user_data } of found) {
      expect(user_data.fbp ?? user_data.client_user_agent).toBeUndefined()
    }
  })
})

describe('what the shopper allowed', () => {
  it('in the browser holds for the order, too, and so does limited data use', async () => {
    const platform = await connect(server, dataset.dataset_id, { source: 'shopify' })
    await checkout('chk7f', {
      consent: { state: 'granted', signal: 'fbq' },
      data_processing_options: ['LDU'],
    })
    await sendShopify(platform)
    await platform.settled()
    expect((await purchases())[0]).toMatchObject({ data_processing_options: ['LDU'] })
  })

  it('is refused on the order: nothing is looked for', async () => {
    const platform = await connect(server, dataset.dataset_id, { source: 'shopify' })
    await checkout('chk7f')
    await sendShopify(platform, {
      note_attributes: [{ name: 'twofold_consent', value: 'denied' }],
    })
    await platform.settled()
    for (const { user_data } of await purchases()) expect(user_data.fbp).toBeUndefined()
  })
})
