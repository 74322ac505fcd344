/**
 * Platforms that only point at what happened, by the public door: what they point at is asked for
 * at their API (here a stand-in), and counted once; failures wait, say why, and can be tried again.
 */
import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  bigcommerceHook,
  bigcommerceOrder,
  bigcommerceProducts,
} from '../../src/sources/bigcommerce-orders.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type PlatformApi, startPlatformApi } from './platform-api.ts'
import { type Connected, connect } from './platform-fixture.ts'

let server: TestServer
let api: PlatformApi
let dataset: { dataset_id: string }

beforeAll(async () => {
  server = await startTwofold()
})
afterAll(async () => {
  await server.close()
})
beforeEach(async () => {
  api = await startPlatformApi()
  dataset = await server.createDataset({ default_country: 'US' })
})
afterEach(async () => {
  await api.close()
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const nowS = (): number => Math.floor(Date.now() / 1000)
const rfc2822 = (): string => new Date().toUTCString().replace('GMT', '+0000')

interface Listed {
  readonly event_id: string
  readonly user_data: Record<string, unknown>
  readonly custom_data: Record<string, unknown>
}

async function eventsOf(name: string): Promise<readonly Listed[]> {
  const path = `/api/datasets/${dataset.dataset_id}/events?event_name=${name}&limit=50`
  return (await server.api<{ events: readonly Listed[] }>('GET', path)).events
}

const ORDER = 'GET /stores/abc123/v2/orders/118'

function orderIs(more: Record<string, unknown>): void {
  const dates = { date_created: rfc2822(), date_modified: rfc2822() }
  api.says.set(ORDER, { json: bigcommerceOrder({ ...dates, ...more }) })
  api.says.set(`${ORDER}/products`, { json: bigcommerceProducts })
}

const bigcommerce = (): Promise<Connected> =>
  connect(server, dataset.dataset_id, {
    source: 'bigcommerce',
    settings: { access_token: 'token-of-the-shop', api_url: api.url },
  })

/** With the header that the webhook was made to send. */
const points = (shop: Connected, scope: string, hash: string): Promise<number> =>
  shop.send({
    headers: { 'x-twofold-key': shop.secret },
    body: JSON.stringify(bigcommerceHook(scope, hash)),
  })

describe('BigCommerce', () => {
  it('counts an order once, whatever its status does, and its refund', async () => {
    const shop = await bigcommerce()
    for (const [hash, status_id] of Object.entries({ a: 0, b: 11, c: 10 })) {
      orderIs({ status_id })
      expect(await points(shop, 'store/order/statusUpdated', hash)).toBe(200)
      await shop.settled()
    }
    expect(await points(shop, 'store/order/statusUpdated', 'c')).toBe(200)
    orderIs({ status_id: 14, refunded_amount: '16.5000' })
    await points(shop, 'store/order/refund/created', 'd')
    await shop.settled()

    const [purchase, ...others] = await eventsOf('Purchase')
    expect(others).toEqual([])
    expect(purchase).toMatchObject({
      event_id: 'purchase:118',
      user_data: { em: [sha256('ann@example.com')], st: [sha256('tx')] },
      custom_data: { value: 316.5, currency: 'USD', content_ids: ['364'] },
    })
    const [refund, ...more] = await eventsOf('Refund')
    expect(more).toEqual([])
    expect(refund).toMatchObject({
      user_data: { em: [sha256('ann@example.com')] },
      custom_data: { value: 16.5, currency: 'USD' },
    })
    expect(new Set(api.came.map(({ token }) => token))).toEqual(new Set(['token-of-the-shop']))
  })

  it('without the key of the webhook is refused', async () => {
    const shop = await bigcommerce()
    expect(await shop.send({ body: JSON.stringify(bigcommerceHook('store/order/created')) })).toBe(
      401,
    )
  })

  it('that is down makes its deliveries wait and say why; asked, they are tried at once', async () => {
    const shop = await bigcommerce()
    api.says.set(ORDER, { status: 503, headers: { 'retry-after': '3600' } })
    await points(shop, 'store/order/created', 'a')
    const waiting = await vi.waitFor(async () => {
      const [delivery] = await shop.deliveries()
      expect(delivery).toMatchObject({ state: 'received', reason: 'enrich_failed' })
      return delivery
    })
    expect(waiting).toMatchObject({
      detail: 'BigCommerce answered 503 to GET /stores/abc123/v2/orders/118.',
      can_retry: true,
    })
    orderIs({})
    const base = `/api/datasets/${dataset.dataset_id}/connections/${shop.connection.connection_id}`
    const retry = { ids: [waiting?.id], states: ['received'] }
    expect(await server.api('POST', `${base}/retry`, retry)).toEqual({ due: 1 })
    await shop.settled()
    expect(await eventsOf('Purchase')).toHaveLength(1)
  })

  it('that refuses the token leaves a failed delivery, counted once the token is right', async () => {
    const shop = await bigcommerce()
    api.says.set(ORDER, { status: 401 })
    await points(shop, 'store/order/created', 'a')
    expect(await shop.settled()).toMatchObject([{ state: 'failed', reason: 'enrich_failed' }])
    orderIs({})
    const base = `/api/datasets/${dataset.dataset_id}/connections/${shop.connection.connection_id}`
    await server.api('PATCH', base, { settings: { access_token: 'a-newer-token' } })
    await server.api('POST', `${base}/retry`, {})
    await shop.settled()
    expect(await eventsOf('Purchase')).toHaveLength(1)
    expect(api.came.at(-1)?.token).toBe('a-newer-token')
    expect(JSON.stringify(await shop.shown())).not.toContain('a-newer-token')
  })

  it('that does not answer holds up nobody else', async () => {
    const slow = await bigcommerce()
    api.says.set(ORDER, 'hangs')
    await points(slow, 'store/order/created', 'a')
    const generic = await connect(server, dataset.dataset_id, { source: 'generic' })
    const event = {
      ...{ event_name: 'Lead', event_id: 'lead:1', event_time: nowS(), action_source: 'website' },
      ...{ event_source_url: 'https://shop.example/', user_data: { em: ['ann@example.com'] } },
    }
    await generic.send({
      headers: { 'x-twofold-key': generic.secret },
      body: JSON.stringify(event),
    })
    expect(await generic.settled()).toMatchObject([{ state: 'translated' }])
    expect(await slow.deliveries()).toMatchObject([{ state: 'received' }])
  })

  it('sends its token to no other server than it was entered for', async () => {
    const shop = await bigcommerce()
    const base = `/api/datasets/${dataset.dataset_id}/connections/${shop.connection.connection_id}`
    const moved = { settings: { api_url: 'https://elsewhere.example' } }
    await expect(server.api('PATCH', base, moved)).rejects.toThrow('settings.access_token')
  })
})

it('HubSpot: a list of changes is asked for in three requests, each event told once', async () => {
  const stages = { qualifiedtobuy: 'QualifiedLead', closedwon: 'Purchase' }
  const hubspot = await connect(server, dataset.dataset_id, {
    source: 'hubspot',
    settings: { access_token: 'pat-of-the-app', api_url: api.url, stages },
  })
  const json = (results: unknown) => ({ json: { results } })
  const properties = { amount: '1200.50', deal_currency_code: 'EUR' }
  api.says.set('POST /crm/v3/objects/deals/batch/read', json([{ id: '900', properties }]))
  const people = [{ from: { id: '900' }, to: [{ toObjectId: 55 }] }]
  api.says.set('POST /crm/v4/associations/deals/contacts/batch/read', json(people))
  const contact = { id: '55', properties: { email: 'Ann@Example.com' } }
  api.says.set('POST /crm/v3/objects/contacts/batch/read', json([contact]))
  const change = (eventId: number, propertyValue: string) => ({
    ...{ eventId, subscriptionId: 1, portalId: 7, objectId: 900, occurredAt: Date.now() },
    ...{ subscriptionType: 'deal.propertyChange', propertyName: 'dealstage', propertyValue },
  })
  const there = ['qualifiedtobuy', 'appointmentscheduled', 'qualifiedtobuy', 'closedwon']
  await hubspot.send({ body: JSON.stringify(there.map((stage, n) => change(n, stage))) })
  await hubspot.settled()
  await hubspot.send({ body: JSON.stringify([change(9, 'qualifiedtobuy')]) })
  const [, first] = await hubspot.settled()
  expect(first?.events).toHaveLength(2)
  expect(await eventsOf('QualifiedLead')).toHaveLength(1)
  expect(await eventsOf('Purchase')).toMatchObject([
    {
      user_data: { em: [sha256('ann@example.com')] },
      custom_data: { value: 1200.5, currency: 'EUR', lead_event_source: 'HubSpot' },
    },
  ])
  expect(api.came).toHaveLength(6)
})

it('PayPal: who paid is asked for, with a token that serves several until it ends', async () => {
  const paypal = await connect(server, dataset.dataset_id, {
    source: 'paypal',
    settings: { client_id: 'the-app', client_secret: 'its-secret', api_url: api.url },
  })
  api.says.set('POST /v1/oauth2/token', { json: { access_token: 'A21AA' } })
  const payer = { email_address: 'ann@example.com', name: { given_name: 'Ann' } }
  for (const id of ['O1', 'O2', 'O3']) {
    api.says.set(`GET /v2/checkout/orders/${id}`, { json: { payer } })
  }
  for (const id of ['O1', 'O2', 'O3']) {
    if (id === 'O3') {
      api.ended.add('Bearer A21AA')
      api.says.set('POST /v1/oauth2/token', { json: { access_token: 'A21BB' } })
    }
    const resource = {
      ...{ id: `C${id}`, amount: { currency_code: 'USD', value: '60.99' } },
      supplementary_data: { related_ids: { order_id: id } },
    }
    const body = { id: `WH-${id}`, event_type: 'PAYMENT.CAPTURE.COMPLETED', resource }
    await paypal.send({
      headers: { 'x-twofold-key': paypal.secret },
      body: JSON.stringify(body),
    })
    await paypal.settled()
  }
  const purchases = await eventsOf('Purchase')
  expect(purchases.map(({ user_data }) => user_data.em)).toEqual([
    [sha256('ann@example.com')],
    [sha256('ann@example.com')],
    [sha256('ann@example.com')],
  ])
  expect(api.came.map(({ line }) => line)).toEqual([
    ...['POST /v1/oauth2/token', 'GET /v2/checkout/orders/O1', 'GET /v2/checkout/orders/O2'],
    ...['GET /v2/checkout/orders/O3', 'POST /v1/oauth2/token', 'GET /v2/checkout/orders/O3'],
  ])
})

it('Paddle: the customer of a transaction is asked for', async () => {
  const paddle = await connect(server, dataset.dataset_id, {
    source: 'paddle',
    settings: { api_key: 'pdl_apikey_1', api_url: api.url },
  })
  api.says.set('GET /customers/ctm_1', { json: { data: { email: 'ann@example.com' } } })
  const data = {
    ...{ id: 'txn_1', customer_id: 'ctm_1', currency_code: 'USD', origin: 'web' },
    ...{ billed_at: new Date().toISOString(), details: { totals: { grand_total: '1999' } } },
  }
  const body = { event_id: 'evt_1', event_type: 'transaction.completed', data }
  await paddle.send({ body: JSON.stringify(body) })
  expect(await paddle.settled()).toMatchObject([{ state: 'translated' }])
  expect(await eventsOf('Purchase')).toMatchObject([
    { user_data: { em: [sha256('ann@example.com')] }, custom_data: { value: 19.99 } },
  ])
  expect(api.came[0]?.token).toBe('Bearer pdl_apikey_1')
})
