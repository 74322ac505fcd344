/**
 * Shops that are asked for their orders, by the public door: every order once in a book of its own,
 * whatever the platform does meanwhile, and never counted by asking.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type {
  ConnectionShown,
  DayRowsAnswer,
  DiagnosticsAnswer,
  HistoryAnswer,
  ReconciliationAnswer,
} from '../../src/api/types.ts'
import { bigcommerceOrder } from '../../src/sources/bigcommerce-orders.ts'
import { shopifyOrder } from '../../src/sources/shopify-orders.ts'
import { stripeEvent, stripeSession } from '../../src/sources/stripe-events.ts'
import { wooOrder } from '../../src/sources/woocommerce-orders.ts'
import { type AgedDataset, startAged } from '../aged-server.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type OrderShop, type PlatformName, startOrderShop } from './order-shops.ts'
import { connect } from './platform-fixture.ts'

let server: TestServer
let shop: OrderShop
let dataset: { dataset_id: string }

let aged: AgedDataset

beforeAll(async () => {
  const started = await startAged([{ orders_from: 'polls', default_country: 'US' }])
  server = started.server
  aged = started.datasets[0] ?? aged
})
afterAll(() => server.close())
beforeEach(async () => {
  dataset = await server.createDataset({ orders_from: 'polls', default_country: 'US' })
})
afterEach(() => shop.close())

const nowS = (): number => Math.floor(Date.now() / 1000)
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19)
const today = (): string => new Date().toISOString().slice(0, 10)

interface Known {
  readonly proof: string
  readonly settings: (url: string) => Record<string, unknown>
  /** An order of this id, changed then, paid or not. */
  readonly json: (id: number, changedS: number, more?: { paid?: boolean; total?: string }) => string
}

const basic = `Basic ${Buffer.from('ck_1:cs_1').toString('base64')}`

const KNOWN: Record<PlatformName, Known> = {
  shopify: {
    proof: 'shpat_1',
    settings: (shop_url) => ({ shop_url, access_token: 'shpat_1', currency: 'shop' }),
    json: (id, changedS, { paid = true, total = '20.00' } = {}) => {
      const at = `${iso(nowS() - 3700)}Z`
      const status = paid ? 'paid' : 'pending'
      const sums = { total_price: total, total_price_set: null, financial_status: status }
      const more = { updated_at: `${iso(changedS)}Z`, ...sums }
      return shopifyOrder({ id: String(id), at, more })
    },
  },
  woocommerce: {
    proof: basic,
    settings: (shop_url) => ({ shop_url, consumer_key: 'ck_1', consumer_secret: 'cs_1' }),
    json: (id, changedS, { paid = true, total = '20.00' } = {}) =>
      wooOrder({
        ...{ id, status: paid ? 'processing' : 'pending', at: iso(nowS() - 3700) },
        more: { date_modified_gmt: iso(changedS), total, currency: 'USD' },
      }),
  },
  bigcommerce: {
    proof: 'bc_1',
    settings: (api_url) => ({ api_url, access_token: 'bc_1', store_hash: 'abc123' }),
    json: (id, changedS, { paid = true, total = '20.00' } = {}) => {
      const rfc = (s: number): string => new Date(s * 1000).toUTCString().replace('GMT', '+0000')
      const dates = { date_created: rfc(nowS() - 3700), date_modified: rfc(changedS) }
      const sums = { total_inc_tax: total, status_id: paid ? 11 : 7 }
      return JSON.stringify(bigcommerceOrder({ id, ...dates, ...sums }))
    },
  },
  stripe: {
    proof: 'Bearer rk_1',
    settings: (api_url) => ({ api_url, api_key: 'rk_1' }),
    json: (id, changedS, { paid = true, total = '20.00' } = {}) => {
      const more = { payment_status: paid ? 'paid' : 'unpaid', amount_total: Number(total) * 100 }
      const object = stripeSession({ id: `cs_${id}`, payment_intent: `pi_${id}`, ...more })
      return stripeEvent({ id: `evt_${id}`, created: changedS, object })
    },
  },
}

/** A shop with orders 1 to n, a second apart, the last one a minute ago. */
async function shopOf(platform: PlatformName, n: number): Promise<Asked> {
  shop = await startOrderShop(platform)
  shop.proof = KNOWN[platform].proof
  for (let id = 1; id <= n; id++) change(platform, id, nowS() - 60 - n + id)
  const settings = KNOWN[platform].settings(shop.url)
  const { connection } = await connect(server, dataset.dataset_id, { source: platform, settings })
  const one = `/api/datasets/${dataset.dataset_id}/connections/${connection.connection_id}`
  const polling = async (): Promise<Polling> => {
    const { polling } = await server.api<ConnectionShown>('GET', one)
    if (!polling) throw new Error('The platform is not asked.')
    return polling
  }
  return {
    one,
    polling,
    ask: async (body = {}) => {
      await server.api('POST', `${one}/poll`, body)
      return vi.waitFor(
        async () => {
          const now = await polling()
          expect(now.running).toBe(false)
          return now
        },
        { timeout: 20_000, interval: 50 },
      )
    },
  }
}

type Polling = NonNullable<ConnectionShown['polling']>

interface Asked {
  readonly one: string
  readonly polling: () => Promise<Polling>
  /** Until the round has ended. */
  readonly ask: (body?: object) => Promise<Polling>
}

function change(
  platform: PlatformName,
  id: number,
  changedS: number,
  more?: { paid?: boolean; total?: string },
): void {
  const name = platform === 'stripe' ? `evt_${id}` : String(id)
  shop.orders.set(name, { id: name, changedS, json: KNOWN[platform].json(id, changedS, more) })
}

const path = (rest: string): string => `/api/datasets/${dataset.dataset_id}/${rest}`

async function rows(): Promise<DayRowsAnswer['rows']> {
  const days = [new Date(Date.now() - 86_400_000).toISOString().slice(0, 10), today()]
  const answers = await Promise.all(
    days.map((day) =>
      server.api<DayRowsAnswer>('GET', path(`reconciliation/${day}?show=all&limit=500`)),
    ),
  )
  return answers.flatMap((answer) => answer.rows)
}

const books = async (): Promise<ReconciliationAnswer['books']> =>
  (await server.api<ReconciliationAnswer>('GET', path('reconciliation'))).books

describe.each(Object.keys(KNOWN) as PlatformName[])('%s', (platform) => {
  it('names all its orders, page after page, and later only what changed', async () => {
    const { ask } = await shopOf(platform, 230)
    change(platform, 3, nowS() - 30, { paid: false })
    const first = await ask()
    expect(first).toMatchObject({ trouble: null, more: false, unread_detail: null })
    expect(shop.asked.length).toBeGreaterThanOrEqual(3)
    // Stripe tells of a session that is not paid only once it is.
    const expected = platform === 'stripe' ? 229 : 230
    expect(await books()).toMatchObject([{ origin: 'poll', orders: expected }])
    const known = await rows()
    expect(known.filter(({ status }) => status === 'paid')).toHaveLength(229)
    expect(known.find(({ status }) => status === 'paid')).toMatchObject({
      ...{ amount: '20', currency: platform === 'stripe' ? 'EUR' : 'USD', counted: null },
    })

    change(platform, 3, nowS() - 5)
    change(platform, 231, nowS() - 4, { total: '7.50' })
    const asked = shop.asked.length
    expect(await ask()).toMatchObject({ round: { added: expected === 229 ? 2 : 1 } })
    // Stripe's list is walked to its end; of the others one page is asked for with the overlap.
    expect(shop.asked.length - asked).toBeLessThanOrEqual(3)
    expect((await rows()).filter(({ status }) => status === 'paid')).toHaveLength(231)
    const events = await server.api<{ events: unknown[] }>('GET', path('events?limit=10'))
    expect(events.events).toEqual([])
  })

  it('that is busy is waited for, and one that takes no token says so', async () => {
    const { ask } = await shopOf(platform, 5)
    shop.failures.push({ status: 429, headers: { 'retry-after': '1' } })
    expect(await ask()).toMatchObject({ trouble: null, round: { orders: 5 } })

    shop.proof = 'another token'
    const refused = await ask()
    expect(refused.trouble).toMatch(/answered 401 to GET .* Check the token and its permissions/)
    expect(refused).toMatchObject({ round: { orders: 0 }, last_order: expect.anything() })
    shop.proof = KNOWN[platform].proof
    expect(await ask()).toMatchObject({ trouble: null })
  })
})

describe.each(['shopify', 'woocommerce', 'bigcommerce'] as const)('%s', (platform) => {
  it('loses no order when another moves from one page to a later one meanwhile', async () => {
    const { ask } = await shopOf(platform, 210)
    let moved = 0
    shop.afterPage = () => {
      // Each moves behind all others, and those after it one place forward.
      for (let n = 0; n < 10 && moved < 20; n++) change(platform, ++moved, nowS() - 20 + moved)
    }
    await ask()
    expect(await books()).toMatchObject([{ orders: 210 }])
    await ask()
    expect(await books()).toMatchObject([{ orders: 210 }])
  })

  it('is asked to the end also where a hundred orders changed in one second', async () => {
    const { ask } = await shopOf(platform, 0)
    for (let id = 1; id <= 250; id++) change(platform, id, nowS() - 900)
    await ask()
    expect(await books()).toMatchObject([{ orders: 250 }])
  })

  it('may have a clock of its own, and one order of the wrong century', async () => {
    const { ask } = await shopOf(platform, 0)
    shop.aheadS = 7200
    change(platform, 1, nowS() + 7100)
    change(platform, 2, 4_000_000_000)
    await ask()
    change(platform, 3, nowS() + 7190)
    expect(await ask()).toMatchObject({ round: { added: 1 } })
    expect(await books()).toMatchObject([{ orders: 3 }])
  })
})

it('goes on where trouble stopped it, without asking again for what is there', async () => {
  const { ask } = await shopOf('woocommerce', 250)
  shop.afterPage = (page) => {
    if (page === 2) shop.failures.push({ status: 403 })
  }
  const stopped = await ask()
  expect(stopped).toMatchObject({ more: true, round: { pages: 2 } })
  expect(stopped.trouble).toContain('403')
  shop.afterPage = () => undefined
  const asked = shop.asked.length
  expect(await ask()).toMatchObject({ more: false, trouble: null })
  expect(shop.asked.length - asked).toBeLessThanOrEqual(2)
  expect(await books()).toMatchObject([{ orders: 250 }])
})

it('an order that cannot be read stops no other, and is told of', async () => {
  const { ask } = await shopOf('woocommerce', 3)
  const broken = wooOrder({ id: 2, more: { total: null, date_modified_gmt: iso(nowS() - 50) } })
  shop.orders.set('2', { id: '2', changedS: nowS() - 50, json: broken })
  expect(await ask()).toMatchObject({
    ...{ round: { orders: 3, added: 2, unread: 1 }, trouble: null },
    unread_detail: 'total and currency: the order has none.',
  })
})

it('known by a webhook and by asking, an order is one sale; what nobody reported is sent', async () => {
  dataset = aged
  const { ask } = await shopOf('woocommerce', 2)
  const hooks = await connect(server, dataset.dataset_id, { source: 'woocommerce' })
  const tell = async (id: number): Promise<void> => {
    const more = { total: '20.00', currency: 'USD' }
    const body = wooOrder({ id, at: iso(nowS() - 3700), more })
    await hooks.send({ headers: { 'x-wc-webhook-topic': 'order.updated' }, body })
    await hooks.settled()
  }
  await tell(1)
  await ask()
  expect(await books()).toMatchObject([
    { origin: 'webhook', orders: 1 },
    { origin: 'poll', orders: 2 },
  ])
  const found = await rows()
  expect(found.map(({ order_id, kind }) => [order_id, kind]).sort()).toEqual([
    ['1', 'ok'],
    ['2', 'missing'],
  ])
  const sent = await server.api('POST', path('reconciliation/send'), { dry_run: false })
  expect(sent).toMatchObject({ missing: 1, sent: 1 })
  await tell(2)
  expect((await rows()).map(({ kind }) => kind)).toEqual(['ok', 'ok'])
})

it('finds out that Shopify’s own Meta channel feeds a pixel', async () => {
  const { ask } = await shopOf('shopify', 2)
  const config = JSON.stringify({ pixel_id: '1234567890', pixel_type: 'facebook_pixel' })
  const list = [{ id: '77', configuration: config, type: 'APP' }]
  shop.page = `<html><script>init({webPixelsConfigList: ${JSON.stringify(list)}})</script></html>`
  expect(await ask()).toMatchObject({ trouble: null, meta_pixels: ['1234567890'] })
  const { findings } = await server.api<DiagnosticsAnswer>('POST', path('diagnostics/look'))
  const own = findings.find(({ code }) => code === 'platform_channel')
  expect(own?.evidence).toContain('pixel 1234567890')
  shop.page = '<html></html>'
  expect(await ask()).toMatchObject({ meta_pixels: [] })
})

it('says what is missing, refuses to ask without it, and forgets with the connection', async () => {
  shop = await startOrderShop('shopify')
  const { connection } = await connect(server, dataset.dataset_id, { source: 'shopify' })
  const one = path(`connections/${connection.connection_id}`)
  const lacks = 'Enter shop_url and access_token.'
  expect(connection.polling).toMatchObject({ lacks, minutes: null })
  await expect(server.api('POST', `${one}/poll`, {})).rejects.toThrow(lacks)
  const other = await connect(server, dataset.dataset_id, { source: 'typeform' })
  expect(other.connection.polling).toBeNull()
  const asking = path(`connections/${other.connection.connection_id}/poll`)
  await expect(server.api('POST', asking, {})).rejects.toThrow('Typeform is not asked')
  await server.api('DELETE', one)
  const { entries } = await server.api<HistoryAnswer>('GET', path('history'))
  expect(entries.map(({ action }) => action)).toContain('connection.deleted')
})

it('asks by itself where minutes are set, and says when next', async () => {
  const { one, polling } = await shopOf('woocommerce', 4)
  await server.api('PATCH', one, { settings: { poll_minutes: 10 } })
  const done = await vi.waitFor(
    async () => {
      const now = await polling()
      expect(now.last_ms).not.toBeNull()
      return now
    },
    { timeout: 25_000, interval: 200 },
  )
  const nextMs = (done.next_ms ?? 0) - (done.last_ms ?? 0)
  expect(nextMs).toBeGreaterThanOrEqual(9 * 60_000)
  expect(nextMs).toBeLessThanOrEqual(11 * 60_000)
}, 30_000)

it('refuses private addresses that the operator does not allow', async () => {
  const closed = await startTwofold({ allowPrivateTargets: [] })
  try {
    shop = await startOrderShop('woocommerce')
    const { dataset_id } = await closed.createDataset()
    const settings = KNOWN.woocommerce.settings(shop.url)
    const { connection } = await connect(closed, dataset_id, { source: 'woocommerce', settings })
    const one = `/api/datasets/${dataset_id}/connections/${connection.connection_id}`
    await closed.api('POST', `${one}/poll`, {})
    await vi.waitFor(async () => {
      const { polling } = await closed.api<ConnectionShown>('GET', one)
      expect(polling?.trouble).toContain('127.0.0.1 is not a public address.')
    })
    expect(shop.asked).toEqual([])
  } finally {
    await closed.close()
  }
})
