/**
 * The order book part of the store port: which orders a shop really had, as its webhooks, its
 * platform when asked, or a file said, one row per order. Reconciliation compares what was counted
 * with it. Drivers keep it; sources/inbox/, sources/polling/ and reconcile/ write it, reconcile/
 * reads it, by day or by order id.
 */
import type { ActionSource, UserData } from '../event/shape.ts'

/** Who said so. Each origin is a book of its own: they are never mixed. */
export type OrderOrigin = 'webhook' | 'csv' | 'poll'

/** Drivers keep their places: new ones come last. */
export const ORDER_ORIGINS: readonly OrderOrigin[] = ['webhook', 'csv', 'poll']

/**
 * paid: a sale, whatever became of it later. pending: not paid (yet). cancelled: before it was
 * paid. test: of a test mode. renewal: paid again by itself, counted as an event of its own.
 */
export type OrderStatus = 'paid' | 'pending' | 'cancelled' | 'test' | 'renewal'

/** Which book a dataset's setting `orders_from` means. */
export const ORIGIN_OF = {
  webhooks: 'webhook',
  polls: 'poll',
  csv: 'csv',
} as const satisfies Record<string, OrderOrigin>

export const ORDER_STATUSES: readonly OrderStatus[] = [
  'paid',
  'pending',
  'cancelled',
  'test',
  'renewal',
]

export interface OrderKey {
  readonly dataset_id: string
  readonly origin: OrderOrigin
  /** As it stands in custom_data.order_id of its Purchase. */
  readonly order_id: string
}

/** What a later write leaves out stays as it was. */
export interface Order extends OrderKey {
  /** When it was placed or paid, unix seconds. */
  readonly at_s: number
  readonly status: OrderStatus
  /** Major units as decimal text. */
  readonly amount?: string
  readonly currency?: string
  /** The kind of source: shopify, woocommerce, file. */
  readonly source: string
  readonly action_source?: ActionSource
  /** Of the shopper. Kept only beside `user_data`, and emptied with it. */
  readonly url?: string
  /** Hashed; emptied ORDER_PERSON_MS after the order. */
  readonly user_data?: UserData
}

export interface OrderQuery {
  readonly dataset_id: string
  readonly origin: OrderOrigin
  /** at_s: from inclusive, to exclusive. */
  readonly from_s: number
  readonly to_s: number
  readonly limit: number
  /** Continue after this one. */
  readonly after?: { readonly at_s: number; readonly order_id: string }
}

export interface OrdersPut {
  readonly added: number
  readonly changed: number
  /** Known exactly so. */
  readonly same: number
}

/** What a book covers. */
export interface OrderSpan {
  readonly origin: OrderOrigin
  readonly orders: number
  /** at_s of the oldest and the newest. */
  readonly first_s: number
  readonly last_s: number
}

export interface OrderBook {
  /** All of it, durably, or nothing. The caller bounds how many: some hundred at a time. */
  putOrders(orders: readonly Order[]): Promise<OrdersPut>
  /** Which of these are new, changed or known, without writing any. */
  compareOrders(orders: readonly Order[]): Promise<OrdersPut>
  /** The oldest first; a page of fewer than `limit` is the last. */
  orders(query: OrderQuery): Promise<readonly Order[]>
  /** How many were paid: from inclusive, to exclusive. Walks an index of that time, no more. */
  paidOrders(query: Omit<OrderQuery, 'limit' | 'after'>): Promise<number>
  /** Those that are there, in any order. The caller bounds how many. */
  ordersById(
    book: { readonly dataset_id: string; readonly origin: OrderOrigin },
    ids: readonly string[],
  ): Promise<readonly Order[]>
  /** Of the books that hold any; as cheap for a large book as for a small one. */
  orderSpans(datasetId: string): Promise<readonly OrderSpan[]>
}

/**
 * An order as it stands after a write. The page of an order that names nobody is not kept: it may
 * hold what leads to the shopper, no erasure would find it, and nothing is sent of such an order.
 */
export function orderAfter(before: Order | undefined, write: Order): Order {
  const after = { ...before, ...write }
  if (after.user_data) return after
  const { url: _, ...rest } = after
  return rest
}

/** Whether two say the same; the order of fields means nothing. */
export function isSameOrder(a: Order, b: Order): boolean {
  return textOf(a) === textOf(b)
}

const textOf = (order: Order): string =>
  JSON.stringify(Object.entries(order).sort(([a], [b]) => (a < b ? -1 : 1)))
