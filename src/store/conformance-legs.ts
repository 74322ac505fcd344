/**
 * What the conformance suite is made of: legs, keys and counters of one small shop, and the rounds
 * that put them in and take them out. For the conformance files only.
 */
import { expect } from 'vitest'
import { idKey } from '../event/dedup-key.ts'
import type { Channel, Leg, UserData, Verdict } from '../event/shape.ts'
import type {
  CommitBatch,
  CounterDelta,
  EventQuery,
  KeyRead,
  KeyWrite,
  MoneyDelta,
  Store,
} from './store.ts'

export interface OpenStore {
  readonly store: Store
  /** Closes nothing: opens the same data a second time, as another process would. */
  readonly again?: () => Promise<Store>
}

export interface Suite {
  readonly clock: { nowMs: number }
  readonly fresh: () => Promise<OpenStore>
  readonly store: () => Promise<Store>
}
export const HOUR_S = 3600
/** A whole hour, so that tests can reckon in hours from it. */
export const START_S = 1_760_000_400 - (1_760_000_400 % HOUR_S)
export const START_MS = START_S * 1000
export const SHOP = '1001'

interface LegOptions {
  readonly dataset?: string
  readonly name?: string
  readonly id?: string
  readonly order?: string
  readonly user?: Record<string, readonly string[] | string>
  readonly channel?: Channel
  readonly verdict?: Verdict
  readonly of?: number
  readonly atS?: number
  readonly reason?: string
  /** Code of its only finding. */
  readonly finding?: string
}

export function leg(seq: number, options: LegOptions = {}): Leg {
  const atS = options.atS ?? START_S
  return {
    seq,
    event: {
      event_name: options.name ?? 'PageView',
      event_time: atS,
      event_id: options.id ?? `e-${seq}`,
      action_source: 'website',
      user_data: (options.user ?? {}) as UserData,
      ...(options.order === undefined ? {} : { custom_data: { order_id: options.order } }),
    },
    envelope: {
      dataset_id: options.dataset ?? SHOP,
      channel: options.channel ?? 'browser',
      via: 'pixel',
      received_at_ms: atS * 1000,
    },
    verdict: options.verdict ?? (options.of === undefined ? 'accepted' : 'duplicate'),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.of === undefined ? {} : { of_seq: options.of, matched_by: 'event_id' }),
    ...(options.finding === undefined ? {} : { findings: [{ code: options.finding }] }),
  }
}

/** The key ingest writes for a leg's event_id. */
export function idWrite(from: Leg): KeyWrite {
  const key = idKey(from.event) ?? ''
  const { dataset_id, received_at_ms } = from.envelope
  return { dataset_id, family: 'window', key, seqs: [from.seq], at_ms: received_at_ms }
}

export const windowKey = (key: string, seqs: number[], atMs = START_MS): KeyWrite => ({
  dataset_id: SHOP,
  family: 'window',
  key,
  seqs,
  at_ms: atMs,
})

export const seqsOf = (key: string, family: KeyRead['family'] = 'window'): KeyRead => ({
  dataset_id: SHOP,
  family,
  key,
  want: 'seqs',
})

/** A batch that writes nothing, but for its revision. */
export const NOTHING = {
  legs: [],
  keys: [],
  counters: [],
  money: [],
  deliveries: [],
  skips: [],
} as const satisfies Omit<CommitBatch, 'revision'>

/** One round as ingest does it; the suite has no rival, so a conflict is a fault. */
export async function put(store: Store, batch: Partial<CommitBatch>): Promise<void> {
  const { revision } = await store.load([], [])
  expect(await store.commit({ ...NOTHING, revision, ...batch })).toEqual({ conflict: false })
}

export async function putLegs(store: Store, legs: readonly Leg[]): Promise<void> {
  await put(store, { legs, keys: legs.filter(({ of_seq }) => !of_seq).map(idWrite) })
}

export async function scanned(store: Store, dataset = SHOP, fromSeq = 1): Promise<Leg[]> {
  const legs: Leg[] = []
  for await (const chunk of store.scan(dataset, fromSeq)) legs.push(...chunk)
  return legs
}

/** All events a query finds, over as many pages as it takes. */
export async function paged(
  store: Store,
  query: Omit<EventQuery, 'dataset_id'>,
): Promise<number[][]> {
  const found: number[][] = []
  let before: number | undefined
  for (let pages = 0; pages < 10_000; pages++) {
    const cursor = before === undefined ? {} : { before_seq: before }
    const page = await store.events({ dataset_id: SHOP, ...query, ...cursor })
    expect(page.events.length).toBeLessThanOrEqual(query.limit)
    found.push(...page.events.map(({ legs }) => legs.map(({ seq }) => seq)))
    if (page.next_before_seq === undefined) return found
    expect(page.next_before_seq).toBeLessThan(before ?? Number.POSITIVE_INFINITY)
    before = page.next_before_seq
  }
  throw new Error('the cursor never ended')
}

export async function tidied(store: Store, nowMs: number): Promise<void> {
  for (let calls = 0; await store.tidyUp(nowMs); calls++) expect(calls).toBeLessThan(10_000)
}

export const EVER = {
  dataset_id: SHOP,
  from_s: 0,
  to_s: START_S + 1000 * HOUR_S,
  by: 'total',
} as const

export function counter(delta: Partial<CounterDelta> = {}): CounterDelta {
  const base = { dataset_id: SHOP, hour_s: START_S, event_name: 'PageView' } as const
  return { ...base, channel: 'browser', metric: 'received', n: 1, ...delta }
}

export function euros(delta: Partial<MoneyDelta> = {}): MoneyDelta {
  const base = { dataset_id: SHOP, hour_s: START_S, event_name: 'Purchase' } as const
  return { ...base, currency: 'EUR', units: 0, micros: 0, n: 1, ...delta }
}

/** Rows come in no particular order. */
export const byText = (rows: readonly object[]): string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
