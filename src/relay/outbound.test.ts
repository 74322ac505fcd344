import { describe, expect, it } from 'vitest'
import type { Channel, Consent, Leg, ServerEvent, UserData } from '../event/shape.ts'
import type { ClaimedDelivery } from '../store/outbox.ts'
import { prepare } from './batch.ts'
import { outboundOf, type Reform } from './outbound.ts'
import { DATASET, DAY_MS, Remote } from './relay.fixture.ts'

const SETTINGS = { token: 'a-token', url: 'https://remote.example' }
const NOW_MS = 1_800_000_000_000

function leg(seq: number, channel: Channel, more: Partial<ServerEvent<UserData>> = {}): Leg {
  return {
    seq,
    verdict: seq === 1 ? 'accepted' : 'duplicate',
    envelope: { dataset_id: DATASET, channel, via: 'pixel', received_at_ms: NOW_MS },
    event: {
      event_name: 'Purchase',
      event_time: NOW_MS / 1000 - 5 * seq,
      action_source: 'website',
      user_data: {},
      ...more,
    },
  }
}

const refusing = (one: Leg, consent: Consent): Leg => ({
  ...one,
  envelope: { ...one.envelope, consent },
})

const claim = (leg_seq: number, ...legs: [Leg, ...Leg[]]): ClaimedDelivery => ({
  dataset_id: DATASET,
  destination_id: 'd_1',
  seq: 1,
  leg_seq,
  attempts: 0,
  created_ms: NOW_MS,
  expires_ms: NOW_MS + 7 * DAY_MS,
  event: { legs },
})

const browser = leg(1, 'browser', {
  event_source_url: 'https://shop.example/thanks',
  user_data: { client_user_agent: 'Firefox', fbp: 'fb.1.1.1' },
})
const server = leg(2, 'server', {
  event_id: 'from-the-server',
  event_source_url: 'https://api.shop.example/orders',
  user_data: { client_user_agent: 'curl', client_ip_address: '198.51.100.7' },
  custom_data: { value: 30, currency: 'EUR' },
})

describe('what leaves', () => {
  it('is the merged event with its own time, address and user agent, and what the twin knew', () => {
    expect(outboundOf(claim(0, browser, server), 'meta')).toEqual({
      key: `${DATASET}:1`,
      envelope: browser.envelope,
      event: {
        event_name: 'Purchase',
        event_time: browser.event.event_time,
        action_source: 'website',
        event_id: `twofold:${DATASET}:1`,
        event_source_url: 'https://shop.example/thanks',
        user_data: {
          client_user_agent: 'Firefox',
          fbp: 'fb.1.1.1',
          client_ip_address: '198.51.100.7',
        },
        custom_data: { value: 30, currency: 'EUR' },
      },
    })
  })

  it('is one leg as it came, under the id of the kept event', () => {
    const kept = leg(1, 'browser', { event_id: 'kept' })
    expect(outboundOf(claim(2, kept, server), 'meta')).toEqual({
      key: `${DATASET}:1:2`,
      envelope: server.envelope,
      event: { ...server.event, event_id: 'kept' },
    })
  })

  it('keeps its id when a twin with another one comes between two tries', () => {
    const [before, after] = [
      outboundOf(claim(0, browser), 'meta'),
      outboundOf(claim(0, browser, server), 'meta'),
    ]
    expect('event' in before && before.event.event_id).toBe(`twofold:${DATASET}:1`)
    expect('event' in after && after.event.event_id).toBe(`twofold:${DATASET}:1`)
  })

  it.each([
    ['an erased event', { ...claim(0, browser), event: undefined }, 'erased'],
    ['a leg that is gone', claim(9, browser), 'leg_missing'],
    [
      'an event whose twin refused consent',
      claim(0, browser, refusing(server, { state: 'denied', signal: 'api' })),
      'not_consented',
    ],
  ])('is nothing of %s', (_, claimed, code) => {
    expect(outboundOf(claimed, 'meta')).toMatchObject({ code })
  })

  it('is an event limited by Global Privacy Control, with its limits', () => {
    const limited = leg(1, 'browser', { data_processing_options: ['LDU'] })
    const made = outboundOf(claim(0, refusing(limited, { state: 'denied', signal: 'gpc' })), 'meta')
    expect('event' in made && made.event.data_processing_options).toEqual(['LDU'])
  })
})

describe('what a replay wants to leave under the rules of now', () => {
  const marked = { ...claim(0, browser, server), under_rules: true } as const
  const renaming: Reform = (one) => ({
    leg: { ...one, event: { ...one.event, event_name: 'Order', event_id: 'from-a-rule' } },
  })
  const dropping =
    (...seqs: number[]): Reform =>
    (one) =>
      seqs.includes(one.seq) ? { dropped_by: 'r' } : { leg: one }
  const routing: Reform = (one) => ({
    leg: { ...one, envelope: { ...one.envelope, routes: { only: ['d_2'] } } },
  })

  it('is each report as they leave it, under the id of the event', () => {
    const made = outboundOf(marked, 'meta', renaming)
    const event_id = `twofold:${DATASET}:1`
    expect(made).toMatchObject({ key: `${DATASET}:1`, event: { event_name: 'Order', event_id } })
    const one = outboundOf({ ...marked, leg_seq: 2 }, 'meta', renaming)
    expect(one).toMatchObject({ key: `${DATASET}:1:2`, event: { event_name: 'Order', event_id } })
  })

  it('is what is left where they drop a report', () => {
    const made = outboundOf(marked, 'meta', dropping(1))
    expect(made).toMatchObject({
      envelope: server.envelope,
      event: { custom_data: { value: 30 }, event_id: `twofold:${DATASET}:1` },
    })
  })

  it.each<[string, number, Reform]>([
    ['every report', 0, dropping(1, 2)],
    ['the report that should leave', 2, dropping(2)],
    ['or route it elsewhere', 0, routing],
  ])('is nothing where they drop %s', (_, leg_seq, reform) => {
    expect(outboundOf({ ...marked, leg_seq }, 'meta', reform)).toMatchObject({ code: 'rule' })
  })

  it('and nothing else is touched by them', () => {
    expect(outboundOf(claim(0, browser), 'meta', renaming)).toMatchObject({
      event: { event_name: 'Purchase' },
    })
  })
})

describe('batches', () => {
  const many = Array.from({ length: 25 }, (_, index) => ({
    ...claim(0, browser),
    seq: index + 1,
  }))
  const target = (bounds: object) => ({
    destination: new Remote().destination('remote', bounds),
    settings: SETTINGS,
    nowMs: NOW_MS,
  })
  const sizes = (bounds: object) =>
    prepare(many, target(bounds)).batches.map(({ events }) => events.length)

  it.each([
    ['by count', { eventsMax: 10 }, [10, 10, 5]],
    ['by bytes', { eventsMax: 1000, bytesMax: 600 }, undefined],
    ['not at all when all fit', { eventsMax: 1000, bytesMax: 1e6 }, [25]],
  ])('are cut %s', (_, bounds, expected) => {
    const cut = sizes(bounds)
    if (expected) expect(cut).toEqual(expected)
    else expect(cut.length).toBeGreaterThan(1)
    expect(cut.reduce((sum, n) => sum + n, 0)).toBe(25)
  })

  it('never exceed the bytes of a body, and leave out what alone exceeds them', () => {
    const { destination } = target({ bytesMax: 600 })
    const { batches } = prepare(many, target({ eventsMax: 1000, bytesMax: 600 }))
    for (const { events } of batches) {
      const body = JSON.stringify(events.map((event) => destination.payloadOf(event, SETTINGS)))
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(600 + 2)
    }
    const { refused } = prepare(many, target({ bytesMax: 20 }))
    expect(refused).toHaveLength(25)
    expect(refused[0]).toMatchObject({ state: 'rejected', code: 'too_large' })
  })

  it('leave out what is too old there, whatever was known when it was queued', () => {
    const old = leg(1, 'browser', { event_time: NOW_MS / 1000 - 8 * 86_400 })
    const store = leg(1, 'browser', {
      event_time: NOW_MS / 1000 - 8 * 86_400,
      action_source: 'physical_store',
    })
    const endless = { expires_ms: NOW_MS + 99 * DAY_MS }
    const { batches, refused } = prepare(
      [
        { ...claim(0, old), ...endless },
        { ...claim(0, store), ...endless, seq: 2 },
      ],
      target({}),
    )
    expect(refused).toMatchObject([{ seq: 1, code: 'too_old', state: 'rejected' }])
    expect(batches[0]?.claimed.map(({ seq }) => seq)).toEqual([2])
  })

  it('go on without an event that our own translation cannot take', () => {
    const { destination, ...rest } = target({})
    const broken = {
      ...destination,
      payloadOf: ({ key }: { key: string }) => {
        if (key.endsWith(':3')) throw new TypeError('a defect that quotes jane@example.org')
        return {}
      },
    }
    const { batches, refused } = prepare(many, { destination: broken, ...rest })
    expect(batches.flatMap(({ events }) => events)).toHaveLength(24)
    expect(refused).toMatchObject([{ seq: 3, code: 'translation_failed' }])
    expect(JSON.stringify(refused)).not.toContain('jane')
  })
})
