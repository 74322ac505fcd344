/**
 * The outbox part of the store port: deliveries are written in the commit of their event, claimed
 * with a lease, settled one by one. Drivers keep them; relay/ decides what becomes of them.
 *
 *   const claimed = await store.claim({ ... })          // leased, with the events they carry
 *   const sent = await destination.send(...)            // outside of any transaction
 *   await store.settle(claimed.lease, settlements)      // one transaction
 * A lease that ran out (crash, hang) makes its deliveries claimable again; settling one that was
 * claimed anew by somebody else changes nothing.
 */
import type { StoredEvent } from '../event/shape.ts'

/**
 * pending: waits for its time. leased: being sent. retrying: waits after a failure. held: waits for
 * the owner. delivered and rejected are final; rejected ones are kept (dead letters).
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

/** In CommitBatch.deliveries: created in the same commit as the leg that causes it. */
export interface DeliveryWrite extends DeliveryKey {
  /** Not to be sent before (ms); waiting for a twin. */
  readonly due_ms: number
  /** Its destination refuses it afterwards (ms); the nearest goes first when there is a choice. */
  readonly expires_ms: number
  /** False for a further leg of an event that goes there already: not in the equation. */
  readonly first: boolean
}

export interface ClaimRequest {
  readonly dataset_id: string
  readonly destination_id: string
  readonly limit: number
  readonly now_ms: number
  /** The lease ends by itself then. */
  readonly lease_until_ms: number
}

export interface ClaimedDelivery extends DeliveryKey {
  /** Tries before this one. */
  readonly attempts: number
  readonly created_ms: number
  readonly expires_ms: number
  /** All legs known now; undefined when the event was erased. */
  readonly event: StoredEvent | undefined
}

export interface Claimed {
  readonly lease: string
  readonly deliveries: readonly ClaimedDelivery[]
}

export type Settlement = DeliveryKey &
  (
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
    /** Given back unsent: attempts do not rise (stop, breaker open). */
    | { readonly state: 'pending'; readonly due_ms: number }
  )

/** What was asked and answered, as kept for people; `exchange` of a settlement is its index. */
export interface ExchangeRecord {
  readonly at_ms: number
  readonly url: string
  readonly status: number
  readonly ms: number
  readonly events: number
  readonly answer: string
}

export interface SettleRequest {
  readonly lease: string
  readonly now_ms: number
  readonly settlements: readonly Settlement[]
  readonly exchanges: readonly ExchangeRecord[]
}

/** One row of Deliveries. Delivered ones are found as long as their exchange is kept. */
export interface DeliveryRow extends DeliveryKey {
  readonly state: DeliveryState
  readonly attempts: number
  readonly created_ms: number
  readonly due_ms: number
  readonly settled_ms?: number
  readonly code?: string
  readonly detail?: string
  readonly exchange?: ExchangeRecord
}

export interface DeliveryQuery {
  readonly dataset_id: string
  readonly destination_id?: string
  readonly states?: readonly DeliveryState[]
  readonly code?: string
  readonly seq?: number
  readonly from_ms?: number
  readonly to_ms?: number
  readonly limit: number
  readonly cursor?: string
}

export interface DeliveryPage {
  readonly deliveries: readonly DeliveryRow[]
  readonly next_cursor?: string
}

/** Which waiting or dead deliveries to send again; all given conditions hold. */
export interface RequeueRequest {
  readonly dataset_id: string
  readonly destination_id: string
  readonly states: readonly ('held' | 'rejected' | 'retrying')[]
  readonly code?: string
  readonly keys?: readonly DeliveryKey[]
  readonly now_ms: number
}

/** The state of one destination, from counters and small tables; never from a scan of events. */
export interface DestinationStatus {
  readonly destination_id: string
  /** Deliveries ever created, `first` ones and further legs apart. */
  readonly created: number
  readonly created_further: number
  /** By state now; delivered and rejected are of all time. Sums to created + created_further. */
  readonly states: Readonly<Record<DeliveryState, number>>
  /** Accepted events not meant for it, by reason (not_consented, rule, leg_policy, ...). */
  readonly skipped: Readonly<Record<string, number>>
  readonly oldest_waiting_ms?: number
}

export interface HourlyDeliveries {
  readonly destination_id: string
  readonly hour_s: number
  readonly delivered: number
  readonly rejected: number
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
  /** Returns how many settlements took effect. Durable when it returns. */
  settle(request: SettleRequest): Promise<number>
  /** Destinations with something to claim by `now_ms`, and when the next is due. */
  dueDeliveries(now_ms: number): Promise<{
    readonly due: readonly { readonly dataset_id: string; readonly destination_id: string }[]
    readonly next_due_ms?: number
  }>
  deliveries(query: DeliveryQuery): Promise<DeliveryPage>
  /** Makes them pending again, attempts anew. Returns how many. */
  requeue(request: RequeueRequest): Promise<number>
  /** Writes new deliveries for events that are stored already (replay). Existing ones stay. */
  enqueue(writes: readonly DeliveryWrite[]): Promise<number>
  destinationStatus(datasetId: string): Promise<readonly DestinationStatus[]>
  deliveryHours(
    datasetId: string,
    from_s: number,
    to_s: number,
  ): Promise<readonly HourlyDeliveries[]>
}
