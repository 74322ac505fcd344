/** Meta's own script reporting to us by its side channel: what it sends, what it may read. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TwofoldError } from '../../src/errors.ts'
import {
  accepted,
  type Collector,
  dataset,
  NOW_MS,
  NOW_S,
  startCollector,
} from './collector-fixture.ts'

let collector: Collector
const PIXEL = '555000111'

beforeAll(async () => {
  collector = await startCollector([
    dataset('1001', { meta_pixels: [PIXEL], default_country: 'DE' }),
    dataset('1002', { allowed_domains: ['other.example'] }),
  ])
})
afterAll(() => collector.close())
beforeEach(() => {
  collector.deliveries.length = 0
  collector.answer(async (delivery) => accepted(delivery))
})

const ORIGIN = 'https://shop.example.com'
const HASH = 'b'.repeat(64)

/** As the script was seen to write it. */
const SENT = {
  event_name: 'Purchase',
  event_id: `ob3_plugin-set_${HASH}`,
  custom_data: { currency: 'EUR', content_ids: ['a'], buttonFeatures: { innerText: 'Anna' } },
  conversion_value: 12.5,
  'fb.pixel_id': PIXEL,
  'fb.advanced_matching': { em: HASH, ph: HASH, email: HASH, fn: '' },
  'fb.fbp': 'fb.1.1789000000000.77',
  'fb.clickID': 'fb.1.1789000000000.AbC',
  'fb.dynamic_product_ads': { content_type: 'product', content_ids: ['z'] },
  website_context: {
    location: 'https://shop.example.com/thanks?o=17',
    referrer: 'https://shop.example.com/cart',
    isInIFrame: false,
  },
  event_meta_info: { version: '2.9.252' },
  data_processing_options: ['LDU'],
  data_processing_options_country: 1,
  data_processing_options_state: 1000,
}

const EXPECTED = {
  event_name: 'Purchase',
  event_time: NOW_S,
  event_id: SENT.event_id,
  action_source: 'website',
  event_source_url: 'https://shop.example.com/thanks?o=17',
  referrer_url: 'https://shop.example.com/cart',
  user_data: {
    em: HASH,
    ph: HASH,
    fbp: 'fb.1.1789000000000.77',
    fbc: 'fb.1.1789000000000.AbC',
  },
  custom_data: { content_type: 'product', content_ids: ['a'], currency: 'EUR', value: 12.5 },
  data_processing_options: ['LDU'],
  data_processing_options_country: 1,
  data_processing_options_state: 1000,
}

function post(body: unknown, path = '/events?cee=no', headers: Record<string, string> = {}) {
  return fetch(collector.url + path, {
    method: 'POST',
    headers: { 'content-type': 'text/plain;charset=UTF-8', origin: ORIGIN, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

describe('POST /events', () => {
  it.each([['/events?cee=no'], ['/events/?cee=no'], [`/events/${HASH}?cee=no`]])(
    'takes an event at %s, under the id that Meta’s script gave it',
    async (path) => {
      const response = await post(SENT, path)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ events_received: 1, messages: [] })
      expect(collector.deliveries).toMatchObject([
        { dataset: { dataset_id: '1001' }, envelope: { channel: 'browser', via: 'tr' } },
      ])
      expect(collector.deliveries[0]?.events).toEqual([EXPECTED])
      expect(collector.deliveries[0]?.perEvent).toEqual([
        { browser: { mode: 'tr', method: 'gateway', in_iframe: false } },
      ])
    },
  )

  it('takes nested keys, a list, and the id of a dataset as the pixel', async () => {
    const one = { event_name: 'PageView', event_id: 'v', fb: { pixel_id: 1001, fbp: 'fb.1.1.2' } }
    await post([one, { ...one, event_id: 'w', dpo: 'LDU', dpoco: '0', dpost: '0' }])
    expect(collector.deliveries[0]?.events).toMatchObject([
      { event_id: 'v', user_data: { fbp: 'fb.1.1.2' } },
      { event_id: 'w', data_processing_options: ['LDU'], data_processing_options_state: 0 },
    ])
  })

  it('keeps the value of the page before the one that the script put in its place', async () => {
    await post({ ...SENT, custom_data: { value: '30', currency: 'CHF' }, conversion_value: 0 })
    expect(collector.deliveries[0]?.events).toMatchObject([
      { custom_data: { value: '30', currency: 'CHF' } },
    ])
  })

  it('lets the page’s origin read the answer and keep cookies, so that nothing is sent twice', async () => {
    const response = await post(SENT)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('access-control-allow-credentials')).toBe('true')
    const preflight = await fetch(`${collector.url}/events?cee=no`, {
      method: 'OPTIONS',
      headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toBe('POST')
  })

  it.each<[string, unknown, number]>([
    ['an unknown pixel', { ...SENT, 'fb.pixel_id': '404' }, 404],
    ['no pixel', { event_name: 'PageView' }, 404],
    ['a site that is not allowed', { ...SENT, 'fb.pixel_id': '1002' }, 403],
    ['no JSON', 'event_name=PageView', 400],
    ['nothing', '', 400],
    ['an empty list', [], 400],
    ['a number', 17, 400],
    ['too many', Array.from({ length: 101 }, () => SENT), 400],
  ])('refuses %s, readably', async (_name, body, status) => {
    const response = await post(body)
    expect(response.status).toBe(status)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(await response.json()).toMatchObject({ error: { fix: expect.any(String) } })
  })

  it('says so when it could not store the event', async () => {
    collector.answer(() => Promise.reject(new TwofoldError('store_full')))
    const response = await post(SENT)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  })
})

describe('/tr', () => {
  it('finds the dataset by Meta’s pixel', async () => {
    await fetch(`${collector.url}/tr/?id=${PIXEL}&ev=PageView&ts=${NOW_MS}&eid=a&cf=1`)
    expect(collector.deliveries).toMatchObject([{ dataset: { dataset_id: '1001' } }])
  })
})
