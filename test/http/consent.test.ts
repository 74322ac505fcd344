/** Consent, from what an event says at a door to the record that proves what was made of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consentRecordSchema } from '../../src/api/consents-schema.ts'
import type { ConsentRecord, EventsAnswer } from '../../src/api/types.ts'
import { tcfString } from '../../src/collector/consent/tcf.fixture.ts'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTwofold()
})
afterAll(() => server.close())

const nowS = (): number => Math.floor(Date.now() / 1000)
const ALL = tcfString({ purposes: [1, 2, 3, 4, 7], vendors: [755] })
const MEASURE = tcfString({ purposes: [1, 7] })
const REFUSED = tcfString()

interface Shop {
  readonly dataset_id: string
  readonly access_token: string
}

async function hit(shop: Shop, event: object, headers: Record<string, string> = {}) {
  const body = {
    sent_at: Date.now(),
    events: [
      {
        dataset_id: shop.dataset_id,
        event_name: 'Purchase',
        event_time: nowS(),
        event_source_url: `${server.url}/thanks?fbclid=abc`,
        user_data: { fbp: 'fb.1.1789000000000.123456', em: ['a'.repeat(64)] },
        custom_data: { value: 30, currency: 'EUR' },
        ...event,
      },
    ],
  }
  const response = await fetch(`${server.url}/e`, {
    method: 'POST',
    headers: { 'user-agent': 'Mozilla/5.0 Chrome/140', ...headers },
    body: JSON.stringify(body),
  })
  return { cookies: response.headers.getSetCookie(), answer: await response.json() }
}

async function report(shop: Shop, event: object) {
  const response = await fetch(`${server.url}/v25.0/${shop.dataset_id}/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${shop.access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      data: [
        {
          event_name: 'Purchase',
          event_time: nowS(),
          action_source: 'website',
          user_data: { em: ['a'.repeat(64)], country: 'de' },
          custom_data: { value: 30, currency: 'EUR' },
          ...event,
        },
      ],
    }),
  })
  const answer = (await response.json()) as { error: { error_user_msg?: string } }
  return { status: response.status, answer }
}

async function eventsOf({ dataset_id }: Shop, query = '') {
  const path = `/api/datasets/${dataset_id}/events?${query}`
  return (await server.api<EventsAnswer>('GET', path)).events
}

async function exported({ dataset_id }: Shop, query = ''): Promise<string> {
  const response = await fetch(`${server.url}/api/datasets/${dataset_id}/consents?${query}`, {
    headers: { authorization: `Bearer ${server.adminToken}` },
  })
  expect(response.status).toBe(200)
  return response.text()
}

async function recordsOf(shop: Shop, query = ''): Promise<ConsentRecord[]> {
  const lines = (await exported(shop, query)).split('\n').filter(Boolean)
  return lines.map((line) => consentRecordSchema.strict().parse(JSON.parse(line)))
}

describe('a string from the consent platform', () => {
  it('that allows measuring only: counted, kept from the ads that need more', async () => {
    const shop = await server.createDataset()
    const { cookies } = await hit(shop, { event_id: 'a', consent: { tcf: MEASURE } })
    expect(cookies.join()).toContain('_fbp=')
    const [event] = await eventsOf(shop)
    expect(event).toMatchObject({
      consent: { state: 'granted', signal: 'tcf', tcf: { string: MEASURE, purposes: [1, 7] } },
    })
    expect(await recordsOf(shop)).toMatchObject([
      {
        event_id: 'a',
        verdict: 'accepted',
        state: 'granted',
        signal: 'tcf',
        action: 'keep',
        region: 'EEA',
        destinations: { meta: 'not_consented', tiktok: 'not_consented', webhook: 'allowed' },
        stripped: [],
        tcf: MEASURE,
      },
    ])
  })

  it('that refuses: not counted, nobody recognisable, no cookie', async () => {
    const shop = await server.createDataset()
    const { cookies } = await hit(shop, { event_id: 'a', consent: { tcf: REFUSED } })
    expect(cookies).toEqual([])
    const [event] = await eventsOf(shop, 'verdict=dropped')
    expect(event).toMatchObject({ reason: 'not_consented', user_data: {} })
    const [record] = await recordsOf(shop)
    expect(record).toMatchObject({
      action: 'drop',
      signal: 'tcf',
      destinations: { file: 'not_consented' },
    })
    expect(record?.stripped).toEqual(expect.arrayContaining(['em', 'fbp', 'client_ip_address']))
  })

  it('that nobody can read: a refusal with a finding', async () => {
    const shop = await server.createDataset()
    await hit(shop, { event_id: 'a', consent: { state: 'granted', signal: 'fbq', tcf: 'CP"!' } })
    const [event] = await eventsOf(shop, 'verdict=dropped')
    expect(event?.findings).toMatchObject([{ code: 'consent_unreadable' }])
  })

  it('that the pixel found nowhere: nothing was said', async () => {
    const shop = await server.createDataset()
    await hit(shop, { event_id: 'a', consent: {} })
    const [event] = await eventsOf(shop, 'verdict=accepted')
    expect(event).toMatchObject({ findings: [] })
    expect((await recordsOf(shop))[0]).toMatchObject({ verdict: 'accepted', signal: 'none' })
  })

  it('in its own cookie is read where the dataset says so', async () => {
    const cookie = `a=1; euconsent-v2=${REFUSED}; usprivacy=1YNN`
    const [silent, reading] = [
      await server.createDataset(),
      await server.createDataset({ consent_cookies: true }),
    ]
    for (const shop of [silent, reading]) await hit(shop, { event_id: 'a' }, { cookie })
    expect((await recordsOf(silent))[0]).toMatchObject({ verdict: 'accepted', signal: 'none' })
    expect((await recordsOf(reading))[0]).toMatchObject({ verdict: 'dropped', signal: 'tcf' })
  })

  it('with an opt-out is sent as limited data use', async () => {
    const shop = await server.createDataset()
    await hit(shop, { event_id: 'a', consent: { gpp: '1YYN' } })
    const [event] = await eventsOf(shop)
    expect(event).toMatchObject({ data_processing_options: ['LDU'] })
    expect((await recordsOf(shop))[0]).toMatchObject({
      state: 'denied',
      signal: 'gpp',
      region: 'US',
      action: 'limit',
      destinations: { meta: 'limited', linkedin: 'not_consented', file: 'allowed' },
    })
  })
})

describe('consent of a server event', () => {
  it('is taken, and a refusal of one report binds the event', async () => {
    const shop = await server.createDataset()
    await hit(shop, { event_id: 'a', consent: { tcf: MEASURE } })
    const { status } = await report(shop, {
      event_id: 'a',
      consent: { state: 'granted', vendors: { tiktok: 'granted' } },
    })
    expect(status).toBe(200)
    const [event] = await eventsOf(shop)
    expect(event?.findings.map(({ code }) => code)).not.toContain('unexpected_key')
    expect(event?.legs.map(({ consent }) => consent?.signal)).toEqual(['tcf', 'api'])
    expect(await recordsOf(shop)).toMatchObject([
      { reports: 2, destinations: { meta: 'not_consented', tiktok: 'not_consented' } },
    ])
  })

  it('is refused in meta mode, as Meta refuses keys it does not know', async () => {
    const shop = await server.createDataset({ mode: 'meta' })
    const { status, answer } = await report(shop, { consent: { state: 'granted' } })
    expect([status, answer.error.error_user_msg]).toEqual([400, expect.stringContaining('consent')])
  })

  it.each([
    ['counted without a trace of the person', ['eea unknown anonymous'], 'accepted', 'anonymous'],
    ['not counted', ['de unknown drop'], 'dropped', 'drop'],
    ['kept elsewhere', ['us unknown drop'], 'accepted', 'keep'],
  ])(
    'that says nothing is %s, by the rule of its region',
    async (_name, rules, verdict, action) => {
      const shop = await server.createDataset({ consent_rules: rules })
      await report(shop, {
        event_id: 'a',
        event_source_url: 'https://shop.example/thanks?fbclid=x',
      })
      const [record] = await recordsOf(shop)
      expect(record).toMatchObject({ verdict, action, signal: 'none' })
      const [event] = await eventsOf(shop, `verdict=${verdict}`)
      if (action === 'keep') return
      expect(event?.user_data).toEqual({})
      if (action !== 'anonymous') return
      expect(event?.event_source_url).toBe('https://shop.example/thanks')
      expect(record?.stripped).toEqual(['em', 'country', 'event_source_url.query'])
      expect(record?.destinations).toMatchObject({ meta: 'not_consented', webhook: 'allowed' })
    },
  )
})

describe('the export', () => {
  it('goes on over many pages, newest first, and finds one event by its id', async () => {
    const shop = await server.createDataset()
    const count = 450
    const data = Array.from({ length: count }, (_, index) => ({
      event_name: 'Lead',
      event_time: nowS(),
      event_id: `lead-${index}`,
      action_source: 'website',
      user_data: { em: ['a'.repeat(64)] },
      consent: { tcf: ALL },
    }))
    const response = await fetch(`${server.url}/capi/${shop.dataset_id}/events`, {
      method: 'POST',
      body: JSON.stringify({ data, accessKey: shop.access_token }),
    })
    expect(response.status).toBe(202)
    const records = await recordsOf(shop)
    expect(records.map(({ event_id }) => event_id)).toEqual(
      data.map(({ event_id }) => event_id).reverse(),
    )
    expect(new Set(records.map(({ destinations }) => destinations.meta))).toEqual(
      new Set(['allowed']),
    )
    expect(await recordsOf(shop, 'event_id=lead-17')).toHaveLength(1)
    expect(await recordsOf(shop, `to=${nowS() - 3600}`)).toEqual([])
  })

  it('as CSV keeps texts of senders from being formulas', async () => {
    const shop = await server.createDataset()
    await report(shop, { event_id: '=1+1,"x"', consent: { state: 'granted' } })
    const [head, row] = (await exported(shop, 'format=csv')).split('\r\n')
    expect(head).toMatch(/^seq,event_id,event_name,event_time,/)
    expect(row).toMatch(/^1,"'=1\+1,""x""",Purchase,/)
    expect(row).toContain('meta=allowed tiktok=allowed')
  })

  it.each([
    ['no token', undefined, 401],
    ['a token that only sends', 'send', 403],
  ])('is not for %s', async (_name, kind, status) => {
    const shop = await server.createDataset()
    const token = kind && shop.access_token
    const response = await fetch(`${server.url}/api/datasets/${shop.dataset_id}/consents`, {
      headers: token ? { authorization: `Bearer ${token}` } : {},
    })
    expect(response.status).toBe(status)
  })
})
