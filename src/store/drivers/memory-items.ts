/**
 * One delivery as the memory driver keeps it, and what can be asked of it: pure functions, so that
 * memory-outbox.ts says only what happens.
 */

import { matchesDelivery } from '../delivery-order.ts'
import {
  type DeliveryKey,
  type DeliveryQuery,
  type DeliveryRow,
  type DeliveryState,
  urgencyOf,
} from '../outbox.ts'
import type { KeptExchange } from './memory-exchanges.ts'

/** Everything but a delivered one, which is a number in the tallies and a line of its exchange. */
export interface Item extends DeliveryKey {
  readonly no: number
  readonly created_ms: number
  readonly expires_ms: number
  state: Exclude<DeliveryState, 'delivered'>
  under_rules?: true
  maybe_sent_ms?: number
  due_ms: number
  attempts: number
  lease?: string
  settled_ms?: number
  code?: string
  detail?: string
  exchange?: KeptExchange
}

export const CLAIMABLE: readonly DeliveryState[] = ['pending', 'retrying', 'leased']

export const nameOf = ({ dataset_id, destination_id, seq, leg_seq }: DeliveryKey): string =>
  `${dataset_id}\n${destination_id}\n${seq}\n${leg_seq}`

export const destinationOf = ({ dataset_id, destination_id }: DeliveryKey): string =>
  `${dataset_id}\n${destination_id}`

export const keyOf = ({ dataset_id, destination_id, seq, leg_seq }: DeliveryKey): DeliveryKey => ({
  dataset_id,
  destination_id,
  seq,
  leg_seq,
})

export function isOf(
  item: { dataset_id: string; destination_id: string },
  { dataset_id, destination_id }: { dataset_id: string; destination_id: string },
): boolean {
  return item.dataset_id === dataset_id && item.destination_id === destination_id
}

export function byUrgency(a: Item, b: Item): number {
  const urgency = urgencyOf(a.expires_ms) - urgencyOf(b.expires_ms)
  return urgency || a.created_ms - b.created_ms || a.no - b.no
}

export const isClaimable = (item: Item, nowMs: number): boolean =>
  CLAIMABLE.includes(item.state) && item.due_ms <= nowMs

export const isAsked = (query: DeliveryQuery, row: DeliveryRow): boolean =>
  row.dataset_id === query.dataset_id &&
  (query.seq === undefined || row.seq === query.seq) &&
  matchesDelivery(query, row)

export function rowOf(item: Item): DeliveryRow {
  const { state, attempts, created_ms, due_ms, settled_ms, code, detail, exchange } = item
  return {
    ...keyOf(item),
    ...{ state, attempts, created_ms, due_ms },
    ...(settled_ms === undefined ? {} : { settled_ms }),
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    ...(item.under_rules ? { under_rules: true } : {}),
    ...(exchange?.isKept ? { exchange: exchange.record } : {}),
  }
}
