/** What every driver promises of catalogs (catalogs.ts). Called by conformance.ts. */
import { expect, it } from 'vitest'
import { ODDITIES_MAX, ODDITY_MS, PRODUCT_SEEN_MS } from '../catalog-limits.ts'
import type { MeasuredStretch, Oddity, Product } from './catalogs.ts'
import { leg, putLegs, SHOP, START_MS, START_S, type Suite, tidied } from './conformance-legs.ts'
import type { Store } from './store.ts'

const product = (product_id: string, more: Partial<Product> = {}): Product => ({
  product_id,
  price: '19.99',
  currency: 'EUR',
  ...more,
})

async function fill(store: Store, products: readonly Product[], at_ms = START_MS): Promise<void> {
  const into = await store.beginCatalog(SHOP)
  await store.putProducts(into, products)
  await store.endCatalog(into, at_ms)
}

const idsOf = (products: readonly Product[]): string[] => products.map((one) => one.product_id)

const all = async (store: Store, more = {}): Promise<string[]> =>
  idsOf((await store.products({ dataset_id: SHOP, limit: 100, ...more })).products)

const odd = (product_id: string, more: Partial<Oddity> = {}): Oddity => ({
  ...{ kind: 'unknown', product_id, n: 1, last_s: START_S, event_name: 'ViewContent', seq: 1 },
  ...more,
})

const stretch = (from_seq: number, more: Partial<MeasuredStretch> = {}): MeasuredStretch => ({
  ...{ dataset_id: SHOP, from_seq, next_seq: from_seq + 10 },
  ...{ counters: [], oddities: [], seen: [], ...more },
})

export function describeCatalogs({ store: make }: Suite): void {
  it('puts a feed in force in one step; until then the former catalog stands', async () => {
    const store = await make()
    const nothing = { products: 0, imported_ms: 0, next_seq: 0 }
    expect(await store.catalogStatus(SHOP)).toEqual(nothing)
    await fill(store, [product('a'), product('b')])
    const into = await store.beginCatalog(SHOP)
    await store.putProducts(into, [product('b', { price: '5' }), product('c')])
    expect(await all(store)).toEqual(['a', 'b'])
    await store.endCatalog(into, START_MS + 1)
    expect(await all(store)).toEqual(['b', 'c'])
    expect(await store.catalogStatus(SHOP)).toMatchObject({
      products: 2,
      imported_ms: START_MS + 1,
    })
    await tidied(store, START_MS)
    expect(await all(store)).toEqual(['b', 'c'])
    expect(await store.catalogStatus('B')).toEqual(nothing)
    await store.beginCatalog('B')
    expect(await store.catalogDatasets()).toEqual([SHOP])
  })

  it('gives up what is not ended, or ended without a time', async () => {
    const store = await make()
    await fill(store, [product('a')])
    const first = await store.beginCatalog(SHOP)
    await store.putProducts(first, [product('x')])
    const second = await store.beginCatalog(SHOP)
    await expect(store.putProducts(first, [product('y')])).rejects.toMatchObject({ code: 'busy' })
    await store.endCatalog(first, START_MS + 9)
    await store.putProducts(second, [product('z')])
    await store.endCatalog(second)
    await tidied(store, START_MS)
    expect(await all(store)).toEqual(['a'])
    await expect(store.putProducts(second, [product('z')])).rejects.toThrow()
  })

  it('keeps the first of two products of one id, and says which came again', async () => {
    const store = await make()
    const into = await store.beginCatalog(SHOP)
    expect(await store.putProducts(into, [product('a'), product('b')])).toEqual([])
    expect(await store.putProducts(into, [product('b', { price: '1' }), product('c')])).toEqual([
      'b',
    ])
    await store.endCatalog(into, START_MS)
    const [found] = await store.lookUpProducts(SHOP, ['b'])
    expect(found?.product?.price).toBe('19.99')
    expect((await store.catalogStatus(SHOP)).products).toBe(3)
  })

  it('finds what an id stands for: a product, a group, both or nothing', async () => {
    const store = await make()
    const whole = product('v2', {
      ...{ group_id: 'g', title: 'Shirt', sale_price: '9.99', sale_from_s: 1, sale_to_s: 2 },
      ...{ availability: 'in_stock', brand: 'B', link: 'https://x.com/', image_link: 'https://y/' },
    })
    await fill(store, [whole, product('v3', { group_id: 'g' }), product('g2', { group_id: 'g2' })])
    expect(await store.lookUpProducts(SHOP, ['g', 'v2', 'none', 'g2', 'g'])).toEqual([
      { product: null, in_group: whole },
      { product: whole, in_group: null },
      { product: null, in_group: null },
      { product: product('g2', { group_id: 'g2' }), in_group: product('g2', { group_id: 'g2' }) },
      { product: null, in_group: whole },
    ])
    expect(await store.lookUpProducts('B', ['v2'])).toEqual([{ product: null, in_group: null }])
  })
}

export function describeMeasuring({ clock, store: make }: Suite): void {
  it('writes a stretch whole, once, and only where the last one ended', async () => {
    const store = await make()
    expect(await store.putMeasured(stretch(0))).toBe(false)
    await putLegs(store, [leg(1, { name: 'ViewContent' })])
    await fill(store, [product('a')])
    const counter = {
      ...{ dataset_id: SHOP, hour_s: START_S - (START_S % 3600), event_name: 'ViewContent' },
      ...{ channel: 'browser' as const, metric: 'catalog:ids', n: 2 },
    }
    const first = stretch(0, { counters: [counter], oddities: [odd('x')] })
    expect(await store.putMeasured(first)).toBe(true)
    expect(await store.putMeasured(first)).toBe(false)
    expect(await store.putMeasured(stretch(10, { counters: [counter] }))).toBe(true)
    expect((await store.catalogStatus(SHOP)).next_seq).toBe(20)
    const asked = { dataset_id: SHOP, from_s: START_S, to_s: START_S + 1, by: 'total' as const }
    const { counters } = await store.counters({ ...asked, metrics: ['catalog:'] })
    expect(counters).toEqual([
      { hour_s: 0, event_name: 'ViewContent', channel: 'browser', metric: 'catalog:ids', n: 4 },
    ])
  })

  it('adds oddities up, the most frequent first, with what the last report said', async () => {
    const store = await make()
    await fill(store, [product('a')])
    const price = { said: '5', feed: '19.99', currency: 'EUR' }
    await store.putMeasured(
      stretch(0, {
        oddities: [odd('x', { n: 2 }), odd('y', { n: 4 }), odd('a', { kind: 'price' })],
      }),
    )
    const later = odd('x', { n: 3, last_s: START_S + 5, seq: 9, event_name: 'Purchase' })
    await store.putMeasured(
      stretch(10, { oddities: [later, odd('a', { kind: 'price', seq: 8, ...price })] }),
    )
    const unknown = await store.oddities(SHOP, 'unknown', 10)
    expect(unknown).toEqual([{ ...later, n: 5 }, odd('y', { n: 4 })])
    expect(await store.oddities(SHOP, 'unknown', 1)).toHaveLength(1)
    expect(await store.oddities(SHOP, 'price', 10)).toEqual([
      odd('a', { kind: 'price', n: 2, seq: 8, ...price }),
    ])
  })

  it('knows which products no report named, and forgets what was long ago', async () => {
    const store = await make()
    await fill(store, [product('a'), product('b'), product('c')])
    const seen = [
      { product_id: 'a', at_s: START_S },
      { product_id: 'b', at_s: START_S - 100 },
      { product_id: 'a', at_s: START_S - 7 },
    ]
    await store.putMeasured(stretch(0, { seen, oddities: [odd('x')] }))
    expect(await all(store, { unseen_since_s: START_S - 50 })).toEqual(['b', 'c'])
    const { products } = await store.products({ dataset_id: SHOP, limit: 3 })
    expect(products.map(({ seen_s }) => seen_s)).toEqual([START_S, START_S - 100, null])
    expect(await store.productsSeen(SHOP)).toBe(2)
    clock.nowMs = START_MS + Math.max(ODDITY_MS, PRODUCT_SEEN_MS) + 1000
    await tidied(store, clock.nowMs)
    expect(await store.productsSeen(SHOP)).toBe(0)
    expect(await store.oddities(SHOP, 'unknown', 10)).toEqual([])
  })
}

export function describeCatalogBounds({ store: make }: Suite): void {
  it('lists products by id, a page at a time, and those that a search means', async () => {
    const store = await make()
    const titled = product('c', { title: 'Red Honey' })
    await fill(store, [titled, product('a'), product('b', { group_id: 'honeys' }), product('d')])
    const page = await store.products({ dataset_id: SHOP, limit: 2 })
    expect(page).toMatchObject({ next_after: 'b' })
    expect(idsOf(page.products)).toEqual(['a', 'b'])
    expect(await all(store, { after: 'b' })).toEqual(['c', 'd'])
    expect(await all(store, { search: 'HONEY' })).toEqual(['b', 'c'])
    expect((await store.products({ dataset_id: SHOP, limit: 9 })).next_after).toBeUndefined()
  })

  it('keeps no more oddities of a kind than it may, the last seen', async () => {
    const store = await make()
    await fill(store, [product('a')])
    const many = Array.from({ length: ODDITIES_MAX + 5 }, (_, at) =>
      odd(`x${at}`, { last_s: START_S + at }),
    )
    await store.putMeasured(stretch(0, { oddities: [...many, odd('a', { kind: 'price' })] }))
    const kept = await store.oddities(SHOP, 'unknown', 2 * ODDITIES_MAX)
    expect(kept).toHaveLength(ODDITIES_MAX)
    expect(kept.at(-1)?.product_id).toBe('x5')
    expect(await store.oddities(SHOP, 'price', 10)).toHaveLength(1)
  })

  it('forgets all of it with the catalog, or with its dataset', async () => {
    const store = await make()
    for (const forget of [() => store.removeCatalog(SHOP), () => store.erase(SHOP)]) {
      await fill(store, [product('a')])
      const seen = [{ product_id: 'a', at_s: START_S }]
      await store.putMeasured(stretch(0, { oddities: [odd('x')], seen }))
      await forget()
      await tidied(store, START_MS)
      const nothing = { products: 0, imported_ms: 0, next_seq: 0 }
      expect(await store.catalogStatus(SHOP)).toEqual(nothing)
      expect([await all(store), await store.catalogDatasets()]).toEqual([[], []])
      expect(await store.productsSeen(SHOP)).toBe(0)
      expect(await store.oddities(SHOP, 'unknown', 10)).toEqual([])
    }
  })
}
