import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hashed } from '../event/shape.ts'
import { LIMITED_SEARCH, PURCHASE } from './ads-examples.ts'
import {
  changed,
  type Remote,
  type RemoteAnswer,
  startRemote,
  testPorts,
} from './ads-remote.fixture.ts'
import type { OutboundEvent } from './destination.ts'
import { ga4 } from './ga4.ts'
import { clientIdOf, sessionIdOf } from './ga4-client.ts'
import { ga4Schema } from './ga4-settings.ts'

const SECRET = 'ga/secret+1'
const settings = ga4Schema.parse({ measurement_id: 'G-ABC123DEF4', api_secret: SECRET })

describe('the payload', () => {
  it.each(ga4.examples)('$title', ({ settings: own, in: event, out }) => {
    if (out === undefined) expect(ga4.accepts(event, own)).not.toBe(true)
    else {
      expect(ga4.accepts(event, own)).toBe(true)
      expect(ga4.payloadOf(event, own)).toEqual(out)
    }
  })

  it.each<[string, OutboundEvent, unknown]>([
    ['a name of Google’s own', changed({ event_name: 'session_start' }), 'event_name_not_allowed'],
    ['a name with a reserved start', changed({ event_name: 'ga_x' }), 'event_name_not_allowed'],
    ['a name that is too long', changed({ event_name: 'a'.repeat(41) }), 'event_name_not_allowed'],
    ['a name of digits', changed({ event_name: '2nd sale' }), 'event_name_not_allowed'],
    ['a name with spaces', changed({ event_name: 'Tasting booked' }), true],
    ['nobody', changed({ user_data: {}, custom_data: {} }), 'no_client_id'],
    ['a test event', changed({}, { test_event_code: 'TEST1' }), 'test_event'],
    ['a sale by phone', changed({ action_source: 'phone_call' }), 'action_source_not_sent'],
  ])('%s', (_, event, expected) => {
    expect(ga4.accepts(event, settings)).toBe(expected)
  })

  it('takes consent given to Meta’s pixel for Google only when the owner says so', () => {
    expect(ga4.payloadOf(PURCHASE, settings)).not.toHaveProperty('consent')
    expect(ga4.payloadOf(PURCHASE, { ...settings, consent_from_fbq: true })).toMatchObject({
      consent: { ad_user_data: 'GRANTED', ad_personalization: 'GRANTED' },
    })
  })

  it('sends no e-mail hash of somebody whose data is limited', () => {
    const own = { ...settings, send_user_data: true }
    const denied = changed({}, { consent: { state: 'denied', signal: 'gpc' } })
    expect(ga4.payloadOf(denied, own)).not.toHaveProperty('user_data')
    expect(ga4.payloadOf(PURCHASE, own)).toHaveProperty('user_data')
  })

  it('sends the custom properties that are asked for, cut to what Google keeps', () => {
    const event = changed({ custom_data: { plan: 'x'.repeat(150), seats: 3, secret: 's' } })
    const own = { ...settings, parameters: ['plan', 'seats', 'ga_no', 'absent'] }
    const { events } = ga4.payloadOf(event, own) as { events: { params: object }[] }
    expect(events[0]?.params).toMatchObject({ plan: 'x'.repeat(100), seats: 3 })
    expect(events[0]?.params).not.toHaveProperty('secret')
  })

  it('names a sale without an order number by its event id', () => {
    const { events } = ga4.payloadOf(changed({ custom_data: { value: 1 } }), settings) as {
      events: { params: object }[]
    }
    expect(events[0]?.params).toMatchObject({ transaction_id: 'purchase:17' })
  })
})

describe('ids', () => {
  it.each<[unknown, string | undefined]>([
    ['GA1.1.1234567890.1767000000', '1234567890.1767000000'],
    ['GA1.2.1234567890.1767000000', '1234567890.1767000000'],
    ['1234567890.1767000000', '1234567890.1767000000'],
    ['amp-3x', undefined],
    [undefined, undefined],
  ])('client id of the cookie %s', (ga_client_id, expected) => {
    const event = changed({ user_data: {}, custom_data: { ga_client_id } })
    expect(clientIdOf(event, true)).toBe(expected)
  })

  it.each<[object, string | undefined]>([
    [{ fbp: 'fb.1.1767000000000.1234567890' }, '1234567890.1767000000'],
    [{ fbp: 'fb.1.1767000000000.0123.AQ' }, '123.1767000000'],
    [{ fbp: 'fb.1.1767000000000.word' }, undefined],
    [{ external_id: ['0'.repeat(64) as Hashed] }, '1.1'],
    [{ external_id: ['f'.repeat(64) as Hashed] }, '2147483648.2147483648'],
    [{ em: ['f'.repeat(64) as Hashed] }, undefined],
  ])('client id derived of %j', (user_data, expected) => {
    expect(clientIdOf(changed({ user_data, custom_data: {} }), true)).toBe(expected)
    expect(clientIdOf(changed({ user_data, custom_data: {} }), false)).toBeUndefined()
  })

  it.each<[unknown, string | undefined]>([
    ['GS1.1.1767225000.3.1.1767225600.0.0.0', '1767225000'],
    ['GS2.1.s1767225000$o1$g1$t1767225600', '1767225000'],
    ['1767225000', '1767225000'],
    [1767225000, '1767225000'],
    ['nothing', undefined],
  ])('session id of %s', (ga_session_id, expected) => {
    expect(sessionIdOf(changed({ custom_data: { ga_session_id } }))).toBe(expected)
  })
})

describe('sending', () => {
  let remote: Remote
  beforeAll(async () => {
    remote = await startRemote()
  })
  afterAll(() => remote.close())
  const send = (events: readonly OutboundEvent[], own: object = {}) =>
    ga4.send(events, { ...settings, base_url: remote.url, ...own }, testPorts())
  const later = changed({ event_id: 'purchase:18', event_time: 1_767_225_650 })

  it('joins the events of one client in a request, each with its own time', async () => {
    remote.answer(() => ({ status: 204 }))
    const sent = await send([PURCHASE, LIMITED_SEARCH, later])
    expect(sent.outcomes).toEqual(Array(3).fill({ state: 'delivered' }))
    const bodies = remote.requests.map(({ body }) => body as { events: { params: object }[] })
    expect(bodies.map(({ events }) => events.length).toSorted()).toEqual([1, 2])
    const both = bodies.find(({ events }) => events.length === 2)
    expect(both?.events).toMatchObject([
      { params: { event_id: 'purchase:17', timestamp_micros: 1_767_225_600_000_000 } },
      { params: { event_id: 'purchase:18', timestamp_micros: 1_767_225_650_000_000 } },
    ])
  })

  it('says that receipt is all that is known, and masks the secret of the address', async () => {
    remote.answer(() => ({ status: 204 }))
    const { exchanges } = await send([PURCHASE])
    expect(remote.requests[0]?.url).toBe(
      '/mp/collect?measurement_id=G-ABC123DEF4&api_secret=ga%2Fsecret%2B1',
    )
    expect(exchanges[0]?.url).toContain('api_secret=***')
    expect(exchanges[0]?.answer).toContain('does not say whether')
    expect(JSON.stringify(exchanges)).not.toContain('ga%2Fsecret')
  })

  it.each<[string, RemoteAnswer, object]>([
    [
      'a failure',
      { status: 503, headers: { 'Retry-After': '3' } },
      { state: 'retry', afterMs: 3000 },
    ],
    ['a refusal', { status: 400 }, { state: 'rejected', code: 'http_400' }],
    ['a wrong address', { status: 404 }, { state: 'held', code: 'http_404' }],
    ['a reset', { reset: true }, { state: 'retry', code: 'network' }],
  ])('%s', async (_, answer, expected) => {
    remote.answer(() => answer)
    const { outcomes } = await send([PURCHASE])
    expect(outcomes).toMatchObject([expected])
  })

  const faulty: RemoteAnswer = {
    body: {
      validationMessages: [
        { fieldPath: 'events', description: 'bad name', validationCode: 'NAME_INVALID' },
      ],
    },
  }
  const valid: RemoteAnswer = { body: { validationMessages: [] } }
  const isBad = (body: unknown): boolean => JSON.stringify(body).includes('purchase:18')

  it('validates first: only what is valid is sent', async () => {
    remote.answer(({ url, body }) => {
      if (!url.startsWith('/debug/')) return { status: 204 }
      return isBad(body) ? faulty : valid
    })
    const { outcomes } = await send([PURCHASE, later], { validation: 'first' })
    expect(outcomes).toEqual([
      { state: 'delivered' },
      {
        state: 'rejected',
        code: 'NAME_INVALID',
        detail: 'Google’s validation server found: bad name',
      },
    ])
    const collected = remote.requests.filter(({ url }) => url.startsWith('/mp/'))
    expect(collected).toHaveLength(1)
    expect(isBad(collected[0]?.body)).toBe(false)
    expect(collected[0]?.body).not.toHaveProperty('validation_behavior')
  })

  it('validates only: nothing is sent, and nothing is called delivered', async () => {
    remote.answer(() => valid)
    const { outcomes } = await send([PURCHASE], { validation: 'only' })
    expect(outcomes).toMatchObject([{ state: 'rejected', code: 'validated_only' }])
    expect(remote.requests.map(({ url }) => url.split('?')[0])).toEqual(['/debug/mp/collect'])
  })

  it('tries again when the validation server cannot be understood', async () => {
    remote.answer(() => ({ body: {} }))
    const { outcomes } = await send([PURCHASE], { validation: 'first' })
    expect(outcomes).toMatchObject([{ state: 'retry' }])
  })
})
