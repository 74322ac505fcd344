import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  type Collector,
  dataset,
  NOW_MS,
  NOW_S,
  startCollector,
} from './collector-fixture.ts'

let collector: Collector

beforeAll(async () => {
  collector = await startCollector([dataset('1001')])
})
afterAll(() => collector.close())
beforeEach(() => {
  collector.deliveries.length = 0
  collector.answer(async (delivery) => accepted(delivery))
})

const HASH = 'b'.repeat(64)
const FORM_HASH = 'c'.repeat(64)

/** As Meta's script writes a Purchase: brackets literal, keys inside encoded. */
const PURCHASE: readonly (readonly [string, string])[] = [
  ['id', '1001'],
  ['ev', 'Purchase'],
  ['dl', 'https://shop.example.com/thanks?o=17#x'],
  ['rl', 'https://shop.example.com/cart'],
  ['if', 'false'],
  ['ts', String(NOW_MS - 1500)],
  ['cd[value]', '12.5'],
  ['cd[currency]', 'USD'],
  ['cd[content_ids]', '["a","b"]'],
  ['cd[contents]', '[{"id":"a","quantity":2}]'],
  ['cd[my%20key]', 'größe'],
  ['cd[broken]', '[1,'],
  ['cd[buttonFeatures]', '{"innerText":"Hello Anna"}'],
  ['sw', '1280'],
  ['sh', '720'],
  ['ud[em]', HASH],
  ['udff[em]', FORM_HASH],
  ['ud[external_id]', HASH],
  ['ud[email]', HASH],
  ['aud[em]', 'd'.repeat(64)],
  ['v', '2.9.252'],
  ['a', 'tmSimo-GTM-WebTemplate'],
  ['ec', '3'],
  ['fbp', 'fb.1.1789000000000.77'],
  ['fbc', 'fb.1.1789000000000.AbC'],
  ['eid', 'o-17'],
  ['tm', '1'],
  ['dpo', 'LDU'],
  ['dpoco', '1'],
  ['dpost', '1000'],
  ['pmd[title]', 'Thanks'],
]

const EXPECTED = {
  envelope: { channel: 'browser', via: 'tr' },
  events: [
    {
      event_name: 'Purchase',
      event_time: NOW_S - 2,
      event_id: 'o-17',
      action_source: 'website',
      event_source_url: 'https://shop.example.com/thanks?o=17#x',
      referrer_url: 'https://shop.example.com/cart',
      user_data: {
        em: [HASH, FORM_HASH],
        external_id: [HASH],
        fbp: 'fb.1.1789000000000.77',
        fbc: 'fb.1.1789000000000.AbC',
      },
      custom_data: {
        value: '12.5',
        currency: 'USD',
        content_ids: ['a', 'b'],
        contents: [{ id: 'a', quantity: 2 }],
        'my key': 'größe',
        broken: '[1,',
      },
      data_processing_options: ['LDU'],
      data_processing_options_country: 1,
      data_processing_options_state: 1000,
    },
  ],
  perEvent: [
    {
      browser: {
        mode: 'tr',
        method: 'trackSingle',
        title: 'Thanks',
        agent: 'tmSimo-GTM-WebTemplate',
        screen: '1280x720',
        in_iframe: false,
      },
    },
  ],
  visitor: { client_ip_address: '127.0.0.1', client_user_agent: 'Browser/1' },
}

describe('/tr', () => {
  const query = PURCHASE.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const formData = new FormData()
  for (const [name, value] of PURCHASE) formData.append(name, value)
  const params = PURCHASE.map(([name, value]): [string, string] => [name, value])

  it.each<[string, string, RequestInit]>([
    ['image', `/tr/?${query}&rqm=GET`, {}],
    ['image without the slash', `/tr?${query}`, {}],
    [
      'form',
      '/tr/',
      { method: 'POST', body: new URLSearchParams([...params, ['rqm', 'formPOST']]) },
    ],
    ['beacon', '/tr/', { method: 'POST', body: formData }],
  ])('takes a hit as %s', async (_name, path, init) => {
    const headers = { 'user-agent': 'Browser/1' }
    const response = await fetch(collector.url + path, { ...init, headers })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/gif'])
    expect(collector.deliveries).toEqual([
      { dataset: expect.anything(), bytes: expect.any(Number), ...EXPECTED },
    ])
  })

  it.each<[string, string, object]>([
    ['noscript', 'id=1001&ev=PageView&noscript=1', { browser: { method: 'noscript' } }],
    ['automatic', 'id=1001&ev=PageView&es=automatic&tm=3', { browser: { method: 'auto' } }],
    ['plain', 'id=1001&ev=PageView&if=true', { browser: { method: 'track', in_iframe: true } }],
  ])('knows how it was tracked: %s', async (_name, text, expected) => {
    await fetch(`${collector.url}/tr?${text}`, {
      headers: { referer: 'https://shop.example.com/a' },
    })
    expect(collector.deliveries[0]?.perEvent).toMatchObject([expected])
    expect(collector.deliveries[0]?.events).toMatchObject([
      { event_source_url: 'https://shop.example.com/a', event_time: NOW_S, user_data: {} },
    ])
  })

  it('keeps an empty dpo: data use explicitly not limited', async () => {
    await fetch(`${collector.url}/tr/?id=1001&ev=PageView&dpo=`)
    expect(collector.deliveries[0]?.events).toMatchObject([{ data_processing_options: [] }])
  })

  it('corrects a wrong clock by the time of sending', async () => {
    await fetch(`${collector.url}/tr/?id=1001&ev=PageView&ts=${NOW_MS - 86_400_000}`)
    expect(collector.deliveries[0]?.events).toMatchObject([{ event_time: NOW_S }])
    expect(collector.deliveries[0]?.perEvent).toMatchObject([
      { findings: [{ code: 'clock_skew_corrected' }] },
    ])
  })

  it.each(['?id=404&ev=PageView', '', '?id=1001&ev=%E0%A4%A'])(
    'always answers: "%s"',
    async (text) => {
      const response = await fetch(`${collector.url}/tr/${text}`)
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/gif'])
    },
  )
})
