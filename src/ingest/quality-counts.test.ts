import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Channel, Leg } from '../event/shape.ts'
import { DEDUP_WINDOW_MS } from '../limits.ts'
import { foldQuality } from '../quality/fold.ts'
import { allLegs, MINUTE_MS, openShop, type Sent, type Shop, START_MS } from './shop.fixture.ts'

const FAMILIES = [
  'match:',
  'invalid:',
  'note:',
  'delay:',
  'delay_s',
  'pair_by:',
  'unpaired:',
  'suspected:',
  'order',
  'known:',
  'met:',
  'alone:',
]

async function counted(shop: Shop, metrics: readonly string[] = FAMILIES) {
  const { dataset_id } = shop.dataset
  const window = { dataset_id, from_s: 0, to_s: 4e9, by: 'hour' as const, metrics }
  const { counters } = await shop.store.counters(window)
  return new Map(
    counters
      .filter(({ n }) => n !== 0)
      .map((row) => [`${row.hour_s} ${row.event_name} ${row.channel} ${row.metric}`, row.n]),
  )
}

const sorted = (counts: ReadonlyMap<string, number>) => Object.fromEntries([...counts].sort())

const CHROME = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36'
const INSTAGRAM = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Mobile Instagram 350.0'

/** Few names, ids, people and orders, so that histories are full of twins of every kind. */
const event = fc.record(
  {
    event_name: fc.constantFrom('Purchase', 'Lead', 'PageView'),
    event_id: fc.constantFrom('a', 'b', 'c'),
    ageS: fc.constantFrom(0, 30, 4000, 200_000),
    action_source: fc.constantFrom('website', 'website', 'phone_call'),
    agent: fc.constantFrom(CHROME, INSTAGRAM, ''),
    fbp: fc.constantFrom('fb.1.1700000000000.111', 'fb.1.1700000000000.222'),
    em: fc.constantFrom('jo@example.com', 'al@example.com', 'null'),
    ip: fc.constantFrom('198.51.100.7', 'not an address'),
    names: fc.boolean(),
    value: fc.constantFrom(10, 0.1, 2_500_000.75, -3.5),
    currency: fc.constantFrom('EUR', 'USD'),
    order_id: fc.constantFrom('o1', 'o2'),
  },
  { requiredKeys: ['event_name', 'ageS', 'action_source'] },
)

const step = fc.record({
  channel: fc.constantFrom<Channel>('browser', 'browser', 'server', 'server', 'other'),
  events: fc.array(event, { minLength: 1, maxLength: 4 }),
  waitMs: fc.constantFrom(0, MINUTE_MS, 90 * MINUTE_MS, DEDUP_WINDOW_MS),
})

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function sentOf(
  { ageS, agent, fbp, em, ip, names, ...rest }: Step['events'][number],
  nowMs: number,
) {
  const { value, currency, order_id, ...event } = rest
  return {
    ...event,
    event_time: Math.floor(nowMs / 1000) - ageS,
    user_data: {
      ...(agent === undefined ? {} : { client_user_agent: agent }),
      ...(fbp ? { fbp } : {}),
      ...(em ? { em: [em] } : {}),
      ...(ip ? { client_ip_address: ip } : {}),
      ...(names ? { fn: ['Jo'], ln: ['Doe'], zp: ['10115'], country: ['de'] } : {}),
    },
    custom_data: {
      ...(value === undefined ? {} : { value }),
      ...(currency ? { currency } : {}),
      ...(order_id ? { order_id } : {}),
    },
  } as Sent
}

it.each(['suggest', 'merge'] as const)('counts what a fold over the legs says (%s)', (repair) =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const shop = openShop({ repair })
      let nowMs = START_MS
      for (const { channel, events, waitMs } of steps) {
        await shop.send(channel, ...events.map((one) => sentOf(one, nowMs)))
        shop.wait(waitMs)
        nowMs += waitMs
      }
      const legs: Leg[] = await allLegs(shop)
      expect(sorted(await counted(shop))).toEqual(sorted(foldQuality(legs, DEDUP_WINDOW_MS)))
      await sidesAddUp(shop)
    }),
    { numRuns: 150 },
  ),
)

/** Every conversion of one side only has a reason, and every pair the key that made it. */
async function sidesAddUp(shop: Shop): Promise<void> {
  const sums = new Map<string, number>()
  for (const [name, n] of await counted(shop, ['pair:', 'pair_by:', 'unpaired:'])) {
    const [, event = '', channel = '', metric = ''] = name.split(' ')
    const family = metric.replace(/^(pair_by|unpaired):.*/, '$1')
    if (event === 'PageView' && family !== 'pair_by' && metric !== 'pair:both') continue
    const sum = `${event} ${family === 'unpaired' ? `pair:${channel}` : metric}`
    const key = family === 'pair_by' ? `${event} pair:both` : sum
    const sign = family === 'unpaired' || family === 'pair_by' ? -1 : 1
    sums.set(key, (sums.get(key) ?? 0) + sign * n)
  }
  expect([...sums].filter(([, n]) => n !== 0)).toEqual([])
}

it('says why a sale is known to one side only, and takes it back when the twin comes', async () => {
  const shop = openShop()
  const fbp = 'fb.1.1700000000000.111'
  await shop.send('server', { event_id: 'a', fbp }, { event_id: 'b' }, {}, { event_id: 'd' })
  await shop.send('server', { event_id: 'e', action_source: 'phone_call' })
  await shop.send('browser', { event_id: 'f' }, { event_id: 'd' })
  const total = async (reason: string) => shop.total(`unpaired:${reason}`)
  expect(await total('blocked')).toBe(1)
  expect(await total('never_seen')).toBe(1)
  expect(await total('no_id')).toBe(1)
  expect(await total('not_on_site')).toBe(1)
  expect(await total('no_server_report')).toBe(1)
  expect(await shop.total('pair_by:event_id')).toBe(1)
  await shop.send('browser', { event_id: 'a', fbp })
  expect(await total('blocked')).toBe(0)
  expect(await shop.total('known:chrome.linux')).toBe(4)
  expect(await shop.total('met:chrome.linux')).toBe(2)
})
