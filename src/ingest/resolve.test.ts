import { describe, expect, it } from 'vitest'
import type { DatasetSettings } from '../event/dataset.ts'
import { mergeLegs } from '../event/merge.ts'
import type { Channel } from '../event/shape.ts'
import { DEDUP_WINDOW_MS, ORDER_WINDOW_MS } from '../limits.ts'
import {
  MINUTE_MS,
  money,
  OTHER_PERSON,
  openShop,
  PERSON,
  type Sent,
  START_MS,
} from './shop.fixture.ts'

describe('deduplication', () => {
  const cases: {
    name: string
    settings?: Partial<DatasetSettings>
    first: [Channel, Sent]
    second: [Channel, Sent]
    waitMs?: number
    matchedBy: string | undefined
  }[] = [
    {
      name: 'one id from browser and server is one event',
      first: ['browser', { event_id: 'a', ...money(30) }],
      second: ['server', { event_id: 'a', ...money(30) }],
      matchedBy: 'event_id',
    },
    {
      name: 'whichever side comes first',
      first: ['server', { event_id: 'a', ...money(30) }],
      second: ['browser', { event_id: 'a', ...money(30) }],
      matchedBy: 'event_id',
    },
    {
      name: 'a repeat on one channel is removed too',
      first: ['browser', { event_id: 'a', ...money(30) }],
      second: ['browser', { event_id: 'a', ...money(30) }],
      matchedBy: 'event_id',
    },
    {
      name: 'another name is another event',
      first: ['browser', { event_name: 'Lead', event_id: 'a' }],
      second: ['server', { event_name: 'Contact', event_id: 'a' }],
      matchedBy: undefined,
    },
    {
      name: 'an id is good until 48 hours after the first copy',
      first: ['browser', { event_id: 'a', event_name: 'Lead' }],
      second: ['server', { event_id: 'a', event_name: 'Lead' }],
      waitMs: DEDUP_WINDOW_MS - 1,
      matchedBy: 'event_id',
    },
    {
      name: 'and not after',
      first: ['browser', { event_id: 'a', event_name: 'Lead' }],
      second: ['server', { event_id: 'a', event_name: 'Lead' }],
      waitMs: DEDUP_WINDOW_MS,
      matchedBy: undefined,
    },
    {
      name: 'one order is one purchase although the ids differ',
      first: ['browser', { event_id: 'a', ...money(30, 'EUR', { order_id: '17' }) }],
      second: ['server', { event_id: 'b', ...money(30, 'EUR', { order_id: '17' }) }],
      matchedBy: 'order_id',
    },
    {
      name: 'one order is one purchase although an id is missing, days later',
      first: ['browser', { event_id: 'a', ...money(30, 'EUR', { order_id: '17' }) }],
      second: ['server', { ...money(30, 'EUR', { order_id: '17' }) }],
      waitMs: ORDER_WINDOW_MS - 1,
      matchedBy: 'order_id',
    },
    {
      name: 'an order id means nothing for other events',
      first: [
        'browser',
        { event_name: 'AddToCart', event_id: 'a', custom_data: { order_id: '1' } },
      ],
      second: [
        'server',
        { event_name: 'AddToCart', event_id: 'b', custom_data: { order_id: '1' } },
      ],
      matchedBy: undefined,
    },
    {
      name: 'a server event without id falls back to fbp',
      first: ['browser', { event_id: 'a', event_name: 'PageView', fbp: PERSON }],
      second: ['server', { event_name: 'PageView', fbp: PERSON }],
      matchedBy: 'fallback_fbp',
    },
    {
      name: 'a browser event without id is found by the server event that has one',
      first: ['browser', { event_name: 'PageView', fbp: PERSON }],
      second: ['server', { event_id: 'b', event_name: 'PageView', fbp: PERSON }],
      matchedBy: 'fallback_fbp',
    },
    {
      name: 'external_id is preferred to fbp',
      first: ['browser', { event_name: 'Search', fbp: PERSON, external_id: 'u1' }],
      second: ['server', { event_name: 'Search', fbp: PERSON, external_id: 'u1' }],
      matchedBy: 'fallback_external_id',
    },
    {
      name: 'two people in one browser, each with an external_id, are two events',
      first: ['browser', { event_name: 'Search', fbp: PERSON, external_id: 'u1' }],
      second: ['server', { event_name: 'Search', fbp: PERSON, external_id: 'u2' }],
      matchedBy: undefined,
    },
    {
      name: 'fbp is enough where only one side knows the external_id',
      first: ['browser', { event_name: 'Search', fbp: PERSON }],
      second: ['server', { event_name: 'Search', fbp: PERSON, external_id: 'u1' }],
      matchedBy: 'fallback_fbp',
    },
    {
      name: 'two ids that differ do not fall back',
      first: ['browser', { event_id: 'a', event_name: 'PageView', fbp: PERSON }],
      second: ['server', { event_id: 'b', event_name: 'PageView', fbp: PERSON }],
      matchedBy: undefined,
    },
    {
      name: 'the fallback is browser first, then server',
      first: ['server', { event_name: 'PageView', fbp: PERSON }],
      second: ['browser', { event_name: 'PageView', fbp: PERSON }],
      matchedBy: undefined,
    },
    {
      name: 'the fallback never joins two browser events',
      first: ['browser', { event_name: 'PageView', fbp: PERSON }],
      second: ['browser', { event_name: 'PageView', fbp: PERSON }],
      matchedBy: undefined,
    },
    {
      name: 'another person is another event',
      first: ['browser', { event_name: 'PageView', fbp: PERSON }],
      second: ['server', { event_name: 'PageView', fbp: OTHER_PERSON }],
      matchedBy: undefined,
    },
    {
      name: 'twins without a shared id are merged where the dataset says so',
      settings: { repair: 'merge' },
      first: ['browser', { event_id: 'a', em: 'x@y.com', ...money(30) }],
      second: ['server', { event_id: 'b', em: 'x@y.com', ...money(30) }],
      waitMs: MINUTE_MS,
      matchedBy: 'repaired',
    },
    {
      name: 'in either order',
      settings: { repair: 'merge' },
      first: ['server', { event_id: 'a', em: 'x@y.com', fbp: PERSON, ...money(30) }],
      second: ['browser', { event_id: 'b', fbp: PERSON, ...money(30) }],
      matchedBy: 'repaired',
    },
    {
      name: 'but not with another value',
      settings: { repair: 'merge' },
      first: ['browser', { event_id: 'a', em: 'x@y.com', ...money(30) }],
      second: ['server', { event_id: 'b', em: 'x@y.com', ...money(31) }],
      matchedBy: undefined,
    },
    {
      name: 'nor with another order',
      settings: { repair: 'merge' },
      first: ['browser', { event_id: 'a', em: 'x@y.com', ...money(30, 'EUR', { order_id: '1' }) }],
      second: ['server', { event_id: 'b', em: 'x@y.com', ...money(30, 'EUR', { order_id: '2' }) }],
      matchedBy: undefined,
    },
    {
      name: 'nor an hour later',
      settings: { repair: 'merge' },
      first: ['browser', { event_id: 'a', em: 'x@y.com', ...money(30) }],
      second: ['server', { event_id: 'b', em: 'x@y.com', ...money(30) }],
      waitMs: 60 * MINUTE_MS,
      matchedBy: undefined,
    },
    {
      name: 'nor two page views',
      settings: { repair: 'merge' },
      first: ['browser', { event_id: 'a', event_name: 'PageView', em: 'x@y.com' }],
      second: ['server', { event_id: 'b', event_name: 'PageView', em: 'x@y.com' }],
      matchedBy: undefined,
    },
  ]

  it.each(cases)('$name', async ({ settings, first, second, waitMs = 0, matchedBy }) => {
    const shop = openShop(settings)
    await shop.send(...first)
    shop.wait(waitMs)
    const [outcome] = await shop.send(...second)
    expect(outcome?.matched_by).toBe(matchedBy)
    expect(outcome?.verdict).toBe(matchedBy ? 'duplicate' : 'accepted')
    const events = await shop.events()
    expect(events).toHaveLength(matchedBy ? 1 : 2)
    expect(await shop.total('accepted')).toBe(events.length)
    expect(await shop.total('received')).toBe(2)
  })

  const together = cases.filter(({ waitMs }) => waitMs === undefined)
  it.each(together)('the same in one batch: $name', async (row) => {
    const { settings, first, second, matchedBy } = row
    const shop = openShop(settings)
    const both = await Promise.all([shop.send(...first), shop.send(...second)])
    expect(both[1][0]?.matched_by).toBe(matchedBy)
  })

  it('lets each browser leg absorb one server leg only', async () => {
    const shop = openShop()
    const view = { event_name: 'PageView', fbp: PERSON }
    await shop.send('browser', { ...view, event_id: '1' }, { ...view, event_id: '2' })
    const outcomes = await shop.send('server', view, view, view)
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['duplicate', 'duplicate', 'accepted'])
    expect(new Set(outcomes.map(({ of_seq }) => of_seq)).size).toBe(3)
  })

  it('finds a third copy by whichever id a merged twin brought', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', ...money(30, 'EUR', { order_id: '17' }) })
    await shop.send('server', { event_id: 'b', ...money(30, 'EUR', { order_id: '17' }) })
    const [third] = await shop.send('server', { event_id: 'b', ...money(30) })
    expect(third).toMatchObject({ verdict: 'duplicate', matched_by: 'event_id', of_seq: 1 })
  })

  it('only suggests twins without a shared id by default', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', em: 'x@y.com', ...money(30) })
    const [outcome] = await shop.send('server', { event_id: 'b', em: 'x@y.com', ...money(30) })
    expect(outcome?.verdict).toBe('accepted')
    expect(outcome?.findings).toContainEqual(
      expect.objectContaining({ code: 'possible_twin', seq: 1 }),
    )
  })

  it('does not suggest an event that already has its twin', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', em: 'x@y.com', ...money(30) })
    await shop.send('server', { event_id: 'a', em: 'x@y.com', ...money(30) })
    const [outcome] = await shop.send('server', { event_id: 'b', em: 'x@y.com', ...money(30) })
    expect(outcome?.findings ?? []).not.toContainEqual(
      expect.objectContaining({ code: 'possible_twin' }),
    )
  })
})

describe('merge', () => {
  it('books the server’s value once, exactly, in place of the browser’s', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', ...money(29.99) })
    await shop.send('server', { event_id: 'a', ...money(30.1, 'USD') })
    const { dataset_id } = shop.dataset
    const { money: rows } = await shop.store.counters({
      dataset_id,
      from_s: 0,
      to_s: 4e9,
      by: 'total',
    })
    const total = rows.filter(({ n }) => n !== 0)
    expect(total).toEqual([
      expect.objectContaining({ currency: 'USD', units: 30n, micros: 100_000n, n: 1 }),
    ])
    expect(rows.find(({ currency }) => currency === 'EUR') ?? { n: 0 }).toMatchObject({ n: 0 })
  })

  it.each<[string, Sent, number]>([
    ['value_mismatch', money(31), 0],
    ['currency_mismatch', money(30, 'USD'), 0],
    ['event_time_mismatch', { event_time: START_MS / 1000 - 3600, ...money(30) }, 0],
    ['late_twin', money(30), 31 * MINUTE_MS],
    ['order_id_differs', money(30, 'EUR', { order_id: '2' }), 0],
  ])('keeps a %s as a finding on the event', async (code, second, waitMs) => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', ...money(30, 'EUR', { order_id: '1' }) })
    shop.wait(waitMs)
    await shop.send('server', { event_id: 'a', ...second })
    const [event] = await shop.events()
    if (!event) throw new Error('the event is missing')
    expect(mergeLegs(event.legs).findings.map((finding) => finding.code)).toContain(code)
    expect(await shop.total(`finding:${code}`)).toBe(1)
  })

  it('finds nothing to say about two legs that agree', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', em: 'x@y.com', ...money(30) })
    const [outcome] = await shop.send('server', { event_id: 'a', em: 'x@y.com', ...money(30) })
    expect(outcome?.findings).toBeUndefined()
  })

  it('counts an event once by the sides that saw it', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', ...money(1) }, { event_id: 'b', ...money(1) })
    await shop.send('server', { event_id: 'b', ...money(1) }, { event_id: 'c', ...money(1) })
    const sides = ['pair:browser', 'pair:both', 'pair:server']
    expect(await Promise.all(sides.map((side) => shop.total(side)))).toEqual([1, 1, 1])
  })
})
