/** Clients from npm, unmodified, against the whole program: only their address is ours. */
import { hash } from 'node:crypto'
import Facebook from 'facebook-js-sdk'
import sdk from 'facebook-nodejs-business-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EventsAnswer, Summary } from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTwofold()
  Object.defineProperty(sdk.FacebookAdsApi, 'GRAPH', { get: () => server.url })
})
afterAll(() => server.close())

interface Created {
  readonly dataset_id: string
  readonly access_token: string
}

const nowS = () => Math.floor(Date.now() / 1000)
const sha256 = (text: string) => hash('sha256', text)
const stored = async ({ dataset_id }: Created) =>
  (await server.api<EventsAnswer>('GET', `/api/datasets/${dataset_id}/events`)).events

/** The error object of the answer, as each client hands it out. */
async function errorOf(sent: Promise<unknown>): Promise<Record<string, unknown>> {
  const thrown = await sent.then(
    () => undefined,
    (error: unknown) => error,
  )
  const { response } = thrown as { response: Record<string, unknown> }
  const body = (response.data ?? response) as Record<string, unknown>
  return (body.error ?? body) as Record<string, unknown>
}

describe('facebook-nodejs-business-sdk', () => {
  const purchase = (eventId: string) =>
    new sdk.ServerEvent()
      .setEventName('Purchase')
      .setEventTime(nowS())
      .setEventId(eventId)
      .setEventSourceUrl('https://shop.example.com/thanks')
      .setActionSource('website')
      .setUserData(
        new sdk.UserData()
          .setEmails([' Anna@Shop.example '])
          .setPhones(['+1 (650) 555-1212'])
          .setClientIpAddress('203.0.113.7')
          .setClientUserAgent('Mozilla/5.0')
          .setFbp('fb.1.1789000000000.1098115397'),
      )
      .setCustomData(
        new sdk.CustomData()
          .setValue(42.5)
          .setCurrency('eur')
          .setOrderId(eventId)
          .setContents([new sdk.Content().setId('beans').setQuantity(2).setItemPrice(21.25)]),
      )

  it('delivers a purchase', async () => {
    const dataset = await server.createDataset()
    const answer = await new sdk.EventRequest(dataset.access_token, dataset.dataset_id)
      .setEvents([purchase('o-1')])
      .setPartnerAgent('agent-1')
      .setTestEventCode('TEST1')
      .execute()
    expect(answer).toMatchObject({ events_received: 1, messages: [] })
    const [event, ...more] = await stored(dataset)
    expect(more).toEqual([])
    expect(event).toMatchObject({
      event_name: 'Purchase',
      event_id: 'o-1',
      custom_data: { value: 42.5, currency: 'EUR', order_id: 'o-1' },
      user_data: { client_ip_address: '203.0.113.7', fbp: 'fb.1.1789000000000.1098115397' },
    })
    expect(event?.user_data.em).toContain(sha256('anna@shop.example'))
    expect(event?.user_data.ph).toContain(sha256('16505551212'))
  })

  it('and the pixel report one sale, and it counts once', async () => {
    const dataset = await server.createDataset()
    const pixel = {
      dataset_id: dataset.dataset_id,
      event_name: 'Purchase',
      event_time: nowS(),
      event_id: 'o-2',
      event_source_url: 'https://shop.example.com/thanks',
      user_data: {},
      custom_data: { value: 42.5, currency: 'EUR' },
    }
    const hit = await fetch(`${server.url}/e`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'user-agent': 'Mozilla/5.0 Chrome/140.0' },
      body: JSON.stringify({ sent_at: Date.now(), events: [pixel] }),
    })
    expect(await hit.json()).toEqual({ events_received: 1, messages: [] })
    await new sdk.EventRequest(dataset.access_token, dataset.dataset_id)
      .setEvents([purchase('o-2')])
      .execute()
    const path = `/api/datasets/${dataset.dataset_id}/summary?from=${nowS() - 3600}&to=${nowS() + 60}`
    expect(await server.api<Summary>('GET', path)).toMatchObject({
      received: { browser: 1, server: 1 },
      duplicates: 1,
      counted: 1,
    })
  })

  it('hears of a wrong token as from Meta', async () => {
    const dataset = await server.createDataset()
    const request = new sdk.EventRequest('wrong', dataset.dataset_id).setEvents([purchase('o-3')])
    expect(await errorOf(request.execute())).toMatchObject({ code: 190, type: 'OAuthException' })
  })

  it('hears of an unknown dataset as from Meta', async () => {
    const { access_token } = await server.createDataset()
    const request = new sdk.EventRequest(access_token, '1234567').setEvents([purchase('o-4')])
    expect(await errorOf(request.execute())).toMatchObject({ code: 100, error_subcode: 33 })
  })

  it('has its whole batch refused in meta mode, and stores nothing of it', async () => {
    const dataset = await server.createDataset({ mode: 'meta' })
    const old = purchase('o-5').setEventTime(nowS() - 8 * 86_400)
    const request = new sdk.EventRequest(dataset.access_token, dataset.dataset_id)
    const error = await errorOf(request.setEvents([purchase('o-6'), old]).execute())
    expect(error).toMatchObject({ code: 100, error_subcode: 2804003 })
    expect(error.error_user_msg).toContain('data[1]')
    expect(await stored(dataset)).toEqual([])
  })

  it('keeps the good events of a batch in lenient mode', async () => {
    const dataset = await server.createDataset()
    const old = purchase('o-7').setEventTime(nowS() - 8 * 86_400)
    const { events_received, messages } = await new sdk.EventRequest(
      dataset.access_token,
      dataset.dataset_id,
    )
      .setEvents([old, purchase('o-8')])
      .execute()
    expect(events_received).toBe(1)
    expect(messages).toEqual([expect.stringContaining('data[0]')])
    expect((await stored(dataset)).map(({ event_id }) => event_id)).toEqual(['o-8'])
  })
})

describe('facebook-js-sdk', () => {
  function client(accessToken: string): Facebook {
    const made = new Facebook({ accessToken, graphVersion: 'v20.0' })
    made.baseUrl = made.baseUrl.replace('https://graph.facebook.com', server.url)
    return made
  }

  it('posts events, with personal data in clear, which is hashed on arrival', async () => {
    const dataset = await server.createDataset()
    const event = {
      event_name: 'Lead',
      event_time: nowS(),
      event_id: 'l-1',
      action_source: 'website',
      event_source_url: 'https://shop.example.com/contact',
      user_data: { em: ' Anna@Shop.example ' },
    }
    const { status, data } = await client(dataset.access_token).post(
      `${dataset.dataset_id}/events`,
      { data: [event] },
    )
    expect(status).toBe(200)
    expect(data).toMatchObject({ events_received: 1, messages: [] })
    const [lead] = await stored(dataset)
    expect(lead?.user_data.em).toContain(sha256('anna@shop.example'))
    expect(JSON.stringify(lead).toLowerCase()).not.toContain('anna@')
  })

  it('probes a token with an empty list', async () => {
    const { dataset_id, access_token } = await server.createDataset()
    const probe = (token: string) =>
      errorOf(client(token).post(`/${dataset_id}/events`, { data: [] }))
    expect(await probe(access_token)).toMatchObject({
      code: 100,
      message: '(#100) param data must be non-empty.',
    })
    expect(await probe('wrong')).toMatchObject({ code: 190 })
  })
})
