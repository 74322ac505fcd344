import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sightingOf } from '../../event/products.ts'
import type { Content, CustomData, Leg } from '../../event/shape.ts'
import type { FoundId, Product } from '../../store/catalogs.ts'
import { memoryStore } from '../../store/drivers/memory.ts'
import type { CounterDelta } from '../../store/store.ts'
import { measure } from './measure.ts'
import { measureNew } from './measurer.ts'
import { sightedStretch } from './sighted-stretch.ts'

const ID = 'd'
const NOW_MS = 1_800_000_000_000
const NOW_S = NOW_MS / 1000

const product = (product_id: string, more: Partial<Product> = {}): Product => ({
  ...{ product_id, price: '20', currency: 'EUR', ...more },
})

const CATALOG: readonly Product[] = [
  product('v1', { group_id: 'g' }),
  product('v2', { group_id: 'g', price: '0.1' }),
  product('solo'),
  product('same', { group_id: 'same' }),
  product('sale', { sale_price: '15', sale_from_s: NOW_S - 100, sale_to_s: NOW_S + 100 }),
  product('over', { sale_price: '15', sale_from_s: NOW_S - 200, sale_to_s: NOW_S - 100 }),
]

const FOUND = new Map<string, FoundId>(
  ['v1', 'v2', 'solo', 'same', 'sale', 'over', 'g'].map((id) => [
    id,
    {
      product: CATALOG.find(({ product_id }) => product_id === id) ?? null,
      in_group: CATALOG.find(({ group_id }) => group_id === id) ?? null,
    },
  ]),
)

function leg(custom_data: CustomData, more: Partial<Leg> = {}, name = 'ViewContent'): Leg {
  return {
    ...{ seq: 1, verdict: 'accepted' },
    event: {
      ...{ event_name: name, event_time: NOW_S, action_source: 'website', user_data: {} },
      custom_data,
    },
    envelope: { dataset_id: ID, channel: 'browser', via: 'pixel', received_at_ms: NOW_MS },
    ...more,
  }
}

const contents = (...list: readonly Content[]): CustomData => ({ contents: list, currency: 'EUR' })

function measured(custom: CustomData, name?: string) {
  const sighting = sightingOf(leg(custom, {}, name), 100)
  return measure(ID, sighting ? [sighting] : [], FOUND)
}

const countsOf = (counters: readonly CounterDelta[]): Record<string, number> =>
  Object.fromEntries(counters.map(({ metric, n }) => [metric.replace('catalog:', ''), n]))

describe('ids of a report', () => {
  it.each<[string, CustomData, Record<string, number>]>([
    ['a variant', { content_type: 'product', content_ids: ['v1'] }, { ids: 1, matched: 1 }],
    ['a group', { content_type: 'product_group', content_ids: ['g'] }, { ids: 1, matched: 1 }],
    [
      'a group sent as a product',
      { content_type: 'product', content_ids: ['g'] },
      { ids: 1, group_as_product: 1, kind_reports: 1 },
    ],
    [
      'a variant sent as a group',
      { content_type: 'product_group', content_ids: ['v1'] },
      { ids: 1, product_as_group: 1, kind_reports: 1 },
    ],
    ['a group without a type', { content_ids: ['g'] }, { ids: 1, matched: 1 }],
    [
      'an id of both',
      { content_type: 'product_group', content_ids: ['same'] },
      { ids: 1, matched: 1 },
    ],
    ['ids of nothing', { content_ids: ['x', 'y'] }, { ids: 2, unknown: 2, unknown_reports: 1 }],
    [
      'one id named twice',
      { content_ids: ['v1', 'v1'], contents: [{ id: 'v1' }] },
      { ids: 1, matched: 1 },
    ],
    [
      'capitals are another id',
      { content_ids: ['V1'] },
      { ids: 1, unknown: 1, unknown_reports: 1 },
    ],
  ])('%s', (_what, custom, expected) => {
    expect(countsOf(measured(custom).counters)).toEqual({ reports: 1, ...expected })
  })

  it('of nothing, of what was refused or dropped: not measured', () => {
    expect(measured({ value: 5, currency: 'EUR' }).counters).toEqual([])
    const dropped = leg({ content_ids: ['v1'] }, { verdict: 'dropped', reason: 'bot' })
    expect(sightingOf(dropped, 100)).toBeNull()
  })
})

describe('prices of a report', () => {
  const off = { priced: 1, price_off: 1 }
  it.each<[string, CustomData, Record<string, number>]>([
    ['the same', contents({ id: 'v1', item_price: 20 }), { priced: 1 }],
    ['rounded', contents({ id: 'v1', item_price: 20.4 }), { priced: 1 }],
    ['net of tax', contents({ id: 'v1', item_price: 16.81 }), off],
    ['in cents', contents({ id: 'v1', item_price: 2000 }), off],
    ['exact in tenths', contents({ id: 'v2', item_price: 0.1 }), { priced: 1 }],
    ['on sale', contents({ id: 'sale', item_price: 15 }), { priced: 1 }],
    ['usual while a sale is on', contents({ id: 'sale', item_price: 20 }), { priced: 1 }],
    ['of a sale that is over', contents({ id: 'over', item_price: 15 }), off],
    ['value of one product viewed', { content_ids: ['v1'], value: 18, currency: 'EUR' }, off],
    ['of a group', contents({ id: 'g', item_price: 3 }), {}],
    ['none', contents({ id: 'v1' }), {}],
  ])('%s', (_what, custom, expected) => {
    const { reports, ids, matched, in_currency, ...rest } = countsOf(measured(custom).counters)
    expect(rest).toEqual(expected)
  })

  it('in another currency are never compared', () => {
    const { counters, oddities } = measured({
      ...{ contents: [{ id: 'v1', item_price: 99 }], currency: 'USD' },
    })
    expect(countsOf(counters)).toEqual({
      ...{ reports: 1, ids: 1, matched: 1, in_currency: 1, currency_off: 1 },
    })
    expect(oddities).toMatchObject([{ kind: 'currency', said: 'USD', feed: 'EUR' }])
  })

  it('are told with what the feed says', () => {
    const { oddities } = measured(contents({ id: 'sale', item_price: 9.99 }))
    expect(oddities).toMatchObject([
      { kind: 'price', product_id: 'sale', said: '9.99', feed: '15', currency: 'EUR', seq: 1 },
    ])
  })

  it.each<[number, Record<string, number>]>([
    [40, { valued: 1 }],
    [45.9, { valued: 1 }],
    [4000, { valued: 1, value_off: 1 }],
    [15, { valued: 1, value_off: 1 }],
  ])('add up to a value of %s, or not', (value, expected) => {
    const custom = { ...contents({ id: 'v1', quantity: 2 }), value }
    const { valued, value_off } = countsOf(measured(custom, 'Purchase').counters)
    expect({ valued, value_off }).toEqual({ value_off: undefined, ...expected })
  })
})

const id = fc.constantFrom('v1', 'v2', 'solo', 'same', 'sale', 'over', 'g', 'x', 'y')
const anyCustom = fc.record({
  content_ids: fc.array(id, { maxLength: 3 }),
  contents: fc.array(
    fc.record({ id, item_price: fc.constantFrom(20, 15, 0.1, 7), quantity: fc.constant(1) }),
    { maxLength: 3 },
  ),
  currency: fc.constantFrom('EUR', 'USD'),
  value: fc.constantFrom(20, 40, 400),
})
const anyReport = fc.record({
  custom: anyCustom,
  name: fc.constantFrom('ViewContent', 'AddToCart', 'Purchase', 'PageView'),
  hour: fc.integer({ min: 0, max: 3 }),
})

it('what is stored, measured stretch by stretch, equals the fold over all reports', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyReport, { maxLength: 250 }), async (reports) => {
      const store = memoryStore()
      const legs = reports.map(({ custom, name, hour }, at): Leg => {
        const made = leg(custom, { seq: at + 1 }, name)
        const received_at_ms = NOW_MS + hour * 3_600_000
        return { ...made, envelope: { ...made.envelope, received_at_ms } }
      })
      await store.commit({
        ...{ revision: 0, legs, keys: [], counters: [], money: [], deliveries: [], skips: [] },
      })
      const into = await store.beginCatalog(ID)
      await store.putProducts(into, CATALOG)
      await store.endCatalog(into, NOW_MS)
      const sightings = (...where: [string, number]) => sightedStretch(store, ...where)
      const ports = { store, sightings, nowMs: () => NOW_MS }
      while (await measureNew(ID, ports));
      while (await measureNew(ID, ports));
      const asked = { dataset_id: ID, from_s: 0, to_s: NOW_S * 2, by: 'hour' as const }
      const { counters } = await store.counters({ ...asked, metrics: ['catalog:'] })
      const seen = legs.flatMap((one) => sightingOf(one, 100) ?? [])
      const fold = measure(ID, seen, FOUND).counters.map(({ dataset_id: _, ...row }) => row)
      const text = (rows: readonly object[]) =>
        rows.map((row) => JSON.stringify(sorted(row))).sort()
      expect(text(counters)).toEqual(text(fold))
    }),
    { numRuns: 30 },
  )
})

const sorted = (row: object) => Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))
