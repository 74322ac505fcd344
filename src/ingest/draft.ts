/**
 * A draft: one received event on its way through the prepare steps, and the delivery it came in.
 * Mutable on purpose: steps fill it in place, batch by batch, and nothing else ever sees it.
 */
import type { Problem } from '../event/problems.ts'
import type { Envelope, Finding, RawUserData, ServerEvent, UserData } from '../event/shape.ts'
import type { Delivery } from './ingest.ts'

export interface Draft {
  readonly delivery: Delivery
  readonly index: number
  /** The consent step writes its decision into it, rules complete it; final after prepare. */
  envelope: Envelope
  readonly findings: Finding[]
  /** Between parse and hash. */
  raw?: ServerEvent<RawUserData>
  /** After hash; for ended drafts without any user_data. */
  event?: ServerEvent<UserData>
  /** Set by the step that ended it; later steps leave it alone. */
  ended?: Ended
}

export type Ended =
  | { readonly verdict: 'dropped'; readonly reason: string }
  | { readonly verdict: 'rejected'; readonly reason: string; readonly problem: Problem }
