import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  changed,
  type Remote,
  type RemoteAnswer,
  startRemote,
  testPorts,
} from './ads-remote.fixture.ts'
import type { OutboundEvent } from './destination.ts'
import { linkedin } from './linkedin.ts'
import { linkedinSchema } from './linkedin-settings.ts'

const settings = linkedinSchema.parse({
  access_token: 'li-token',
  conversions: { Purchase: '104012' },
})
describe('the payload', () => {
  it.each(linkedin.examples)('$title', ({ settings: own, in: event, out }) => {
    if (out === undefined) expect(linkedin.accepts(event, own)).not.toBe(true)
    else {
      expect(linkedin.accepts(event, own)).toBe(true)
      expect(linkedin.payloadOf(event, own)).toEqual(out)
    }
  })

  it.each<[string, OutboundEvent, unknown]>([
    ['an event without a rule', changed({ event_name: 'Lead' }), 'event_not_mapped'],
    ['a name of every object', changed({ event_name: 'toString' }), 'event_not_mapped'],
    [
      'nobody',
      changed({ user_data: {}, event_source_url: 'https://shop.example' }),
      'no_match_key',
    ],
    ['an opt-out', changed({ opt_out: true }), 'limited_data_use'],
    ['a test event', changed({}, { test_event_code: 'T' }), 'test_event'],
    ['a sale by phone', changed({ action_source: 'phone_call' }), true],
  ])('%s', (_, event, expected) => {
    expect(linkedin.accepts(event, settings)).toBe(expected)
  })

  it('sends no value without a currency', () => {
    const event = changed({ custom_data: { value: 3 } })
    expect(linkedin.payloadOf(event, settings)).not.toHaveProperty('conversionValue')
  })

  it('refuses settings without a conversion', () => {
    expect(linkedinSchema.safeParse({ access_token: 't', conversions: {} }).success).toBe(false)
  })
})

describe('sending', () => {
  let remote: Remote
  beforeAll(async () => {
    remote = await startRemote()
  })
  afterAll(() => remote.close())
  const events = [17, 18, 19].map((number) => changed({ event_id: `purchase:${number}` }))
  const send = () => linkedin.send(events, { ...settings, base_url: remote.url }, testPorts())
  const count = (body: unknown): number => (body as { elements: unknown[] }).elements.length

  it('reads the outcome of each event', async () => {
    remote.answer(() => ({
      body: {
        elements: [
          { status: 201 },
          { status: 400, error: { message: 'too old' } },
          { status: 503 },
        ],
      },
    }))
    const { outcomes, exchanges } = await send()
    expect(outcomes).toMatchObject([
      { state: 'delivered' },
      {
        state: 'rejected',
        code: 'http_400',
        detail: 'LinkedIn refused the event. It said: too old',
      },
      { state: 'retry', code: 'http_503' },
    ])
    expect(remote.requests).toMatchObject([
      {
        url: '/rest/conversionEvents',
        headers: {
          authorization: 'Bearer li-token',
          'linkedin-version': '202602',
          'x-restli-protocol-version': '2.0.0',
          'x-restli-method': 'BATCH_CREATE',
        },
      },
    ])
    expect(JSON.stringify(exchanges)).not.toContain('li-token')
  })

  it('sends the others again when a refused batch names the bad event', async () => {
    remote.answer(({ body }) =>
      count(body) === 3
        ? { status: 422, body: { message: 'Index: 1, ERROR :: bad amount\n' } }
        : { body: { elements: [{ status: 201 }, { status: 201 }] } },
    )
    const { outcomes } = await send()
    expect(outcomes).toMatchObject([
      { state: 'delivered' },
      { state: 'rejected', code: 'http_422', detail: expect.stringContaining('bad amount') },
      { state: 'delivered' },
    ])
    expect(remote.requests).toHaveLength(2)
  })

  it('finds it where the answer names nobody', async () => {
    remote.answer(({ body }) =>
      JSON.stringify(body).includes('purchase:18')
        ? { status: 400, body: { message: 'no' } }
        : { body: { elements: Array(count(body)).fill({ status: 201 }) } },
    )
    const { outcomes } = await send()
    expect(outcomes.map(({ state }) => state)).toEqual(['delivered', 'rejected', 'delivered'])
  })

  it.each<[string, RemoteAnswer, object]>([
    [
      'an expired token',
      { status: 401, body: { code: 'EXPIRED_ACCESS_TOKEN' } },
      { state: 'held' },
    ],
    ['a missing right', { status: 403 }, { state: 'held', code: 'http_403' }],
    ['an ended version', { status: 426 }, { state: 'held', code: 'http_426' }],
    ['too many requests', { status: 429 }, { state: 'retry', code: 'http_429' }],
  ])('%s concerns all', async (_, answer, expected) => {
    remote.answer(() => answer)
    const { outcomes } = await send()
    expect(outcomes).toMatchObject([expected, expected, expected])
    expect(remote.requests).toHaveLength(1)
  })
})
