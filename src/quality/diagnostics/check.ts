/**
 * What a check is: one way in which tracking goes wrong, how it shows, what it costs and how it is
 * mended. Types only. One file each in checks/, one line each in table.ts; run by diagnose.ts.
 */
import type { StoredEvent } from '../../event/shape.ts'
import type { Side } from './counts.ts'
import type { Evidence } from './evidence.ts'
import type { Snippets } from './snippets/snippets.ts'

/** error: events or money are lost or wrong. warning: matching or counting suffers. */
export type Severity = 'error' | 'warning' | 'suggestion'

/** What the finding is about; with the code it is the finding's identity. */
export interface Subject {
  readonly event_name?: string
  readonly side?: Side
  readonly destination_id?: string
  /** A match key, a reason, a name: whatever the check tells apart. */
  readonly key?: string
}

export interface Hit {
  readonly subject: Subject
  /** Of `total` reports or events in the last `hours`. */
  readonly affected: number
  readonly total: number
  readonly hours: number
  /** One or two plain sentences with the numbers. */
  readonly words: string
  /** An event this was seen in, for those that hits of the window are picked from. */
  readonly picks?: (event: StoredEvent) => boolean
  /** Conversions whose money this puts at stake, where that is not `affected` of the event name. */
  readonly staked?: { readonly event_name: string; readonly events: number }
}

export interface Check {
  readonly code: string
  readonly title: string
  readonly severity: Severity
  /** What it means and why it matters. */
  readonly about: string
  /** What to do. */
  readonly fix: string
  /** The fix in code, by platform. */
  readonly snippets?: Snippets
  /** Hours without evidence after which it is resolved, where it is not a day. */
  readonly clearHours?: number
  trigger(evidence: Evidence): readonly Hit[]
}
