import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LegsPolicy, policyOf, type Route } from '../event/route.ts'
import type { Channel, Consent } from '../event/shape.ts'
import { compileRules } from '../rules/engine.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import type { DeliveryRow } from '../store/outbox.ts'
import { money, openShop, type Shop, START_MS } from './shop.fixture.ts'

const DATASET = '123456789012345'
const DAY_MS = 86_400_000

const routeTo = (more: Partial<Route> = {}): Route => ({
  dataset_id: DATASET,
  destination_id: 'd_1',
  type: 'meta',
  since_ms: START_MS - 1,
  enabled: true,
  legs: { default: null, by_event: {} },
  only_events: [],
  except_events: [],
  age_ms_max: { website: 7 * DAY_MS },
  ...more,
})

/** May measure, may not profile. */
const MEASURING: Consent = {
  state: 'granted',
  signal: 'tcf',
  tcf: { string: 'C', purposes: [1, 7], legitimate_interests: [], vendors: [] },
}

const sending = (send: 'browser' | 'server' | 'both' | 'merged', wait_s = 0): LegsPolicy => ({
  default: { send, wait_s },
  by_event: {},
})

function open(...routes: Route[]): Shop {
  return openShop({}, memoryStore({ nowMs: () => START_MS }), { routesOf: () => routes })
}

const rowsOf = async (shop: Shop): Promise<DeliveryRow[]> => {
  const { deliveries } = await shop.store.deliveries({ dataset_id: DATASET, limit: 100 })
  return [...deliveries].reverse()
}
const legsOf = async (shop: Shop) =>
  (await rowsOf(shop)).map(({ seq, leg_seq }) => `${seq}:${leg_seq}`)
const statusOf = async (shop: Shop) => (await shop.store.destinationStatus(DATASET))[0]

describe('the legs that leave', () => {
  const cases: [string, LegsPolicy, Channel[], string[], Record<string, number>][] = [
    ['both', sending('both'), ['browser', 'server'], ['1:1', '1:2'], {}],
    ['both, one side only', sending('both'), ['browser'], ['1:1'], {}],
    ['both, a repeat on one side', sending('both'), ['browser', 'browser'], ['1:1'], {}],
    [
      'both, repeats on both sides',
      sending('both'),
      ['server', 'browser', 'browser', 'server'],
      ['1:1', '1:2'],
      {},
    ],
    ['merged', sending('merged', 5), ['browser', 'server'], ['1:0'], {}],
    ['browser', sending('browser'), ['browser', 'server'], ['1:1'], {}],
    ['browser, heard second', sending('browser'), ['server', 'browser'], ['1:2'], {}],
    ['server', sending('server'), ['browser', 'server'], ['1:2'], {}],
    ['server, never heard', sending('server'), ['browser'], [], { leg_policy: 1 }],
    ['server, heard twice', sending('server'), ['browser', 'server', 'server'], ['1:2'], {}],
    ['a source counts as a server', sending('server'), ['browser', 'other'], ['1:2'], {}],
  ]
  it.each(cases)('with %s', async (_, legs, channels, expected, skipped) => {
    const shop = open(routeTo({ legs }))
    for (const channel of channels) await shop.send(channel, { event_id: 'a', ...money(1) })
    expect(await legsOf(shop)).toEqual(expected)
    const status = await statusOf(shop)
    const skips = Object.entries(status?.skipped ?? {}).filter(([, n]) => n !== 0)
    expect(Object.fromEntries(skips)).toEqual(skipped)
    expect((status?.created ?? 0) + skips.reduce((sum, [, n]) => sum + n, 0)).toBe(1)
  })

  it('are the same when both copies come in one request', async () => {
    const shop = open(routeTo({ legs: sending('both') }))
    await Promise.all([
      shop.send('browser', { event_id: 'a', ...money(1) }),
      shop.send('server', { event_id: 'a', ...money(1) }),
    ])
    expect(await legsOf(shop)).toEqual(['1:1', '1:2'])
  })

  it.each([
    ['PageView', 'both', 0],
    ['AddToCart', 'both', 0],
    ['Purchase', 'merged', 10],
    ['Lead', 'merged', 10],
    ['__proto__', 'merged', 10],
  ])('of a %s are %s unless the dataset says otherwise', (name, send, wait_s) => {
    expect(policyOf(routeTo(), name)).toEqual({ send, wait_s })
  })

  it('are chosen per event name before the default', () => {
    const purchase = { send: 'server', wait_s: 0 } as const
    const legs = { ...sending('both'), by_event: { Purchase: purchase } }
    expect(policyOf({ legs }, 'Purchase')).toEqual(purchase)
    expect(policyOf({ legs }, 'Lead').send).toBe('both')
  })

  it('wait for the twin as long as the policy says, and know when they are too old', async () => {
    const shop = open(routeTo({ legs: sending('merged', 30) }))
    const event_time = START_MS / 1000 - 3600
    await shop.send('browser', { event_id: 'a', event_time, ...money(1) })
    const claim = { dataset_id: DATASET, destination_id: 'd_1', limit: 9, lease_until_ms: 9e15 }
    const early = await shop.store.claim({ ...claim, now_ms: START_MS + 29_000 })
    expect(early.deliveries).toEqual([])
    const { deliveries } = await shop.store.claim({ ...claim, now_ms: START_MS + 30_000 })
    expect(deliveries[0]?.expires_ms).toBe(event_time * 1000 + 7 * DAY_MS)
  })
})

describe('what is gathered', () => {
  it('is due together at the end of its span, the merged ones too', async () => {
    const gather_ms = 300_000
    const shop = open(routeTo({ gather_ms, legs: sending('merged', 10) }))
    for (const event_id of ['a', 'b', 'c']) {
      await shop.send('browser', { event_id, ...money(1) })
      shop.wait(40_000)
    }
    const end = Math.ceil((START_MS + 10_000) / gather_ms) * gather_ms
    expect((await rowsOf(shop)).map(({ due_ms }) => due_ms)).toEqual([end, end, end])
  })
})

describe('what is not meant for a destination', () => {
  it.each<[string, unknown, number]>([
    ['a rule names others', { do: 'route', only: ['d_2'] }, 1],
    ['a rule excludes it', { do: 'route', except: ['d_1'] }, 1],
    ['a rule names it', { do: 'route', only: ['d_1', 'd_2'] }, 0],
  ])('is counted as kept back by a rule when %s', async (_, action, skipped) => {
    const rules = compileRules([{ id: 'r', actions: [action] }], 1, (text) => text)
    const shop = openShop({}, memoryStore(), {
      routesOf: () => [routeTo()],
      rulesOf: () => rules,
    })
    await shop.send('browser', { event_id: 'a', ...money(1) })
    const status = await statusOf(shop)
    expect(status?.skipped ?? {}).toEqual(skipped ? { rule: 1 } : {})
    expect(status?.created ?? 0).toBe(1 - skipped)
  })

  const denied: Consent = { state: 'denied', signal: 'fbq' }
  it.each<[string, Partial<Route>, Consent | undefined, Record<string, number>]>([
    ['when it is disabled', { enabled: false }, undefined, { disabled: 1 }],
    ['when its name is not chosen', { only_events: ['Lead'] }, undefined, { event_filter: 1 }],
    ['when its name is left out', { except_events: ['Purchase'] }, undefined, { event_filter: 1 }],
    ['when consent is refused', {}, denied, { not_consented: 1 }],
    ['unless Global Privacy Control was dealt with', {}, { state: 'denied', signal: 'gpc' }, {}],
    ['when not all purposes are allowed', {}, MEASURING, { not_consented: 1 }],
    ['unless the kind of destination needs none', { type: 'webhook' }, MEASURING, {}],
    ['unless consent is unknown', {}, { state: 'unknown', signal: 'none' }, {}],
  ])('is counted, %s', async (_, more, consent, skipped) => {
    const routes = [routeTo(more)]
    const shop = openShop({ denied_consent: 'anonymous' }, memoryStore(), {
      routesOf: () => routes,
    })
    await shop.ingest.accept({
      dataset: shop.dataset,
      envelope: { channel: 'browser', via: 'pixel', ...(consent ? { consent } : {}) },
      events: [
        {
          event_name: 'Purchase',
          event_time: START_MS / 1000,
          event_id: 'a',
          action_source: 'website',
          event_source_url: 'https://shop.example.com',
          user_data: { fbp: 'fb.1.1700000000000.111' },
          ...money(1),
        },
      ],
      bytes: 1,
    })
    expect((await statusOf(shop))?.skipped).toEqual(skipped)
    expect(await legsOf(shop)).toEqual(Object.keys(skipped).length > 0 ? [] : ['1:0'])
  })

  it.each(['both', 'server'] as const)(
    'is nothing that came before it was there; a late twin leaves, uncounted (%s)',
    async (send) => {
      const routes: Route[] = []
      const shop = openShop({}, memoryStore(), { routesOf: () => routes })
      await shop.send('browser', { event_id: 'a', ...money(1) })
      routes.push(routeTo({ since_ms: START_MS, legs: sending(send) }))
      shop.wait(1000)
      await shop.send('server', { event_id: 'a', ...money(1) })
      await shop.send('server', { event_id: 'b', ...money(1) })
      expect(await legsOf(shop)).toEqual(['1:2', '3:3'])
      expect(await statusOf(shop)).toMatchObject({ created: 1, created_further: 1, skipped: {} })
    },
  )

  it('is nothing that was dropped or rejected', async () => {
    const shop = open(routeTo())
    await shop.send(
      'browser',
      { user_data: { client_user_agent: 'Googlebot' }, ...money(1) },
      { event_time: 'never' },
    )
    expect(await statusOf(shop)).toBeUndefined()
  })
})

describe('always', () => {
  it('accepted events = first deliveries + skips, for every destination', async () => {
    const policy = fc.constantFrom('browser', 'server', 'both', 'merged').map((s) => sending(s, 0))
    const route = fc.record({
      legs: policy,
      enabled: fc.constantFrom(true, true, true, false),
      only_events: fc.constantFrom([], ['Purchase']),
    })
    const sent = fc.record({
      channel: fc.constantFrom<Channel>('browser', 'server'),
      event_name: fc.constantFrom('Purchase', 'PageView'),
      event_id: fc.constantFrom('a', 'b', 'c', 'd'),
    })
    const history = fc.array(fc.array(sent, { minLength: 1, maxLength: 4 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(route, { minLength: 1, maxLength: 3 }),
        history,
        async (routes, rounds) => {
          const made = routes.map((one, i) => routeTo({ ...one, destination_id: `d_${i}` }))
          const shop = open(...made)
          for (const round of rounds) {
            await Promise.all(
              round.map(({ channel, ...event }) => shop.send(channel, { ...event, ...money(1) })),
            )
          }
          const accepted = await shop.total('accepted')
          const statuses = await shop.store.destinationStatus(DATASET)
          for (const { created, created_further, skipped, states } of statuses) {
            const skips = Object.values(skipped).reduce((sum, n) => sum + n, 0)
            expect(created + skips).toBe(accepted)
            const sum = Object.values(states).reduce((total, n) => total + n, 0)
            expect(created + created_further).toBe(sum)
            for (const n of Object.values(skipped)) expect(n).toBeGreaterThanOrEqual(0)
          }
          expect(statuses).toHaveLength(accepted > 0 ? made.length : 0)
        },
      ),
      { numRuns: 100 },
    )
  })
})
