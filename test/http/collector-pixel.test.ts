import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TwofoldError } from '../../src/errors.ts'
import {
  accepted,
  type Collector,
  dataset,
  NOW_MS,
  NOW_S,
  pixelEvent,
  startCollector,
} from './collector-fixture.ts'

let collector: Collector

beforeAll(async () => {
  collector = await startCollector([
    dataset('1001'),
    dataset('1002'),
    dataset('1003', { allowed_domains: ['shop.example.com', '*.example.org'] }),
    dataset('1004', { events_per_minute_max: 1 }),
  ])
})
afterAll(() => collector.close())
beforeEach(() => {
  collector.deliveries.length = 0
  collector.answer(async (delivery) => accepted(delivery))
})

const ORIGIN = 'https://shop.example.com'

async function hit(body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${collector.url}/e`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain;charset=UTF-8', 'user-agent': 'Browser/1', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text) }
}

const batch = (...events: unknown[]) => ({ sent_at: NOW_MS, events })

describe('POST /e', () => {
  it('hands the event on, with what the request tells of the visitor', async () => {
    const consent = { state: 'granted', signal: 'fbq' }
    const browser = { title: 'Coffee', attempt: 2, mode: 'replace', in_iframe: false, odd: 1 }
    const { status, body } = await hit({
      ...batch(pixelEvent({ consent, browser })),
      test_event_code: 'TEST1',
    })
    expect({ status, body }).toEqual({ status: 200, body: { events_received: 1, messages: [] } })
    const { dataset_id, ...event } = pixelEvent()
    const { odd, ...known } = browser
    expect(collector.deliveries).toEqual([
      {
        dataset: expect.objectContaining({ dataset_id }),
        envelope: { channel: 'browser', via: 'pixel', test_event_code: 'TEST1' },
        events: [{ ...event, action_source: 'website' }],
        perEvent: [{ consent, browser: known }],
        visitor: { client_ip_address: '127.0.0.1', client_user_agent: 'Browser/1' },
        bytes: expect.any(Number),
      },
    ])
  })

  it.each([
    ['application/json', {}],
    ['text/plain', {}],
    ['text/plain;charset=UTF-8', { 'content-encoding': 'gzip' }],
  ])('reads %s %o', async (type, headers) => {
    const text = JSON.stringify(batch(pixelEvent()))
    const response = await fetch(`${collector.url}/e`, {
      method: 'POST',
      headers: { 'content-type': type, ...headers },
      body: 'content-encoding' in headers ? gzipSync(text) : text,
    })
    expect(response.status).toBe(200)
  })

  it('splits one body by dataset and answers for all of it', async () => {
    collector.answer(async (delivery) =>
      delivery.dataset.dataset_id === '1001'
        ? accepted(delivery)
        : [
            {
              verdict: 'rejected',
              seq: 1,
              reason: 'missing_event_time',
              problem: { reason: 'missing_event_time', index: 0, message: 'data[0] has no time.' },
            },
          ],
    )
    const events = [
      pixelEvent({ event_id: 'a' }),
      pixelEvent({ dataset_id: '1002', event_id: 'b' }),
      pixelEvent({ dataset_id: '404', event_id: 'c' }),
      'nonsense',
      pixelEvent({ dataset_id: 1001, event_id: 'd' }),
    ]
    const { status, body } = await hit(batch(...events))
    expect(status).toBe(200)
    expect(body).toEqual({
      events_received: 2,
      messages: [
        'events[2]: there is no dataset 404 here.',
        'events[3] must be an object with dataset_id and event_name.',
        'events[1] has no time.',
      ],
    })
    const ids = collector.deliveries.map(({ events }) =>
      events.map((event) => (event as { event_id: string }).event_id),
    )
    expect(ids).toEqual([['a', 'd'], ['b']])
  })

  it.each<[string, unknown, number, string, string]>([
    ['no JSON', '{"events":[{"em":"anna@shop.com"]', 400, 'invalid_request', 'not JSON'],
    ['nothing', '', 400, 'invalid_request', 'not JSON'],
    ['a list', [], 400, 'invalid_request', 'The body must be'],
    ['no events', { sent_at: 1 }, 400, 'invalid_request', 'The body must be'],
    ['an empty list', batch(), 400, 'invalid_request', 'is empty'],
    ['101 events', batch(...Array(101).fill(pixelEvent())), 400, 'invalid_request', 'at most 100'],
    ['only nonsense', batch(1, null), 400, 'invalid_request', 'events[0] must be an object'],
    [
      'an unknown dataset',
      batch(pixelEvent({ dataset_id: '404' })),
      404,
      'dataset_not_found',
      'no dataset 404',
    ],
    ['too much', 'x'.repeat(128 * 1024 + 1), 413, 'body_too_large', '128 KB'],
  ])('refuses %s', async (_name, sent, status, code, detail) => {
    const answer = await hit(sent, { origin: ORIGIN })
    expect(answer.status).toBe(status)
    expect(answer.body.error.code).toBe(code)
    expect(answer.body.error.detail).toContain(detail)
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(JSON.stringify(answer.body)).not.toContain('anna@shop.com')
    expect(collector.deliveries).toEqual([])
  })

  it('corrects the time of a visitor whose clock is wrong, and says so', async () => {
    const events = [pixelEvent({ event_time: NOW_S - 3600 - 20 }), pixelEvent({ event_time: 'x' })]
    await hit({ sent_at: NOW_MS - 3_600_000, events })
    const [delivery] = collector.deliveries
    expect(delivery?.events).toMatchObject([{ event_time: NOW_S - 20 }, { event_time: 'x' }])
    expect(delivery?.perEvent?.[0]?.findings).toEqual([
      {
        code: 'clock_skew_corrected',
        key: 'event_time',
        detail: "The visitor's clock was 3600 s behind.",
      },
    ])
  })

  it.each([
    ['five minutes off', { sent_at: NOW_MS - 300_000 }],
    ['unknown', {}],
    ['no number', { sent_at: '2026' }],
  ])('leaves the time alone when the clock is %s', async (_name, sentAt) => {
    await hit({ ...sentAt, events: [pixelEvent({ event_time: NOW_S - 9 })] })
    expect(collector.deliveries[0]?.events).toMatchObject([{ event_time: NOW_S - 9 }])
    expect(collector.deliveries[0]?.perEvent?.[0]?.findings).toBeUndefined()
  })

  it.each([
    [undefined, { state: 'denied', signal: 'gpc' }],
    [
      { state: 'unknown', signal: 'none' },
      { state: 'denied', signal: 'gpc' },
    ],
    [
      { state: 'granted', signal: 'fbq' },
      { state: 'granted', signal: 'fbq' },
    ],
    [
      { state: 'denied', signal: 'fbq' },
      { state: 'denied', signal: 'fbq' },
    ],
    [
      { state: 'maybe', signal: 'fbq' },
      { state: 'denied', signal: 'api' },
    ],
    ['denied', { state: 'denied', signal: 'api' }],
  ])('Sec-GPC: consent %o counts as %o', async (consent, counted) => {
    await hit(batch(pixelEvent({ consent })), { 'sec-gpc': '1' })
    expect(collector.deliveries[0]?.perEvent).toMatchObject([{ consent: counted }])
  })

  it('answers after accept(), and 503 with Retry-After when it fails', async () => {
    collector.answer(() => Promise.reject(new TwofoldError('overloaded')))
    const { status, headers, body } = await hit(batch(pixelEvent()), { origin: ORIGIN })
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('5')
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(body.error).toMatchObject({ code: 'overloaded', retryable: true })
  })

  it('asks for everything again when one of two datasets could not be stored', async () => {
    collector.answer(async (delivery) => {
      if (delivery.dataset.dataset_id === '1002') throw new TwofoldError('store_full')
      return accepted(delivery)
    })
    const events = [pixelEvent(), pixelEvent({ dataset_id: '1002' })]
    expect((await hit(batch(...events))).status).toBe(503)
  })

  it('limits the rate of a dataset', async () => {
    const body = batch(pixelEvent({ dataset_id: '1004' }))
    expect((await hit(body)).status).toBe(200)
    const { status, headers } = await hit(body)
    expect(status).toBe(429)
    expect(headers.get('retry-after')).toBe('60')
  })
})

describe('origins', () => {
  it.each<[string, Record<string, string>, string | undefined, number]>([
    ['the host', { origin: ORIGIN }, undefined, 200],
    ['below a wildcard', { origin: 'https://a.b.example.org' }, 'https://a.b.example.org/', 200],
    ['the wildcard itself', { origin: 'https://example.org:8443' }, 'https://example.org/', 200],
    ['no Origin, an allowed page', {}, undefined, 200],
    ['an opaque Origin, an allowed page', { origin: 'null' }, undefined, 200],
    ['another origin', { origin: 'https://evil.com' }, undefined, 403],
    ['another page', { origin: ORIGIN }, 'https://evil.com/shop.example.com', 403],
    ['a look-alike', { origin: 'https://notexample.org' }, 'https://notexample.org', 403],
    ['a name before an @', {}, 'https://shop.example.com@evil.com/', 403],
    ['no site at all', {}, '', 403],
  ])('allowed_domains: %s', async (_name, headers, page, status) => {
    const url = page === undefined ? {} : { event_source_url: page }
    const answer = await hit(batch(pixelEvent({ dataset_id: '1003', ...url })), headers)
    expect(answer.status).toBe(status)
    const allowed = status === 200 ? (headers.origin ?? null) : null
    expect(answer.headers.get('access-control-allow-origin')).toBe(allowed)
    expect(answer.headers.get('access-control-allow-credentials')).toBe(allowed && 'true')
  })

  it('answers a preflight', async () => {
    const response = await fetch(`${collector.url}/e`, {
      method: 'OPTIONS',
      headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('access-control-allow-methods')).toBe('POST')
    expect(response.headers.get('vary')).toBe('Origin')
  })
})

describe('GET /e, the image', () => {
  const get = (query: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${collector.url}/e${query}`, { method, headers })

  it('takes an event from its address', async () => {
    const page = 'https://shop.example.com/thanks'
    const query = `?id=1001&name=Purchase&eid=o-1&value=12.5&currency=EUR&order_id=17&url=${page}`
    const response = await get(query)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/gif')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect((await response.bytes()).length).toBe(42)
    expect(collector.deliveries[0]).toMatchObject({
      envelope: { channel: 'browser', via: 'image' },
      events: [
        {
          event_name: 'Purchase',
          event_id: 'o-1',
          event_time: NOW_S,
          event_source_url: page,
          custom_data: { value: '12.5', currency: 'EUR', order_id: '17' },
        },
      ],
      perEvent: [{ browser: { method: 'noscript' } }],
    })
  })

  it('falls back to PageView and the Referer', async () => {
    await get('?id=1001', { referer: 'https://shop.example.com/' })
    expect(collector.deliveries[0]?.events).toMatchObject([
      { event_name: 'PageView', event_source_url: 'https://shop.example.com/' },
    ])
  })

  it.each(['?id=404', '', '?id=1001&id=1002', '?id=1003'])(
    'answers "%s" with the image',
    async (query) => {
      const response = await get(query)
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/gif'])
    },
  )

  it('tolerates HEAD', async () => {
    expect((await get('?id=1001', {}, 'HEAD')).status).toBe(200)
  })

  it('does not look acknowledged when the event could not be stored', async () => {
    collector.answer(() => Promise.reject(new TwofoldError('store_full')))
    const response = await get('?id=1001')
    expect([response.status, response.headers.get('content-type')]).toEqual([503, 'image/gif'])
    expect(response.headers.get('retry-after')).toBe('5')
  })
})
