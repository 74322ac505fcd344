/**
 * The store port: what ingest, API and CLI need kept, and the guarantees they build on. Drivers
 * live in drivers/ and prove themselves with conformance.ts. A driver never decides what an event
 * means: ingest resolves, the driver commits atomically or not at all.
 *
 * One round of ingest:
 *   const loaded = await store.load(reads)             // the one read
 *   const batch = resolve(prepared, loaded)            // pure
 *   const done = await store.commit(batch)             // the one write; durable when it returns
 *   done.conflict -> somebody else committed in between: load and resolve again
 */
import { sideOf } from '../event/dedup-key.ts'
import type { Channel, Leg, StoredEvent } from '../event/shape.ts'
import type { CatalogBook } from './catalogs.ts'
import type { Inbox } from './inbox.ts'
import type { OrderBook } from './orders.ts'
import type { DeliveryWrite, Outbox, SkipWrite } from './outbox.ts'

/** `window`: found for at least 48 h; `order`: found for at least 28 days. See limits.ts. */
export type KeyFamily = 'window' | 'order'

/** Ask which legs stand under a key. `events` also loads the events themselves. */
export interface KeyRead {
  readonly dataset_id: string
  readonly family: KeyFamily
  /** Canonical text made by event/dedup-key.ts; drivers may keep only a hash of it. */
  readonly key: string
  readonly want: 'seqs' | 'events'
}

/** Put seqs under a key, replacing what stood there. An empty list clears it. The later of two
 * writes of one key in a batch wins. */
export interface KeyWrite {
  readonly dataset_id: string
  readonly family: KeyFamily
  readonly key: string
  readonly seqs: readonly number[]
  /** When the entry was made (ms). An entry older than its family's time is not found any more. */
  readonly at_ms: number
}

export interface Loaded {
  /** Changes with every commit of anybody; a commit with a stale one is refused. */
  readonly revision: number
  /** Next free seq per dataset asked for (by any read, or named in `datasets`). */
  readonly nextSeq: ReadonlyMap<string, number>
  /** By keyOf(read). Absent: nothing there. */
  readonly seqs: ReadonlyMap<string, readonly number[]>
  /** By eventKey(dataset_id, seq), for reads that wanted events. */
  readonly events: ReadonlyMap<string, StoredEvent>
}

/** Names a read in Loaded.seqs. */
export const keyOf = (read: { dataset_id: string; family: KeyFamily; key: string }): string =>
  `${read.dataset_id}\n${read.family}\n${read.key}`

/** Names an event in Loaded.events. */
export const eventKey = (datasetId: string, seq: number): string => `${datasetId}\n${seq}`

/**
 * n added to one hourly counter. `metric` is one of: received, accepted, duplicate, dropped,
 * rejected, `reason:<code>`, `matched_by:<how>`, `key:<user_data key>` (legs that carried it),
 * `finding:<code>`, `rule:<id>` (legs it changed, routed or dropped), `event_id`, `pair:both` | `pair:browser` | `pair:server` | `pair:other`
 * (counted events by the channels that saw them; n may be negative when a twin moves one).
 *
 * Of the first leg of each side of a counted event, in the hour of that leg: `match:<mask>`
 * (event/match-mask.ts; on the website only), and of servers `delay:<step>` and `delay_s` (seconds,
 * summed). Of every kept leg: `invalid:<user_data key>` (sent, nothing usable) and `note:<code>`
 * (event/notes.ts). In the hour of the
 * kept leg: `pair_by:<how>` (events that became known to both sides), and of conversions
 * `unpaired:<reason>` (event/unpaired.ts), `suspected:<reason>` (an event that looked like a later
 * one under another id; once per suspicion), `order` (events that name an order), `known:<agent>`
 * (reported by a server, on the website; event/agent-class.ts), `met:<agent>` (of these, by the
 * browser too) and `alone:<currency>:millions|units|micros` (their money while no browser did).
 *
 * Written after the commit, by what measures reports by the catalog: `catalog:<what>`
 * (event/catalog-metrics.ts), in the hour of the report.
 */
export interface CounterDelta {
  readonly dataset_id: string
  /** Start of the hour, unix seconds. The hour in which the (kept) leg was received. */
  readonly hour_s: number
  readonly event_name: string
  readonly channel: Channel
  readonly metric: string
  readonly n: number
}

/** Exact money: units and millionths are summed apart, so that no sum can round or overflow. */
export interface MoneyDelta {
  readonly dataset_id: string
  readonly hour_s: number
  readonly event_name: string
  readonly currency: string
  /** Whole major units; may be negative (refund, or the value a server leg corrected). */
  readonly units: number
  /** Millionths of a major unit, 0..999999 before summing. */
  readonly micros: number
  /** Events added under this currency (+1, 0 or -1 for one event). */
  readonly n: number
}

export interface CommitBatch {
  readonly revision: number
  /** In seq order per dataset, starting at Loaded.nextSeq. A duplicate's of_seq links it. */
  readonly legs: readonly Leg[]
  readonly keys: readonly KeyWrite[]
  readonly counters: readonly CounterDelta[]
  readonly money: readonly MoneyDelta[]
  readonly deliveries: readonly DeliveryWrite[]
  readonly skips: readonly SkipWrite[]
}

/** Stands for the event names beyond EVENT_NAMES_PER_DATASET_MAX in counters and money. */
export const OTHER_EVENT_NAME = '(other)'

export type CommitResult = { readonly conflict: false } | { readonly conflict: true }

/** Who told of an event: one of its legs came by this channel, both sides did, or one alone. */
export type SeenBy = Channel | 'both' | 'browser_only' | 'server_only'

/**
 * Filters combine with and. Newest first by seq. `event_id`, `order_id`, `person` and `finding` are
 * met by any leg of an event, `seen_by` and `repeated` by all of them together, the others by its
 * kept leg. A driver may index ids of conversions for ever and of browsing events for their window
 * only; it then looks through the log, page by page, for an event_id that no index knows, and so it
 * does for `person` and `finding`: without an id beside them, an event then stands where the newest
 * of its legs that meets the filter does (see `anchorOf`).
 */
export interface EventQuery {
  readonly dataset_id: string
  readonly event_name?: string
  readonly event_id?: string
  readonly order_id?: string
  /** received_at of the kept leg, unix seconds: from inclusive, to exclusive. */
  readonly from_s?: number
  readonly to_s?: number
  /** Verdicts of the first leg to list; default accepted only (counted events). */
  readonly verdicts?: readonly Leg['verdict'][]
  /** Why it was dropped or rejected. */
  readonly reason?: string
  /** Values of user_data, of which a leg carries at least one: SHA-256, or what is never hashed. */
  readonly person?: readonly string[]
  /** Code of a finding. */
  readonly finding?: string
  readonly seen_by?: SeenBy
  /** Only events of which there are further legs. */
  readonly repeated?: true
  readonly limit: number
  /** Continue below this seq (exclusive). */
  readonly before_seq?: number
}

export interface EventPage {
  readonly events: readonly StoredEvent[]
  /** Present when there may be more: pass as before_seq. A page may be short and still have one,
   * because a driver reads a bounded amount per call. */
  readonly next_before_seq?: number
  /** With next_before_seq: when the oldest leg was received that was looked at. */
  readonly reached_ms?: number
}

/** Whether an event belongs on a page of `query` (all but limit and before_seq). */
export function matchesQuery(query: EventQuery, legs: readonly [Leg, ...Leg[]]): boolean {
  const [kept] = legs
  if (!(query.verdicts ?? ['accepted']).includes(kept.verdict)) return false
  if (query.event_name !== undefined && kept.event.event_name !== query.event_name) return false
  const receivedMs = kept.envelope.received_at_ms
  if (query.from_s !== undefined && receivedMs < query.from_s * 1000) return false
  if (query.to_s !== undefined && receivedMs >= query.to_s * 1000) return false
  if (query.reason !== undefined && kept.reason !== query.reason) return false
  if (query.repeated && legs.length < 2) return false
  if (query.seen_by !== undefined && !isSeenBy(query.seen_by, legs)) return false
  const { event_id, order_id } = query
  if (query.person && !legs.some((leg) => isAnchor(query, leg))) return false
  if (query.finding !== undefined && !legs.some((leg) => hasFinding(query, leg))) return false
  if (event_id !== undefined && !legs.some(({ event }) => event.event_id === event_id)) return false
  return (
    order_id === undefined || legs.some(({ event }) => event.custom_data?.order_id === order_id)
  )
}

/** Whether what is looked for stands in any leg, and no id leads to it. */
export const isAnchored = (query: EventQuery): boolean =>
  hasAnchor(query) && query.event_id === undefined && query.order_id === undefined

/** Of an event that an anchored query lists: the seq at which it stands in the order of pages. */
export function anchorOf(query: EventQuery, legs: readonly Leg[]): number | undefined {
  return legs.findLast((leg) => isAnchor(query, leg))?.seq
}

const hasAnchor = ({ person, finding }: EventQuery): boolean =>
  person !== undefined || finding !== undefined

/** The person where one is asked for, because that is what is rare. */
function isAnchor(query: EventQuery, leg: Leg): boolean {
  const { person } = query
  if (!person) return hasFinding(query, leg)
  return Object.values(leg.event.user_data)
    .flat()
    .some((value) => person.includes(value))
}

const hasFinding = ({ finding }: EventQuery, leg: Leg): boolean =>
  (leg.findings ?? []).some(({ code }) => code === finding)

function isSeenBy(seenBy: SeenBy, legs: readonly Leg[]): boolean {
  if (seenBy === 'browser' || seenBy === 'server' || seenBy === 'other') {
    return legs.some(({ envelope }) => envelope.channel === seenBy)
  }
  const sides = new Set(legs.map(({ envelope }) => sideOf(envelope.channel)))
  if (seenBy === 'both') return sides.size === 2
  return sides.size === 1 && sides.has(seenBy === 'browser_only' ? 'browser' : 'server')
}

/** Null for a leg that was counted. */
export function refusalIn({ seq, verdict, reason = '' }: Leg): Refusal | null {
  return verdict === 'dropped' || verdict === 'rejected' ? { seq, verdict, reason } : null
}

/** Whether a counted Purchase carries one of an order's ids. */
export const isPurchaseOf = (ids: OrderIds, legs: readonly [Leg, ...Leg[]]): boolean =>
  legs[0].verdict === 'accepted' &&
  legs[0].event.event_name === 'Purchase' &&
  legs.some(
    ({ event }) => event.custom_data?.order_id === ids.order_id || event.event_id === ids.event_id,
  )

/** What reports of an order are found by. */
export interface OrderIds {
  readonly order_id: string
  /** Of its Purchase, as every source of ours makes it. */
  readonly event_id: string
}

/** How a report ended that was not counted. */
export interface Refusal {
  readonly seq: number
  readonly verdict: 'dropped' | 'rejected'
  readonly reason: string
}

export interface CounterQuery {
  readonly dataset_id: string
  /** Hours (of `day`: days) that overlap [from_s, to_s). */
  readonly from_s: number
  readonly to_s: number
  /** `hour` keeps hours apart, `day` whole UTC days; `total` sums all (hour_s = 0). */
  readonly by: 'hour' | 'day' | 'total'
  /** Only these counters: exact names, or families that end in a colon (`match:`). */
  readonly metrics?: readonly string[]
}

/** Whether a counter is among those asked for. */
export const isAsked = (metrics: readonly string[] | undefined, metric: string): boolean =>
  !metrics || metrics.some((one) => (one.endsWith(':') ? metric.startsWith(one) : metric === one))

export interface CounterRow {
  /** Start of the hour or day. */
  readonly hour_s: number
  readonly event_name: string
  readonly channel: Channel
  readonly metric: string
  readonly n: number
}

export interface MoneyRow {
  readonly hour_s: number
  readonly event_name: string
  readonly currency: string
  readonly units: bigint
  readonly micros: bigint
  readonly n: number
}

/** A small JSON document of ours: dataset settings, token hashes, sessions, instance state. */
export interface SettingsDocument {
  readonly kind: string
  readonly id: string
  readonly value: unknown
}

/** One change that somebody made, for the history. Append-only: nothing changes or removes it. */
export interface HistoryEntry {
  readonly at_ms: number
  /** Whose history it belongs to; null: the instance's alone. */
  readonly business_id: string | null
  readonly dataset_id: string | null
  /** Who did what: JSON that holds no secret. */
  readonly value: unknown
}

/** Filters combine with and. Newest first. */
export interface HistoryQuery {
  readonly business_id?: string
  readonly dataset_id?: string
  readonly limit: number
  /** Continue below this number (exclusive). */
  readonly before_no?: number
}

/** `no` rises with every entry of the store; gaps mean nothing. */
export interface HistoryRow extends HistoryEntry {
  readonly no: number
}

/** What `doctor` checks against the counters: a fold over the legs themselves. */
export interface StoreStats {
  readonly driver: string
  readonly schema_version: number
  readonly legs: number
  readonly bytes: number
  readonly bytes_free: number
}

/** What a driver can promise; `why` says in plain words what it lacks. Checked at start. */
export interface StoreCapabilities {
  /** What commit acknowledged survives the process and a power cut. */
  readonly durable: boolean
  /** Several processes may open the same data at once. */
  readonly shared: boolean
  readonly backup: boolean
  readonly why?: string
}

/**
 * Errors: a driver throws TwofoldError (errors.ts) with code `store_full`, `store_read_only`,
 * `store_corrupt`, `store_locked`, `store_newer` or `store_failed`; after a throw from commit
 * nothing of that batch is kept.
 */
export interface Store extends Outbox, Inbox, OrderBook, CatalogBook {
  readonly capabilities: StoreCapabilities
  /** The one read of ingest. `datasets` names those whose nextSeq is wanted without a key. */
  load(reads: readonly KeyRead[], datasets: readonly string[]): Promise<Loaded>
  /** The one write of ingest: all of it, durably, or nothing. */
  commit(batch: CommitBatch): Promise<CommitResult>
  /** A page of merged events for the event log. */
  events(query: EventQuery): Promise<EventPage>
  /**
   * Of each order in turn, the last report of its Purchase that was dropped or rejected, found by
   * its order_id or, where it could not be read that far, by its event_id. The caller bounds how
   * many.
   */
  refusals(datasetId: string, orders: readonly OrderIds[]): Promise<readonly (Refusal | null)[]>
  /**
   * Of each order in turn, the counted Purchases that carry its order_id or its event_id, however
   * old they are: the first ORDER_PURCHASES_MAX, the oldest first. The caller bounds how many
   * orders.
   */
  purchases(
    datasetId: string,
    orders: readonly OrderIds[],
  ): Promise<readonly (readonly StoredEvent[])[]>
  /**
   * Of each order in turn, the seqs that `purchases` would look at, the oldest first: from the
   * index alone, for who knows the events of most of them already.
   */
  purchaseSeqs(
    datasetId: string,
    orders: readonly OrderIds[],
  ): Promise<readonly (readonly number[])[]>
  /** Every leg of a dataset in seq order, a bounded chunk at a time. */
  scan(datasetId: string, fromSeq: number): AsyncIterable<readonly Leg[]>
  counters(query: CounterQuery): Promise<{ counters: CounterRow[]; money: MoneyRow[] }>
  getSettings(kind: string): Promise<readonly SettingsDocument[]>
  /** value undefined deletes. All in one transaction, with what the history says of it. */
  putSettings(
    documents: readonly SettingsDocument[],
    history?: readonly HistoryEntry[],
  ): Promise<void>
  history(query: HistoryQuery): Promise<readonly HistoryRow[]>
  /**
   * Removes a dataset with everything, or (with `hashes`) empties the user_data of every event of
   * which a leg carries one of these SHA-256 or clear identifiers: all its legs are of one person.
   * What of these still waits to be delivered ends as rejected (`erased`), and what a destination
   * said of them is emptied. Of webhooks that were translated the bodies are dropped, whoever they
   * speak of; out of orders in the book the person is taken. Counters stay: they name nobody.
   * Returns the number of legs touched. A
   * driver may work in bounded steps while commits go on; legs that arrive meanwhile may or may not
   * be covered.
   */
  erase(datasetId: string, hashes?: readonly string[]): Promise<number>
  /** A few milliseconds of upkeep: merges small blocks, drops expired keys. Returns true when there
   * is more to do. Call it at least every few seconds, and again at once while it returns true. */
  tidyUp(nowMs: number): Promise<boolean>
  /** A consistent copy while running, written to an absolute path that must not exist. */
  backup(file: string): Promise<void>
  stats(): Promise<StoreStats>
  close(): Promise<void>
}
