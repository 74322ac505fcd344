/**
 * The outbox part of the store port: deliveries are written in the commit of their event, claimed
 * with a lease, settled one by one. Drivers keep them; relay/ decides what becomes of them.
 *
 *   const claimed = await store.claim({ ... })          // leased, with the events they carry
 *   const sent = await destination.send(...)            // outside of any transaction
 *   await store.settle(claimed.lease, settlements)      // one transaction
 * A lease that ran out (crash, hang) makes its deliveries claimable again, with one more attempt
 * behind them: it may have been sent. Settling one that was claimed anew changes nothing. A relay
 * that starts ends the leases of its dead forerunner at once (endLeases).
 *
 * Always, per destination: created + created_further = the sum of `states` + let_go.
 */
import type { StoredEvent } from '../event/shape.ts'
import {
  DELIVERY_DUE_STEP_MS,
  DELIVERY_URGENCY_STEP_MS,
  EXCHANGE_ANSWER_CHARS_MAX,
  EXCHANGE_URL_CHARS_MAX,
} from '../limits.ts'

/**
 * pending: waits for its time. leased: being sent. retrying: waits after a failure. held: waits for
 * the owner. delivered and rejected are final; rejected ones are kept (dead letters), for
 * DEAD_LETTER_MS_MAX and the last DEAD_LETTERS_PER_DESTINATION_MAX of a destination.
 */
export type DeliveryState = 'pending' | 'leased' | 'retrying' | 'held' | 'delivered' | 'rejected'

/** Names one delivery: an event, where it goes, and which leg leaves (0: the legs merged). */
export interface DeliveryKey {
  readonly dataset_id: string
  readonly destination_id: string
  /** Of the kept (counted) event. */
  readonly seq: number
  /** The leg that leaves as it is; 0 for the merged event. */
  readonly leg_seq: number
}

/**
 * In CommitBatch.deliveries: created in the same commit as the leg that causes it, once per key.
 * A further leg of an older event names that leg. What `scheduled` makes of the times is kept.
 */
export interface DeliveryWrite extends DeliveryKey {
  /** Not to be sent before (ms); waiting for a twin. 0: at once. */
  readonly due_ms: number
  /** Its destination refuses it afterwards (ms); the nearest goes first when there is a choice.
   * Infinity where it takes events of any age. */
  readonly expires_ms: number
  /** False for a further leg of an event that goes there already: counted as created_further. */
  readonly first: boolean
}

/** How a delivery ends whose person was erased before it was sent. */
export const ERASED_CODE = 'erased'
export const ERASED_DETAIL = 'The person of this event was erased before it was sent.'

/** Stands for an expiry that never comes: the last moment that a Date can name. */
export const NEVER_MS = 8_640_000_000_000_000

/** The times as every driver keeps them, so that one commit makes few different ones. */
export function scheduled(
  { due_ms, expires_ms }: { readonly due_ms: number; readonly expires_ms: number },
  nowMs: number,
): { due_ms: number; expires_ms: number } {
  return { due_ms: keptDueMs(due_ms, nowMs), expires_ms: keptExpiryMs(expires_ms) }
}

/** One to come is rounded up, one that has come is `nowMs`. */
export const keptDueMs = (dueMs: number, nowMs: number): number =>
  dueMs <= nowMs ? nowMs : Math.ceil(dueMs / DELIVERY_DUE_STEP_MS) * DELIVERY_DUE_STEP_MS

/** Rounded down to the second, which is as fine as event_time is. */
export const keptExpiryMs = (expiresMs: number): number =>
  Math.floor(Math.max(0, Math.min(expiresMs, NEVER_MS)) / 1000) * 1000

/** Clocks may give fractions, and a store without a clock -Infinity. */
export const wholeMs = (nowMs: number): number => Math.floor(Math.max(0, nowMs))

/** An exchange as every driver keeps it: whole numbers, bounded texts. */
export function keptExchange({ url, answer, ...numbers }: ExchangeRecord): ExchangeRecord {
  return {
    at_ms: Math.floor(numbers.at_ms),
    url: url.slice(0, EXCHANGE_URL_CHARS_MAX),
    status: Math.round(numbers.status),
    ms: Math.round(numbers.ms),
    events: Math.round(numbers.events),
    answer: answer.slice(0, EXCHANGE_ANSWER_CHARS_MAX),
  }
}

/** Smaller goes first; within one step the one created earlier. */
export const urgencyOf = (expiresMs: number): number =>
  Math.floor(expiresMs / DELIVERY_URGENCY_STEP_MS)

export interface ClaimRequest {
  readonly dataset_id: string
  readonly destination_id: string
  readonly limit: number
  readonly now_ms: number
  /** The lease ends by itself then. */
  readonly lease_until_ms: number
}

export interface ClaimedDelivery extends DeliveryKey {
  /** Tries before this one; a lease that ran out counts as one. */
  readonly attempts: number
  /** When it was written, by the store's clock. */
  readonly created_ms: number
  readonly expires_ms: number
  /** A replay asked for it: it leaves under the rules in force then, not as it was stored. */
  readonly under_rules?: true
  /** When a try may have arrived of which nobody heard: the first such (a lease that ran out: its
   * end). */
  readonly maybe_sent_ms?: number
  /** All legs known now; undefined when there is no such event. */
  readonly event: StoredEvent | undefined
}

export interface Claimed {
  /** Empty when there was nothing to claim. */
  readonly lease: string
  readonly deliveries: readonly ClaimedDelivery[]
}

export type Settlement = DeliveryKey & {
  /** This try may have arrived, at this time. The first is kept until a dead letter is requeued. */
  readonly maybe_sent_ms?: number
} & (
    | { readonly state: 'delivered'; readonly exchange?: number }
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
    /** Given back unsent: attempts do not rise, an earlier code stays (stop, breaker open). */
    | { readonly state: 'pending'; readonly due_ms: number }
  )

/**
 * What was asked and answered, as kept for people; `exchange` of a settlement is its index. Kept
 * where a settlement that took effect names it, for EXCHANGE_MS_MAX, the last
 * EXCHANGES_PER_DESTINATION_MAX of a destination.
 */
export interface ExchangeRecord {
  readonly at_ms: number
  readonly url: string
  readonly status: number
  readonly ms: number
  readonly events: number
  /** Cut to EXCHANGE_ANSWER_CHARS_MAX. */
  readonly answer: string
}

export interface SettleRequest {
  readonly lease: string
  readonly now_ms: number
  /** Those left out stay leased. */
  readonly settlements: readonly Settlement[]
  readonly exchanges: readonly ExchangeRecord[]
}

/** One row of Deliveries. Delivered ones are found as long as their exchange is kept. */
export interface DeliveryRow extends DeliveryKey {
  readonly state: DeliveryState
  readonly attempts: number
  readonly created_ms: number
  /** Of a leased one: when its lease ends. Of a delivered one: when it was delivered. */
  readonly due_ms: number
  /** When it was delivered or failed last. */
  readonly settled_ms?: number
  /** Of the last failure. */
  readonly code?: string
  /** Cut to DELIVERY_DETAIL_CHARS_MAX. */
  readonly detail?: string
  /** Of one that waits: it leaves under the rules in force then. */
  readonly under_rules?: true
  readonly exchange?: ExchangeRecord
}

/** Filters combine with and. Newest legs first; see delivery-order.ts. */
export interface DeliveryQuery {
  readonly dataset_id: string
  readonly destination_id?: string
  readonly states?: readonly DeliveryState[]
  readonly code?: string
  /** Of the kept event: finds the deliveries of all its legs. */
  readonly seq?: number
  /** created_ms: from inclusive, to exclusive. */
  readonly from_ms?: number
  readonly to_ms?: number
  readonly limit: number
  readonly cursor?: string
}

export interface DeliveryPage {
  readonly deliveries: readonly DeliveryRow[]
  /** Present when there may be more; a page may be short and still have one, because a driver reads
   * a bounded amount per call. */
  readonly next_cursor?: string
}

/** Which waiting or dead deliveries to send again; all given conditions hold. */
export interface RequeueRequest {
  readonly dataset_id: string
  readonly destination_id: string
  readonly states: readonly ('held' | 'rejected' | 'retrying')[]
  readonly code?: string
  readonly keys?: readonly DeliveryKey[]
  /** They leave under the rules in force then. Absent: each as it was to leave before. */
  readonly under_rules?: boolean
  readonly now_ms: number
}

export interface EnqueueOptions {
  /** Delivered ones too are sent once more. */
  readonly again?: boolean
  /** They leave under the rules in force then, not as they were stored. */
  readonly under_rules?: boolean
}

/** What is known of one delivery, however long ago it was. */
export interface DeliveryStanding {
  /** Of the one that is stored: it waits, is being sent, or failed. */
  readonly state?: Exclude<DeliveryState, 'delivered'>
  /** Whether it was ever delivered. */
  readonly delivered: boolean
}

/** The state of one destination, from counters and small tables; never from a scan of events. */
export interface DestinationStatus {
  readonly destination_id: string
  /** Deliveries ever created, `first` ones and further legs apart. */
  readonly created: number
  readonly created_further: number
  /** By state now; delivered is of all time, rejected counts those kept (all but the requeued). */
  readonly states: Readonly<Record<DeliveryState, number>>
  /** Dead letters that are not kept any more. */
  readonly let_go: number
  /** Accepted events not meant for it, by reason (not_consented, rule, leg_policy, ...). */
  readonly skipped: Readonly<Record<string, number>>
  /** created_ms of the oldest that is neither delivered nor rejected. */
  readonly oldest_waiting_ms?: number
}

/** One destination twice, seen in one moment: what its counters say and what is really stored. */
export interface DeliveryAudit {
  readonly destination_id: string
  readonly created: number
  readonly created_further: number
  readonly states: Readonly<Record<DeliveryState, number>>
  readonly let_go: number
  /** Delivered ones are no rows any more: theirs is the number of the counters. */
  readonly stored: Readonly<Record<DeliveryState, number>>
}

export interface HourlyDeliveries {
  readonly destination_id: string
  readonly hour_s: number
  readonly delivered: number
  readonly rejected: number
  /** Failures that are tried again. */
  readonly retried: number
}

/** Counted in CommitBatch.skips: accepted events a destination does not get, and why. */
export interface SkipWrite {
  readonly dataset_id: string
  readonly destination_id: string
  readonly reason: string
  readonly n: number
}

export interface Outbox {
  /** Leases what is due, most urgent first. An empty answer means there is nothing to do now. */
  claim(request: ClaimRequest): Promise<Claimed>
  /**
   * Ends every lease of every destination, as if its time had run out: for a relay that starts and
   * knows that nobody else sends from this store. Returns how many deliveries were leased.
   */
  endLeases(now_ms: number): Promise<number>
  /** Returns how many settlements took effect. Durable when it returns. */
  settle(request: SettleRequest): Promise<number>
  /** Destinations with something to claim by `now_ms`, and when the next is due. */
  dueDeliveries(now_ms: number): Promise<{
    readonly due: readonly { readonly dataset_id: string; readonly destination_id: string }[]
    readonly next_due_ms?: number
  }>
  deliveries(query: DeliveryQuery): Promise<DeliveryPage>
  /**
   * Makes them pending again, due now, attempts anew; what they failed with last stays until the
   * next answer. Returns how many. Works in bounded steps.
   */
  requeue(request: RequeueRequest): Promise<number>
  /**
   * Writes new deliveries for events that are stored already. A key that waits, is held or rejected
   * stays as it is (requeue is for those), and so does a delivered one, unless `again` says that
   * this is a replay: then it is sent once more. Returns how many were written; they count as
   * created_further. Works in bounded steps; to repeat it after a fault writes none twice.
   */
  enqueue(
    writes: readonly Omit<DeliveryWrite, 'first'>[],
    options?: EnqueueOptions,
  ): Promise<number>
  /** One per key, in the order given. The caller bounds how many: some thousand at a time. */
  standings(keys: readonly DeliveryKey[]): Promise<readonly DeliveryStanding[]>
  /** By destination_id: those that ever had a delivery or a skip. */
  destinationStatus(datasetId: string): Promise<readonly DestinationStatus[]>
  /** Counts every stored delivery: takes time, for `doctor --deep`. */
  auditDeliveries(datasetId: string): Promise<readonly DeliveryAudit[]>
  /** Hours that overlap [from_s, to_s) and saw something. */
  deliveryHours(
    datasetId: string,
    from_s: number,
    to_s: number,
  ): Promise<readonly HourlyDeliveries[]>
  /** Removes a destination's deliveries, counters and exchanges. Returns how many still waited. */
  eraseDestination(datasetId: string, destinationId: string): Promise<number>
}
