/**
 * The reading half of the store's contract: pages of events, counters and money. Called by
 * conformance.ts.
 */
import { expect, it } from 'vitest'
import type { Channel, Leg } from '../event/shape.ts'
import { EVENT_NAMES_PER_DATASET_MAX, ORDER_WINDOW_MS } from '../limits.ts'
import {
  byText,
  counter,
  EVER,
  euros,
  HOUR_S,
  leg,
  paged,
  put,
  putLegs,
  START_MS,
  START_S,
  type Suite,
  scanned,
  tidied,
} from './conformance-legs.ts'
import type { EventQuery } from './store.ts'
import { OTHER_EVENT_NAME } from './store.ts'

export function describeEvents({ clock, store: make }: Suite): void {
  it('pages through the merged events newest first, without gaps or repeats', async () => {
    const store = await make()
    for (let first = 1; first <= 241; first += 60) {
      const legs = Array.from({ length: 60 }, (_, i) =>
        i % 3 === 2 ? leg(first + i, { of: first + i - 1 }) : leg(first + i),
      )
      await putLegs(store, legs)
    }
    const expected = (await scanned(store))
      .filter(({ verdict }) => verdict === 'accepted')
      .map(({ seq }) => (seq % 3 === 2 ? [seq, seq + 1] : [seq]))
      .reverse()
    for (const limit of [1, 7, 200, 1000]) expect(await paged(store, { limit })).toEqual(expected)
    await tidied(store, clock.nowMs)
    expect(await paged(store, { limit: 7 })).toEqual(expected)
    expect(await paged(store, { limit: 100, before_seq: 4 })).toEqual([[2, 3], [1]])
  })

  const history = (): Leg[] => [
    leg(1, { id: 'a', atS: START_S }),
    leg(2, { id: 'buy', name: 'Purchase', order: 'o-1', atS: START_S + 10 }),
    leg(3, { id: 'buy', name: 'Purchase', order: 'o-1', of: 2, atS: START_S + 20 }),
    leg(4, { id: 'bot', verdict: 'dropped', atS: START_S + 30 }),
    leg(5, { id: 'other-id', name: 'Purchase', order: 'o-1', of: 2, atS: START_S + 40 }),
    leg(6, { id: 'b', name: 'Lead', atS: START_S + HOUR_S }),
    leg(7, { id: 'o-1', name: 'Purchase', order: 'o-7', atS: START_S + 3 * HOUR_S }),
    leg(8, { id: 'a', name: 'ViewContent', atS: START_S + 3 * HOUR_S + 1 }),
    leg(9, { id: 'bad', name: 'Purchase', verdict: 'rejected', atS: START_S + 4 * HOUR_S }),
  ]

  it.each<[string, Omit<EventQuery, 'dataset_id' | 'limit'>, number[][]]>([
    ['all', {}, [[8], [7], [6], [2, 3, 5], [1]]],
    ['by name', { event_name: 'Purchase' }, [[7], [2, 3, 5]]],
    ['by a browsing name', { event_name: 'PageView' }, [[1]]],
    ['by an unknown name', { event_name: 'Nothing' }, []],
    ['by event_id', { event_id: 'buy' }, [[2, 3, 5]]],
    ['by a later leg’s event_id', { event_id: 'other-id' }, [[2, 3, 5]]],
    ['by an event_id of two names', { event_id: 'a' }, [[8], [1]]],
    ['by event_id and name', { event_id: 'a', event_name: 'PageView' }, [[1]]],
    ['by an unknown event_id', { event_id: 'none' }, []],
    ['by order', { order_id: 'o-1' }, [[2, 3, 5]]],
    ['by order and name', { order_id: 'o-1', event_name: 'Lead' }, []],
    ['by time', { from_s: START_S + 10, to_s: START_S + 3 * HOUR_S }, [[6], [2, 3, 5]]],
    ['by name and time', { event_name: 'Purchase', from_s: START_S + 11 }, [[7]]],
    ['by event_id and time', { event_id: 'a', to_s: START_S + 60 }, [[1]]],
    ['rejected', { verdicts: ['rejected'] }, [[9]]],
    ['duplicates on their own', { verdicts: ['duplicate'] }, [[5], [3]]],
    [
      'everything received',
      { verdicts: ['accepted', 'dropped', 'rejected'] },
      [[9], [8], [7], [6], [4], [2, 3, 5], [1]],
    ],
    ['rejected by name', { verdicts: ['rejected'], event_name: 'Purchase' }, [[9]]],
    ['dropped by event_id', { verdicts: ['dropped'], event_id: 'bot' }, [[4]]],
  ])('finds %s', async (_, query, expected) => {
    const store = await make()
    for (const one of history()) await putLegs(store, [one])
    expect(await paged(store, { ...query, limit: 2 })).toEqual(expected)
    clock.nowMs = START_MS + 40 * ORDER_WINDOW_MS
    await tidied(store, clock.nowMs)
    expect(await paged(store, { ...query, limit: 100 })).toEqual(expected)
  })
}

export function describeCounters({ store: make }: Suite): void {
  it('adds up per hour, name, channel and metric, and over hours', async () => {
    const store = await make()
    const next = START_S + HOUR_S
    await put(store, {
      counters: [counter({ n: 2 }), counter({ n: 3 }), counter({ channel: 'server' })],
    })
    await put(store, {
      counters: [counter({ hour_s: next, n: 5 }), counter({ metric: 'pair:browser', n: -1 })],
    })
    const row = (hour_s: number, metric: string, n: number, channel: Channel = 'browser') => ({
      hour_s,
      event_name: 'PageView',
      channel,
      metric,
      n,
    })
    const read = async (query: object) => (await store.counters({ ...EVER, ...query })).counters
    expect(byText(await read({ by: 'hour' }))).toEqual(
      byText([
        row(START_S, 'received', 5),
        row(START_S, 'received', 1, 'server'),
        row(START_S, 'pair:browser', -1),
        row(next, 'received', 5),
      ]),
    )
    expect(byText(await read({}))).toEqual(
      byText([row(0, 'received', 10), row(0, 'received', 1, 'server'), row(0, 'pair:browser', -1)]),
    )
    expect(await read({ from_s: next, to_s: next + 1 })).toEqual([row(0, 'received', 5)])
    expect(await read({ from_s: next - 1, to_s: next })).toHaveLength(3)
    expect(await read({ from_s: next + HOUR_S })).toEqual([])
    expect(await read({ dataset_id: 'nobody' })).toEqual([])
  })

  it('reads whole days, months and odd hours alike', async () => {
    const store = await make()
    const hours = Array.from({ length: 100 }, (_, i) => START_S + i * 7 * HOUR_S)
    for (const hour_s of hours) {
      await put(store, { counters: [counter({ hour_s })], money: [euros({ hour_s, units: 2 })] })
    }
    for (const [from, to] of [
      [0, 100],
      [3, 90],
      [10, 11],
      [50, 50],
    ] as const) {
      const range = { from_s: START_S + from * 7 * HOUR_S, to_s: START_S + to * 7 * HOUR_S }
      const { counters, money } = await store.counters({ ...EVER, ...range })
      expect(counters.reduce((sum, { n }) => sum + n, 0)).toBe(to - from)
      expect(money.reduce((sum, { units }) => sum + units, 0n)).toBe(BigInt(2 * (to - from)))
    }
  })
}

/** What a report reads: days, and some counters of many. */
export function describeAsked({ store: make }: Suite): void {
  it('gives whole days, and only the counters that were asked for', async () => {
    const store = await make()
    const dayS = 24 * HOUR_S
    const day = Math.floor(START_S / dayS) * dayS
    const metrics = ['match:1', 'match:2', 'matched_by:event_id', 'order']
    for (const hour_s of [day, day + HOUR_S, day + dayS]) {
      const counters = metrics.map((metric) => counter({ hour_s, metric }))
      await put(store, { counters, money: [euros({ hour_s, units: 2 })] })
    }
    const read = async (query: object) => {
      const { counters, money } = await store.counters({ ...EVER, ...query })
      return {
        counters: counters.map(({ hour_s, metric, n }) => `${hour_s} ${metric} ${n}`).sort(),
        money: money.map(({ hour_s, units }) => [hour_s, units]),
      }
    }
    const range = { from_s: day + 5 * HOUR_S, to_s: day + dayS + 1, by: 'day' }
    expect(await read({ ...range, metrics: ['match:', 'order'] })).toEqual({
      counters: [
        `${day} match:1 2`,
        `${day} match:2 2`,
        `${day} order 2`,
        `${day + dayS} match:1 1`,
        `${day + dayS} match:2 1`,
        `${day + dayS} order 1`,
      ],
      money: [
        [day, 4n],
        [day + dayS, 2n],
      ],
    })
    expect((await read({ ...range, to_s: day + dayS })).counters).toHaveLength(metrics.length)
    for (const [by, hours] of [
      ['hour', [day, day + HOUR_S, day + dayS]],
      ['total', [0]],
    ] as const) {
      const { counters } = await read({ by, metrics: ['match:2'] })
      const n = by === 'total' ? 3 : 1
      expect(counters).toEqual(hours.map((hour) => `${hour} match:2 ${n}`))
    }
    expect((await read({ metrics: [] })).counters).toEqual([])
    expect((await read({ metrics: ['match'] })).counters).toEqual([])
  })
}

/** Sums that a double would round, and names beyond the bound. */
export function describeBounds({ store: make }: Suite): void {
  it('sums money exactly, far beyond what a double holds', async () => {
    const store = await make()
    const large = 999_999_999_999_999
    const deltas = Array.from({ length: 20_000 }, () => euros({ units: large, micros: 999_999 }))
    await put(store, { money: deltas })
    await put(store, { money: [euros({ units: -large, micros: 1, n: -1 })] })
    const { money } = await store.counters(EVER)
    expect(money).toEqual([
      {
        hour_s: 0,
        event_name: 'Purchase',
        currency: 'EUR',
        units: BigInt(large) * 19_999n,
        micros: 999_999n * 20_000n + 1n,
        n: 19_999,
      },
    ])
  })

  it('gives counters of their own to a bounded number of names, and loses none', async () => {
    const store = await make()
    const names = Array.from({ length: EVENT_NAMES_PER_DATASET_MAX + 5 }, (_, i) => `Name${i}`)
    await put(store, { counters: names.map((event_name) => counter({ event_name })) })
    await put(store, { counters: names.map((event_name) => counter({ event_name })) })
    const { counters } = await store.counters(EVER)
    expect(counters).toHaveLength(EVENT_NAMES_PER_DATASET_MAX + 1)
    expect(counters.find(({ event_name }) => event_name === 'Name0')?.n).toBe(2)
    expect(counters.find(({ event_name }) => event_name === OTHER_EVENT_NAME)?.n).toBe(10)
    const extra = names.length - 1
    await put(store, { legs: [leg(1, { name: `Name${extra}` }), leg(2, { name: 'Name1' })] })
    expect(await paged(store, { event_name: `Name${extra}`, limit: 5 })).toEqual([[1]])
    expect(await paged(store, { event_name: 'Name1', limit: 5 })).toEqual([[2]])
  })
}
