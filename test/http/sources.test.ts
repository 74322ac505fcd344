/**
 * Orders of three platforms by the public door, each also seen by the pixel, each delivered twice
 * and out of order: counted once, with the match keys of both sides.
 */
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DoctorAnswer } from '../../src/api/types.ts'
import { shopifyOrder, shopifyRefund } from '../../src/sources/shopify-orders.ts'
import { stripeCharge, stripeEvent, stripeSession } from '../../src/sources/stripe-events.ts'
import { wooOrder } from '../../src/sources/woocommerce-orders.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type Connected, connect, SIGN } from './platform-fixture.ts'

let server: TestServer
let dataset: { dataset_id: string; access_token: string }

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
const nowS = (): number => Math.floor(Date.now() / 1000)
const iso = (ageS = 60): string => new Date((nowS() - ageS) * 1000).toISOString()
const gmt = (ageS = 60): string => iso(ageS).slice(0, 19)

interface ListedEvent {
  readonly event_name: string
  readonly event_id: string
  readonly user_data: Record<string, unknown>
  readonly custom_data: Record<string, unknown>
  readonly legs: readonly { channel: string; via: string; verdict: string }[]
}

/** As the thank-you page reports it. */
async function seenByPixel(orderId: string, value: number, currency: string): Promise<void> {
  const event = {
    dataset_id: dataset.dataset_id,
    event_name: 'Purchase',
    event_id: `purchase:${orderId}`,
    event_time: nowS() - 30,
    action_source: 'website',
    event_source_url: 'https://shop.example/thanks',
    user_data: { fbp: 'fb.1.1772400000000.1111111111', external_id: ['visitor-1'] },
    custom_data: { value, currency, order_id: orderId },
  }
  const answer = await fetch(`${server.url}/e`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', 'user-agent': PERSON },
    body: JSON.stringify({ sent_at: Date.now(), events: [event] }),
  })
  expect(answer.status).toBe(200)
}

async function eventsOf(name: string): Promise<readonly ListedEvent[]> {
  const path = `/api/datasets/${dataset.dataset_id}/events?event_name=${name}&limit=50`
  return (await server.api<{ events: readonly ListedEvent[] }>('GET', path)).events
}

const states = async (platform: Connected): Promise<Record<string, number>> =>
  (await platform.shown()).states

describe('an order that platform and pixel both saw', () => {
  it('of Shopify counts once: paid before created, twice each, then refunded', async () => {
    const shopify = await connect(server, dataset.dataset_id, { source: 'shopify' })
    const deliver = (topic: string, id: string, body: string) =>
      shopify.send({ headers: { 'x-shopify-topic': topic, 'x-shopify-event-id': id }, body })
    const order = { id: '820982911946154508', at: iso() }
    const created = shopifyOrder({ ...order, more: { financial_status: 'pending' } })
    expect(
      await deliver('refunds/create', 'e0', shopifyRefund({ order: order.id, at: iso(5) })),
    ).toBe(200)
    await shopify.settled()
    await deliver('orders/paid', 'e1', shopifyOrder(order))
    await seenByPixel(order.id, 64.9, 'EUR')
    await deliver('orders/paid', 'e1', shopifyOrder(order))
    await deliver('orders/create', 'e2', created)
    await deliver('orders/create', 'e2', created)
    await deliver('orders/updated', 'e3', shopifyOrder(order))
    await shopify.settled()

    const [purchase, ...others] = await eventsOf('Purchase')
    expect(others).toEqual([])
    expect(purchase).toMatchObject({
      event_id: `purchase:${order.id}`,
      custom_data: { value: 64.9, currency: 'EUR', order_id: order.id },
    })
    const channels = purchase?.legs.map(({ channel }) => channel).sort()
    expect(channels).toEqual(['browser', 'other'])
    expect(Object.keys(purchase?.user_data ?? {}).sort()).toEqual([
      ...['client_ip_address', 'client_user_agent', 'country', 'ct', 'em', 'external_id'],
      ...['fbc', 'fbp', 'fn', 'ln', 'ph', 'st', 'zp'],
    ])
    const [refund, ...more] = await eventsOf('Refund')
    expect(more).toEqual([])
    expect(refund?.custom_data).toMatchObject({ value: 10, currency: 'EUR', order_id: order.id })
    expect(refund?.user_data.em).toEqual(purchase?.user_data.em)
    expect(await states(shopify)).toMatchObject({ translated: 1, ignored: 3, duplicate: 2 })
  })

  it('of WooCommerce counts once: on hold, processing, completed, all at once', async () => {
    const woo = await connect(server, dataset.dataset_id, { source: 'woocommerce' })
    const topic = { 'x-wc-webhook-topic': 'order.updated' }
    const source = { 'x-wc-webhook-source': 'https://shop.example/' }
    // Two orders of one second have the same delivery id.
    const headers = { ...topic, ...source, 'x-wc-webhook-delivery-id': 'same' }
    const body = (id: number, status: string) => wooOrder({ id, status, at: gmt() })
    await seenByPixel('727', 29.35, 'EUR')
    const bodies = ['completed', 'processing', 'on-hold', 'processing'].map((status) =>
      body(727, status),
    )
    const sent = [...bodies, ...bodies, body(728, 'processing')]
    const answers = await Promise.all(sent.map((one) => woo.send({ headers, body: one })))
    expect(new Set(answers)).toEqual(new Set([200]))
    await woo.settled()
    const purchases = await eventsOf('Purchase')
    expect(purchases.map(({ event_id }) => event_id).sort()).toEqual([
      'purchase:727',
      'purchase:728',
    ])
    const both = purchases.find(({ event_id }) => event_id === 'purchase:727')
    expect(both?.legs).toHaveLength(2)
    expect(both?.user_data).toMatchObject({
      client_ip_address: expect.any(String),
      fbp: 'fb.1.1772400000000.1111111111',
      fbc: expect.stringContaining('IwAR1xyz'),
    })
    const { received, duplicate, translated, ignored } = await states(woo)
    expect([received, duplicate, (translated ?? 0) + (ignored ?? 0)]).toEqual([0, 5, 4])
    expect(translated).toBe(2)
  })

  it('of Stripe counts once: refunds first, then payment, session and its copies', async () => {
    const stripe = await connect(server, dataset.dataset_id, { source: 'stripe' })
    const send = (id: string, type: string, object: Record<string, unknown>) =>
      stripe.send({ body: stripeEvent({ id, type, created: nowS() - 20, object }) })
    const charge = (cents: number) => stripeCharge({ amount_refunded: cents })
    await send('evt_refund', 'charge.refunded', charge(1000))
    await send('evt_pi', 'payment_intent.succeeded', { id: 'pi_1', currency: 'eur' })
    await stripe.settled()
    expect(await eventsOf('Refund')).toEqual([])
    await send('evt_unpaid', 'checkout.session.completed', {
      ...stripeSession({ payment_status: 'unpaid' }),
    })
    await send('evt_paid', 'checkout.session.async_payment_succeeded', stripeSession())
    await send('evt_paid', 'checkout.session.async_payment_succeeded', stripeSession())
    await seenByPixel('cs_live_a1', 59.9, 'EUR')
    await stripe.settled()
    await send('evt_refund2', 'charge.refunded', charge(2500))
    await send('evt_late', 'checkout.session.completed', stripeSession())
    await stripe.settled()
    const [purchase, ...others] = await eventsOf('Purchase')
    expect(others).toEqual([])
    expect(purchase?.legs.map(({ channel }) => channel).sort()).toEqual(['browser', 'other'])
    expect(purchase?.user_data).toMatchObject({
      em: [expect.stringMatching(/^[0-9a-f]{64}$/)],
      client_ip_address: '198.51.100.23',
    })
    const refunds = await eventsOf('Refund')
    expect(refunds.map(({ custom_data }) => custom_data.value)).toEqual([15, 10])
    expect(refunds[0]?.user_data.em).toEqual(purchase?.user_data.em)
    expect(await states(stripe)).toMatchObject({ translated: 2, duplicate: 1, failed: 0 })
  })
})

describe('what is delivered', () => {
  it('for two orders under one event id is of both, and of each once', async () => {
    const shopify = await connect(server, dataset.dataset_id, { source: 'shopify' })
    const headers = { 'x-shopify-topic': 'orders/paid', 'x-shopify-event-id': 'bulk' }
    const bodies = ['5001', '5002'].map((id) => shopifyOrder({ id, at: iso() }))
    for (const body of [...bodies, ...bodies]) {
      expect(await shopify.send({ headers, body })).toBe(200)
    }
    await shopify.settled()
    expect((await eventsOf('Purchase')).map(({ event_id }) => event_id).sort()).toEqual([
      'purchase:5001',
      'purchase:5002',
    ])
    expect(await states(shopify)).toMatchObject({ translated: 2, duplicate: 2 })
  })

  it('is refused without its signature, and the refusal is told', async () => {
    const shopify = await connect(server, dataset.dataset_id, { source: 'shopify' })
    const body = shopifyOrder({ at: iso() })
    const headers = { 'x-shopify-topic': 'orders/paid' }
    const wrong = { ...headers, 'x-shopify-hmac-sha256': 'AAAA' }
    expect(await shopify.send({ headers: wrong, body })).toBe(401)
    expect(await shopify.deliveries()).toEqual([])
    expect((await shopify.shown()).refused).toMatchObject({ n: 1, code: 'signature_wrong' })
    const elsewhere = await fetch(`${server.url}/hooks/shopify/c_nobody`, { method: 'POST', body })
    expect(elsewhere.status).toBe(404)
  })

  it('is proven by headers in capitals, as some senders write them', async () => {
    const shopify = await connect(server, dataset.dataset_id, { source: 'shopify' })
    const body = shopifyOrder({ at: iso() })
    const signed = SIGN.shopify?.(body, shopify.secret) ?? {}
    const sent = { ...signed, 'x-shopify-topic': 'orders/paid', 'content-type': 'application/json' }
    const headers = Object.fromEntries(
      Object.entries(sent).map(([name, value]) => [name.toUpperCase(), value]),
    )
    const url = server.url + new URL(shopify.connection.url).pathname
    // Not by fetch, which writes every name in small letters.
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(url, { method: 'POST', headers }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode))
      })
      request.on('error', reject).end(body)
    })
    expect(status).toBe(200)
    await shopify.settled()
    expect((await eventsOf('Purchase')).length).toBe(1)
  })

  it('is proven by the new secret and the one before it, while they change', async () => {
    const shopify = await connect(server, dataset.dataset_id, { source: 'shopify' })
    const { connection_id } = shopify.connection
    const path = `/api/datasets/${dataset.dataset_id}/connections/${connection_id}`
    const [mask] = (await shopify.shown()).settings.secrets as string[]
    await server.api('PATCH', path, { settings: { secrets: ['the-new-secret-1', mask] } })
    const headers = { 'x-shopify-topic': 'orders/paid' }
    expect(await shopify.send({ headers, body: shopifyOrder({ at: iso() }) })).toBe(200)
    const body = shopifyOrder({ id: '5002', at: iso() })
    const signed = SIGN.shopify?.(body, 'the-new-secret-1')
    expect(await shopify.send({ headers: { ...headers, ...signed }, body })).toBe(200)
    const wrong = server.api('PATCH', path, { settings: { secrets: ['•••• zzzz'] } })
    await expect(wrong).rejects.toThrow('settings.secrets')
  })

  it('is kept encrypted, and neither listed nor logged', async () => {
    const woo = await connect(server, dataset.dataset_id, { source: 'woocommerce' })
    const headers = { 'x-wc-webhook-topic': 'order.updated' }
    await woo.send({ headers, body: wooOrder({ at: gmt() }) })
    const list = await woo.settled()
    expect(JSON.stringify([list, await woo.shown()])).not.toMatch(/ann@|94103|203\.0\.113/)
    expect(list).toMatchObject([{ state: 'translated', can_retry: true }])
    expect(woo.connection.secret).toMatch(/^[a-z0-9]{40}$/)
    expect(JSON.stringify(await woo.shown())).not.toContain(woo.secret)
  })

  it('that was counted is not counted again when it is translated again', async () => {
    const woo = await connect(server, dataset.dataset_id, { source: 'woocommerce' })
    const headers = { 'x-wc-webhook-topic': 'order.updated' }
    await woo.send({ headers, body: wooOrder({ at: gmt() }) })
    await woo.settled()
    const path = `/api/datasets/${dataset.dataset_id}/connections/${woo.connection.connection_id}`
    const body = { states: ['translated', 'failed', 'ignored'] }
    expect(await server.api('POST', `${path}/retry`, body)).toEqual({ due: 1 })
    expect(await woo.settled()).toMatchObject([{ state: 'ignored', reason: 'already_counted' }])
    const [purchase] = await eventsOf('Purchase')
    expect(purchase?.legs).toHaveLength(1)
  })

  it('of a test shop is not counted, or goes under the code that was set', async () => {
    const stripe = await connect(server, dataset.dataset_id, { source: 'stripe' })
    const test = (id: string) =>
      stripeEvent({
        id,
        created: nowS(),
        livemode: false,
        object: stripeSession({ id: `cs_test_${id}`, payment_intent: null }),
      })
    await stripe.send({ body: test('1') })
    expect(await stripe.settled()).toMatchObject([{ state: 'ignored', reason: 'test_order' }])
    const path = `/api/datasets/${dataset.dataset_id}/connections/${stripe.connection.connection_id}`
    await server.api('PATCH', path, { settings: { test_event_code: 'TEST9' } })
    await stripe.send({ body: test('2') })
    await stripe.settled()
    expect(await eventsOf('Purchase')).toMatchObject([{ event_id: 'purchase:cs_test_2' }])
  })

  it('that nobody can read fails with its reason and can be tried again', async () => {
    const woo = await connect(server, dataset.dataset_id, { source: 'woocommerce' })
    const headers = { 'x-wc-webhook-topic': 'order.updated' }
    const body = JSON.stringify({ id: 5, status: 'completed', currency: 'EUR' })
    await woo.send({ headers, body })
    await woo.send({ headers, body: wooOrder({ id: 6, at: '2026-01-01T10:00:00' }) })
    expect(await woo.settled()).toMatchObject([
      { state: 'failed', reason: 'event_too_old' },
      { state: 'failed', reason: 'incomplete', detail: expect.stringContaining('total') },
    ])
    expect(await eventsOf('Purchase')).toEqual([])
    const doctor = await server.api<DoctorAnswer>('GET', '/api/doctor')
    expect(doctor.ok).toBe(true)
  })

  it('answers the trial of WooCommerce, which is neither JSON nor signed', async () => {
    const woo = await connect(server, dataset.dataset_id, { source: 'woocommerce' })
    const answer = await fetch(server.url + new URL(woo.connection.url).pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'webhook_id=7',
    })
    expect(answer.status).toBe(200)
    expect(await woo.deliveries()).toEqual([])
  })
})
