/** What nobody reported, sent days later through the real pipeline: nothing counts twice. */
import { hash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Hashed } from '../event/shape.ts'
import {
  MINUTE_MS,
  money,
  openShop,
  type Sent,
  type Shop,
  START_MS,
} from '../ingest/shop.fixture.ts'
import { RECONCILE_KEPT_MS, RECONCILE_WAITING_MAX } from '../order-limits.ts'
import type { Order } from '../store/orders.ts'
import { createReconciler } from './reconciler.ts'
import type { Reconciler } from './view.ts'

const HOUR_MS = 60 * MINUTE_MS
/** A quarter to midnight of the order's day. */
const LATE_S = Date.UTC(2026, 10, 23, 23, 45) / 1000
const DAY = '2026-11-23'

let shop: Shop
let reconciler: Reconciler
let nowMs: number

beforeEach(async () => {
  shop = openShop({ orders_from: 'csv' }, undefined, { nowMs: () => nowMs })
  nowMs = START_MS
  reconciler = createReconciler({
    ...{ store: shop.store, accept: shop.ingest.accept, nowMs: () => nowMs },
    findDataset: () => shop.dataset,
    destinationsOf: () => [],
    isBot: () => false,
    sha256: (text) => hash('sha256', text),
  })
  const order: Order = {
    ...{ dataset_id: shop.dataset.dataset_id, origin: 'csv', order_id: '17', at_s: LATE_S },
    ...{ status: 'paid', amount: '2.01', currency: 'EUR', source: 'file' },
    user_data: { em: ['a'.repeat(64) as Hashed] },
  }
  await shop.store.putOrders([order, { ...order, order_id: '99', amount: '5', at_s: LATE_S + 9e4 }])
})

const send = async (dryRun: boolean) => {
  const datasetId = shop.dataset.dataset_id
  return reconciler.send({ datasetId, from: DAY, to: DAY, dryRun, older: false })
}

it('reads each day of purchases once, however many days are compared', async () => {
  const asked: (number | undefined)[] = []
  const { events } = shop.store
  shop.store.events = (query) => {
    asked.push(query.from_s)
    return events(query)
  }
  nowMs = LATE_S * 1000 + 60_000
  await shop.send('browser', { ...money(2.01, 'EUR', { order_id: '17' }), event_id: 'a' })
  await shop.send('browser', { ...money(7), event_id: 'b' })
  const datasetId = shop.dataset.dataset_id
  const { total, days } = await reconciler.reconcile({ datasetId, from: DAY, to: '2026-11-29' })
  expect(total).toMatchObject({ orders: 2, counted: 2, missing: 1, extra: 1 })
  expect(days.find(({ day }) => day === DAY)).toMatchObject({ orders: 1, counted: 2, extra: 1 })
  expect(new Set(asked).size).toBe(asked.length)
  expect(asked).toHaveLength(3 + 7 + 1)
})

describe('an order of three days ago', () => {
  it.each<[string, number, Sent | undefined, { missing: number; sendable: number }]>([
    ['that nobody reported is sent', 0, undefined, { missing: 1, sendable: 1 }],
    [
      'is counted where its event id alone came hours after midnight',
      5 * HOUR_MS,
      { ...money(2.01), event_id: 'purchase:17' },
      { missing: 0, sendable: 0 },
    ],
    [
      'is not sent where its event id came hours after midnight, with the id of another order',
      5 * HOUR_MS,
      { ...money(2.01, 'EUR', { order_id: '18' }), event_id: 'purchase:17' },
      { missing: 1, sendable: 0 },
    ],
    [
      'is not sent where the day after has a sale of the same money that names no order of the book',
      HOUR_MS,
      { ...money(2.01, 'EUR', { order_id: 'web-17' }), event_id: 'made-up' },
      { missing: 1, sendable: 0 },
    ],
    [
      'is sent beside a sale of other money',
      HOUR_MS,
      { ...money(2.02, 'EUR', { order_id: 'web-17' }), event_id: 'made-up' },
      { missing: 1, sendable: 1 },
    ],
  ])('%s', async (_, laterMs, report, { missing, sendable }) => {
    nowMs = LATE_S * 1000 + laterMs
    if (report) await shop.send('browser', report)
    nowMs = LATE_S * 1000 + 72 * HOUR_MS
    const counted = await shop.total('accepted')
    expect(await send(true)).toMatchObject({ missing, sendable, sent: 0 })
    expect(await send(false)).toMatchObject({ sendable, sent: sendable })
    expect(await shop.total('accepted')).toBe(counted + sendable)
    expect(await send(false)).toMatchObject({ sendable: 0 })
  })
})

it('asks for many orders at once, and no more calls for old ones', async () => {
  const { dataset_id } = shop.dataset
  const many = Array.from({ length: 200 }, (_, at): Order => {
    const about = { dataset_id, origin: 'csv', order_id: `old-${at}`, at_s: LATE_S } as const
    return { ...about, status: 'paid', amount: '1', currency: 'EUR', source: 'file' }
  })
  await shop.store.putOrders(many)
  await shop.send('browser', { ...money(1, 'EUR', { order_id: 'old-7' }), event_id: 'x' })
  let calls = 0
  const { events, purchases } = shop.store
  shop.store.events = (query) => {
    calls += 1
    return events(query)
  }
  shop.store.purchases = (id, orders) => {
    calls += 1
    return purchases(id, orders)
  }
  nowMs = LATE_S * 1000 + 60 * 24 * HOUR_MS
  const asked = { datasetId: dataset_id, from: DAY, to: DAY }
  const { total } = await reconciler.reconcile(asked)
  expect(total).toMatchObject({ orders: 201, missing: 200, counted: 1 })
  expect(calls).toBeLessThan(12)
})

it('compares a dataset once at a time, and lets few wait', async () => {
  let [under, most] = [0, 0]
  const { orders } = shop.store
  shop.store.orders = async (query) => {
    under += 1
    most = Math.max(most, under)
    const page = await orders(query)
    await new Promise(setImmediate)
    under -= 1
    return page
  }
  const asked = { datasetId: shop.dataset.dataset_id, from: DAY, to: DAY }
  const all = Array.from({ length: RECONCILE_WAITING_MAX + 1 }, () => reconciler.reconcile(asked))
  const ends = await Promise.allSettled(all)
  expect(most).toBe(1)
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(RECONCILE_WAITING_MAX)
  expect(ends.at(-1)).toMatchObject({ reason: { code: 'busy' } })
  expect(await reconciler.reconcile(asked)).toMatchObject({ orders_from: 'csv' })
})

it('reads a day that is over once a minute, today each time, and all before it sends', async () => {
  let asked = 0
  const { events } = shop.store
  shop.store.events = (query) => {
    asked += 1
    return events(query)
  }
  nowMs = Date.UTC(2026, 10, 24, 12)
  const days = { datasetId: shop.dataset.dataset_id, from: DAY, to: DAY }
  const reads = async (work: () => Promise<unknown>): Promise<number> => {
    asked = 0
    await work()
    return asked
  }
  expect(await reads(() => reconciler.reconcile(days))).toBe(5)
  expect(await reads(() => reconciler.reconcile(days))).toBe(1)
  expect(await reads(() => send(true))).toBe(7)
  nowMs += RECONCILE_KEPT_MS
  expect(await reads(() => reconciler.reconcile(days))).toBe(5)
})
