/**
 * The row of the order book that a delivery leads to: what is known of the order by now, with its
 * shopper hashed. Pure. Called by plan.ts (what is said) and translator.ts (what is kept), and by
 * polling/ for what a platform says when it is asked.
 */
import type { Dataset } from '../../event/dataset.ts'
import { hashFields } from '../../event/hash-fields.ts'
import { amountOf, decimalOf } from '../../event/money.ts'
import type { ActionSource } from '../../event/shape.ts'
import type { Order, OrderOrigin, OrderStatus } from '../../store/orders.ts'
import type { OrderState } from '../order.ts'
import type { OrderFact, UserFields } from '../source.ts'

/** Without its place, and with the shopper in clear where the delivery named one. */
export type Booked = Omit<Order, 'dataset_id' | 'origin' | 'source' | 'user_data'> & {
  readonly shopper?: UserFields
}

/** Undefined for what has no order id: nothing could ever be compared with it. */
export function bookedOf(
  fact: OrderFact,
  state: OrderState,
  receivedS: number,
): Booked | undefined {
  const order_id = state.order_id ?? fact.order_id
  if (order_id === undefined) return undefined
  const { counted } = state
  const at_s = counted?.at_s ?? fact.purchase?.event_time ?? state.seen_at_s ?? receivedS
  const { value, currency } = counted ?? {}
  const amount = value === undefined ? undefined : amountOf(value)
  return {
    order_id,
    at_s,
    status: statusOf(fact, state),
    ...(amount && currency
      ? { amount: decimalOf(BigInt(amount.units), BigInt(amount.micros)), currency }
      : {}),
    ...(counted ? { action_source: counted.action_source as ActionSource } : {}),
    ...(counted?.event_source_url ? { url: counted.event_source_url } : {}),
    ...(fact.purchase && fact.consent !== 'denied' ? { shopper: fact.purchase.user_data } : {}),
  }
}

function statusOf({ test, purchase }: OrderFact, state: OrderState): OrderStatus {
  if (test) return 'test'
  if (purchase && purchase.event_name !== 'Purchase') return 'renewal'
  if (state.counted) return 'paid'
  return state.cancelled_at_s === undefined ? 'pending' : 'cancelled'
}

/** What is kept. */
export function orderOf(
  { shopper, ...booked }: Booked,
  { dataset, origin, source, sha256 }: BookContext,
): Order {
  const userData = shopper && hashFields(shopper, dataset, sha256)
  return {
    ...booked,
    dataset_id: dataset.dataset_id,
    origin,
    source,
    ...(userData ? { user_data: userData } : {}),
  }
}

export interface BookContext {
  readonly dataset: Dataset
  readonly origin: OrderOrigin
  /** The kind of source. */
  readonly source: string
  readonly sha256: (text: string) => string
}
