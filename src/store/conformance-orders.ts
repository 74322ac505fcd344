/** What every driver promises of the order book (orders.ts). Called by conformance.ts. */
import { expect, it } from 'vitest'
import type { Hashed, UserData } from '../event/shape.ts'
import { ORDER_WINDOW_MS } from '../limits.ts'
import { ORDER_BOOK_MS, ORDER_PERSON_MS } from '../order-limits.ts'
import { leg, putLegs, SHOP, START_MS, START_S, type Suite, tidied } from './conformance-legs.ts'
import type { Order } from './orders.ts'
import type { Store } from './store.ts'

/** Whatever a shop puts into the address of its last page. */
const PAGE = 'https://shop.example.com/thanks?key=wc_order_1'
const JO: UserData = { em: ['a'.repeat(64) as Hashed], fbp: 'fb.1.1.1' }

const order = (order_id: string, more: Partial<Order> = {}): Order => ({
  dataset_id: SHOP,
  origin: 'csv',
  order_id,
  at_s: START_S,
  status: 'paid',
  amount: '30',
  currency: 'EUR',
  source: 'file',
  ...more,
})

const BOOK = { dataset_id: SHOP, origin: 'csv' as const }
const all = (store: Store, more = {}) =>
  store.orders({ ...BOOK, from_s: 0, to_s: 4_000_000_000, limit: 100, ...more })
const idsOf = (orders: readonly Order[]): string[] => orders.map(({ order_id }) => order_id)

export function describeOrders({ store: make }: Suite): void {
  it('keeps one row per order, says what changed, and what a write leaves out stays', async () => {
    const store = await make()
    const first = [order('1', { user_data: JO, status: 'pending' }), order('2')]
    expect(await store.compareOrders(first)).toEqual({ added: 2, changed: 0, same: 0 })
    expect(await all(store)).toEqual([])
    expect(await store.putOrders(first)).toEqual({ added: 2, changed: 0, same: 0 })
    const later = [order('1'), order('2'), order('3')]
    expect(await store.putOrders(later)).toEqual({ added: 1, changed: 1, same: 1 })
    const [one] = await store.ordersById(BOOK, ['1', 'none'])
    expect(one).toEqual(order('1', { user_data: JO }))
  })

  it('lists an origin by time, a page at a time', async () => {
    const store = await make()
    await store.putOrders([
      order('b', { at_s: START_S + 1 }),
      order('a', { at_s: START_S + 1 }),
      order('c'),
      order('d', { at_s: START_S + 9 }),
      order('w', { origin: 'webhook' }),
      order('x', { dataset_id: 'B' }),
    ])
    const range = { from_s: START_S, to_s: START_S + 9 }
    const page = await all(store, { ...range, limit: 2 })
    expect(idsOf(page)).toEqual(['c', 'a'])
    expect(await store.paidOrders({ ...BOOK, ...range })).toBe(3)
    await store.putOrders([order('c', { status: 'pending' })])
    expect(await store.paidOrders({ ...BOOK, ...range })).toBe(2)
    const after = { at_s: START_S + 1, order_id: 'a' }
    expect(idsOf(await all(store, { ...range, limit: 2, after }))).toEqual(['b'])
  })

  it('writes those of a delivery together with its end, or none', async () => {
    const store = await make()
    const end = (revision: number, order_id: string) =>
      store.settleReceived({
        dataset_id: SHOP,
        now_ms: START_MS,
        settlements: [],
        records: [{ key: 'order:1', value: '1', revision }],
        orders: [order(order_id)],
      })
    expect(await end(0, '1')).toEqual({ conflict: false })
    expect(await end(0, '2')).toEqual({ conflict: true })
    expect(idsOf(await all(store))).toEqual(['1'])
  })
}

export function describeOrderBooks({ store: make }: Suite): void {
  it('knows how many orders each book holds, and from when to when', async () => {
    const store = await make()
    const webhook = order('1', { origin: 'webhook', at_s: START_S + 5 })
    const csv = [order('1', { at_s: START_S + 9 }), order('2'), order('3', { at_s: START_S + 3 })]
    await store.putOrders([webhook, ...csv, order('x', { dataset_id: 'B' })])
    await store.putOrders([order('2', { amount: '31' }), webhook])
    const spans = async () =>
      [...(await store.orderSpans(SHOP))].sort((a, b) => (a.origin < b.origin ? -1 : 1))
    const of = (origin: string, orders: number, first_s: number, last_s: number) => ({
      ...{ origin, orders, first_s, last_s },
    })
    const own = of('webhook', 1, START_S + 5, START_S + 5)
    expect(await spans()).toEqual([of('csv', 3, START_S, START_S + 9), own])
    await tidied(store, START_MS + ORDER_BOOK_MS + 4000)
    expect(await spans()).toEqual([of('csv', 1, START_S + 9, START_S + 9), own])
    await tidied(store, START_MS + ORDER_BOOK_MS + 6000)
    expect(await spans()).toEqual([of('csv', 1, START_S + 9, START_S + 9)])
    await store.erase(SHOP)
    expect(await spans()).toEqual([])
  })

  it('keeps the page of an order beside the shopper only', async () => {
    const store = await make()
    const nameless = order('1', { url: PAGE })
    expect(await store.putOrders([nameless])).toEqual({ added: 1, changed: 0, same: 0 })
    expect(await store.putOrders([nameless])).toEqual({ added: 0, changed: 0, same: 1 })
    expect(await all(store)).toEqual([order('1')])
    await store.putOrders([order('1', { url: PAGE, user_data: JO })])
    expect(await all(store)).toEqual([order('1', { url: PAGE, user_data: JO })])
  })
}

const asked = ['1', '2', '3', '4', '5'].map((order_id) => ({
  order_id,
  event_id: `purchase:${order_id}`,
}))

export function describeOrderEnds({ clock, store: make }: Suite): void {
  it('finds by its order how a report of it ended that was not counted', async () => {
    const store = await make()
    const name = 'Purchase'
    await putLegs(store, [
      leg(1, { name, order: '1', verdict: 'dropped', reason: 'bot' }),
      leg(2, { name, order: '1', verdict: 'dropped', reason: 'gpc' }),
      leg(3, { name, id: 'purchase:2', verdict: 'rejected', reason: 'invalid_parameter' }),
      leg(4, { name, order: '3' }),
      leg(5, { name: 'Lead', order: '4', verdict: 'dropped', reason: 'bot' }),
    ])
    expect(await store.refusals(SHOP, asked)).toEqual([
      { seq: 2, verdict: 'dropped', reason: 'gpc' },
      { seq: 3, verdict: 'rejected', reason: 'invalid_parameter' },
      null,
      null,
      null,
    ])
    expect(await store.refusals('none', asked.slice(0, 1))).toEqual([null])
  })

  it('finds by its order what was counted of it, however long ago, the oldest first', async () => {
    const store = await make()
    const name = 'Purchase'
    await putLegs(store, [
      leg(1, { name, order: '1' }),
      leg(2, { name, order: '1', verdict: 'dropped', reason: 'bot' }),
      leg(3, { name, id: 'purchase:1', order: '9' }),
      leg(4, { name, id: 'purchase:2' }),
      leg(5, { name, of: 4, verdict: 'duplicate', order: '3' }),
      leg(6, { name: 'Lead', order: '4' }),
      leg(7, { name, order: '1' }),
    ])
    clock.nowMs = START_MS + ORDER_WINDOW_MS + 86_400_000
    await tidied(store, clock.nowMs)
    const seqs = (await store.purchases(SHOP, asked)).map((events) =>
      events.map(({ legs }) => legs.map(({ seq }) => seq)),
    )
    expect(seqs).toEqual([[[1], [3], [7]], [[4, 5]], [[4, 5]], [], []])
    expect(await store.purchases('none', asked.slice(0, 1))).toEqual([[]])
    // By the index alone: at least those, and nothing where there is nothing.
    const looked = await store.purchaseSeqs(SHOP, asked)
    expect(looked[0]).toEqual(expect.arrayContaining([1, 3, 7]))
    expect(looked.slice(1, 3)).toEqual([[4], [4]])
    expect(looked[4]).toEqual([])
    expect(await store.purchaseSeqs('none', asked.slice(0, 1))).toEqual([[]])
  })

  it('forgets who bought before it forgets the order', async () => {
    const store = await make()
    await store.putOrders([order('1', { user_data: JO, url: PAGE })])
    clock.nowMs = START_MS + ORDER_PERSON_MS + 1000
    await tidied(store, clock.nowMs)
    expect(await all(store)).toEqual([order('1')])
    clock.nowMs = START_MS + ORDER_BOOK_MS + 1000
    await tidied(store, clock.nowMs)
    expect(await all(store)).toEqual([])
  })

  it('takes a person out, and everything with its dataset', async () => {
    const store = await make()
    const others: UserData = { em: ['b'.repeat(64) as Hashed] }
    const jo = order('1', { user_data: JO, url: PAGE })
    await store.putOrders([jo, order('2', { user_data: others, url: PAGE })])
    await store.erase(SHOP, ['a'.repeat(64)])
    const other = order('2', { user_data: others, url: PAGE })
    expect(await all(store)).toEqual([order('1'), other])
    await store.erase(SHOP)
    expect(await all(store)).toEqual([])
  })
}
