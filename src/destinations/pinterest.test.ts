import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PURCHASE } from './ads-examples.ts'
import {
  changed,
  type Remote,
  type RemoteAnswer,
  startRemote,
  testPorts,
} from './ads-remote.fixture.ts'
import type { OutboundEvent } from './destination.ts'
import { pinterest } from './pinterest.ts'
import { pinterestSchema } from './pinterest-settings.ts'

const settings = pinterestSchema.parse({ ad_account_id: '549755885175', access_token: 'pina_1' })
describe('the payload', () => {
  it.each(pinterest.examples)('$title', ({ settings: own, in: event, out }) => {
    if (out === undefined) expect(pinterest.accepts(event, own)).not.toBe(true)
    else {
      expect(pinterest.accepts(event, own)).toBe(true)
      expect(pinterest.payloadOf(event, own)).toEqual(out)
    }
  })

  it.each<[string, OutboundEvent, unknown]>([
    ['nobody', changed({ user_data: { fbp: 'fb.1.1.1' } }), 'no_match_key'],
    [
      'an address without an agent',
      changed({ user_data: { client_ip_address: '::1' } }),
      'no_match_key',
    ],
    [
      'a sale at the counter',
      changed({ action_source: 'physical_store' }),
      'action_source_not_sent',
    ],
    ['a test event', changed({}, { test_event_code: 'T' }), 'test_event'],
    ['a donation', changed({ event_name: 'Donate' }), 'event_not_mapped'],
  ])('%s', (_, event, expected) => {
    expect(pinterest.accepts(event, settings)).toBe(expected)
  })

  it('sends what happened elsewhere as offline, and custom names as custom', () => {
    const own = {
      ...settings,
      action_sources: ['physical_store' as const],
      custom_events: 'send' as const,
    }
    const event = changed({ action_source: 'physical_store', event_name: 'checkout' })
    expect(pinterest.accepts(event, own)).toBe(true)
    expect(pinterest.payloadOf(event, own)).toMatchObject({
      action_source: 'offline',
      event_name: 'custom',
    })
  })

  it('writes amounts as exact decimals', () => {
    const event = changed({
      custom_data: { value: 1e-6, contents: [{ id: 'a', item_price: 0.1 }] },
    })
    expect(pinterest.payloadOf(event, settings)).toMatchObject({
      custom_data: { value: '0.000001', contents: [{ id: 'a', item_price: '0.1' }] },
    })
  })
})

describe('sending', () => {
  let remote: Remote
  beforeAll(async () => {
    remote = await startRemote()
  })
  afterAll(() => remote.close())
  const send = (own: object = {}) =>
    pinterest.send([PURCHASE, PURCHASE], { ...settings, base_url: remote.url, ...own }, testPorts())
  const lines = [
    { status: 'processed', error_message: '', warning_message: null },
    { status: 'failed', error_message: 'bad event_time' },
  ]
  const settled = [
    { state: 'delivered' },
    {
      state: 'rejected',
      code: 'event_failed',
      detail: 'Pinterest did not take it: bad event_time',
    },
  ]

  it.each<[string, RemoteAnswer]>([
    ['200', { body: { num_events_received: 2, num_events_processed: 1, events: lines } }],
    ['422', { status: 422, body: { code: 1, message: 'some', details: { events: lines } } }],
  ])('reads the outcome of each event from an answer with status %s', async (_, answer) => {
    remote.answer(() => answer)
    const { outcomes, exchanges } = await send()
    expect(outcomes).toEqual(settled)
    expect(remote.requests).toMatchObject([
      {
        url: '/v5/ad_accounts/549755885175/events',
        headers: { authorization: 'Bearer pina_1' },
      },
    ])
    expect(JSON.stringify(exchanges)).not.toContain('pina_1')
  })

  it('asks Pinterest to record nothing in test mode', async () => {
    remote.answer(() => ({ body: { events: lines } }))
    await send({ test: true })
    expect(remote.requests[0]?.url).toBe('/v5/ad_accounts/549755885175/events?test=true')
  })

  it.each<[string, RemoteAnswer, object]>([
    ['a refused token', { status: 401, body: { code: 2 } }, { state: 'held', code: '2' }],
    ['no right', { status: 403, body: { code: 29 } }, { state: 'held', code: '29' }],
    ['too many requests', { status: 429, body: { code: 8 } }, { state: 'retry', code: '8' }],
    ['a pause of Pinterest', { status: 503, body: { code: 4197 } }, { state: 'retry' }],
    ['an answer without lines', { body: {} }, { state: 'retry', code: 'http_200' }],
  ])('%s concerns both', async (_, answer, expected) => {
    remote.answer(() => answer)
    const { outcomes } = await send()
    expect(outcomes).toMatchObject([expected, expected])
    expect(remote.requests).toHaveLength(1)
  })

  it('rejects one by one what is refused without saying which', async () => {
    remote.answer(() => ({ status: 400, body: { code: 4196, message: 'invalid' } }))
    const { outcomes } = await send()
    expect(outcomes).toMatchObject([
      { state: 'rejected', code: '4196' },
      { state: 'rejected', code: '4196' },
    ])
    expect(remote.requests).toHaveLength(3)
  })
})
