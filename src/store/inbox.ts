/**
 * The inbox part of the store port: what platforms delivered to the webhooks, kept as it came
 * (sealed) until it was translated, and the small records by which the sources know an order again.
 * Drivers keep them; sources/inbox/ decides what becomes of them.
 *
 *   await store.receive(delivery)                       // durable, then the platform is answered
 *   const claimed = await store.claimReceived({ ... })  // leased, with what was sealed
 *   const known = await store.records(dataset, keys)
 *   await store.settleReceived({ settlements, records }) // one transaction, or a conflict
 *
 * Always, per connection: the deliveries that ever came = the sum of `states`.
 */
import { INBOX_ROW_BYTES } from '../limits.ts'
import type { Order } from './orders.ts'

/**
 * received: waits to be translated. translated: its events were handed to ingest. ignored: nothing
 * to count, for a reason. failed: kept, to be tried again. duplicate: the same delivery came
 * before.
 */
export type InboxState = 'received' | 'translated' | 'ignored' | 'failed' | 'duplicate'

export const INBOX_STATES: readonly InboxState[] = [
  'received',
  'translated',
  'ignored',
  'failed',
  'duplicate',
]

export interface ConnectionKey {
  readonly dataset_id: string
  readonly connection_id: string
}

export interface InboxWrite extends ConnectionKey {
  /** The same for every try of the sender, another for every other delivery. */
  readonly delivery_key: string
  /** What the platform calls it, such as `orders/paid`. */
  readonly topic: string
  readonly received_ms: number
  /** Headers and body, encrypted: drivers cannot read it. */
  readonly sealed: string
}

export interface Received {
  readonly id: number
  /** The same delivery is here already; where that one had failed, it is due again. */
  readonly duplicate: boolean
}

/** What became of one event that a delivery was translated into. */
export interface InboxEvent {
  readonly event_name: string
  readonly event_id: string
  readonly verdict: string
  readonly reason?: string
}

export interface InboxRow extends ConnectionKey {
  readonly id: number
  readonly topic: string
  readonly received_ms: number
  readonly state: InboxState
  /** Times it was claimed. */
  readonly attempts: number
  readonly settled_ms?: number
  /** Why it was ignored or failed, or waits: a code. */
  readonly reason?: string
  /** The particulars in plain words; no personal data. */
  readonly detail?: string
  readonly events: readonly InboxEvent[]
  /** Whether it can be translated once more: its body is still kept. */
  readonly kept: boolean
}

export interface ClaimedInbox extends InboxRow {
  readonly sealed: string
}

/** Of one claimed delivery; a claim that ran out and was claimed anew is not settled by it. */
export type InboxSettlement = { readonly id: number; readonly attempts: number } & (
  | {
      readonly state: 'translated' | 'ignored' | 'failed'
      readonly reason?: string
      readonly detail?: string
      readonly events: readonly InboxEvent[]
    }
  /** Given back, to be tried again then. */
  | {
      readonly state: 'received'
      readonly due_ms: number
      readonly reason?: string
      readonly detail?: string
    }
)

/** A small document of the sources: the state of an order, or that something was told. */
export interface SourceRecord {
  readonly key: string
  /** JSON text. */
  readonly value: string
  /** As read; 0 for a new one. */
  readonly revision: number
}

export interface SettleInboxRequest {
  readonly dataset_id: string
  readonly now_ms: number
  readonly settlements: readonly InboxSettlement[]
  readonly records: readonly SourceRecord[]
  /** Into the order book. */
  readonly orders?: readonly Order[]
}

/** Newest first; `state` and `connection_id` combine with and. */
export interface InboxQuery {
  readonly dataset_id: string
  readonly connection_id?: string
  readonly state?: InboxState
  readonly limit: number
  /** Continue below this id (exclusive). */
  readonly before_id?: number
}

export interface InboxPage {
  readonly deliveries: readonly InboxRow[]
  readonly next_before_id?: number
}

/** From counters, never from a scan. */
export interface InboxStatus {
  readonly connection_id: string
  /** Deliveries of all time, by the state they are in or ended in. */
  readonly states: Readonly<Record<InboxState, number>>
  readonly last_received_ms: number
  /** Of what is kept now. */
  readonly bytes: number
}

export interface RetryInboxRequest extends ConnectionKey {
  readonly now_ms: number
  /** Only these; left out: every one in `states`. */
  readonly ids?: readonly number[]
  /** received: those that were given back and wait. */
  readonly states: readonly ('failed' | 'ignored' | 'translated' | 'received')[]
}

export interface Inbox {
  /** Durable when it resolves. Throws `overloaded` when the inbox is as large as it may be. */
  receive(delivery: InboxWrite): Promise<Received>
  /** The oldest first; of one dataset only. Leased until then, with one more attempt each. */
  claimReceived(request: {
    readonly now_ms: number
    readonly lease_until_ms: number
    readonly limit: number
  }): Promise<readonly ClaimedInbox[]>
  /**
   * Everything that was claimed and waits is due again at once, in the order it was received: for a
   * translator that starts, or whose round broke off, and knows that nobody else translates from
   * this store. Returns how many were moved.
   */
  endClaims(): Promise<number>
  /** When the next is due; undefined: none waits. */
  nextReceivedMs(): Promise<number | undefined>
  /** All of it, durably, or nothing: a record that changed since it was read is a conflict. */
  settleReceived(request: SettleInboxRequest): Promise<{ readonly conflict: boolean }>
  inbox(query: InboxQuery): Promise<InboxPage>
  inboxStatus(datasetId: string): Promise<readonly InboxStatus[]>
  /** Makes them due again, as far as their bodies are kept. Returns how many. */
  retryReceived(request: RetryInboxRequest): Promise<number>
  /** Those that are there; in any order. */
  records(datasetId: string, keys: readonly string[]): Promise<readonly SourceRecord[]>
  /** Removes what a connection received. Records stay: they say what was counted. */
  eraseConnection(key: ConnectionKey): Promise<void>
}

/** What one row counts towards INBOX_BYTES_MAX. */
export const inboxBytes = (sealed: string | null | undefined): number =>
  INBOX_ROW_BYTES + (sealed?.length ?? 0)
