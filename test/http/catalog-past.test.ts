/** What the catalog's report says of the demo shop's past, held against what was done to it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { COFFEES } from '../../examples/brewbeans/catalogue.ts'
import type { CatalogAnswer, CatalogReportAnswer } from '../../src/api/types.ts'
import { END_MS, type OpenPast, openPast } from './past-fixture.ts'

let shop: OpenPast

beforeAll(async () => {
  shop = await openPast(8, { sessionsPerDay: 150, ordersPerDay: 15 })
})
afterAll(() => shop.close())

it('the feed of the shop is the catalog', async () => {
  const path = `/api/datasets/${shop.past.dataset_id}/catalog`
  const { products, imports, imported_ms } = await shop.server.api<CatalogAnswer>('GET', path)
  expect([products, imported_ms]).toEqual([COFFEES.length, END_MS])
  expect(imports).toMatchObject([{ result: 'taken', format: 'xml', bad: 0 }])
})

it('unknown ids are as many as the theme of old has sent, and nothing else is mixed up', async () => {
  const report = await shop.ask<CatalogReportAnswer>('catalog/report')
  const sum = (what: 'unknown' | 'group_as_product' | 'product_as_group'): number =>
    report.events.reduce((all, event) => all + event[what], 0)
  const meant = shop.truth.total.faults.unknown_product_ids ?? 0
  expect(meant).toBeGreaterThan(20)
  expect(sum('unknown')).toBe(meant)
  expect(sum('group_as_product') + sum('product_as_group')).toBe(0)
  const views = report.events.find(({ event_name }) => event_name === 'ViewContent')
  const named = shop.truth.total.events.ViewContent
  expect(views?.reports).toBe((named?.counted ?? 0) + (named?.duplicates ?? 0))
  // Only sales that a browser told in the wrong currency have another price.
  const others = report.events.filter(({ event_name }) => event_name !== 'Purchase')
  expect(others.map(({ price_off }) => price_off.n)).toEqual(others.map(() => 0))
})
