import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SEARCH_REQUESTS_MAX } from '../limits.ts'
import { PURCHASE } from './ads-examples.ts'
import { type Remote, type RemoteAnswer, startRemote, testPorts } from './ads-remote.fixture.ts'
import { QUESTIONS_PER_BAD_MAX } from './bisect.ts'
import type { OutboundEvent } from './destination.ts'
import { tiktok } from './tiktok.ts'
import { tiktokSchema } from './tiktok-settings.ts'

const TOKEN = 'tt-secret/1+2'
const settings = tiktokSchema.parse({ pixel_code: 'C4ABCDEFGHIJ', access_token: TOKEN })
const events = (count: number): OutboundEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    key: `1:${index}`,
    event: { ...PURCHASE.event, event_id: `purchase:${index}` },
    envelope: PURCHASE.envelope,
  }))
const sentIds = (body: unknown): string[] =>
  (body as { data: { event_id: string }[] }).data.map(({ event_id }) => event_id)

describe('the payload', () => {
  it.each(tiktok.examples)('$title', ({ settings: own, in: event, out }) => {
    if (out === undefined) expect(tiktok.accepts(event, own)).not.toBe(true)
    else {
      expect(tiktok.accepts(event, own)).toBe(true)
      expect(tiktok.payloadOf(event, own)).toEqual(out)
    }
  })

  it('never carries a phone hash, nor Meta’s own ids', () => {
    const text = JSON.stringify(tiktok.payloadOf(PURCHASE, settings))
    expect(text).not.toContain(PURCHASE.event.user_data.ph?.[0])
    expect(text).not.toContain('fb.1.')
  })

  it.each<[string, Partial<OutboundEvent['event']>, Partial<OutboundEvent['envelope']>, unknown]>([
    ['a page view', { event_name: 'PageView' }, {}, 'event_not_mapped'],
    ['a custom event', { event_name: 'Tasting' }, {}, true],
    ['a sale at the counter', { action_source: 'physical_store' }, {}, 'action_source_not_sent'],
    ['a test event', {}, { test_event_code: 'TEST1' }, 'test_event'],
  ])('%s', (_, event, envelope, expected) => {
    const outbound = {
      ...PURCHASE,
      event: { ...PURCHASE.event, ...event },
      envelope: { ...PURCHASE.envelope, ...envelope },
    }
    expect(tiktok.accepts(outbound, settings)).toBe(expected)
  })

  it('marks denied consent and an opt-out as limited', () => {
    const denied = {
      ...PURCHASE,
      envelope: { ...PURCHASE.envelope, consent: { state: 'denied', signal: 'gpc' } as const },
    }
    const optedOut = { ...PURCHASE, event: { ...PURCHASE.event, opt_out: true } }
    for (const one of [denied, optedOut]) {
      expect(tiktok.payloadOf(one, settings)).toMatchObject({ limited_data_use: true })
    }
  })
})

describe('sending', () => {
  let remote: Remote
  beforeAll(async () => {
    remote = await startRemote()
  })
  afterAll(() => remote.close())
  const send = (count: number, signal?: AbortSignal) =>
    tiktok.send(events(count), { ...settings, base_url: remote.url }, testPorts(signal))

  it('delivers a batch in one request and shows no token', async () => {
    remote.answer(() => ({ body: { code: 0, message: `OK ${TOKEN}`, request_id: 'r' } }))
    const sent = await send(3)
    expect(sent.outcomes).toEqual(Array(3).fill({ state: 'delivered' }))
    expect(remote.requests).toHaveLength(1)
    expect(remote.requests[0]).toMatchObject({
      url: '/open_api/v1.3/event/track/',
      headers: { 'access-token': TOKEN },
      body: { event_source: 'web', event_source_id: 'C4ABCDEFGHIJ' },
    })
    expect(remote.requests[0]?.body).not.toHaveProperty('test_event_code')
    expect(sent.exchanges).toMatchObject([{ status: 200, events: 3 }])
    expect(JSON.stringify(sent.exchanges)).not.toContain('tt-secret')
  })

  it('sends everything as a test while a test code is set', async () => {
    remote.answer(() => ({ body: { code: 0 } }))
    const own = { ...settings, base_url: remote.url, test_event_code: 'TEST77' }
    await tiktok.send(events(1), own, testPorts())
    expect(remote.requests[0]?.body).toMatchObject({ test_event_code: 'TEST77' })
  })

  it('finds the one bad event, delivers the others', async () => {
    remote.answer(({ body }) =>
      sentIds(body).includes('purchase:611')
        ? { body: { code: 40002, message: 'properties.value: invalid' } }
        : { body: { code: 0 } },
    )
    const { outcomes } = await send(1000)
    expect(outcomes[611]).toEqual({
      state: 'rejected',
      code: '40002',
      detail: 'TikTok calls a field of the event invalid. It said: properties.value: invalid',
    })
    expect(outcomes.filter(({ state }) => state === 'delivered')).toHaveLength(999)
    expect(remote.requests.length).toBeLessThanOrEqual(1 + QUESTIONS_PER_BAD_MAX)
  })

  it.each<[string, RemoteAnswer, object]>([
    ['a wrong token', { body: { code: 40105, message: 'x' } }, { state: 'held', code: '40105' }],
    ['no permission', { body: { code: 40001 } }, { state: 'held', code: '40001' }],
    [
      'a wrong pixel',
      { body: { code: 40002, message: 'Invalid event_source_id' } },
      { state: 'held', code: '40002' },
    ],
    ['too many requests', { body: { code: 40100 } }, { state: 'retry', code: '40100' }],
    ['its own failure', { body: { code: 50000 } }, { state: 'retry', code: '50000' }],
    [
      'a busy server',
      { status: 429, headers: { 'Retry-After': '7' } },
      { state: 'retry', code: 'http_429', afterMs: 7000 },
    ],
    [
      'a date to come back',
      { status: 503, headers: { 'Retry-After': new Date(1_767_226_030_000).toUTCString() } },
      { state: 'retry', code: 'http_503', afterMs: 30_000 },
    ],
    ['an answer nobody understands', { body: 'hello' }, { state: 'retry', code: 'http_200' }],
    ['a redirect', { status: 302, headers: { Location: '/' } }, { state: 'held' }],
    ['a reset connection', { reset: true }, { state: 'retry', code: 'network' }],
  ])('%s concerns the whole batch, in one request', async (_, answer, expected) => {
    remote.answer(() => answer)
    const { outcomes } = await send(2)
    expect(outcomes).toMatchObject([expected, expected])
    expect(remote.requests).toHaveLength(1)
  })

  it('shows nothing personal that an answer quotes', async () => {
    const hash = PURCHASE.event.user_data.em?.[0]
    const message = `invalid: Anna@example.com, ${hash}, 203.0.113.7`
    remote.answer(() => ({ body: { code: 40002, message } }))
    const { outcomes, exchanges } = await send(1)
    expect(outcomes).toMatchObject([{ detail: expect.stringMatching(/invalid: \(removed\), /) }])
    const shown = JSON.stringify([outcomes, exchanges])
    for (const secret of ['nna@example', hash, '203.0.113']) expect(shown).not.toContain(secret)
  })

  it('stops searching when the remote becomes busy, and keeps what is settled', async () => {
    remote.answer(() =>
      remote.requests.length === 1
        ? { body: { code: 20001 } }
        : remote.requests.length === 2
          ? { body: { code: 0 } }
          : { status: 500 },
    )
    const { outcomes } = await send(4)
    expect(outcomes.map(({ state }) => state)).toEqual(['delivered', 'delivered', 'retry', 'retry'])
    expect(remote.requests).toHaveLength(3)
  })

  it('bounds the search and leaves the rest for the next try', async () => {
    remote.answer(() => ({ body: { code: 40002, message: 'no' } }))
    const { outcomes } = await send(1000)
    expect(remote.requests).toHaveLength(1 + SEARCH_REQUESTS_MAX)
    expect(outcomes.filter(({ state }) => state === 'rejected').length).toBeGreaterThan(0)
    expect(new Set(outcomes.map(({ state }) => state))).toEqual(new Set(['rejected', 'retry']))
  })

  it('says that the try was ended', async () => {
    const { outcomes } = await send(1, AbortSignal.abort())
    expect(outcomes).toMatchObject([{ state: 'retry' }])
  })
})
