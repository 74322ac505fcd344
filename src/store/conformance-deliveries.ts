/**
 * What the outbox part of the conformance suite is made of: deliveries of one small shop to one
 * destination, the rounds of a relay, and the equation. For the conformance files only.
 */
import { expect } from 'vitest'
import { leg, put, SHOP, START_MS, type Suite } from './conformance-legs.ts'
import type {
  Claimed,
  ClaimRequest,
  DeliveryKey,
  DeliveryQuery,
  DeliveryRow,
  DeliveryState,
  DeliveryWrite,
  ExchangeRecord,
  Settlement,
} from './outbox.ts'
import type { Store } from './store.ts'

export const TO = 'd_one'
export const LEASE_MS = 60_000
const WEEK_MS = 7 * 86_400_000

export const keyOf = (seq: number, legSeq = 0): DeliveryKey => ({
  dataset_id: SHOP,
  destination_id: TO,
  seq,
  leg_seq: legSeq,
})

export const delivery = (seq: number, over: Partial<DeliveryWrite> = {}): DeliveryWrite => ({
  ...keyOf(seq),
  due_ms: 0,
  expires_ms: START_MS + WEEK_MS,
  first: true,
  ...over,
})

export const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** Commits legs first..last, each with one delivery. */
export async function putDelivered(
  store: Store,
  [first, last]: readonly [number, number],
  over: Partial<DeliveryWrite> = {},
): Promise<void> {
  const seqs = range(first, last)
  await put(store, {
    legs: seqs.map((seq) => leg(seq)),
    deliveries: seqs.map((seq) => delivery(seq, over)),
  })
}

export function claimAt(
  store: Store,
  { nowMs }: Suite['clock'],
  over: Partial<ClaimRequest> = {},
): Promise<Claimed> {
  return store.claim({
    dataset_id: SHOP,
    destination_id: TO,
    limit: 1000,
    now_ms: nowMs,
    lease_until_ms: nowMs + LEASE_MS,
    ...over,
  })
}

export const seqsIn = ({ deliveries }: Claimed): number[] =>
  deliveries.map(({ seq }) => seq).sort((a, b) => a - b)

export type Ending =
  | { readonly state: 'delivered'; readonly exchange?: number }
  | { readonly state: 'pending'; readonly due_ms: number }
  | {
      readonly state: 'retrying'
      readonly due_ms: number
      readonly code: string
      readonly detail: string
      readonly exchange?: number
    }
  | {
      readonly state: 'held' | 'rejected'
      readonly code: string
      readonly detail: string
      readonly exchange?: number
    }

export const DELIVERED: Ending = { state: 'delivered' }

export const endings = (keys: readonly DeliveryKey[], ending: Ending): Settlement[] =>
  keys.map(({ dataset_id, destination_id, seq, leg_seq }) => ({
    ...{ dataset_id, destination_id, seq, leg_seq },
    ...ending,
  }))

export function settleAll(
  store: Store,
  { lease, deliveries }: Claimed,
  {
    ending,
    nowMs,
    exchanges = [],
  }: { ending: Ending; nowMs: number; exchanges?: ExchangeRecord[] },
): Promise<number> {
  const settlements = endings(deliveries, ending)
  return store.settle({ lease, now_ms: nowMs, settlements, exchanges })
}

export const exchange = (over: Partial<ExchangeRecord> = {}): ExchangeRecord => ({
  at_ms: START_MS,
  url: 'https://graph.example/v1/events',
  status: 200,
  ms: 12,
  events: 1,
  answer: '{"events_received":1}',
  ...over,
})

/** All rows a query finds, over as many pages as it takes. */
export async function listed(
  store: Store,
  query: Partial<DeliveryQuery> = {},
): Promise<DeliveryRow[]> {
  const rows: DeliveryRow[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < 10_000; pages++) {
    const at = cursor === undefined ? {} : { cursor }
    const page = await store.deliveries({ dataset_id: SHOP, limit: 50, ...query, ...at })
    expect(page.deliveries.length).toBeLessThanOrEqual(query.limit ?? 50)
    rows.push(...page.deliveries)
    if (page.next_cursor === undefined) return rows
    expect(page.next_cursor).not.toBe(cursor)
    cursor = page.next_cursor
  }
  throw new Error('the cursor never ended')
}

export async function statesOf(
  store: Store,
  destinationId = TO,
): Promise<Partial<Record<DeliveryState, number>>> {
  const statuses = await store.destinationStatus(SHOP)
  const states = statuses.find(({ destination_id }) => destination_id === destinationId)?.states
  return Object.fromEntries(Object.entries(states ?? {}).filter(([, n]) => n !== 0))
}

/** created + created_further = the states + let_go, and the states are what is really stored. */
export async function expectEquation(store: Store, datasetId = SHOP): Promise<void> {
  const audits = await store.auditDeliveries(datasetId)
  const statuses = await store.destinationStatus(datasetId)
  expect(audits.map(({ destination_id }) => destination_id)).toEqual(
    statuses.map(({ destination_id }) => destination_id),
  )
  for (const [index, audit] of audits.entries()) {
    const { created, created_further, let_go, states, stored } = audit
    const sum = Object.values(states).reduce((total, n) => total + n, 0)
    expect(sum + let_go).toBe(created + created_further)
    expect(stored).toEqual(states)
    expect(statuses[index]).toMatchObject({ created, created_further, let_go, states })
  }
}
