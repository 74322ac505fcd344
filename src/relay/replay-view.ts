/**
 * What people ask of a replay and see of it: types only. Implemented by replay.ts; the API hands
 * them on.
 */
import type { Json } from '../event/shape.ts'
import type { Problem } from './view.ts'

/** How an event stands with the destination. It counts as delivered when any copy of it was. */
export type ReplayState = 'never_sent' | 'delivered' | 'rejected' | 'held'

export interface ReplayRequest {
  readonly dataset_id: string
  readonly destination_id: string
  /** When the events were received, unix seconds: from inclusive, to exclusive. */
  readonly from: number
  readonly to: number
  /** Empty: all. */
  readonly event_names: readonly string[]
  /** Empty: any, those that wait too (which stay as they are). */
  readonly states: readonly ReplayState[]
  /** `none`: as stored. A list is a draft, for dry runs only. */
  readonly rules: 'published' | 'none' | readonly unknown[]
  /** Changed settings of the destination, for dry runs only. What is left out stays. */
  readonly settings?: { readonly [name: string]: unknown } | undefined
  /** Sends delivered ones once more. */
  readonly again: boolean
  readonly dry_run: boolean
}

/** null: it is not there. */
export interface PayloadChange {
  readonly field: string
  readonly before: Json
  readonly after: Json
}

export interface ReplaySample {
  readonly seq: number
  readonly event_name: string
  readonly event_id: string
  readonly changes: readonly PayloadChange[]
  /** What would leave of the event as stored, under the settings in force; null: nothing, or it is
   * too large to be shown. */
  readonly before: Json
  readonly after: Json
}

/**
 * In events. matching = would_send + already_delivered + waiting + dropped_by_rules + too_old + the
 * sum of not_accepted; changed + unchanged = would_send + already_delivered.
 */
export interface ReplayCounts {
  readonly scanned: number
  readonly matching: number
  readonly would_send: number
  readonly unchanged: number
  readonly changed: number
  readonly dropped_by_rules: number
  readonly too_old: number
  readonly already_delivered: number
  /** On their way already: they leave as they were to leave. */
  readonly waiting: number
  readonly not_accepted: readonly { readonly reason: string; readonly events: number }[]
}

export interface ReplayView
  extends Pick<
    ReplayRequest,
    'dataset_id' | 'destination_id' | 'from' | 'to' | 'event_names' | 'states' | 'again' | 'dry_run'
  > {
  readonly replay_id: string
  readonly state: 'running' | 'done' | 'cancelled' | 'failed'
  readonly rules: 'published' | 'none' | 'draft'
  /** The published version it ran under; null where there was none or another was asked for. */
  readonly rules_version: number | null
  readonly settings_changed: boolean
  readonly started_ms: number
  readonly ended_ms: number | null
  /** Events to look at, from the counters of whole hours: about. */
  readonly expected: number
  readonly counts: ReplayCounts
  /** Copies handed to the relay; 0 in a dry run. */
  readonly enqueued: number
  /** How many events differ in a field of their payload, the most first. */
  readonly by_field: readonly { readonly field: string; readonly changed: number }[]
  readonly samples: readonly ReplaySample[]
  readonly warnings: readonly Problem[]
  /** Why it failed. */
  readonly error: Problem | null
}

export interface Replays {
  /** Throws `busy`, `limit_reached`, `destination_not_found` or `invalid_request`. */
  start(request: ReplayRequest): Promise<ReplayView>
  /** The newest first. */
  list(datasetId: string): readonly ReplayView[]
  find(datasetId: string, replayId: string): ReplayView | undefined
  /** What it enqueued stays enqueued. */
  cancel(datasetId: string, replayId: string): void
}
