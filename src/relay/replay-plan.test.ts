import { describe, expect, it } from 'vitest'
import { type Policy, type Route, WAIT_S_MAX } from '../event/route.ts'
import type { Channel, Leg, StoredEvent } from '../event/shape.ts'
import { routeLeg } from '../ingest/deliveries.ts'
import type { DeliveryWrite } from '../store/outbox.ts'
import { DATASET, DAY_MS, Remote, type Settings } from './relay.fixture.ts'
import { keysOf, planOf, type ReplayTarget } from './replay-plan.ts'

const NOW_MS = 1_800_000_000_000

function leg(seq: number, channel: Channel, custom: object = {}): Leg {
  return {
    seq,
    verdict: seq === 1 ? 'accepted' : 'duplicate',
    envelope: { dataset_id: DATASET, channel, via: 'pixel', received_at_ms: NOW_MS - 1000 },
    event: {
      event_name: 'Purchase',
      event_time: NOW_MS / 1000 - 5,
      event_id: `id-${seq}`,
      action_source: 'website',
      user_data: {},
      custom_data: { value: seq, ...custom },
    },
  }
}

const eventOf = (first: Leg, ...rest: Leg[]): StoredEvent => ({ legs: [first, ...rest] })

const routeWith = (policy: Policy, more: Partial<Route> = {}): Route => ({
  dataset_id: DATASET,
  destination_id: 'd_1',
  type: 'remote',
  since_ms: 0,
  enabled: true,
  legs: { default: policy, by_event: {} },
  only_events: [],
  except_events: [],
  age_ms_max: {},
  ...more,
})

const BOTH: Policy = { send: 'both', wait_s: 0 }

const target = (more: Partial<ReplayTarget> = {}): ReplayTarget => ({
  route: routeWith(BOTH),
  destination: {
    ...new Remote().destination('remote'),
    payloadOf: ({ event }, settings) => ({
      name: event.event_name,
      value: event.custom_data?.value ?? null,
      to: (settings as Settings).url,
    }),
  },
  settings: { url: 'a' },
  compared: { url: 'a' },
  reform: (one) => ({ leg: one }),
  nowMs: NOW_MS,
  ...more,
})

const renamed = (one: Leg, event_name: string): Leg => ({
  ...one,
  event: { ...one.event, event_name },
})

describe('the copies of an event', () => {
  const channels: readonly Channel[] = ['browser', 'server', 'other']
  const histories = channels.flatMap((a) => [
    [a],
    ...channels.flatMap((b) => [[a, b], ...channels.map((c) => [a, b, c])]),
  ])

  it.each(['both', 'merged', 'browser', 'server'] as const)('are those of ingest: %s', (send) => {
    const route = routeWith({ send, wait_s: send === 'merged' ? WAIT_S_MAX : 0 })
    for (const history of histories) {
      const legs = history.map((channel, index) => leg(index + 1, channel))
      const made: DeliveryWrite[] = []
      const out = { deliver: (write: DeliveryWrite) => made.push(write), skip: () => {} }
      for (const [index, one] of legs.entries()) {
        const [first, ...rest] = legs.slice(0, index)
        const kept = first && eventOf(first, ...rest)
        routeLeg(out, { leg: one, kept, routes: [route] })
      }
      const event = { legs } as unknown as StoredEvent
      const plan = planOf(event, target({ route }))
      const copies = plan.fate === 'sends' ? plan.copies.map(({ leg_seq }) => leg_seq) : []
      expect([history, copies]).toEqual([history, made.map(({ leg_seq }) => leg_seq)])
      const keys = keysOf(event, { route }).map(({ leg_seq }) => leg_seq)
      expect(keys).toEqual(expect.arrayContaining(copies))
    }
  })
})

describe('what would change', () => {
  it('is nothing where rules and settings leave the event as it is', () => {
    const plan = planOf(eventOf(leg(1, 'browser')), target())
    expect(plan).toMatchObject({ fate: 'sends', changes: [], event_id: 'id-1' })
  })

  it('is told by field, for rules and for settings together', () => {
    const plan = planOf(
      eventOf(leg(1, 'browser'), leg(2, 'server')),
      target({
        reform: (one) => ({ leg: renamed(one, 'Order') }),
        compared: { url: 'b' },
      }),
    )
    expect(plan).toMatchObject({
      fate: 'sends',
      changes: [
        { field: 'name', before: 'Purchase', after: 'Order' },
        { field: 'to', before: 'a', after: 'b' },
      ],
      copies: [
        { leg_seq: 1, expires_ms: NOW_MS - 5000 + 7 * DAY_MS },
        { leg_seq: 2, expires_ms: NOW_MS + 2 * DAY_MS },
      ],
    })
  })

  it('never is the id', () => {
    const reform: ReplayTarget['reform'] = (one) => ({
      leg: { ...one, event: { ...one.event, event_id: 'other' } },
    })
    expect(planOf(eventOf(leg(1, 'browser')), target({ reform }))).toMatchObject({
      event_id: 'id-1',
    })
  })

  it('is everything where the event as stored would not leave', () => {
    const reform: ReplayTarget['reform'] = (one) => ({
      leg: { ...one, event: { ...one.event, custom_data: { value: 7 } } },
    })
    const plan = planOf(eventOf(leg(1, 'browser', { refuse: true })), target({ reform }))
    expect(plan).toMatchObject({
      copies: [{ before: undefined }],
      changes: [{ field: 'name', before: null }, { field: 'value' }, { field: 'to' }],
    })
  })
})

describe('an event that would not leave', () => {
  const only = { only_events: ['Order'] }
  const denied: Leg = {
    ...leg(2, 'server'),
    envelope: { ...leg(2, 'server').envelope, consent: { state: 'denied', signal: 'fbq' } },
  }
  const dropIf =
    (seqs: readonly number[]): ReplayTarget['reform'] =>
    (one) =>
      seqs.includes(one.seq) ? { dropped_by: 'r' } : { leg: one }
  const routed: ReplayTarget['reform'] = (one) => ({
    leg: { ...one, envelope: { ...one.envelope, routes: { except: ['d_1'] } } },
  })
  const boom: Partial<ReplayTarget> = {
    destination: {
      ...target().destination,
      payloadOf: () => {
        throw new TypeError('ann@example.com')
      },
    },
  }

  it.each<[string, StoredEvent, Partial<ReplayTarget>, object]>([
    ['by a rule', eventOf(leg(1, 'browser')), { reform: dropIf([1]) }, { fate: 'dropped' }],
    ['by its route', eventOf(leg(1, 'browser')), { reform: routed }, { reason: 'rule' }],
    [
      'by name',
      eventOf(leg(1, 'browser')),
      { route: routeWith(BOTH, only) },
      { reason: 'event_filter' },
    ],
    ['by consent', eventOf(leg(1, 'browser'), denied), {}, { reason: 'not_consented' }],
    [
      'by a refusal in a report that rules drop',
      eventOf(leg(1, 'browser'), denied),
      { reform: dropIf([2]) },
      { reason: 'not_consented' },
    ],
    [
      'by its side',
      eventOf(leg(1, 'browser')),
      { route: routeWith({ send: 'server', wait_s: 0 }) },
      { reason: 'leg_policy' },
    ],
    ['by the destination', eventOf(leg(1, 'browser', { refuse: true })), {}, { reason: 'no_use' }],
    ['by age', eventOf(leg(1, 'browser')), { nowMs: NOW_MS + 7 * DAY_MS }, { fate: 'too_old' }],
    ['by a defect', eventOf(leg(1, 'browser')), boom, { reason: 'translation_failed' }],
  ])('%s is named', (_, event, more, plan) => {
    expect(planOf(event, target(more))).toMatchObject(plan)
  })

  it('may still have a report that does, under the id of the event', () => {
    const plan = planOf(
      eventOf(leg(1, 'browser'), leg(2, 'server')),
      target({ reform: dropIf([1]) }),
    )
    expect(plan).toMatchObject({ fate: 'sends', copies: [{ leg_seq: 2 }], event_id: 'id-1' })
  })

  it('leaves to a disabled destination as far as a plan can tell', () => {
    const route = routeWith(BOTH, { enabled: false })
    expect(planOf(eventOf(leg(1, 'browser')), target({ route })).fate).toBe('sends')
  })
})
