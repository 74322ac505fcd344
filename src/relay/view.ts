/**
 * What people see of destinations and of the relay: types and the schema of what they may set. No
 * behaviour and no secret: configs.ts and relay.ts implement these, the API hands them on.
 */
import { z } from 'zod'
import { legsSchema } from '../event/route.ts'
import type { Json, StoredEvent } from '../event/shape.ts'

const eventNames = z.array(z.string().trim().min(1).max(100)).max(500).default([])

/** Everything but `type` may be changed later; what a change leaves out stays. */
export const destinationInputSchema = z.object({
  type: z.string().describe('One of the destination types, such as meta or webhook.'),
  name: z.string().trim().min(1).max(200).describe('Shown in the Events Manager.'),
  enabled: z.boolean().default(true).describe('A disabled one gets nothing; what waits, waits.'),
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('As the schema of the type says. A secret sent back masked stays as it is.'),
  legs: legsSchema.prefault({}).describe('Which reports of an event leave, and when.'),
  only_events: eventNames.describe('Event names it gets; empty: all.'),
  except_events: eventNames.describe('Event names it does not get.'),
  events_per_s_max: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .default(null)
    .describe('Events sent in a second at most. null: as fast as it takes them.'),
})

export type DestinationInput = z.infer<typeof destinationInputSchema>

/** A destination as people see it: secrets are masked (`•••• 1a2b`). */
export interface DestinationView extends DestinationInput {
  readonly dataset_id: string
  readonly destination_id: string
  readonly created_at_ms: number
  /** Why it cannot be sent to until its settings change. */
  readonly problem?: Problem
}

/** `code`: of errors.ts, of the remote or of the relay. `detail`: plain words. */
export interface Problem {
  readonly code: string
  readonly detail: string
}

/** A kind of destination to choose from. */
export interface DestinationType {
  readonly name: string
  readonly title: string
  readonly about: string
  /** JSON schema of `settings`, with descriptions; a secret field says `"secret": true`. */
  readonly schema: Json
}

/** Something waits for its owner: nothing is lost, nothing is sent. */
export interface Alarm extends Problem {
  readonly dataset_id: string
  readonly destination_id: string
  readonly since_ms: number
  /** When the relay asks again by itself. Absent: with the next event, or once settings change. */
  readonly next_try_ms?: number
}

/**
 * running: sends what is due. paused: the remote asked for patience, or the rate limit is used up.
 * unreachable: failed too often in a row, asked again at `until_ms`. held: see its alarm.
 */
export type LaneState = 'running' | 'paused' | 'unreachable' | 'held' | 'disabled'

/** How the relay gets on with one destination since the server started. */
export interface LaneStatus {
  readonly dataset_id: string
  readonly destination_id: string
  readonly state: LaneState
  readonly until_ms?: number
  /** Batches under way. */
  readonly in_flight: number
  readonly last_delivered_ms?: number
  /** The last failure of a whole batch; `mended_ms`: when a later one was taken. */
  readonly last_error?: Problem & { readonly at_ms: number; readonly mended_ms?: number }
}

export interface DestinationKey {
  readonly dataset_id: string
  readonly destination_id: string
}

/** What people do with destinations. Implemented by configs.ts. */
export interface DestinationSettings {
  types(): readonly DestinationType[]
  /** The oldest first. */
  list(datasetId: string): readonly DestinationView[]
  find(key: DestinationKey): DestinationView | undefined
  /** Throws `invalid_request` naming the field, or `limit_reached`. In force when it resolves. */
  create(datasetId: string, input: unknown): Promise<DestinationView>
  /** What `patch` leaves out stays, also inside `settings`; null there removes one. */
  update(key: DestinationKey, patch: unknown): Promise<DestinationView>
  /** With its deliveries. */
  remove(key: DestinationKey): Promise<void>
}

/** What people see and ask of the relay. Implemented by relay.ts. */
export interface RelayControl {
  /** Something was enqueued or requeued. Cheap: call it as often as you like. */
  wake(): void
  /** What waits for its owner. */
  alarms(datasetId?: string): readonly Alarm[]
  lanes(datasetId: string): readonly LaneStatus[]
  /** Asks again at once, whatever was held, paused or failed. Returns how many it makes due. */
  retry(key: DestinationKey): Promise<number>
}

/** What came of a test: `skipped` where the destination has no use for the test's event. */
export interface TestSend {
  readonly state: 'delivered' | 'retry' | 'held' | 'rejected' | 'skipped'
  readonly code?: string
  /** Plain words: what happened and what to do. */
  readonly detail: string
  readonly event_name: string
  readonly event_id: string
  /** The event as it left, without secrets. */
  readonly payload: Json
  readonly exchanges: readonly {
    readonly at_ms: number
    readonly url: string
    readonly status: number
    readonly ms: number
    readonly events: number
    readonly answer: string
  }[]
}

export interface DraftRequest {
  readonly dataset_id: string
  /** Absent: `change` describes a whole new destination. */
  readonly destination_id?: string
  /** As `update` takes it; absent: the settings as they are. */
  readonly change?: unknown
}

/** A look ahead, without touching what is queued. Implemented by preview.ts. */
export interface DestinationPreview {
  /** Sends one marked event at once. Throws `invalid_request`, `destination_not_found`. */
  test(draft: DraftRequest): Promise<TestSend>
  /** What leaves for this event under the settings of now, without secrets, or why nothing does. */
  payload(
    draft: DraftRequest,
    sent: {
      readonly event: StoredEvent
      readonly leg_seq: number
      /** Of a replay: as the rules in force make it. */
      readonly under_rules?: true | undefined
    },
  ): { readonly payload: Json } | { readonly problem: Problem }
}

/** What a destination itself says of the events it got; `score` 0 to 10, shares 0 to 1. */
export interface RemoteEventScore {
  readonly event_name: string
  readonly score?: number
  readonly event_coverage?: number
  readonly keys: readonly { readonly identifier: string; readonly coverage: number }[]
}

export interface RemoteScore {
  readonly destination_id: string
  readonly name: string
  readonly fetched_at_ms: number
  /** Why there are none. */
  readonly problem?: Problem
  readonly events: readonly RemoteEventScore[]
}

/** Scores of those destinations that give any. Implemented by remote-scores.ts. */
export interface RemoteScores {
  of(datasetId: string): Promise<readonly RemoteScore[]>
}
