/**
 * The door of the pipeline: what a translator (collector, sources) hands over and gets back.
 * accept.ts implements it.
 */
import type { Dataset } from '../event/dataset.ts'
import type { Problem } from '../event/problems.ts'
import type { Envelope, Finding, Leg, MatchedBy, Verdict } from '../event/shape.ts'

/** One request's worth of events for one dataset, as they came: nothing parsed yet. */
export interface Delivery {
  readonly dataset: Dataset
  /** Shared by every event of the request; see `perEvent` for what differs. */
  readonly envelope: Omit<Envelope, 'dataset_id' | 'received_at_ms'>
  readonly events: readonly unknown[]
  /** What only some events carry (consent, browser context, the code of a test), by index. */
  readonly perEvent?: readonly (Pick<Envelope, 'consent' | 'browser' | 'test_event_code'> & {
    readonly findings?: readonly Finding[]
    /** Reason code, when the door decided that this one does not count: stored as dropped. */
    readonly dropped?: string
  })[]
  /** Filled in where an event does not say: the request's own IP, user agent and cookies. */
  readonly visitor?: {
    readonly client_ip_address?: string
    readonly client_user_agent?: string
    readonly fbp?: string
    readonly fbc?: string
  }
  /** Bytes of the body, for the queue's bound. */
  readonly bytes: number
}

/** One outcome per event, in order; only given out after the commit is durable. */
export interface Outcome {
  readonly verdict: Verdict
  readonly seq: number
  readonly reason?: string
  readonly of_seq?: number
  readonly matched_by?: MatchedBy
  readonly findings?: readonly Finding[]
  /** For a rejected event: Meta's code and our own precise words. */
  readonly problem?: Problem
}

/**
 * Resolves after the durable commit. Rejects with TwofoldError `overloaded`, `shutting_down` or a
 * `store_*` code: then nothing of the delivery was kept.
 */
export type Accept = (delivery: Delivery) => Promise<readonly Outcome[]>

/** Hears of every leg after its commit; must not throw and must not block. */
export type OnCommitted = (legs: readonly Leg[]) => void
